"""The run of trials: kept one by one, gone on with, fail closed. The gate, the gains and the clock are fakes."""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fake_gate import FakeClock, FakeMachine, Run, make_record
from filelock import FileLock
from repositories import GitFolder, make_gated
from trial_listener import Listener

from bench.gate.design import PairDesign
from bench.trials import checkouts, trials
from bench.trials.gains import Gain
from bench.trials.slowdown import PIPELINE
from bench.trials.terms import TrialOptions
from bench.trials.trials import TrialError, run_trials
from bench.workers.protocol import Introduction
from mnist_core.language.errors import InputError
from reports.gate.file import load_gate
from reports.record.case import Case, Subject
from reports.record.machine import Setting
from reports.summary.outcome import Outcome
from reports.trials.trial import load_trials

pytestmark = pytest.mark.process

CASES = (
    Case(Subject("ordering", "a", "map().batch(32)"), arm="raw"),
    Case(Subject("ordering", "b", "batch(32).map()"), arm="raw"),
    Case(Subject("ordering", "b", "batch(32).map()"), "step", arm="raw"),
)
GAINS = (Gain("a-raw-cpu", "map().batch(32)", 100, 0.5),)


@dataclass
class FakeGate:
    """A gate run of 100 s that measures nothing, and looks at what it is given.

    Args:
        clock: goes on.
        breaks_at: the runs that end with an error.
        killed_at: the run at which the user hits Ctrl-C.
    """

    clock: FakeClock
    breaks_at: tuple[int, ...] = ()
    killed_at: int | None = None
    num_runs: int = 0

    def __post_init__(self) -> None:
        self.options = []
        self.sides = []

    def __call__(self, options, workplace, *, clock_s, listener, keep):
        number, self.num_runs = self.num_runs, self.num_runs + 1
        self.clock.now_s += 100
        self.options.append(options)
        base, head = (side.folder / PIPELINE for side in (workplace.base, workplace.head))
        self.sides.append((base == head, base.read_text() == head.read_text(), workplace.head.name))
        if number in self.breaks_at:
            raise InputError("out of memory")
        if number == self.killed_at:
            raise KeyboardInterrupt
        return replace(Run(FakeMachine(), make_record("a-raw-cpu"))(), seed=options.seed, spent_s=99.0)


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    return make_gated(tmp_path / "repository", "")


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started: neither to introduce a revision nor to measure gains."""
    told = Introduction(CASES, Setting("bars", "f" * 64, ()), ())
    monkeypatch.setattr(checkouts, "ask_introduction", lambda *_arguments, **_choices: told)
    monkeypatch.setattr(trials, "measure_gains", lambda *_arguments, **_choices: GAINS)


def choose(repository: GitFolder, **choices) -> TrialOptions:
    folder = repository.folder.parent / "proof"
    return replace(
        TrialOptions(base="HEAD", source="bars", folder=folder, num_trials=4, inside=repository.folder), **choices
    )


def run(options: TrialOptions, gate: FakeGate | None = None, listener: Listener | None = None):
    gate = gate or FakeGate(FakeClock())
    return run_trials(options, clock_s=gate.clock, listener=listener or Listener(), measure=gate), gate


def test_each_trial_is_a_line_and_a_gate_file(repository: GitFolder) -> None:
    options = choose(repository)
    done, gate = run(options)
    assert [trial.number for trial in done] == [0, 1, 2, 3]
    assert load_trials(options.folder / "trials.jsonl") == done
    for trial, asked in zip(done, gate.options, strict=True):
        assert load_gate(options.folder / trial.gate_file).seed == asked.seed
        assert asked.metrics == ("time", "cpu")
    assert len({asked.seed for asked in gate.options}) == 4


def test_the_other_rules_are_also_held_to_the_base_of_the_trial_before(repository: GitFolder) -> None:
    options = choose(repository, num_trials=2)
    run(options)
    done, _ = run(replace(options, num_trials=3))
    assert done[0].stored is None
    assert [each.stored == each.peers for each in done[1:]] == [True, True]  # all runs of this gate are equal
    (options.folder / done[2].gate_file).unlink()
    done, _ = run(replace(options, num_trials=4))
    assert done[3].stored is None


def test_each_kind_has_the_code_that_it_says(repository: GitFolder) -> None:
    done, gate = run(choose(repository, num_trials=32))
    for trial, (is_one_folder, is_equal, name) in zip(done, gate.sides, strict=True):
        assert is_one_folder == (trial.kind == "A/A same")
        assert is_equal == (trial.kind != "A/B")
        assert name.startswith(f"HEAD ({trial.kind}")
    assert {trial.case for trial in done if trial.kind == "A/B"} == {"a-raw-cpu"}


def test_a_second_slice_goes_on_with_the_next_number(repository: GitFolder) -> None:
    options = choose(repository, num_trials=10, slice_s=350)
    first, _ = run(options)
    second, _ = run(options)
    assert [trial.number for trial in first] == [0, 1, 2]
    assert [trial.number for trial in second] == [0, 1, 2, 3, 4, 5]
    whole, _ = run(replace(options, folder=options.folder.parent / "other", slice_s=math.inf))
    assert [(each.kind, each.case) for each in second] == [(each.kind, each.case) for each in whole[:6]]


@pytest.mark.parametrize(("slice_s", "num_trials"), [(300, 3), (399, 3), (400, 4), (100_000, 10)])
def test_no_trial_is_begun_that_would_probably_end_after_the_slice(
    repository: GitFolder, slice_s: float, num_trials: int
) -> None:
    done, _ = run(choose(repository, num_trials=10, slice_s=slice_s))
    assert len(done) == num_trials


def test_a_slice_in_which_no_trial_would_end_is_refused(repository: GitFolder) -> None:
    options = choose(repository, slice_s=299)
    with pytest.raises(TrialError, match=r"^a slice of 299 s is too short: a trial may take 300 s\.$"):
        run(options)
    run(replace(options, slice_s=300, num_trials=1))
    done, _ = run(replace(options, slice_s=100))
    assert len(done) == 2


def test_ctrl_c_loses_only_the_trial_that_was_running(repository: GitFolder) -> None:
    options = choose(repository)
    with pytest.raises(KeyboardInterrupt):
        run(options, FakeGate(FakeClock(), killed_at=2))
    assert len(load_trials(options.folder / "trials.jsonl")) == 2
    done, _ = run(options)
    assert [trial.number for trial in done] == [0, 1, 2, 3]
    assert repository.worktrees() == [str(repository.folder)]


def test_a_line_cut_short_by_a_kill_is_measured_again(repository: GitFolder) -> None:
    options = choose(repository)
    before, _ = run(options)
    file = options.folder / "trials.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    after, gate = run(options)
    assert gate.num_runs == 1
    assert [(each.number, each.kind, each.case) for each in after] == [
        (each.number, each.kind, each.case) for each in before
    ]


def test_an_error_of_the_run_is_counted_not_dropped(repository: GitFolder) -> None:
    done, _ = run(choose(repository), FakeGate(FakeClock(), breaks_at=(1, 2)))
    assert len(done) == 4
    assert [trial.outcome is Outcome.FAILED for trial in done] == [False, True, True, False]
    assert done[1].reason == "out of memory"
    assert done[1].spent_s == 100


def test_three_errors_in_a_row_end_the_trials(repository: GitFolder) -> None:
    gate = FakeGate(FakeClock(), breaks_at=tuple(range(1, 10)))
    options = choose(repository, num_trials=10)
    with pytest.raises(TrialError, match=r"^3 trials in a row went wrong, the last one with: out of memory$"):
        run(options, gate)
    assert gate.num_runs == 4
    assert len(load_trials(options.folder / "trials.jsonl")) == 4


def test_the_time_left_is_the_mean_trial_times_those_to_come(repository: GitFolder) -> None:
    listener = Listener()
    run(choose(repository), listener=listener)
    assert listener.left_s == [300, 200, 100, 0]


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"seed": 2}, "was begun with seed 1, not 2"),
        ({"budget_s": 60.0}, r"was begun with budget_s 300\.0, not 60\.0"),
        ({"patterns": ("a-*",)}, r"was begun with patterns none, not a-\*"),
        ({"kinds": ("A/A same",)}, "was begun with kinds A/A same, A/A rebuilt, A/B, not A/A same"),
        ({"design": PairDesign(num_turns=4)}, "was begun with num_turns 8, not 4"),
    ],
)
def test_a_proof_goes_on_under_its_own_terms_only(repository: GitFolder, choices, reason: str) -> None:
    options = choose(repository)
    run(options)
    with pytest.raises(InputError, match=f"{reason}: give the former again, or another --out"):
        run(replace(options, **choices))


def test_two_slices_at_once_are_refused(repository: GitFolder) -> None:
    options = choose(repository)
    run(options)
    refused = pytest.raises(TrialError, match=r"^another slice of .*proof is running: wait for it")
    with FileLock(options.folder / trials.LOCK), refused:
        run(replace(options, num_trials=5))
    done, _ = run(replace(options, num_trials=5))
    assert len(done) == 5


def test_another_commit_is_another_proof(repository: GitFolder) -> None:
    options = choose(repository)
    run(options)
    repository.commit(**{"README.md": "better words"})
    with pytest.raises(InputError, match="was begun with commit"):
        run(options)
    done, _ = run(replace(options, base="HEAD~1", num_trials=5))
    assert len(done) == 5


def test_uncommitted_changes_are_neither_measured_nor_touched(repository: GitFolder) -> None:
    (repository.folder / PIPELINE).write_text("broken\n")
    before = repository.git("status", "--porcelain")
    run(choose(repository, num_trials=32))
    assert repository.git("status", "--porcelain") == before
    assert (repository.folder / PIPELINE).read_text() == "broken\n"


def test_gains_are_measured_once(repository: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    options = choose(repository)
    run(options)
    assert json.loads((options.folder / "gains.json").read_text())[0]["gain"] == 0.5
    monkeypatch.setattr(trials, "measure_gains", None)
    run(replace(options, num_trials=6))


def test_no_gains_are_needed_where_nothing_is_slowed(repository: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "measure_gains", None)
    done, _ = run(choose(repository, kinds=("A/A same", "A/A rebuilt")))
    assert len(done) == 4


def test_a_damaged_file_is_told_and_left_alone(repository: GitFolder) -> None:
    options = choose(repository)
    options.folder.mkdir()
    (options.folder / "trials.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match="line 1 is damaged, or no trial"):
        run(options)
    assert (options.folder / "trials.jsonl").read_text() == "{}\n"
