"""What a report consists of, as neutral data: tables, lines and pictures, without a word of rich, Markdown or HTML.

A report is built once, as blocks. `reports.drawing.text` draws them for a terminal, `reports.drawing.markdown` for
GitHub and `reports.drawing.html` for a page, so that what they say cannot differ. Blocks may hold text from anybody's
file: every renderer takes care itself that it neither steers a terminal nor becomes markup.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, ClassVar

Spec = Mapping[str, Any]  # a picture in Vega-Lite's own form, as Altair makes it
GAP = 2  # columns of a terminal between two columns of a table


class Emphasis(Enum):
    """How much a text matters and whether that is good. Each renderer has its own means: colours, bold, classes."""

    PLAIN = "plain"
    FAINT = "faint"
    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"
    BEST = "best"  # strong and good
    WORST = "worst"  # strong and bad
    UNDECIDED = "undecided"  # strong and unsure


@dataclass(frozen=True)
class Span:
    """A part of a line that is emphasised.

    Args:
        text: The part, on one line.
        emphasis: How it stands out from the rest of its line.
    """

    text: str
    emphasis: Emphasis


Words = str | tuple[str | Span, ...]
"""One line of text, of which parts may be emphasised."""


def split_words(words: Words, emphasis: Emphasis = Emphasis.PLAIN) -> tuple[Span, ...]:
    """The parts of a line, each with its emphasis: its own, or that of the whole line."""
    parts = (words,) if isinstance(words, str) else words
    return tuple(Span(part, emphasis) if isinstance(part, str) else part for part in parts)


def join_words(words: Words) -> str:
    """A line without any emphasis."""
    return "".join(span.text for span in split_words(words))


class Align(Enum):
    """Where in its column a cell stands: text on the left, numbers on the right."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Column:
    """A column of a table; all but the title and the alignment matter to a terminal alone, where room is scarce.

    Args:
        title: What stands above it.
        align: Where its cells stand.
        wraps: True if a cell may go on on the next line where there is no room.
        least: Its width in characters where its cells are narrower and there is room. In a column of sentences, which
            is one with a share, words longer than that may be broken. None lets its cells decide.
        most: Its greatest width in characters; None sets no limit.
        share: Its share, relative to other columns', of the room that is left; None gives it what its cells need.
            A table with such a column is as wide as the terminal.
        importance: How long it stays where there is no room for all columns. Of the least importance the rightmost is
            left out first; the first column of a table always stays.
        called: What it is called where it is left out; empty for its title.
    """

    title: str
    align: Align = Align.LEFT
    wraps: bool = True
    least: int | None = None
    most: int | None = None
    share: int | None = None
    importance: int = 0
    called: str = ""


def text_columns(*titles: str) -> tuple[Column, ...]:
    """Columns of text that may wrap."""
    return tuple(Column(title) for title in titles)


def number_columns(*titles: str, answers: Collection[str] = ()) -> tuple[Column, ...]:
    """Columns of numbers, on the right and never wrapped.

    Args:
        *titles: What stands above them.
        answers: Titles of those that answer what the table is made for, and stay longest where there is no room.
    """
    return tuple(Column(title, Align.RIGHT, wraps=False, importance=int(title in answers)) for title in titles)


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Args:
        text: What stands in it.
        rank: The number that a page sorts the column by; None sorts by the text.
        below: Lines of lesser importance under the text.
        emphasis: How the text stands out from other cells.
    """

    text: Words
    rank: float | None = None
    below: tuple[Words, ...] = ()
    emphasis: Emphasis = Emphasis.PLAIN


Row = tuple[Cell, ...]


def build_row(*cells: Cell | str, emphasis: Emphasis = Emphasis.PLAIN) -> Row:
    """A row of a table.

    Args:
        *cells: The cells; a text becomes one.
        emphasis: How the row stands out: that of every cell that has none of its own.
    """
    built = (Cell(cell) if isinstance(cell, str) else cell for cell in cells)
    return tuple(replace(cell, emphasis=emphasis) if cell.emphasis is Emphasis.PLAIN else cell for cell in built)


@dataclass(frozen=True)
class Table:
    """Rows of cells. On a page the reader can sort it.

    Args:
        title: What stands above it; None where its surroundings say what it is.
        columns: Its columns, from left to right.
        rows: Its rows, each with as many cells as there are columns.
        headed: True if the titles of the columns are shown.
        gap: Characters between two columns in a terminal.
        is_dense: True if a terminal has neither a line under the titles nor an empty one around the table.
    """

    title: str | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    headed: bool = True
    gap: int = GAP
    is_dense: bool = False
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of the table {self.title!r} has not {len(self.columns)} cells.")


def build_list(rows: Iterable[Row], gap: int = GAP, wraps: Sequence[bool] = ()) -> Table:
    """A table without title and head, such as what names stand for.

    Args:
        rows: At least one row.
        gap: Characters between two columns in a terminal.
        wraps: Whether the cells of each column may go on on the next line; empty lets all of them.
    """
    kept = tuple(rows)
    may = wraps or [True] * len(kept[0])
    return Table(None, tuple(Column("", wraps=each) for each in may), kept, headed=False, gap=gap)


@dataclass(frozen=True)
class Lines:
    """Notes and sentences, a line each: a little to the right in a terminal, a list in Markdown, paragraphs on a page.

    Args:
        lines: The lines in the order in which they are read.
        emphasis: How all of them stand out.
    """

    lines: tuple[Words, ...]
    emphasis: Emphasis = Emphasis.PLAIN
    kind: ClassVar[str] = "lines"


def write_sentences(lines: Iterable[str], emphasis: Emphasis = Emphasis.PLAIN) -> Lines:
    """Lines as a terminal shows them, as whole sentences."""
    return Lines(tuple(f"{line[:1].upper()}{line[1:]}." for line in lines), emphasis)


@dataclass(frozen=True)
class Heading:
    """The title of what follows, or the one line that says it all."""

    text: Words
    emphasis: Emphasis = Emphasis.PLAIN
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A line of running text."""

    text: Words
    emphasis: Emphasis = Emphasis.PLAIN
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Gap:
    """An empty line, where the medium does not separate what stands above from what stands below by itself."""

    kind: ClassVar[str] = "gap"


@dataclass(frozen=True)
class Fold:
    """A table or lines that a reader of Markdown or of a page unfolds. A terminal cannot: it shows one or the other.

    Args:
        summary: What stands there while it is folded.
        block: What is folded away.
        shut: True if a terminal shows the summary alone, False if it shows what is folded alone.
        emphasis: How the summary stands out.
    """

    summary: Words
    block: Table | Lines
    shut: bool = False
    emphasis: Emphasis = Emphasis.PLAIN
    kind: ClassVar[str] = "fold"


@dataclass(frozen=True)
class Figure:
    """A picture. Only a page shows it.

    Args:
        title: What it shows.
        how: How to read it.
        spec: The picture, as wide as what it stands in.
    """

    title: str
    how: str
    spec: Spec
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Gallery:
    """Small pictures of one kind side by side, with the same axes. Only a page shows them.

    Args:
        title: What they show together.
        how: How to read them.
        figures: The pictures, each with its own title.
    """

    title: str
    how: str
    figures: tuple[Figure, ...]
    kind: ClassVar[str] = "gallery"


Block = Figure | Gallery | Table | Lines | Heading | Paragraph | Gap | Fold


@dataclass(frozen=True)
class Section:
    """A part of a run's page.

    Args:
        anchor: The name that a link leads to, unique on a run's page; lower-case letters and hyphens.
        title: A few words.
        blocks: What it consists of, in order.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]
