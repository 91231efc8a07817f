"""How far the main job has come: a line that moves on a terminal, and into a pipe no more than a line a group."""

import io
import re

from rich.console import Console

from bench.calls.job_progress import JobProgress
from bench.cases.selection import build_case
from bench.turns.schedule import Budget


class Clock:
    """Stands still unless it is told to go on."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def follow(*, is_terminal: bool) -> str:
    """What two groups show: two cases are read in 30 s, and two take turns in a budget of 60 s."""
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=80, no_color=True)
    clock, post, other = Clock(), build_case("post"), build_case("no_prefetch")
    job = JobProgress(console, 2, clock)
    for group, left_s in (("memory", 90.0), ("orderings", 60.0)):
        with job.follow(group, 2, left_s) as progress:
            progress.notice("using synthetic digits")
            for number, case in enumerate((post, other), start=1):
                progress.starting(case, number, 2)
                clock.now_s += 15
                progress.started(case, number, 2)
            if group == "orderings":
                progress.turns_begun(Budget(60.0, 6, 20), 30.0)
                progress.round_done(1, 35.0)
                progress.detail("the budget ended with 1 of 2 intervals wider than 10%")
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", console.file.getvalue())


def test_a_pipe_gets_a_line_a_group_and_each_notice_once() -> None:
    assert follow(is_terminal=False).splitlines() == [
        "memory (1 of 2): 2 cases; about 1:30 left",
        "using synthetic digits",
        "orderings (2 of 2): 2 cases; about 1:00 left",
    ]


def test_a_terminal_gets_one_line_with_the_group_its_cases_and_the_time_left() -> None:
    shown = follow(is_terminal=True)
    assert "memory (1 of 2): warming up 1 of 2" in shown
    assert "memory (1 of 2): warming up 2 of 2" in shown
    assert "orderings (2 of 2): round 1" in shown
    assert "about 1:30 left" in shown, "all of the budget, before the first case"
    assert "about 1:15 left" in shown, "15 s later"
    assert "about 0:30 left" in shown, "after a round: the budget of 60 s less 30 s"
    assert "budget ended" not in shown
    assert shown.count("using synthetic digits") == 1
    assert max(map(len, re.split(r"[\r\n]+", shown))) <= 80


def test_without_a_budget_no_time_is_made_up() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    with JobProgress(console, 1, Clock()).follow("memory", 1, 0.0):
        pass
    assert console.file.getvalue() == "memory (1 of 1): 1 case\n"
