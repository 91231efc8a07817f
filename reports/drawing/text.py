"""Blocks as text for a terminal, by rich. It alone decides what a table looks like there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from mnist_core.terminal.console import PIPED_COLUMNS, show_plainly
from mnist_core.terminal.fitted_table import FittedTable
from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
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
    split_words,
)

STYLES = {
    Emphasis.PLAIN: "",
    Emphasis.FAINT: "dim",
    Emphasis.STRONG: "bold",
    Emphasis.GOOD: "green",
    Emphasis.BAD: "red",
    Emphasis.UNSURE: "yellow",
    Emphasis.BEST: "bold green",
    Emphasis.WORST: "bold red",
    Emphasis.UNDECIDED: "bold yellow",
}
INDENT = (0, 0, 0, 1)  # of lines: one space on the left
TITLE = "table.title"  # rich's own style


def render_text(blocks: Iterable[Block], columns: int = PIPED_COLUMNS) -> str:
    """The blocks as plain text without colour, no line of it wider than `columns`.

    Example:
        >>> text = render_text(tabulate_run(load_summary(Path("runs/before"))), columns=80)
    """
    console = Console(file=io.StringIO(), width=columns, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(lay_out(blocks))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def lay_out(blocks: Iterable[Block]) -> RenderableType:
    """The blocks as what a rich console prints, as wide as it is and with what colours it has."""
    return _Spaced(Group(*(part for block in blocks for part in _lay_out(block))))


class _Spaced:
    """What it is given, without a second empty line below another: a table brings its own, and a gap may follow it."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        was_empty = False
        for line in console.render_lines(self._shown, options, pad=False):
            is_empty = not any(segment.text.strip() for segment in line)
            if not (is_empty and was_empty):
                yield from line
                yield Segment.line()
            was_empty = is_empty


def _lay_out(block: Block) -> Iterator[RenderableType]:
    match block:
        case Table():
            shown = _fill(_head(block) if block.headed else RichTable.grid(padding=(0, block.gap)), block)
            importance = [column.importance for column in block.columns]
            yield FittedTable(
                shown, importance, [show_plainly(column.called or column.title) for column in block.columns]
            )
        case Lines(lines, emphasis):
            for line in lines:
                yield Padding(_write(line, emphasis), INDENT)
        case Heading(text, emphasis) | Paragraph(text, emphasis):
            yield _write(text, emphasis)
        case Gap():
            yield Text()
        case Fold(summary, _, True, emphasis):
            yield Padding(_write(summary, emphasis), INDENT)
        case Fold(_, folded):
            yield from _lay_out(folded)
        case Figure() | Gallery():
            pass


def _head(table: Table) -> RichTable:
    return RichTable(
        box=None if table.is_dense else box.SIMPLE_HEAD,
        title=None if table.title is None else Text(show_plainly(table.title), TITLE),
        title_justify="left",
        pad_edge=not table.is_dense,
        padding=(0, table.gap, 0, 0) if table.is_dense else (0, table.gap - 2, 0, 1),  # the box has a space of its own
    )


def _fill(shown: RichTable, table: Table) -> RichTable:
    for column in table.columns:
        _add_column(shown, column)
    for row in table.rows:
        shown.add_row(*(_write_cell(cell) for cell in row))
    return shown


def _add_column(shown: RichTable, column: Column) -> None:
    shown.add_column(
        _write(column.title),
        justify="right" if column.align is Align.RIGHT else "left",
        no_wrap=not column.wraps,
        min_width=column.least,
        max_width=column.most,
        ratio=column.share,
    )


def _write_cell(cell: Cell) -> Text:
    lines = [_write(cell.text, cell.emphasis), *(_write(line, Emphasis.FAINT) for line in cell.below)]
    return Text("\n").join(lines)


def _write(words: Words, emphasis: Emphasis = Emphasis.PLAIN) -> Text:
    return Text.assemble(*((show_plainly(span.text), STYLES[span.emphasis]) for span in split_words(words, emphasis)))
