"""Progress: a bar with the time left on a terminal, plain lines elsewhere."""

import io

import pytest
from rich.console import Console

from bench.cases.selection import build_case
from bench.commands.progress import GroupProgress
from bench.turns.schedule import Budget
from mnist_core.training.progress import TrainingProgress

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
    with GroupProgress(terminal, Budget(100, 5, 20)) as progress:
        progress.notice("using [synthetic] digits")
        progress.started(build_case("post"), 1, 10)
        progress.round_done(1, 12.0)
    assert "using [synthetic] digits" in terminal.file.getvalue()
    assert "\x1b[" in terminal.file.getvalue()


def test_measuring_prints_a_line_a_round_into_a_pipe(pipe: Console) -> None:
    with GroupProgress(pipe, Budget(100, 5, 20)) as progress:
        progress.started(build_case("post"), 1, 10)
        progress.round_done(1, 40.0)
        progress.round_done(2, 70.0)
        progress.round_done(3, 90.0)
    assert pipe.file.getvalue().split("\n") == [
        "",
        "warmed up 1/10: post-default-cpu",
        "round 1 done after 40 s of about 100 s",
        "round 2 done after 70 s of about 160 s",  # four more rounds of 30 s after the first, whatever the budget
        "round 3 done after 90 s of about 140 s",
        "",
    ]


def test_a_notice_that_several_workers_give_is_told_once(pipe: Console) -> None:
    with GroupProgress(pipe, Budget(100, 5, 20)) as progress:
        for _ in range(2):
            progress.notice("train.py: took dataset 3.")
            progress.started(build_case("post"), 1, 1)
    told = pipe.file.getvalue().split("\n")
    assert told == ["", "train.py: took dataset 3.", *["warmed up 1/1: post-default-cpu"] * 2, ""]
