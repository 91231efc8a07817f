"""The names of the formats that a record can be exported to, and nothing else: a command's help lists them."""

from __future__ import annotations

MARKDOWN = "markdown"
CSV = "csv"
JSON = "json"
GITHUB_BENCHMARK = "github-benchmark"
BENCHER = "bencher"
HPARAMS = "hparams"
FORMATS = (MARKDOWN, CSV, JSON, GITHUB_BENCHMARK, BENCHER, HPARAMS)
