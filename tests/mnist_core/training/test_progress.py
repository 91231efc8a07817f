"""Progress: a bar with the time left on a terminal, plain lines elsewhere."""

import io
import re

import pytest
from rich.console import Console

from bench.calls.progress import GroupProgress
from bench.cases.selection import build_case
from bench.turns.schedule import Budget
from mnist_core.training.progress import TrainingProgress

BUDGET = Budget(100, 5, 20)
LOGS = {"loss": 0.25, "accuracy": 0.9}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return Console(file=io.StringIO(), force_terminal=True, width=100)


@pytest.fixture
def pipe() -> Console:
    return Console(file=io.StringIO(), width=100)


def train_through(console: Console) -> str:
    progress = TrainingProgress(console, 2)
    progress.set_params({"steps": 3})
    progress.on_train_begin()
    for epoch in (0, 1):
        progress.on_epoch_begin(epoch)
        for batch in range(3):
            progress.on_train_batch_end(batch)
        progress.on_epoch_end(epoch, LOGS)
    shown = progress.shown()
    progress.on_train_end()
    return shown


def test_training_shows_a_bar_for_the_whole_run_on_a_terminal(terminal: Console) -> None:
    assert train_through(terminal) == "epoch 2/2: 6 of 6 steps"
    assert "\x1b[" in terminal.file.getvalue()


def test_a_resumed_run_counts_only_the_steps_still_to_come(terminal: Console) -> None:
    progress = TrainingProgress(terminal, 5)
    progress.set_params({"steps": 10})
    progress.on_train_begin()
    progress.on_epoch_begin(3)
    progress.on_train_batch_end(0)
    assert progress.shown() == "epoch 4/5: 1 of 20 steps"
    progress.close()
    progress.close()


def test_training_prints_a_line_an_epoch_into_a_pipe(pipe: Console) -> None:
    train_through(pipe)
    lines = [f"epoch {epoch}/2: loss 0.2500, accuracy 0.9000" for epoch in (1, 2)]
    assert pipe.file.getvalue().splitlines() == lines


def test_measuring_shows_a_bar_on_a_terminal_and_keeps_its_notices(terminal: Console) -> None:
    with GroupProgress(terminal) as progress:
        progress.notice("using [synthetic] digits")
        progress.starting(build_case("post"), 1, 10)
        progress.started(build_case("post"), 1, 10)
        before = shown(terminal)
        progress.turns_begun(BUDGET, 10.0)
        progress.round_done(1, 12.0)
    assert "using [synthetic] digits" in before
    assert "warming up 1/10: post-default-cpu" in before
    assert "left" not in before, "nobody knows yet"
    assert "round 1 done" in shown(terminal)
    assert "about 1:28 left" in shown(terminal)
    assert "\x1b[" in terminal.file.getvalue()


def shown(console: Console) -> str:
    """What a terminal was sent, without colours."""
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", console.file.getvalue())


def test_measuring_prints_a_line_a_round_into_a_pipe(pipe: Console) -> None:
    with GroupProgress(pipe) as progress:
        progress.starting(build_case("post"), 1, 2)
        progress.started(build_case("post"), 1, 2)
        progress.starting(build_case("no_prefetch"), 2, 2)
        progress.started(build_case("no_prefetch"), 2, 2)
        progress.turns_begun(BUDGET, 20.0)
        progress.round_done(1, 40.0)
        progress.round_done(2, 70.0)
        progress.round_done(3, 80.0)
    assert pipe.file.getvalue().split("\n") == [
        "",
        "warming up 1/2: post-default-cpu",
        "warmed up 1/2: post-default-cpu",
        "warmed up 2/2: no_prefetch-default-cpu",
        "round 1 done after 40 s of about 120 s",  # four more rounds of 20 s
        "round 2 done after 70 s of about 145 s",  # three more of 25 s
        "round 3 done after 80 s of about 120 s",
        "",
    ]


def test_fewest_turns_that_take_longer_than_the_budget_are_told_with_their_time(pipe: Console) -> None:
    with GroupProgress(pipe) as progress:
        progress.turns_begun(Budget(3, 6, 20), 31.0)
        progress.round_done(1, 40.0)
        progress.turns_begun(Budget(0, 6, 20), 0.0)
        progress.round_done(1, 9.0)
    assert pipe.file.getvalue().split("\n") == [
        "",
        "the fewest turns, 6 of each, take about 54 s, more than the budget of 3 s",
        "round 1 done after 40 s of about 85 s",
        "round 1 done after 9 s of about 54 s",  # who gives no time at all wants the fewest turns
        "",
    ]


def test_quick_rounds_are_told_every_few_seconds(pipe: Console) -> None:
    with GroupProgress(pipe) as progress:
        progress.turns_begun(Budget(20, 6, 20), 1.0)
        for number in range(1, 21):
            progress.round_done(number, 1.0 + 0.5 * number)
    assert [line.partition(" of ")[0] for line in pipe.file.getvalue().split("\n")] == [
        "",
        "round 1 done after 2 s",
        "round 11 done after 6 s",
        "",
    ]


def test_a_reading_is_told_as_one(pipe: Console) -> None:
    with GroupProgress(pipe) as progress:
        progress.starting(build_case("post", "memory"), 1, 1)
        progress.started(build_case("post", "memory"), 1, 1)
        progress.starting(build_case("post", "order"), 1, 1)
        progress.starting(build_case("post", "traced"), 1, 1)
        progress.started(build_case("post", "traced"), 1, 1)
    assert pipe.file.getvalue().split("\n") == [
        "",
        "reading memory 1/1: post-default-cpu",
        "read memory 1/1: post-default-cpu",
        "reading mixing 1/1: post-order-default-cpu",
        "tracing 1/1: post-traced-default-cpu",
        "traced 1/1: post-traced-default-cpu",
        "",
    ]


def test_a_notice_that_several_workers_give_is_told_once(pipe: Console) -> None:
    with GroupProgress(pipe) as progress:
        for _ in range(2):
            progress.notice("train.py: took dataset 3.")
            progress.started(build_case("post"), 1, 1)
    told = pipe.file.getvalue().split("\n")
    assert told == ["", "train.py: took dataset 3.", *["warmed up 1/1: post-default-cpu"] * 2, ""]
