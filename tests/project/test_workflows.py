"""The workflows and the action: what actionlint says, and what their scripts run. GitHub is not there."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.slots.interpreter import FIRST_TENSORFLOW, LAST_TENSORFLOW

yaml = pytest.importorskip("yaml", reason="comes with pre-commit")

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
JOBS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"] for path in WORKFLOWS}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
NOT_IN_CI = {"fast", "snapshots", "speed"}  # a part of what py runs, what writes files anew, and seconds to look at
FAKE_PIP = '#!/bin/sh\nif [ "$2" = pip ]; then echo /cache/pip; else exec {python} "$@"; fi\n'
STEPS = {step.get("name"): step for step in ACTION["runs"]["steps"]}
COMPARE = yaml.safe_load((ROOT / "compare/action.yml").read_text())
COMPARE_STEPS = {step.get("name"): step for step in COMPARE["runs"]["steps"]}
TEXTS = {path: (ROOT / path).read_text() for path in ("action.yml", "compare/action.yml")}


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_finds_nothing() -> None:
    done = subprocess.run(["actionlint", *map(str, WORKFLOWS)], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_gives_the_action_only_inputs_that_it_has() -> None:
    (step,) = (step for step in JOBS["gate"]["gate"]["steps"] if step["uses"] == "./")
    required = {name for name, each in ACTION["inputs"].items() if each.get("required")}
    assert required <= step["with"].keys() <= ACTION["inputs"].keys()


def test_the_tests_run_on_every_python_that_the_package_names() -> None:
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())
    assert JOBS["tests"]["python"]["strategy"]["matrix"]["python"] == named
    assert {"run": "tox -e py"} in JOBS["tests"]["python"]["steps"]


def test_the_oldest_tensorflow_one_between_and_the_newest_have_environments_and_run() -> None:
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    factors = re.findall(r"^    (tf\d+): tensorflow==2\.(\d+)\.\*$", tox, re.MULTILINE)
    assert [factor for factor, _ in factors] == [f"tf2{minor}" for _, minor in factors]
    minors = [int(minor) for _, minor in factors]
    assert (minors[0], minors[-1]) == (FIRST_TENSORFLOW[1], LAST_TENSORFLOW[1])
    assert len(minors) == 3
    listed = re.search(r"^env_list = (.*)$", tox, re.MULTILINE)
    assert listed is not None
    assert re.findall(r"py3\d+-(tf\d+)", listed[1]) == [factor for factor, _ in factors]
    job = JOBS["tests"]["tensorflow"]
    rows = [(row["python"].replace(".", ""), row["tensorflow"]) for row in job["strategy"]["matrix"]["include"]]
    assert [f"py{python}-{factor}" for python, factor in rows] == re.findall(r"py3\d+-tf\d+", listed[1])[:-1]
    assert {"run": "tox -e py-${{ matrix.tensorflow }}"} in job["steps"]


def test_every_environment_of_tox_is_run() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    named = {section.removeprefix("testenv:") for section in tox.sections() if section.startswith("testenv:")}
    run = JOBS["tests"]["rest"]["strategy"]["matrix"]["environment"]
    assert sorted(run) == sorted(named - NOT_IN_CI)


def test_only_the_job_that_publishes_may_ask_for_a_token_and_it_runs_nothing_of_ours() -> None:
    build, publish = JOBS["release"]["build"], JOBS["release"]["publish"]
    assert "permissions" not in build
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["needs"] == "build"
    assert not any("run" in step for step in publish["steps"])
    assert [step["run"] for step in build["steps"] if "tox -e" in step.get("run", "")] == [
        "tox -e package",
        "tox -e light",
    ]


@pytest.mark.process
@pytest.mark.parametrize(
    ("tag", "built", "code"),
    [
        ("v9.9.9", ("mnist_bench", "mnist_report"), 1),
        ("v1.2.3", ("mnist_bench",), 1),
        ("v1.2.3", ("mnist_report",), 1),
        ("v1.2.3", ("mnist_bench", "mnist_report"), 0),
    ],
)
def test_a_tag_that_is_not_the_version_of_both_publishes_nothing(
    tag: str, built: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    (tmp_path / "dist").mkdir()
    for name in built:
        (tmp_path / f"dist/{name}-1.2.3-py3-none-any.whl").touch()
    (step,) = (step for step in JOBS["release"]["build"]["steps"] if step.get("name") == "Is the tag the version?")
    environment = {**os.environ, "GITHUB_REF_NAME": tag}
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, check=False)  # noqa: S607
    assert done.returncode == code


@pytest.mark.parametrize("path", TEXTS)
def test_every_input_is_used_and_none_stands_in_a_script(path: str) -> None:
    action = yaml.safe_load(TEXTS[path])
    assert all(f"${{{{ inputs.{name} }}}}" in TEXTS[path] for name in action["inputs"])
    assert all("${{" not in step.get("run", "") for step in action["runs"]["steps"])


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


@pytest.mark.process
def test_every_line_of_pipelines_is_one(tmp_path: Path) -> None:
    called, _, _ = run_script(tmp_path, base="main", pipelines="data.py:make\n\n  package.data:both  \n$(id).py:x")
    given = [called[number + 1] for number, each in enumerate(called) if each == "--pipeline"]
    assert given == ["data.py:make", "package.data:both", "$(id).py:x"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        ("", [["install", "--quiet", "--constraint", "{root}/constraints.txt", "{root}"]]),
        (
            "-r requirements.txt pillow",
            [
                ["install", "--quiet", "--constraint", "{root}/constraints.txt", "{root}"],
                ["install", "--quiet", "-r", "requirements.txt", "pillow"],
            ],
        ),
    ],
)
def test_what_pipelines_need_is_installed_beside_the_bench(tmp_path: Path, wanted: str, calls: list[list[str]]) -> None:
    fake = tmp_path / "pip"
    fake.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nmkdir -p "$3/bin"\ncp {fake} "$3/bin/pip"\n')
    for each in (fake, python):
        each.chmod(0o755)
    variables = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(ROOT), "GATE_INSTALL": wanted}
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Install MNIST Bench"]["run"]],  # noqa: S607
        env={**os.environ, **variables, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
    )
    expected = [[each.format(root=ROOT) for each in call] for call in calls]
    assert [line.split() for line in (tmp_path / "calls").read_text().splitlines()] == expected


@pytest.mark.process
def test_packages_are_kept_until_what_the_bench_asks_for_changes(tmp_path: Path) -> None:
    def find_key(name: str, asked: str) -> dict[str, str]:
        action, outputs = tmp_path / name, tmp_path / f"{name}-outputs"
        action.mkdir()
        (action / "constraints.txt").write_text("numpy==2.4.6\n")
        (action / "pyproject.toml").write_text(asked)
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Find the cache of packages"]["run"]],  # noqa: S607
            env={
                **os.environ,
                "PATH": f"{tmp_path}:{os.environ['PATH']}",
                "GITHUB_ACTION_PATH": str(action),
                "GITHUB_OUTPUT": str(outputs),
            },
            check=True,
        )
        return dict(line.split("=", 1) for line in outputs.read_text().splitlines())

    (tmp_path / "python").write_text(FAKE_PIP.format(python=sys.executable))
    (tmp_path / "python").chmod(0o755)
    first, same, other = (find_key(name, asked) for name, asked in (("a", "x"), ("b", "x"), ("c", "y")))
    assert first == same
    assert first["folder"] == other["folder"] == "/cache/pip"
    assert first["key"] != other["key"]
    used = STEPS["Keep packages from one run to the next"]["with"]
    assert "steps.cache.outputs.folder" in used["path"]
    assert "steps.cache.outputs.key" in used["key"]


def test_the_workflow_of_the_docs_is_short_and_gives_the_action_what_it_takes() -> None:
    page = (ROOT / "docs/gate.md").read_text()
    (text,) = re.findall(r"```yaml\n(on: pull_request\n.*?)```", page, re.DOTALL)
    assert len(text.splitlines()) <= 10
    (job,) = yaml.safe_load(text)["jobs"].values()
    checkout, gate = job["steps"]
    assert checkout["with"]["fetch-depth"] == 2
    assert gate["uses"].startswith("OWNER/mnist-bench@")
    required = {name for name, each in ACTION["inputs"].items() if each.get("required")}
    assert required | {"pipelines"} <= gate["with"].keys() <= ACTION["inputs"].keys()


def compare(tmp_path: Path, code: int = 0, **inputs: str) -> tuple[list[str], str, int]:
    """What the action calls mnist-report with, what it adds to the step summary, and its exit code."""
    tool = tmp_path / "mnist-report/bin/mnist-report"
    tool.parent.mkdir(parents=True)
    comparison = tmp_path / "comparison.md"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@"\necho "# compared" > {comparison}\nexit {code}\n')
    tool.chmod(0o755)
    step = COMPARE_STEPS["Compare"]
    defaults = {name: each.get("default", "") for name, each in COMPARE["inputs"].items()}
    given = {f"${{{{ inputs.{name} }}}}": value for name, value in {**defaults, **inputs}.items()}
    files = {"GITHUB_OUTPUT": tmp_path / "outputs", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    (tmp_path / "summary").write_text("before\n")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607  # as GitHub calls it
        env={
            **os.environ,
            **{name: given[value] for name, value in step["env"].items()},
            **{name: str(path) for name, path in files.items()},
            "RUNNER_TEMP": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert files["GITHUB_OUTPUT"].read_text() == f"comparison={comparison}\n"
    return done.stdout.splitlines(), files["GITHUB_STEP_SUMMARY"].read_text(), done.returncode


@pytest.mark.process
@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_two_files_are_compared_with_every_threshold_and_the_exit_code_is_the_steps(code: int, tmp_path: Path) -> None:
    called, summary, ended = compare(
        tmp_path, code, **{"before": "a b.json", "after": "$(id).json\n", "fail-on": "time:10%\nbytes:15%\n"}
    )
    assert called == [
        *("compare", "a b.json", "$(id).json", "--markdown", f"{tmp_path}/comparison.md"),
        *("--fail-on", "time:10%", "--fail-on", "bytes:15%"),
    ]
    assert (summary, ended) == ("before\n# compared\n", code)


@pytest.mark.process
def test_several_files_are_sides_and_options_are_passed_on(tmp_path: Path) -> None:
    called, _, _ = compare(
        tmp_path,
        **{"before": "a1\na2", "after": "b1", "select": "parse and not slow", "allow-missing": "true"},
    )
    assert called == [
        *("compare", "--a", "a1", "a2", "--b", "b1", "--markdown", f"{tmp_path}/comparison.md"),
        *("-k", "parse and not slow", "--allow-missing"),
    ]


def test_the_action_that_compares_installs_the_light_distribution_of_its_own_revision() -> None:
    script = COMPARE_STEPS["Install mnist-report"]["run"]
    assert '"$GITHUB_ACTION_PATH/../light"' in script
    assert (ROOT / "compare/../light/pyproject.toml").is_file()
    assert "tensorflow" not in TEXTS["compare/action.yml"].replace("TensorFlow", "")


def test_the_workflow_that_compares_is_short_and_gives_the_action_what_it_takes() -> None:
    page = (ROOT / "docs/comparing.md").read_text()
    (text,) = re.findall(r"```yaml\n(on: pull_request\n.*?)```", page, re.DOTALL)
    assert len(text.splitlines()) <= 20
    (job,) = yaml.safe_load(text)["jobs"].values()
    (step,) = (step for step in job["steps"] if step.get("uses", "").startswith("OWNER/mnist-bench/compare@"))
    required = {name for name, each in COMPARE["inputs"].items() if each.get("required")}
    assert required | {"fail-on"} <= step["with"].keys() <= COMPARE["inputs"].keys()
