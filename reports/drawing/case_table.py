"""The table that a case has a row in, with its values and a ratio."""

from __future__ import annotations

from rich import box
from rich.table import Table

INDENT = (0, 0, 0, 1)  # of what stands above and below
SHORTEST_NAME = 24  # columns


def build_case_table(*titles: str) -> Table:
    """An empty table: long names fold, numbers never do."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 1))
    table.add_column("case", min_width=SHORTEST_NAME, overflow="fold")
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    return table
