"""How far a measurement has come: on a terminal a bar with the time left, elsewhere lines that stay."""

from __future__ import annotations

import datetime
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.trials.schedule import Assignment
from bench.turns.schedule import Budget
from reports.drawing.numbers import count_things
from reports.record.case import Case
from reports.summary.outcome import Outcome
from reports.trials.trial import BROKEN, Trial

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
        budget: Budget of the group; the bar is full when its seconds are spent.
    """

    def __init__(self, console: Console, budget: Budget) -> None:
        super().__init__(console, "starting TensorFlow", TextColumn("left"), TimeRemainingColumn())
        self._budget = budget
        self._told: set[str] = set()
        self._first_s = 0.0  # when the first round was done, the start of the workers included

    def __enter__(self) -> GroupProgress:
        self.console.print()  # pytest has left the cursor behind the name of the file
        return super().__enter__()

    def notice(self, line: str) -> None:
        """A line for the user, once: every worker of a program tells which of its datasets it took."""
        if line not in self._told:
            self._told.add(line)
            super().notice(line)

    def started(self, case: Case, number: int, total: int) -> None:
        """Show which case has been warmed up."""
        self.show(f"warming up {number}/{total}: {case.id}")
        if not self.console.is_terminal:
            super().notice(f"warmed up {number}/{total}: {case.id}")

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds done and about how long it will take in all."""
        if number == 1:
            self._first_s = spent_s
        round_s = (spent_s - self._first_s) / (number - 1) if number > 1 else 0.0
        total_s = max(spent_s, self._budget.seconds, self._first_s + round_s * (self._budget.min_rounds - 1))
        self.show(f"round {number} done", spent_s, total_s)
        if not self.console.is_terminal:
            super().notice(f"round {number} done after {spent_s:.0f} s of about {total_s:.0f} s")


class GateProgress(QuietBar):
    """Shows a gate's pairs against those that its stage wants, and its time against the budget.

    Args:
        console: Where to show it.
        budget_s: Seconds that the measuring takes at most.
    """

    def __init__(self, console: Console, budget_s: float) -> None:
        super().__init__(console, "preparing both revisions", TextColumn("{task.fields[left]}"))
        self._budget_s = budget_s

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        """Show the pairs, and the time that as many as are still wanted will take at this pace."""
        total_s = max(spent_s, min(self._budget_s, spent_s * num_wanted / num_done))
        left = f"about {render_clock(total_s - spent_s)} left"
        self.show(f"{num_done} of {num_wanted} pairs", spent_s, total_s, left)

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        """Print a line where there is no bar."""
        if not self.console.is_terminal:
            what = {"screen": "screened", "confirm": "confirming"}[stage]
            self.notice(f"{what} {count_things(num_cases, 'case')}, {spent_s:.0f} s of at most {self._budget_s:.0f} s")


def render_clock(seconds: float) -> str:
    """Minutes and seconds, such as 4:05."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))


class TrialProgress(QuietBar):
    """Shows trials as they end, with the time that is left, and the pairs of the present one.

    Args:
        console: Where to show it.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console, "preparing")
        self._told: set[str] = set()
        self._name = ""

    def notice(self, line: str) -> None:
        """Print what a gate run says, once: most of them say the same."""
        if line not in self._told:
            self._told.add(line)
            super().notice(line)

    def gain_measured(self, num_done: int, num_wanted: int) -> None:
        """Show how far it has come."""
        if num_done == 1:
            super().notice("measuring first what more work is worth in each case, once for all trials")
        self.show(f"{num_done} of {num_wanted} pairs", num_done, num_wanted)

    def trial_begun(self, assignment: Assignment, num_trials: int) -> None:
        """Show which one it is."""
        self._name = f"trial {assignment.number + 1} of {num_trials}: {assignment}"
        self.restart()
        self.show(self._name)

    def pair_done(self, num_done: int, num_wanted: int, _spent_s: float) -> None:
        """Show the pairs."""
        self.show(f"{self._name}, {num_done} of {num_wanted} pairs", num_done, num_wanted)

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        """Say nothing: a trial has one line."""

    def trial_done(self, trial: Trial, num_trials: int, left_s: float) -> None:
        """Print its line."""
        left = datetime.timedelta(seconds=60 * round(left_s / 60))
        what = f"{trial.kind} {100 * trial.slowdown:.3g}% in {trial.case}" if trial.case else trial.kind
        end = f"{trial.num_pairs} pairs, {trial.spent_s:.0f} s; left: about {left}"
        super().notice(f"{trial.number + 1:4d} of {num_trials}  {what}: {tell_outcome(trial)}; {end}")


def tell_outcome(trial: Trial) -> str:
    """What the gate said and, where it said something, whether it was right."""
    if trial.outcome in BROKEN:
        return f"went wrong ({trial.reason or trial.outcome.value})"
    if trial.kind != "A/B":
        return f"FALSE ALARM ({', '.join(trial.regressed)})" if trial.regressed else trial.outcome.value
    elsewhere = [case for case in trial.regressed if case != trial.case]
    found = "found" if trial.case in trial.regressed else "missed"
    if trial.outcome is Outcome.INCONCLUSIVE:
        found = f"{found}, {trial.outcome.value}"
    return f"{found}, and also flagged {', '.join(elsewhere)}" if elsewhere else found
