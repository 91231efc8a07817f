"""Text in GitHub's Markdown, and how much of it GitHub takes."""

from __future__ import annotations

import re

MAX_SUMMARY_BYTES = 2**20  # of a step; a larger one is dropped without a word. Source: GitHub, workflow commands
SPECIAL = re.compile(
    r"[&<>|`*~$\\\r\n]"  # HTML, cells, code, emphasis, formulas, escapes, lines
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis; within a word it is none
    r"|(?<=\])[(\[]"  # a link
    r"|(?<=@)(?=\w)"  # a mention, which would notify somebody
)
NO_WIDTH = "&#8203;"


def escape(text: str) -> str:
    """`text` as it is read, on one line: an entity is never taken for markup, and a mention names nobody."""
    return SPECIAL.sub(lambda found: _replace(found.group()), text)


def _replace(special: str) -> str:
    if special in {"\n", "\r"}:
        return "<br>"
    return f"&#{ord(special)};" if special else NO_WIDTH
