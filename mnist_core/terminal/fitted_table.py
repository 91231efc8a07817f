"""A table for a terminal that leaves out whole columns where it has no room for all, and says which."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from mnist_core.terminal.column_widths import Size, choose_columns, set_widths

PIECES = (  # what stays on one line, of a text and of a number
    re.compile(r"\s*(?:\S\s+)?\S+"),  # a word, with the mark of one character before it
    re.compile(r"\[[^\]]*\]|\([^)]*\)|\S+"),  # a number, or its interval
)
INTERVAL = re.compile(r" (?=[\[(][^\])]*[\])]$)")
WORD = re.compile(r"\S+")
JOINT = re.compile(  # of ids, of chains, and of tests' names, where a long one goes on
    r"(?<=\w)(?=-\w)|(?<=\))(?=\.)|(?<=::)(?=\w)|(?<=\w/)(?=\w)|(?<=\w)(?=\[)"
)
INDENT = (0, 0, 0, 1)  # of the line that says what was left out: one space on the left
FURTHER = (0, 0, 0, 4)  # before the last cell of a row that stands on lines of its own


class FittedTable:
    """A rich table as wide as its console at most.

    A number is never cut, and a word only where it alone is wider than the console. Columns for which there is no room
    are left out, the first one never, and a line below says which. A table without a head is a list, of which nothing
    is left out: the last cells of its rows go on lines of their own.

    Args:
        table: The table with all its columns and rows. A column that is not ``no_wrap`` may go on on the next line; of
            one with both a ratio and a ``min_width``, words longer than that may be broken.
        importance: How long each column stays, from left to right: of the least importance the rightmost goes first.
            Empty lets all be alike.
        names: What each column is called where it is left out; empty takes their titles.
    """

    def __init__(self, table: Table, importance: Sequence[int] = (), names: Sequence[str] = ()) -> None:
        self.table = table
        self.importance = importance or [0] * len(table.columns)
        self.names = names or [_write(column.header).plain for column in table.columns]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width
        alone = room - self._count_around(1)
        sizes = [
            _measure(column, importance, alone, is_first=place == 0)
            for place, (column, importance) in enumerate(zip(self.table.columns, self.importance, strict=True))
        ]
        places = range(len(sizes))
        if not self.table.show_header:
            yield from self._draw_list(sizes, room)
            return
        kept = choose_columns(sizes, room, self._count_around)
        inside = room - self._count_around(len(kept))
        padding = self.table.padding[1] + self.table.padding[3]
        drawn = self._draw(kept, set_widths([sizes[place] for place in kept], inside, padding, spare=1))
        left = [self.names[place] for place in places if place not in kept]
        if not left:
            yield drawn
            return
        width = self._count_around(len(sizes)) + sum(size.needed for size in sizes)
        lines = console.render_lines(drawn, options, pad=False)
        for line in lines if drawn.box is None else lines[:-1]:  # the last one in a box is empty
            yield from (*line, Segment.line())
        yield Padding(Text(tell_left_out(left, width), "dim"), INDENT)
        if drawn.box is not None:
            yield Text()

    def _count_around(self, num_columns: int) -> int:
        """Characters of a line that belong to no cell, without the blank at its end."""
        _, right, _, left = self.table.padding
        if self.table.box is None:
            return (num_columns - 1) * right
        return num_columns * (left + right + 1)

    def _draw(self, places: Sequence[int], widths: Sequence[int]) -> Table:
        columns = [self.table.columns[place] for place in places]
        cells = [
            [_break(_write(cell), column, width) for cell in column.cells]
            for column, width in zip(columns, widths, strict=True)
        ]
        shown = copy.copy(self.table)
        shown.columns, shown.rows, shown.expand = [], [], False
        for column, width in zip(columns, widths, strict=True):
            shown.add_column(column.header, justify=column.justify, min_width=width, max_width=width, overflow="fold")
        for row in zip(*cells, strict=True):
            shown.add_row(*row)
        return shown

    def _draw_list(self, sizes: Sequence[Size], room: int) -> RenderResult:
        places = list(range(len(sizes)))
        inside = room - self._count_around(len(sizes))
        if len(sizes) == 1 or sum(size.needed for size in sizes) <= inside:
            yield self._draw(places, set_widths(sizes, inside))
            return
        *leading, last = places
        widths = set_widths([sizes[place] for place in leading], room - self._count_around(len(leading)))
        drawn = self._draw(leading, widths)
        for number, cell in enumerate(self.table.columns[last].cells):
            line = copy.copy(drawn)
            line.columns, line.rows = [], []
            for column in drawn.columns:
                line.add_column(
                    justify=column.justify, min_width=column.min_width, max_width=column.max_width, overflow="fold"
                )
            line.add_row(*(list(column.cells)[number] for column in drawn.columns))
            yield line
            yield Padding(cell, FURTHER)


def tell_left_out(names: Sequence[str], columns: int) -> str:
    """The line below a table that says which columns were left out, and how a reader gets to see them.

    Args:
        names: What the columns are called.
        columns: Characters of a line that the whole table needs.
    """
    told = ", ".join(dict.fromkeys(names))
    return f"left out for the width: {told}; {columns} columns show all (in a pipe: COLUMNS={columns})"


def _measure(column: Column, importance: int, alone: int, *, is_first: bool) -> Size:
    """The size of a column; of words of which one alone is wider than the console, half a line is enough."""
    cells = [_write(column.header), *map(_write, column.cells)]
    lines = [line for cell in cells for line in cell.plain.splitlines()]
    wanted = max((cell_len(line) for line in lines), default=0)
    wanted = max(wanted, column.min_width or 1)
    wanted = min(wanted, column.max_width or wanted)
    if column.no_wrap:
        needed = tight = wanted
    else:
        pieces = [piece for line in lines for piece in PIECES[column.justify == "right"].findall(line)]
        needed = max(map(cell_len, pieces), default=1)
        tight = max((cell_len(part) for piece in pieces for part in JOINT.split(piece)), default=1)
    if column.ratio is not None:
        needed = tight = min(tight, column.min_width or tight)
    if tight > alone and (is_first or not column.no_wrap):
        needed = tight = max(1, alone // 2)
    elif needed > alone and not column.no_wrap:
        needed = tight
    return Size(max(wanted, needed), needed, tight, min(column.min_width or 1, alone), column.ratio, importance)


def _break(cell: Text, column: Column, width: int) -> Text:
    """The cell with line breaks where it is too wide: before an interval, and at the joints of a long word."""
    if column.no_wrap:
        return cell
    if column.justify == "right" and max(map(cell_len, cell.plain.splitlines()), default=0) > width:
        return Text("\n").join(part for line in cell.split() for part in _part(line, width))
    ends = [end for word in WORD.finditer(cell.plain) for end in _find_ends(word.group(), word.start(), width)]
    return Text("\n").join(cell.divide(ends)) if ends else cell


def _part(line: Text, width: int) -> Sequence[Text]:
    """A number and its interval, where they have no room beside each other."""
    found = INTERVAL.search(line.plain)
    return (line[: found.start()], line[found.end() :]) if found and cell_len(line.plain) > width else (line,)


def _find_ends(word: str, start: int, width: int) -> list[int]:
    """Where the lines of a word end that starts there; nowhere if it fits, or if not all of its parts would."""
    parts = JOINT.split(word)
    if cell_len(word) <= width or max(map(cell_len, parts)) > width:
        return []
    ends, line = [], 0
    for part in parts:
        if line + cell_len(part) > width:
            ends.append(start)
            line = 0
        start, line = start + len(part), line + cell_len(part)
    return ends


def _write(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))
