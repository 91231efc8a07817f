"""``mnist-bench trials`` and ``mnist-bench designs`` at a terminal: lines, errors, and a trial on few digits."""

import io
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from repositories import GitFolder, make_gated
from rich.console import Console
from trial_listener import Listener

from bench.cases.gate import build_gate_cases
from bench.commands.progress import TrialProgress, tell_outcome
from bench.commands.trials import parse_kinds
from bench.gate.design import PairDesign
from bench.gate.draws import Lot, Lots
from bench.gate.pairs import Job, measure_pair
from bench.trials.checkouts import copy_commit, prepare_doubled
from bench.trials.schedule import Assignment
from bench.trials.terms import TrialOptions
from bench.trials.trials import run_trials
from mnist_core.language.errors import InputError
from reports.gate.file import load_gate
from reports.gate.record import Pair
from reports.gate.stages import PairRequest
from reports.gate.verdict import decide
from reports.summary.outcome import Outcome
from reports.trials.trial import Trial

ROOT = Path(__file__).parents[3]
RUN = ("trials", "run", "--out", "proof")
DESIGNS = ("trials", "designs")
SETTINGS = 'screen_pairs = 2\ncontrol_pairs = 2\nmetrics = ["time"]\ntime = {limit = 0.9, margin = 0.5}\n'
QUICK = PairDesign(num_examples=200, num_turns=2)
CASES = build_gate_cases(QUICK.arm, QUICK.num_examples)
ORDERING = "shuffle(60000).map().batch(32).repeat()"
SAME = Trial(0, "A/A same", 0.0, "", Outcome.FINE, (), (), 92, 211.4, "2026-11-25T10:00", "gates/0000.json")
SLOWED = replace(SAME, number=3, kind="A/B", slowdown=0.05, case="post-raw-cpu", outcome=Outcome.REGRESSED)


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    return make_gated(tmp_path / "repository", SETTINGS)


@pytest.mark.parametrize(
    ("trial", "text"),
    [
        (SAME, "fine"),
        (replace(SAME, outcome=Outcome.INCONCLUSIVE), "inconclusive"),
        (replace(SAME, outcome=Outcome.REGRESSED, regressed=("a", "b")), "FALSE ALARM (a, b)"),
        (replace(SLOWED, regressed=("post-raw-cpu",)), "found"),
        (replace(SLOWED, outcome=Outcome.FINE), "missed"),
        (replace(SLOWED, outcome=Outcome.INCONCLUSIVE), "missed, inconclusive"),
        (replace(SLOWED, regressed=("a",)), "missed, and also flagged a"),
        (replace(SLOWED, regressed=("a", "post-raw-cpu")), "found, and also flagged a"),
        (replace(SAME, outcome=Outcome.FAILED, reason="out of memory"), "went wrong (out of memory)"),
        (replace(SAME, outcome=Outcome.NOT_COMPARED), "went wrong (not-compared)"),
    ],
)
def test_a_trial_is_told_by_what_was_right(trial: Trial, text: str) -> None:
    assert tell_outcome(trial) == text


def test_each_trial_has_a_line_with_the_time_left() -> None:
    stream = io.StringIO()
    with TrialProgress(Console(file=stream, width=100)) as progress:
        progress.gain_measured(1, 16)
        progress.gain_measured(2, 16)
        progress.trial_begun(Assignment(3, "A/B", 1, 0.05, "post-raw-cpu", {ORDERING: 6}), 160)
        progress.notice("renamed")
        progress.pair_done(3, 92, 10.0)
        progress.round_done("screen", 3, 10.0)
        progress.trial_done(replace(SLOWED, regressed=("post-raw-cpu",)), 160, 33_000)
        progress.notice("renamed")
    assert stream.getvalue().splitlines() == [
        "measuring first what more work is worth in each case, once for all trials",
        "renamed",
        "   4 of 160  A/B 5% in post-raw-cpu: found; 92 pairs, 211 s; left: about 9:10:00",
    ]


def test_kinds_are_chosen_by_name() -> None:
    assert parse_kinds("slowed, same") == ("A/A same", "A/B")
    with pytest.raises(InputError, match=r"^--kinds must be one of same, rebuilt, slowed, got 'rain'\.$"):
        parse_kinds("same,rain")


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from bench.commands.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            (*RUN, "--kinds", "rain"),
            "--kinds must be one of same, rebuilt, slowed, got 'rain'.",
        ),
        ((*RUN, "--revision", "nowhere"), "git knows no revision 'nowhere'."),
        ((*RUN, "--data", "nowhere.npz"), "nowhere.npz"),
        ((*DESIGNS, "--cases", "rain"), "a case must be one of post, "),
        ((*DESIGNS, "--data", "nowhere.npz"), "nowhere.npz"),
        (
            ("trials", "designs", "--budget", "0", "--out", "pyproject.toml"),
            "pyproject.toml, line 1 is damaged, or no pair",
        ),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(repository: GitFolder, arguments, reason: str) -> None:
    done = command(repository.folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert repository.git("status", "--porcelain") == ""
    assert repository.worktrees() == [str(repository.folder)]


@pytest.mark.process
def test_a_folder_that_cannot_be_made_is_told(repository: GitFolder, digits_file: str) -> None:
    done = command(repository.folder, "trials", "run", "--out", "pyproject.toml/proof", "--data", digits_file)
    assert done.returncode == 2, done.stderr
    assert "error: --out pyproject.toml/proof cannot be written: Not a directory." in done.stderr


@pytest.mark.process
def test_no_pairs_are_no_table_but_json_all_the_same(repository: GitFolder) -> None:
    done = command(repository.folder, "trials", "designs", "--budget", "0", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"schema": "mnist-bench/designs/1", "prices": []}


@pytest.mark.process
@pytest.mark.long
def test_a_trial_for_real(repository: GitFolder, digits_file: str, tmp_path: Path) -> None:
    options = TrialOptions(
        base="HEAD",
        source=digits_file,
        folder=tmp_path / "proof",
        num_trials=1,
        kinds=("A/A rebuilt",),
        patterns=("no_prefetch-*",),
        design=QUICK,
        inside=repository.folder,
    )
    (trial,) = run_trials(options, clock_s=time.monotonic, listener=Listener())
    record = load_gate(options.folder / trial.gate_file)
    assert trial.num_pairs == len(record.pairs) >= 4
    assert trial.outcome is decide(record).outcome
    assert {turn.num_examples for pair in record.pairs for turn in (*pair.base.turns, *pair.head.turns)} == {200}
    assert record.head.name == "HEAD (A/A rebuilt)"
    assert {each.metric for each in record.plan.thresholds} == {"time", "cpu"}
    assert repository.worktrees() == [str(repository.folder)]


@pytest.mark.process
def test_a_head_with_more_work_gives_as_many_examples_for_real(repository: GitFolder, digits_file: str) -> None:
    with (
        copy_commit("HEAD", inside=repository.folder) as original,
        prepare_doubled(original, {ORDERING: 6}, digits_file, CASES, Lots(1)) as slots,
    ):
        job = Job(PairRequest("no_prefetch-raw-cpu", "gate", "screen", 6), 0, Lot(0, "base"))
        pair = measure_pair(job, slots.seat(job), QUICK.num_turns)
        slots.close()
    assert isinstance(pair, Pair), pair
    assert {turn.num_examples for turn in (*pair.base.turns, *pair.head.turns)} == {200}
