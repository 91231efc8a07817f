"""What starting costs is measured when it is asked for: no test, and no assertion on time."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks to ``pytest tests/speed --benchmark-only``."""
    return None if config.getoption("benchmark_only") else True
