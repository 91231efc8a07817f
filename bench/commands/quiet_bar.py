"""A bar that takes no time from what is measured."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn


def build_bar(console: Console, *columns: ProgressColumn) -> Progress:
    """A description, a bar, the time so far and further columns, drawn on demand; nothing without a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        *columns,
        console=console,
        transient=True,
        auto_refresh=False,  # its thread would take turns with the one that is timed
        disable=not console.is_terminal,
    )
