"""``mnist-bench gate --pipeline``, for real, in repositories that have nothing of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import GitFolder

from bench.commands.gate import BUDGET_S
from bench.gate.design import GateOptions, PairDesign
from bench.gate.run import run_gate
from bench.subjects.pipeline_text import describe_pipeline
from mnist_core.language.errors import InputError
from reports.gate.verdict import GateVerdict, decide
from reports.summary.outcome import Outcome

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
SETTINGS = (
    '[tool.mnist-bench.gate]\nalpha = 0.05\nscreen_pairs = 2\ncontrol_pairs = 8\nmetrics = ["cpu"]\n'
    "cpu = {limit = 1.0, margin = 0.2}\n"
)
QUICK = PairDesign(num_turns=2)
DATA = """
from pathlib import Path
import numpy as np
import tensorflow as tf
from settings import SCALE

def make(batch_size=32):
    values = np.load(Path(__file__).parent / "raw" / "values.npy")
    dataset = tf.data.Dataset.from_tensor_slices((values, np.load("raw/labels.npy")))
    return dataset.shuffle(64).map(prepare).batch(batch_size)

def prepare(value, label):
    for _ in range(REPEATS):
        value = tf.linalg.inv(tf.linalg.inv(value))
    return value * SCALE, label

REPEATS = 2
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """A pipeline whose data git ignores, in the present folder."""
    repository = GitFolder(tmp_path / "repository")
    (repository.folder / "raw").mkdir()
    script = (
        "import numpy as np; r = np.random.default_rng(0); np.save('raw/labels.npy', np.arange(96));"
        "np.save('raw/values.npy', (np.eye(24) + r.normal(size=(96, 24, 24)) / 9).astype('float64'))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=repository.folder, check=True)
    repository.commit(
        **{"data.py": DATA, "settings.py": "SCALE = 1.0\n", ".gitignore": "raw/\n", "pyproject.toml": SETTINGS}
    )
    monkeypatch.chdir(repository.folder)
    return repository


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from bench.commands.cli import main; main()", "gate", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_more_work_in_the_working_tree_is_found_and_nothing_is_left(repository: GitFolder) -> None:
    repository.write("data.py", DATA.replace("REPEATS = 2", "REPEATS = 12"))
    options = GateOptions("HEAD", seed=7, budget_s=1e9, design=QUICK, pipelines=(describe_pipeline("data.py:make"),))
    decision = decide(run_gate(options))
    ((pipeline,), (finding,)) = decision.record.pipelines, decision.findings
    assert (pipeline.work.agreement, pipeline.work.num_examples, pipeline.work.is_whole) == ("tolerance", 96, True)
    assert (finding.threshold.case, finding.verdict) == ("make-default-cpu", GateVerdict.REGRESSED)
    assert finding.change.median > 1.5
    assert all(turn.num_examples == 96 for pair in decision.record.pairs for turn in pair.head.turns)
    assert repository.worktrees() == [str(repository.folder)]


def test_another_work_is_refused_from_a_folder_below_and_can_be_timed_all_the_same(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("settings.py", "SCALE = 2.0\n")
    repository.commit()
    (repository.folder / "notebooks").mkdir()
    (repository.folder / "notebooks/raw").symlink_to("../raw")
    monkeypatch.chdir(repository.folder / "notebooks")
    asked = ("--base", "HEAD~1", "--head", "HEAD", "--pipeline", "data.py:make", "--json")
    refused = call(*asked, "--markdown", "comment.md", "--out", "gate.json")
    told = json.loads(refused.stdout)
    reason = "not the same work: data.py:make: component 0: other values"
    assert (refused.returncode, told["outcome"], told["reason"]) == (2, "not-compared", reason)
    assert told["num_pairs"] == 0
    assert reason in (repository.folder / "notebooks/comment.md").read_text()
    timed = json.loads(call(*asked, "--different-work", "--budget", "1", "--out", "timed.json").stdout)
    assert timed["num_pairs"] > 0
    assert timed["pipelines"][0]["work"]["differences"] == ["component 0: other values"]


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        (
            "base",
            {"data.py": "def other(): pass\n"},
            "base, HEAD~1: data.py:make: data.py has no make: it has other.",
        ),
        (
            "head",
            {"settings.py": "raise OSError('no disk')\n"},
            "head, HEAD: data.py:make cannot be built at settings.py:1: OSError: no disk",
        ),
        (
            "head",
            {"data.py": DATA + "\ntake = make\ndef make():\n    return take().take(0)\n"},
            "head, HEAD: data.py:make: gives no example: its dataset is empty.",
        ),
    ],
)
def test_a_side_that_has_no_such_pipeline_is_told_in_one_line(
    repository: GitFolder, name: str, change: dict[str, str], reason: str
) -> None:
    before = {each: (repository.folder / each).read_text() for each in change}
    if name == "base":
        repository.commit(**change)
        repository.commit(**before)
    else:
        repository.commit(**change)
    options = GateOptions("HEAD~1", "HEAD", pipelines=(describe_pipeline("data.py:make"),), design=QUICK)
    with pytest.raises(InputError) as told:
        run_gate(options)
    assert str(told.value) == reason


def test_a_project_lists_its_pipelines_and_a_package_that_leads_to_the_repository_is_taken_from_each_revision(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = '[tool.mnist-bench]\npipelines = ["own.data:make", {pipeline = "data.py:make", arg = {batch_size = 8}}]\n'
    repository.commit(
        **{"src/own/__init__.py": "", "src/own/data.py": "from data import make\n", "pyproject.toml": listed}
    )
    repository.write("src/own/data.py", "import tensorflow as tf\ndef make():\n    return tf.data.Dataset.range(3)\n")
    monkeypatch.setenv("PYTHONPATH", "src")
    record = run_gate(GateOptions("HEAD", design=QUICK))
    assert [each.text for each in record.pipelines] == ["own.data:make", "data.py:make batch_size=8"]
    assert [each.work.is_same for each in record.pipelines] == [False, True]
    assert decide(record).outcome is Outcome.NOT_COMPARED


@pytest.mark.long
def test_a_pipeline_that_holds_more_is_found_by_its_memory_alone(repository: GitFolder) -> None:
    settings = SETTINGS.replace('["cpu"]', '["memory"]') + "memory = {limit = 0.2, margin = 0.05}\n"
    repository.commit(**{"pyproject.toml": settings})
    repository.write("data.py", DATA.replace(".batch(batch_size)", ".batch(batch_size).cache()"))
    options = GateOptions("HEAD", seed=7, budget_s=1e9, design=QUICK, pipelines=(describe_pipeline("data.py:make"),))
    decision = decide(run_gate(options))
    (finding,) = decision.findings
    assert (finding.threshold.metric, finding.verdict) == ("memory", GateVerdict.REGRESSED)
    pairs = decision.record.pairs
    assert all(not pair.base.turns for pair in pairs), "nothing is timed"
    cached = 96 * 24 * 24 * 8
    grown = [pair.head.live_bytes - pair.base.live_bytes for pair in pairs if pair.kind == "gate"]
    assert all(0.2 * cached < each < cached for each in grown), "the cache has what the shuffle had, and more"


@pytest.mark.long
def test_of_several_pipelines_those_that_a_side_has_not_stop_none_of_the_others(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = '[tool.mnist-bench]\npipelines = ["data.py:make", "data.py:fresh", "data.py:gone"]\n'
    repository.commit(**{"data.py": DATA + "\ngone = make\n", "pyproject.toml": listed + SETTINGS})
    repository.write("data.py", DATA + "\nfresh = make\n")
    decision = decide(run_gate(GateOptions("HEAD", seed=7, budget_s=1e9, design=QUICK)))
    reasons = {each.threshold.case: each.reason for each in decision.findings}
    assert reasons == {
        "make-default-cpu": "",
        "gone-default-cpu": "head, working tree: data.py:gone: data.py has no gone: it has fresh, make, prepare.",
    }
    assert decision.outcome is Outcome.FAILED
    assert decision.record.cases.only_in_head == ("fresh-default-cpu",)
    (notice,) = decision.record.notices
    assert (
        notice
        == "new in head: not compared: base, HEAD: data.py:fresh: data.py has no fresh: it has gone, make, prepare."
    )
    assert {pair.case for pair in decision.record.pairs} == {"make-default-cpu"}


def test_the_dataset_of_a_program_is_compared_as_each_revision_runs_it(repository: GitFolder) -> None:
    program = "import sys\nfrom data import make\ndef main():\n    next(iter(make(int(sys.argv[1]))))\nmain()\n"
    repository.commit(**{"train.py": program})
    repository.write("settings.py", "SCALE = 2.0\n")
    asked = call("--base", "HEAD", "--run", "train.py 8", "--json", "--out", "gate.json")
    told = json.loads(asked.stdout)
    assert (asked.returncode, told["reason"]) == (2, "not the same work: train.py 8: component 0: other values")
    assert told["pipelines"][0]["work"]["num_examples"] == 96


def test_caches_in_files_are_each_processes_own_and_nothing_is_written_into_the_repository(
    repository: GitFolder,
) -> None:
    cached = "\ndef cached():\n    return make().cache(str(Path(__file__).parent / 'raw' / 'c')).cache('raw/d')\n"
    repository.commit(**{"data.py": DATA + cached})
    asked = call("--base", "HEAD", "--pipeline", "data.py:cached", "--json", "--budget", "4", "--out", "gate.json")
    told = json.loads(asked.stdout)
    assert (told["num_pairs"] > 0, told["pipelines"][0]["work"]["remarks"]) == (
        True,
        ["files of caches and snapshots (raw/c, raw/d) are in a temporary folder, of each process its own"],
    ), asked.stderr
    assert "failed" not in asked.stderr
    assert sorted(each.name for each in (repository.folder / "raw").iterdir()) == ["labels.npy", "values.npy"]


def test_without_a_pipeline_a_repository_of_others_says_what_to_give(repository: GitFolder) -> None:
    with pytest.raises(InputError, match=r"give --pipeline path/to/file\.py:name\.$"):
        run_gate(GateOptions("HEAD", budget_s=BUDGET_S, design=QUICK))
    assert repository.worktrees() == [str(repository.folder)]
