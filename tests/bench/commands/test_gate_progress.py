"""How far a gate has come: lines where there is no terminal, a bar with the time left where there is one."""

import io

import pytest
from rich.console import Console

from bench.calls.progress import render_clock
from bench.commands.progress import GateProgress


def show(*, is_terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=100, no_color=True)
    with GateProgress(console, 300.0) as progress:
        progress.notice("a line")
        progress.pair_done(3, 30, 12.0)
        progress.round_done("screen", 3, 12.0)
        progress.pair_done(10, 1000, 100.0)
        progress.round_done("confirm", 1, 100.0)
    return console.file.getvalue()


def test_a_pipe_gets_a_line_a_round() -> None:
    assert show(is_terminal=False) == (
        "a line\nscreened 3 cases, 12 s of at most 300 s\nconfirming 1 case, 100 s of at most 300 s\n"
    )


def test_a_terminal_gets_a_bar_with_the_time_left_and_no_more_than_the_budget() -> None:
    shown = show(is_terminal=True)
    assert "preparing both revisions" in shown
    assert "3 of 30 pairs" in shown
    assert "about 1:48 left" in shown  # 27 pairs of 4 s
    assert "10 of 1000 pairs" in shown
    assert "about 3:20 left" in shown  # of the budget
    assert "screened" not in shown


@pytest.mark.parametrize(("seconds", "text"), [(0.0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (245.0, "4:05")])
def test_a_clock(seconds: float, text: str) -> None:
    assert render_clock(seconds) == text
