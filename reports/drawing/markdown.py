"""Blocks as GitHub's Markdown, for a pull request or a job's step summary, and never more of it than GitHub takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from mnist_core.terminal.console import show_plainly
from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Emphasis,
    Figure,
    Fold,
    Gallery,
    Gap,
    Heading,
    Lines,
    Paragraph,
    Table,
    Words,
    join_words,
)

ALIGNMENTS = {Align.LEFT: ":--", Align.RIGHT: "--:"}
SIGNS = {Emphasis.BEST: "✅ ", Emphasis.WORST: "❌ ", Emphasis.UNDECIDED: "❔ "}  # before a heading
SPECIAL = re.compile(
    r"[&<>|`*~$\\\r\n]"  # HTML, cells, code, emphasis, formulas, escapes, lines
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis; within a word it is none
    r"|(?<=\])[(\[]"  # a link
    r"|(?<=@)(?=\w)"  # a mention, which would notify somebody
)
NO_WIDTH = "&#8203;"


@dataclass(frozen=True)
class Limit:
    """How much of it is taken, and what a reader is told where that is not all.

    Args:
        num_bytes: The largest text in bytes of UTF-8.
        told: The last line of a text that was cut; ``{rows}`` stands for how many rows are missing.
    """

    num_bytes: int
    told: str


STEP_SUMMARY = Limit(  # a larger one is dropped without a word. Source: GitHub, workflow commands
    2**20, "**{rows} rows left out: a step summary holds 1 MiB. The rest: `mnist-report show`.**"
)


class Rank(IntEnum):
    """What goes first where there is no room for all: notes stay longest, what is folded away goes first."""

    HEADING = 0
    NOTES = 1
    TABLE = 2
    FOLDED = 3


@dataclass(frozen=True)
class Part:
    """The Markdown of a block, a line each.

    Args:
        rank: When it goes.
        opening: What stands before the rows.
        rows: The rows of a table or of a list, of which any number may be left out at the end.
        closing: What stands after them.
    """

    rank: Rank
    opening: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


def render_markdown(blocks: Iterable[Block], limit: Limit = STEP_SUMMARY) -> str:
    """The blocks as Markdown; where they exceed the limit, whole rows are left out and the last line says how many."""
    parts = list(_join_notes(part for block in blocks for part in _draw(block)))
    text = "\n".join(_list_lines(parts))
    return text if len(text.encode()) <= limit.num_bytes else _cut(parts, limit)


def escape(text: str) -> str:
    """`text` as it is read, on one line: an entity is never taken for markup, and a mention names nobody."""
    return SPECIAL.sub(lambda found: _replace(found.group()), text)


def _replace(special: str) -> str:
    if special in {"\n", "\r"}:
        return "<br>"
    return f"&#{ord(special)};" if special else NO_WIDTH


def _join_notes(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, lines that follow each other as one list."""
    for is_list, group in itertools.groupby(parts, key=lambda part: part.rank is Rank.NOTES and not part.opening):
        if is_list:
            yield Part(Rank.NOTES, (), tuple(row for part in group for row in part.rows), ("",))
        else:
            yield from group


def _draw(block: Block) -> Iterator[Part]:
    match block:
        case Table():
            yield _draw_table(block)
        case Lines():
            yield _draw_lines(block)
        case Heading(text, emphasis):
            yield Part(Rank.HEADING, (f"### {SIGNS.get(emphasis, '')}{_write(text)}", ""))
        case Paragraph(text):
            yield Part(Rank.HEADING, (_write(text), ""))
        case Fold():
            yield _draw_fold(block)
        case Gap() | Figure() | Gallery():
            pass


def _draw_table(table: Table) -> Part:
    title = () if table.title is None else (f"**{escape(show_plainly(table.title))}**", "")
    heads = [f" {_write(column.title)} " if table.headed else " " for column in table.columns]
    alignment = [ALIGNMENTS[column.align] for column in table.columns]
    rows = tuple(_join(f" {_draw_cell(cell)} " for cell in row) for row in table.rows)
    return Part(Rank.TABLE, (*title, _join(heads), _join(alignment)), rows, ("",))


def _draw_cell(cell: Cell) -> str:
    """The worst stands out; what is merely good or bad does not, as in a table most cells would."""
    text = _write(cell.text)
    return "<br>".join([f"**{text}**" if cell.emphasis is Emphasis.WORST else text, *map(_write, cell.below)])


def _join(cells: Iterable[str]) -> str:
    return f"|{'|'.join(cells)}|"


def _draw_lines(lines: Lines) -> Part:
    return Part(Rank.NOTES, (), tuple(f"- {_write(line)}" for line in lines.lines), ("",))


def _draw_fold(fold: Fold) -> Part:
    opening = f"<details><summary>{_write(fold.summary)}</summary>"
    if isinstance(fold.block, Lines):
        part, rank = _draw_lines(fold.block), Rank.NOTES
    else:
        part, rank = _draw_table(fold.block), Rank.FOLDED
    return Part(rank, (opening, "", *part.opening), part.rows, (*part.closing, "</details>", ""))


def _write(words: Words) -> str:
    return escape(show_plainly(join_words(words).strip()))


def _list_lines(parts: Iterable[Part]) -> list[str]:
    return [line for part in parts for line in (*part.opening, *part.rows, *part.closing)]


def _cut(parts: list[Part], limit: Limit) -> str:
    """The parts up to the last whole row that fits, and a line that says how many did not."""
    rows = sum(len(part.rows) for part in parts)
    left = limit.num_bytes - _count_bytes([_tell_left_out(rows, limit)])
    shown: list[Part] = []
    for part in sorted(parts, key=lambda part: part.rank):
        left -= _count_bytes([*part.opening, *part.closing])
        kept = _count_fitting(part.rows, left)
        if left < 0 or (part.rows and not kept):
            break
        shown.append(replace(part, rows=part.rows[:kept]))
        left -= _count_bytes(part.rows[:kept])
        rows -= kept
        if kept < len(part.rows):
            break
    return "\n".join([*_list_lines(shown), _tell_left_out(rows, limit)])


def _count_bytes(lines: Iterable[str]) -> int:
    """The bytes of the lines, the end of each line included."""
    return sum(len(line.encode()) + 1 for line in lines)


def _count_fitting(rows: tuple[str, ...], num_bytes: int) -> int:
    for count, row in enumerate(rows):
        num_bytes -= _count_bytes([row])
        if num_bytes < 0:
            return count
    return len(rows)


def _tell_left_out(rows: int, limit: Limit) -> str:
    return f"{limit.told.format(rows=rows)}\n"
