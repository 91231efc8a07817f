"""How far the measuring has come: a bar with the time left on a terminal, a line a round elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import TextColumn, TimeRemainingColumn

from bench.commands.quiet_bar import build_bar
from bench.turns.schedule import Budget
from reports.record.case import Case


class GroupProgress:
    """Shows a group's progress against its time budget.

    Args:
        console: where to show it.
        budget: of the group; the bar is full when its seconds are spent.
    """

    def __init__(self, console: Console, budget: Budget) -> None:
        self._console, self._budget = console, budget
        self._progress = build_bar(console, TextColumn("left"), TimeRemainingColumn())
        self._first_s = 0.0  # when the first round was done, the start of the workers included
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
        self._progress.update(self._task, description=f"warming up {number}/{total}: {case.id}", refresh=True)
        if not self._console.is_terminal:
            self.notice(f"warmed up {number}/{total}: {case.id}")

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds done and about how long it will take in all."""
        if number == 1:
            self._first_s = spent_s
        round_s = (spent_s - self._first_s) / (number - 1) if number > 1 else 0.0
        total_s = max(spent_s, self._budget.seconds, self._first_s + round_s * (self._budget.min_rounds - 1))
        self._progress.update(
            self._task, description=f"round {number} done", completed=spent_s, total=total_s, refresh=True
        )
        if not self._console.is_terminal:
            self.notice(f"round {number} done after {spent_s:.0f} s of about {total_s:.0f} s")
