"""``mnist-bench gate``, for real, on a few digits in small repositories: what is found, said and left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from processes import find_group, wait_for_end
from repositories import GitFolder, make_gated

from bench.gate.design import CAN_PIN, GateOptions, PairDesign
from bench.gate.packages import install as install_packages
from bench.gate.run import run_gate
from mnist_core.language.errors import InputError
from reports.gate.file import load_gate
from reports.gate.verdict import GateVerdict, decide
from reports.summary.outcome import Outcome

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
# Few pairs: the planted slowdown is large.
SETTINGS = 'alpha = 0.05\nscreen_pairs = 2\ncontrol_pairs = 8\nmetrics = ["time"]\ntime = {limit = 1.0, margin = 0.2}\n'
QUICK = PairDesign(num_examples=200, num_turns=2)
PLANT = """

def _burn(decode: Decode) -> Decode:
    def slow(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        square = tf.random.uniform((160, 160))
        wasted = tf.reduce_min(tf.matmul(square, square))
        return decode(images + tf.cast(tf.minimum(wasted, 0.0), images.dtype), labels)

    return slow
"""


class Silence:
    def notice(self, line: str) -> None:
        pass

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        pass

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        pass


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    return make_gated(tmp_path / "repository", SETTINGS)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made: short, for sockets, and of this test alone."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def measure(repository: GitFolder, base: str, head: str | None, data: str, *patterns: str):
    options = GateOptions(base, head, data, 7, patterns, budget_s=1e9, design=QUICK, inside=repository.folder)
    return decide(run_gate(options, clock_s=time.monotonic, listener=Silence(), keep=lambda _: None))


def plant(repository: GitFolder) -> None:
    """Real work in the map of every pipeline, several times what it does itself."""
    text = (repository.folder / "mnist_core/pipeline/build.py").read_text()
    slow = text.replace("dataset.map(decode,", "dataset.map(_burn(decode),")
    assert slow != text
    repository.write("mnist_core/pipeline/build.py", slow + PLANT)


@pytest.mark.long
def test_work_planted_in_the_working_tree_is_found_and_nothing_is_left(
    repository: GitFolder, digits_file: str, scratch: Path
) -> None:
    plant(repository)
    before = repository.git("status", "--porcelain")
    decision = measure(repository, "HEAD", None, digits_file, "no_prefetch-*")
    assert [(each.threshold.case, each.verdict) for each in decision.findings] == [
        ("no_prefetch-raw-cpu", GateVerdict.REGRESSED)
    ]
    assert decision.findings[0].change.median > 2
    assert decision.outcome is Outcome.REGRESSED
    assert decision.record.head.is_working_tree
    assert decision.record.base.setting.data_name == "bars.npz"
    assert repository.git("status", "--porcelain") == before
    assert repository.worktrees() == [str(repository.folder)]
    assert list(scratch.iterdir()) == []


def test_a_commit_that_changes_the_readme_alone_is_the_same_work_and_fine_if_it_takes_as_long(
    repository: GitFolder, digits_file: str
) -> None:
    repository.commit(**{"README.md": "better words"})
    record = measure(repository, "HEAD~1", "HEAD", digits_file, "batch_before_map-raw-*").record
    assert len(record.pairs) >= 10
    assert record.failures == ()
    assert record.base.commit != record.head.commit
    for pair in record.pairs:
        assert [turn.num_examples for turn in (*pair.base.turns, *pair.head.turns)] == [200] * 4
    even = [replace(pair, head=replace(pair.head, turns=pair.base.turns)) for pair in record.pairs]
    assert decide(replace(record, pairs=tuple(even))).outcome is Outcome.FINE  # alarms at random are for the trials


def test_a_head_that_does_not_work_is_told_in_one_line(repository: GitFolder, digits_file: str) -> None:
    repository.write("mnist_core/language/spec.py", "import nowhere\n")
    with pytest.raises(InputError, match=r"^head, working tree: ModuleNotFoundError: No module named 'nowhere'$"):
        measure(repository, "HEAD", None, digits_file)


def test_a_base_from_before_the_public_api_is_told_in_one_line(repository: GitFolder, digits_file: str) -> None:
    new = (repository.folder / "mnist_core/__init__.py").read_text()
    asks = '[project]\nname = "gated"\nversion = "1"\ndependencies = ["no-such-package-anywhere"]\n'  # never installed
    old = repository.commit(**{"mnist_core/__init__.py": '"""A complete MNIST program."""\n', "pyproject.toml": asks})
    repository.commit(**{"mnist_core/__init__.py": new})
    with command(repository, "--base", old, "--head", "HEAD", "--data", digits_file) as run:
        out, err = run.communicate()
    reason = "its mnist_core is older than the public API that a gate asks for, and cannot be compared."
    assert (run.returncode, out) == (2, "")
    assert err == f"error: base, {old}: {reason}\n"


def test_cases_that_only_one_revision_has_are_listed_and_a_renamed_one_is_compared(
    repository: GitFolder, digits_file: str
) -> None:
    path = "mnist_core/language/named_orderings.py"
    text = (repository.folder / path).read_text()
    repository.write(
        path, text.replace('"no_prefetch"', '"unbuffered"').replace("cache().shuffle(60000)", "cache().shuffle(9)")
    )
    options = GateOptions("HEAD", None, digits_file, 7, ("unbuffered-*",), budget_s=0.001, inside=repository.folder)
    record = run_gate(options, clock_s=time.monotonic, listener=Silence(), keep=lambda _: None)
    assert record.cases.compared == ("unbuffered-raw-cpu",)
    assert [(each.base, each.head) for each in record.cases.renamed] == [("no_prefetch-raw-cpu", "unbuffered-raw-cpu")]
    assert record.notices[0].startswith("cache_before_map-raw-cpu is no longer cache().shuffle(60000)")
    assert len(record.pairs) == 1


def test_revisions_with_other_dependencies_run_with_interpreters_of_their_own(
    repository: GitFolder, digits_file: str
) -> None:
    made: list[tuple[str, ...]] = []

    def install(folder: Path, requirements: tuple[str, ...]) -> Path:
        """An environment that finds the packages of this one: none can be installed here."""
        made.append(requirements)
        python = install_packages(folder, ())
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "these.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
        return python

    text = (repository.folder / "pyproject.toml").read_text()
    repository.write("pyproject.toml", text.replace("dependencies = []", 'dependencies = ["rich"]'))
    options = GateOptions(
        "HEAD", None, digits_file, 7, ("no_pre*",), budget_s=0.1, design=QUICK, inside=repository.folder
    )
    record = run_gate(options, clock_s=time.monotonic, listener=Silence(), keep=lambda _: None, install=install)
    assert made == [(), ("rich",)]
    assert record.environment_line == "an environment each, since the dependencies differ: head asks for rich"
    assert len(record.pairs) == 1


def command(repository: GitFolder, *arguments: str, **choices) -> subprocess.Popen[str]:
    script = "from bench.commands.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", script, "gate", *arguments],
        cwd=repository.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **choices,
    )


@pytest.mark.parametrize(("number", "num_signals"), [(signal.SIGINT, 3), (signal.SIGTERM, 1)])
def test_an_interrupted_gate_leaves_a_whole_file_and_nothing_else(
    repository: GitFolder, digits_file: str, scratch: Path, number: signal.Signals, num_signals: int
) -> None:
    arguments = ("--base", "HEAD", "--cases", "no_prefetch-*", "--data", digits_file, "--out", "gate.json")
    with command(repository, *arguments, start_new_session=True) as run:
        for line in run.stderr:
            if line.startswith("screened 1 case,"):
                break
        sides = find_children(run.pid)
        assert sides
        for _ in range(num_signals):
            os.killpg(run.pid, number)
        out, err = run.communicate()
    assert run.returncode == 130, err
    assert "stopped early: interrupted" in out
    assert load_gate(repository.folder / "gate.json").interruption == "interrupted"
    for group in (run.pid, *sides):
        check_ended(group)
    assert repository.worktrees() == [str(repository.folder)]
    assert list(scratch.iterdir()) == []
    assert {path.name for path in repository.folder.iterdir()} == {
        *(".git", ".gitignore", "mnist_core", "pyproject.toml", "gate.json")
    }


def check_ended(group: int) -> None:
    """A process and all that it started are gone, or about to be: the system takes a moment to clear up."""
    for pid in (group, *find_group(group)):
        wait_for_end(pid)
    assert find_group(group) == []


def find_children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_killed_gate_leaves_no_process(repository: GitFolder, digits_file: str) -> None:
    with command(repository, "--base", "HEAD", "--cases", "no_prefetch-*", "--data", digits_file) as run:
        for line in run.stderr:
            if line.startswith("screened 1 case,"):
                break
        sides = find_children(run.pid)
        run.kill()
    for group in sides:
        check_ended(group)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--base", "nowhere"), "git knows no revision 'nowhere'."),
        (("--base", "HEAD", "--head", "--all"), "git knows no revision '--all'."),
        (
            ("--base", "HEAD", "--metrics", "time,speed"),
            "--metrics must be one of time, cpu, first_batch, memory, got 'speed'.",
        ),
        (("--base", "HEAD", "--fail-on", "rain"), "--fail-on must be one of"),
        (
            ("--base", "HEAD", "--cases", "none-*"),
            "nothing can be compared: no case matches none-*; there are post-raw-cpu",
        ),
        (("--base", "HEAD", "--data", "nowhere.npz"), "nowhere.npz"),
        (("--base", "HEAD", "--out", "pyproject.toml/gate.json"), "--out pyproject.toml/gate.json cannot be written: "),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(repository: GitFolder, scratch: Path, arguments, reason: str) -> None:
    with command(repository, *arguments) as run:
        out, err = run.communicate()
    assert run.returncode == 2, err
    assert err.startswith("error: ")
    assert reason in err
    assert err.count("\n") == 1
    assert out == ""
    assert list(scratch.iterdir()) == []
    assert repository.git("status", "--porcelain") == ""


def test_settings_that_cannot_be_used_are_told(repository: GitFolder, digits_file: str) -> None:
    repository.write("pyproject.toml", "[tool.mnist-bench.gate]\nspeed = 3\n")
    with command(repository, "--base", "HEAD", "--data", digits_file) as run:
        _, err = run.communicate()
    assert run.returncode == 2
    assert "unknown field `speed`; its keys are alpha" in err


@pytest.mark.long
def test_the_verdict_goes_to_standard_output_the_markdown_and_the_step_summary(
    repository: GitFolder, digits_file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("what another step wrote\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    settings = 'alpha = 0.9\nscreen_pairs = 1\ncontrol_pairs = 1\nmetrics = ["memory"]\n'
    repository.write("pyproject.toml", f"[tool.mnist-bench.gate]\n{settings}")
    arguments = ("--cases", "no_prefetch-*", "--data", digits_file, "--json", "--markdown", "c.md")
    with command(repository, "--base", "HEAD", *arguments) as run:
        out, err = run.communicate()
    decided = json.loads(out)
    assert decided["exit_code"] == run.returncode == 3, err
    assert [(each["case"], each["metric"]) for each in decided["findings"]] == [("no_prefetch-raw-cpu", "memory")]
    assert decided["num_pairs"] >= 2
    comment = (repository.folder / "c.md").read_text()
    assert "### " in comment
    assert summary.read_text() == f"what another step wrote\n{comment}\n"
    (file,) = (repository.folder / "runs/gate").iterdir()
    assert f"mnist-report gate runs/gate/{file.name} decides again" in err
    assert load_gate(file).pairs[0].base.turns == ()


@pytest.mark.skipif(not CAN_PIN, reason="this platform cannot keep a process on a core")
@pytest.mark.parametrize(("arguments", "num_cores"), [((), 1), (("--all-cores",), 0)])
@pytest.mark.long
def test_both_sides_stay_on_one_core_unless_all_are_asked_for(
    repository: GitFolder, digits_file: str, arguments: tuple[str, ...], num_cores: int
) -> None:
    repository.write(
        "pyproject.toml",
        '[tool.mnist-bench.gate]\nalpha = 0.9\nscreen_pairs = 1\ncontrol_pairs = 1\nmetrics = ["time"]\n',
    )
    chosen = ("--cases", "batch_before_map-raw-*", "--data", digits_file, "--out", "g.json", *arguments)
    with command(repository, "--base", "HEAD", *chosen) as run:
        out, _ = run.communicate()
    cores = {pair.core for pair in load_gate(repository.folder / "g.json").pairs} - {None}
    assert len(cores) == num_cores
    assert ("shows only with --all-cores" in out) == bool(num_cores)
