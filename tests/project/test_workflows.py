"""The workflow and the action: what actionlint says, and what the action's script runs. GitHub is not there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="comes with pre-commit")

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github/workflows/gate.yml"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step.get("name"): step for step in ACTION["runs"]["steps"]}


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_finds_nothing() -> None:
    done = subprocess.run(["actionlint", str(WORKFLOW)], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_gives_the_action_only_inputs_that_it_has() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    (step,) = (step for step in jobs["gate"]["steps"] if step["uses"] == "./")
    required = {name for name, each in ACTION["inputs"].items() if each.get("required")}
    assert required <= step["with"].keys() <= ACTION["inputs"].keys()


def test_every_input_is_used_and_none_stands_in_a_script() -> None:
    text = (ROOT / "action.yml").read_text()
    assert all(f"${{{{ inputs.{name} }}}}" in text for name in ACTION["inputs"])
    assert all("${{" not in step.get("run", "") for step in STEPS.values())


def run_script(tmp_path: Path, **inputs: str) -> tuple[list[str], str, int]:
    """What the gate's step calls mnist-bench with, what it writes for later steps, and its exit code."""
    tool = tmp_path / "mnist-bench/bin/mnist-bench"
    tool.parent.mkdir(parents=True)
    tool.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n')
    tool.chmod(0o755)
    step = STEPS["Compare base and head"]
    defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    given = {f"${{{{ inputs.{name} }}}}": value for name, value in {**defaults, **inputs}.items()}
    variables = {name: given[value] for name, value in step["env"].items()}
    outputs = tmp_path / "outputs"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607  # as GitHub calls it
        env={**os.environ, **variables, "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(outputs)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines(), outputs.read_text(), done.returncode


@pytest.mark.process
def test_the_script_passes_on_what_was_asked_for_and_the_exit_code(tmp_path: Path) -> None:
    called, outputs, code = run_script(tmp_path, base="HEAD^1")
    record = f"{tmp_path}/gate.json"
    assert called == [
        *("gate", "--base", "HEAD^1", "--budget", "300", "--data", "synthetic"),
        *("--fail-on", "regressed,failed", "--out", record),
    ]
    assert outputs == f"record={record}\n"
    assert code == 3


@pytest.mark.process
def test_a_name_that_would_be_a_command_stays_a_name(tmp_path: Path) -> None:
    name = '"; touch gotcha; echo $(id) #'
    called, _, _ = run_script(tmp_path, base=name, head=name, cases="post-*, *-cpu", metrics="time")
    assert [called[called.index(option) + 1] for option in ("--base", "--head")] == [name, name]
    assert [called[called.index(option) + 1] for option in ("--cases", "--metrics")] == ["post-*, *-cpu", "time"]
