"""How far the measuring has come: a bar with the time left on a terminal, a line a round elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.harness.cases import Case
from bench.harness.schedule import Budget


class GroupProgress:
    """Shows a group's progress against its time budget.

    Args:
        console: where to show it.
        budget: of the group; the bar is full when its seconds are spent.
    """

    def __init__(self, console: Console, budget: Budget) -> None:
        self._console, self._budget = console, budget
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("starting TensorFlow", total=None)

    def __enter__(self) -> GroupProgress:
        self._console.print()  # pytest has left the cursor behind the name of the file
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def notice(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(line, highlight=False, markup=False)

    def started(self, case: Case, number: int, total: int) -> None:
        """Show which case has been warmed up."""
        self._progress.update(self._task, description=f"warming up {number}/{total}: {case.name}")
        if not self._console.is_terminal:
            self.notice(f"warmed up {number}/{total}: {case.name}")

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds done and the time left."""
        total_s = max(self._budget.seconds, spent_s * self._budget.min_rounds / number)
        self._progress.update(self._task, description=f"round {number} done", completed=spent_s, total=total_s)
        if not self._console.is_terminal:
            self.notice(f"round {number} done after {spent_s:.0f} s of at most {total_s:.0f} s")
