"""How every table of a report looks."""

from __future__ import annotations

from rich import box
from rich.table import Table


def open_table(title: str | None) -> Table:
    """A table without columns yet: its title on the left, a line below the head, one space between columns."""
    return Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=(0, 0, 0, 1))
