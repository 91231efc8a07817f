"""What a page is made of: sections of paragraphs, figures and tables. No HTML here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Spec = Mapping[str, Any]  # a picture in Vega-Lite's own form, as Altair makes it


@dataclass(frozen=True)
class Figure:
    """One picture.

    Args:
        title: what it shows.
        how: how to read it.
        spec: as wide as what it stands in.
    """

    title: str
    how: str
    spec: Spec
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Gallery:
    """Small pictures of one kind side by side, with the same axes.

    Args:
        title: what they show together.
        how: how to read them.
        figures: each with its own title.
    """

    title: str
    how: str
    figures: tuple[Figure, ...]
    kind: ClassVar[str] = "gallery"


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Args:
        text: what stands in it.
        rank: what the column is sorted by; the text where it is None.
        note: smaller, below the text.
        style: of the text, a word that the page's style knows, such as "refuted"; empty is plain.
    """

    text: str
    rank: float | None = None
    note: str = ""
    style: str = ""


@dataclass(frozen=True)
class Table:
    """A table that the reader can sort.

    Args:
        title: above it.
        columns: their titles; those after the first `num_texts` hold numbers.
        rows: as many cells as columns each.
        num_texts: columns of text, at least one.
        folded: shown only when asked for.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    num_texts: int = 1
    folded: bool = False
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of the table {self.title!r} has not {len(self.columns)} cells.")


@dataclass(frozen=True)
class Lines:
    """Sentences, one a paragraph.

    Args:
        lines: at least one.
        style: "plain", or "warning" for what went wrong.
    """

    lines: tuple[str, ...]
    style: str = "plain"
    kind: ClassVar[str] = "lines"


def write_sentences(lines: Iterable[str], style: str = "plain") -> Lines:
    """Lines as a terminal shows them, as sentences."""
    return Lines(tuple(f"{line[:1].upper()}{line[1:]}." for line in lines), style)


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str
    kind: ClassVar[str] = "heading"


Block = Figure | Gallery | Table | Lines | Heading


@dataclass(frozen=True)
class Section:
    """A part of a run's page.

    Args:
        anchor: unique on a run's page; lower-case letters and hyphens.
        title: a few words.
        blocks: what it consists of, in order.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]
