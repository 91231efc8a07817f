"""What of a text differs from one computer or day to the next, put into one form. Nothing else is left out."""

from __future__ import annotations

import json
import re

SIGNIFICANT_DIGITS = 9  # of a number: SciPy and NumPy of other versions, on other processors, differ far behind them

RULES: tuple[tuple[str, str], ...] = (
    (r"this machine: .*", "this machine: MACHINE"),
    (r"(?m)[ \t]+$", ""),  # rich fills lines up to the width of their table
    (r"(\.(?:html|svg): )\d+(?:\.\d)? (kB|MB)", r"\1N \2"),  # nearly all of it is the library that draws
    (r"\((?:\w+\.__init__\(\)|'\w+' object) [^\n]*\)", "(PYTHON'S REASON)"),  # words that Python chose, not we
)
LIBRARY = re.compile(r"<script>(?=const |!function|\(function|var ).*?</script>", re.DOTALL)
HASH = re.compile(r"'sha256-[^']{43}='")
FIGURES = re.compile(r'(<script type="application/json" id="figures">)(.*?)(</script>)', re.DOTALL)
DATA = re.compile(r"\bdata-[0-9a-f]{32}\b")  # Altair's hash of a chart's rows
LONG_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{8,}(?:e[+-]?\d+)?(?![\w.])")


def normalize(text: str) -> str:
    """The text without trailing blanks, this machine's name and the digits of a number that mean nothing."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return LONG_NUMBER.sub(_round, text)


def normalize_page(text: str) -> str:
    """A page with its charts written out, one thing on a line, and without the source of the library that draws."""
    text = LIBRARY.sub("<script>LIBRARY</script>", text)
    text = HASH.sub("'sha256-HASH'", text)
    text = FIGURES.sub(_write_out, text)
    numbers: dict[str, str] = {}
    return normalize(DATA.sub(lambda match: numbers.setdefault(match[0], f"data-{len(numbers)}"), text))


def _write_out(match: re.Match[str]) -> str:
    return f"{match[1]}\n{json.dumps(json.loads(match[2]), indent=1, ensure_ascii=False)}\n{match[3]}"


def _round(match: re.Match[str]) -> str:
    rounded = f"{float(match[0]):.{SIGNIFICANT_DIGITS}g}"
    return rounded if set(rounded) & set(".e") else f"{rounded}.0"
