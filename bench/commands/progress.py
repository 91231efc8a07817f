"""How far a gate and its trials have come: on a terminal a bar with the time left, elsewhere lines that stay."""

from __future__ import annotations

import datetime

from rich.console import Console
from rich.progress import TextColumn

from bench.calls.progress import LINE_EVERY_S, GroupProgress, QuietBar, render_clock, tell_doing
from bench.trials.schedule import Assignment
from reports.drawing.numbers import count_things
from reports.record.case import Case
from reports.summary.outcome import Outcome
from reports.trials.trial import BROKEN, Trial


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


class SweepProgress(GroupProgress):
    """Shows the stages of a sweep, against the budget for all of it.

    Args:
        console: Where to show it.
        budget_s: Seconds that the sweep takes at most.
    """

    def __init__(self, console: Console, budget_s: float) -> None:
        super().__init__(console)
        self._budget_s, self._words, self._spent_s = budget_s, "", 0.0

    def looking(self, name: str) -> None:
        """Tell that the changes are looked for that keep the meaning, which takes a process of its own."""
        words = f"looking for changes of {name} that keep its examples, and trying that they do"
        self.show(words)
        if not self.console.is_terminal:
            self.notice(words)

    def stage_begun(self, words: str, share: float) -> None:
        """Tell what is measured now."""
        self._words = words
        self.notice(f"{words}, until at most {share * self._budget_s:.0f} s of {self._budget_s:.0f} s")

    def starting(self, case: Case, number: int, total: int) -> None:
        """Show which case is warmed up or read."""
        self._draw(f"{tell_doing(case)[0]} {number}/{total}: {case.id}")

    def started(self, case: Case, number: int, total: int) -> None:
        """Leave the next word to the next step: a sweep starts many workers."""

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds done, and the time that is left of the budget at most."""
        self._spent_s = spent_s
        self._draw(f"{self._words}: round {number} done")
        self._tell(f"round {number} done")

    def pair_done(self, number: int, wanted: int, spent_s: float) -> None:
        """Show the fresh pairs done."""
        self._spent_s = spent_s
        self._draw(f"{self._words}: {number} of {wanted}")
        self._tell(f"{number} of {wanted} fresh pairs done")

    def _draw(self, words: str) -> None:
        left = f"at most {render_clock(max(0.0, self._budget_s - self._spent_s))} left"
        self.show(words, min(self._spent_s, self._budget_s), self._budget_s, left)

    def _tell(self, words: str) -> None:
        """Print a line where there is no bar, and not more often than every few seconds."""
        if not self.console.is_terminal and self._spent_s - self._line_s >= LINE_EVERY_S:
            self._line_s = self._spent_s
            QuietBar.notice(self, f"{words} after {self._spent_s:.0f} s of at most {self._budget_s:.0f} s")


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
