"""What holds of a table in a terminal of any width: no line is wider, nothing is cut, the names are always there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from mnist_core.terminal.fitted_table import FittedTable

WIDTHS = (40, 60, 80, 96, 120)
JOINT = "-"  # where a long id goes on on the next line, if an answer would be left out otherwise
LEFT_OUT = "left out for the width: "


def draw(content: RenderableType, columns: int) -> str:
    """What a terminal of so many columns shows."""
    console = Console(file=io.StringIO(), width=columns, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(content)
    return captured.get()


@contextmanager
def watch_tables() -> Iterator[list[FittedTable]]:
    """The tables that are drawn meanwhile."""
    drawn: list[FittedTable] = []
    render = FittedTable.__rich_console__

    def watch(table: FittedTable, console: Console, options: ConsoleOptions) -> RenderResult:
        drawn.append(table)
        return render(table, console, options)

    with patch.object(FittedTable, "__rich_console__", watch):
        yield drawn


def check_lines(text: str, columns: int) -> None:
    """No line is wider than the terminal, and none ends with an ellipsis in place of its end."""
    assert [line for line in text.splitlines() if cell_len(line.rstrip()) > columns] == []
    assert "…" not in text


def check_table(fitted: FittedTable, columns: int) -> None:
    """What is left of a table at this width: its names, and whole every number whose column is not left out."""
    text = draw(fitted, columns)
    check_lines(text, columns)
    words, told = set(text.split()), " ".join(text.split())
    first, *others = fitted.table.columns
    longest = columns // 2 if first.ratio is None else first.min_width or 1  # of a word that is not broken
    names = {word for cell in first.cells for word in read(cell).split() if cell_len(word) <= longest}
    assert [name for name in names - words if JOINT not in name or not all(part in text for part in parts(name))] == []
    for name, column in zip(fitted.names[1:], others, strict=True):
        if column.no_wrap and not is_left_out(name, told):
            lines = [line for cell in column.cells for line in read(cell).splitlines()]
            assert [line for line in lines if line not in text] == [], name


def parts(name: str) -> list[str]:
    """What of an id stays on one line."""
    first, *others = name.split(JOINT)
    return [first, *(f"{JOINT}{each}" for each in others)]


def is_left_out(name: str, told: str) -> bool:
    """True if a line below the table says so."""
    _, _, said = told.partition(LEFT_OUT)
    return name in said.partition(";")[0].split(", ")


def read(cell: object) -> str:
    """The text of a cell without its markup."""
    return cell.plain if isinstance(cell, Text) else Text.from_markup(str(cell)).plain
