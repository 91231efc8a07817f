"""How far the main job has come: one line that moves on a terminal, elsewhere one line for each group of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from bench.calls.progress import GroupProgress, QuietBar, render_clock, tell_doing
from reports.drawing.numbers import count_things
from reports.record.case import Case


class JobProgress(GroupProgress):
    """Shows how far the groups of a job have come, one after the other, against the budget of all of them.

    Args:
        console: Where to show it.
        num_groups: How many groups there are.
        clock_s: Gives the present moment in seconds.
    """

    def __init__(self, console: Console, num_groups: int, clock_s: Callable[[], float]) -> None:
        super().__init__(console)
        self._num_groups, self._clock_s = num_groups, clock_s
        self._title, self._place = "", 0
        self._job_begin_s = self._group_begin_s = clock_s()
        self._left_s = 0.0  # of the budget of all groups, when this one began

    @contextmanager
    def follow(self, group: str, num_cases: int, left_s: float) -> Iterator[JobProgress]:
        """Show one group.

        Args:
            group: Name of the group.
            num_cases: Number of its cases.
            left_s: Seconds that are left for it and those that come.
        """
        self._place += 1
        self._title = f"{group} ({self._place} of {self._num_groups})"
        self._group_begin_s, self._left_s = self._clock_s(), left_s
        if not self.console.is_terminal:
            self.notice(f"{self._title}: {count_things(num_cases, 'case')}{self._tell_left(left_s, '; ')}")
        with self:
            yield self

    def __enter__(self) -> JobProgress:
        QuietBar.__enter__(self)
        return self

    def detail(self, line: str) -> None:
        """Say nothing: the answer tells how well it went."""

    def starting(self, case: Case, number: int, total: int) -> None:
        """Show how many cases are warmed up or read."""
        self._draw(f"{tell_doing(case)[0]} {number} of {total}", self._count_left_s())

    def started(self, case: Case, number: int, total: int) -> None:
        """Say nothing: the next one, or the first round, will."""

    def round_done(self, number: int, spent_s: float) -> None:
        """Show the rounds of this group, and the time that is left for all groups."""
        left_s = self.estimate_total_s(number, spent_s) - spent_s
        self._draw(f"round {number}", max(left_s, self._count_left_s()))

    def _count_left_s(self) -> float:
        return max(0.0, self._left_s - (self._clock_s() - self._group_begin_s))

    def _draw(self, doing: str, left_s: float) -> None:
        spent_s = self._clock_s() - self._job_begin_s
        self.show(f"{self._title}: {doing}", spent_s, spent_s + left_s, self._tell_left(left_s))

    @staticmethod
    def _tell_left(left_s: float, before: str = "") -> str:
        return f"{before}about {render_clock(left_s)} left" if left_s else ""


def open_job_progress(num_groups: int, clock_s: Callable[[], float]) -> JobProgress:
    """Shows on standard error how far a job has come; arguments as for `JobProgress`."""
    return JobProgress(Console(stderr=True), num_groups, clock_s)
