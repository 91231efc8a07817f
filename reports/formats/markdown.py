"""GitHub-flavoured Markdown of the tables of a record, for a pull request or a job's step summary.

The content is that of the terminal: the tables are built once, in `reports.tables.orderings`, and drawn twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.drawing.markdown_text import MAX_SUMMARY_BYTES, escape
from reports.record.record import Record
from reports.tables.orderings import render_record

ALIGNMENTS = {"left": ":--", "center": ":-:", "right": "--:"}


@dataclass(frozen=True)
class Block:
    """What belongs together, a line each.

    Args:
        opening: before the rows.
        rows: of a table or of a list: any number of them may be left out at the end.
        closing: after them.
        rank: what goes first where there is no room for all: notes stay longest, what is folded away goes first.
    """

    opening: tuple[str, ...]
    rows: tuple[str, ...]
    closing: tuple[str, ...]
    rank: int


HEADING, NOTES, TABLE, KEY = range(4)  # ranks


def render_markdown(record: Record, max_bytes: int = MAX_SUMMARY_BYTES) -> str:
    """All tables of a record and what explains them; beyond `max_bytes` of UTF-8 it ends with how much was left out."""
    blocks = [_draw_heading(record), *_join_notes(_draw(render_record(record)))]
    text = "\n".join(_list_lines(blocks))
    return text if len(text.encode()) <= max_bytes else _cut(blocks, max_bytes)


def _draw_heading(record: Record) -> Block:
    devices = ", ".join(dict.fromkeys(case.device for case in record.cases))
    return Block((f"### MNIST Bench: {len(record.cases)} cases on {escape(devices)}", ""), (), (), HEADING)


def _join_notes(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, lines that follow each other as one list."""
    for rank, group in itertools.groupby(blocks, key=lambda block: block.rank):
        if rank == NOTES:
            yield Block((), tuple(row for block in group for row in block.rows), ("",), NOTES)
        else:
            yield from group


def _draw(part: RenderableType) -> Iterator[Block]:
    """The blocks of what rich would print."""
    if isinstance(part, Group):
        for each in part.renderables:
            yield from _draw(each)
    elif isinstance(part, Table):
        yield _draw_table(part) if part.show_header else _draw_key(part)
    elif isinstance(part, Text) and part.plain.strip():
        yield Block((), (f"- {escape(part.plain.strip())}",), (), NOTES)


def _draw_table(table: Table) -> Block:
    title = [] if table.title is None else [f"**{escape(str(table.title))}**", ""]
    header = _draw_row([str(column.header) for column in table.columns])
    alignment = f"|{'|'.join(ALIGNMENTS.get(column.justify, ':--') for column in table.columns)}|"
    return Block((*title, header, alignment), _draw_rows(table), ("",), TABLE)


def _draw_key(table: Table) -> Block:
    """What the rows stand for: folded away, as it is longer than the table itself."""
    summary = "<details><summary>the orderings, and what TensorFlow ran</summary>"
    header, alignment = (f"|{'|'.join([cell] * len(table.columns))}|" for cell in (" ", ":--"))
    return Block((summary, "", header, alignment), _draw_rows(table), ("", "</details>", ""), KEY)


def _draw_rows(table: Table) -> tuple[str, ...]:
    rows = zip(*(column.cells for column in table.columns), strict=True)
    return tuple(_draw_row([str(cell) for cell in row]) for row in rows)


def _draw_row(cells: Iterable[str]) -> str:
    return f"|{'|'.join(f' {escape(cell.strip())} ' for cell in cells)}|"


def _list_lines(blocks: Iterable[Block]) -> list[str]:
    return [line for block in blocks for line in (*block.opening, *block.rows, *block.closing)]


def _cut(blocks: list[Block], max_bytes: int) -> str:
    """The blocks up to the last whole row that fits, and a line that says how many did not."""
    rows = sum(len(block.rows) for block in blocks)
    left = max_bytes - _measure([_tell_left_out(rows)])
    shown: list[Block] = []
    for block in sorted(blocks, key=lambda block: block.rank):
        left -= _measure([*block.opening, *block.closing])
        kept = _count_fitting(block.rows, left)
        if left < 0 or (block.rows and not kept):
            break
        shown.append(replace(block, rows=block.rows[:kept]))
        left -= _measure(block.rows[:kept])
        rows -= kept
        if kept < len(block.rows):
            break
    return "\n".join([*_list_lines(shown), _tell_left_out(rows)])


def _measure(lines: Iterable[str]) -> int:
    """Bytes, with the end of each line."""
    return sum(len(line.encode()) + 1 for line in lines)


def _count_fitting(rows: tuple[str, ...], num_bytes: int) -> int:
    for count, row in enumerate(rows):
        num_bytes -= _measure([row])
        if num_bytes < 0:
            return count
    return len(rows)


def _tell_left_out(rows: int) -> str:
    return f"**{rows} rows left out: a step summary holds 1 MiB. The rest: `mnist-report show`.**\n"
