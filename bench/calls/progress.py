"""How far a measurement has come: on a terminal a bar with the time left, elsewhere lines that stay."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

from bench.consumers.registry import find_consumer
from bench.turns.group import Listener
from bench.turns.measure import SILENCE, TRACED
from bench.turns.schedule import Budget
from reports.record.case import Case

CALLED = {"order": "mixing"}  # what tables call what a consumer reads, where its own name says less
LINE_EVERY_S = 5.0  # of lines that tell of rounds: quick ones would fill a log with what is nearly equal

Bar = TypeVar("Bar", bound="QuietBar")


class QuietBar:
    """A bar that is drawn when it is told something and takes no time from what is measured; none without a terminal.

    Args:
        console: Where to show it.
        beginning: What stands beside the bar at first.
        *columns: What stands behind the bar and the time so far.
    """

    def __init__(self, console: Console, beginning: str, *columns: ProgressColumn) -> None:
        self.console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            *columns,
            console=console,
            transient=True,
            auto_refresh=False,  # its thread would take turns with the one that is timed
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(beginning, total=None, left="")

    def __enter__(self: Bar) -> Bar:
        self._progress.start()
        self._progress.refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def notice(self, line: str) -> None:
        """Print a line that stays."""
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def restart(self) -> None:
        """Let the bar and its time begin anew."""
        self._progress.reset(self._task)

    def show(self, description: str, done: float | None = None, total: float | None = None, left: str = "") -> None:
        """Draw the bar.

        Args:
            description: What stands beside the bar.
            done: How much is done; None leaves it as it was.
            total: How much there is to do; None leaves it as it was.
            left: What is left, in words.
        """
        self._progress.update(self._task, description=description, completed=done, total=total, left=left, refresh=True)


class GroupProgress(QuietBar):
    """Shows how far a group of cases has come, against its time budget.

    Args:
        console: Where to show it.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console, "starting TensorFlow", TextColumn("{task.fields[left]}"))
        self._told: set[str] = set()
        self._budget = Budget(0, 1, 1)
        self._begin_s = 0.0  # when the first round began
        self._line_s = 0.0  # when the last line told of a round

    def __enter__(self: Bar) -> Bar:
        self.console.print()  # pytest has left the cursor behind the name of the file
        return super().__enter__()

    def notice(self, line: str) -> None:
        """A line for the user, once: every worker of a program tells which of its datasets it took."""
        if line not in self._told:
            self._told.add(line)
            super().notice(line)

    def detail(self, line: str) -> None:
        """A line for the user, as any other."""
        self.notice(line)

    def starting(self, case: Case, number: int, total: int) -> None:
        """Show which case is warmed up or read; elsewhere only the first one, since the end of each is told."""
        line = f"{tell_doing(case)[0]} {number}/{total}: {case.id}"
        if number == 1:
            self.restart()
        self.show(line)
        if number == 1 and not self.console.is_terminal:
            super().notice(line)

    def started(self, case: Case, number: int, total: int) -> None:
        """Tell which case has been warmed up or read."""
        if not self.console.is_terminal:
            super().notice(f"{tell_doing(case)[1]} {number}/{total}: {case.id}")

    def turns_begun(self, budget: Budget, spent_s: float) -> None:
        """Keep what the time of the rounds is counted from."""
        self._budget, self._begin_s, self._line_s = budget, spent_s, spent_s

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds done and about how long it will take in all."""
        total_s = self.estimate_total_s(number, spent_s)
        self.show(f"round {number} done", spent_s, total_s, f"about {render_clock(total_s - spent_s)} left")
        if not self.console.is_terminal and (number == 1 or spent_s - self._line_s >= LINE_EVERY_S):
            self._line_s = spent_s
            super().notice(f"round {number} done after {spent_s:.0f} s of about {total_s:.0f} s")

    def estimate_total_s(self, number: int, spent_s: float) -> float:
        """About how long the group will take in all; says so once where it will be longer than the budget."""
        budget, round_s = self._budget, (spent_s - self._begin_s) / number
        total_s = max(spent_s, budget.seconds, spent_s + round_s * (budget.min_rounds - number))
        fewest_s = round_s * budget.min_rounds
        if number == 1 and 0 < budget.seconds < fewest_s:
            self.notice(
                f"the fewest turns, {budget.min_rounds} of each, take about {fewest_s:.0f} s, more than the budget of "
                f"{budget.seconds:.0f} s"
            )
        return total_s


def tell_doing(case: Case) -> tuple[str, str]:
    """What is done with a case before its first turn, or instead of turns, and what has been done then."""
    if find_consumer(case.consumer).is_timed:
        return "warming up", "warmed up"
    if case.consumer == TRACED:
        return "tracing", "traced"
    read = CALLED.get(case.consumer, case.consumer)
    return f"reading {read}", f"read {read}"


def open_progress(*, is_shown: bool) -> AbstractContextManager[Listener]:
    """Shows on standard error how far a measuring has come, or listens and shows nothing.

    Args:
        is_shown: True to show it.
    """
    return GroupProgress(Console(stderr=True)) if is_shown else nullcontext(SILENCE)


def render_clock(seconds: float) -> str:
    """Minutes and seconds, such as 4:05."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))
