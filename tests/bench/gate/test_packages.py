"""Which packages each revision runs with. Nothing is installed but by a fake pip."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.gate.packages import Interpreters, find_interpreters, install, read_dependencies
from bench.gate.revisions import Checkout, RevisionError, Workplace

PRESENT = Path(sys.executable)


class FakePip:
    def __init__(self) -> None:
        self.installed: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, folder: Path, requirements: tuple[str, ...]) -> Path:
        self.installed.append((folder.name, requirements))
        return folder / "bin/python"


def make_workplace(folder: Path, base: str | None, head: str | None) -> Workplace:
    for name, text in (("base", base), ("head", head)):
        (folder / name).mkdir()
        if text is not None:
            (folder / name / "pyproject.toml").write_text(text)
    return Workplace(folder, Checkout("main", "1" * 40, folder / "base"), Checkout("new", "2" * 40, folder / "head"))


def project(*dependencies: str) -> str:
    return f"[project]\ndependencies = {list(dependencies)}\n"


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (project("tensorflow>=2.20", "numpy"), project("numpy", "tensorflow >= 2.20")),
        (project("numpy"), project("numpy") + "optional-dependencies = {dev = ['ruff']}\n"),
        (None, None),
        (None, "[tool.ruff]\n"),
    ],
)
def test_both_run_with_the_present_packages_if_they_ask_for_the_same(tmp_path: Path, base, head) -> None:
    pip, said = FakePip(), []
    chosen = find_interpreters(make_workplace(tmp_path, base, head), said.append, pip)
    assert chosen == Interpreters(PRESENT, PRESENT, "")
    assert (pip.installed, said) == ([], [])


def test_each_gets_an_environment_of_its_own_if_they_differ(tmp_path: Path) -> None:
    pip, said = FakePip(), []
    base, head = project("tensorflow>=2.20", "numpy"), project("tensorflow>=2.21", "numpy", "rich")
    chosen = find_interpreters(make_workplace(tmp_path, base, head), said.append, pip)
    assert pip.installed == [
        ("environment-base", ("numpy", "tensorflow>=2.20")),
        ("environment-head", ("numpy", "rich", "tensorflow>=2.21")),
    ]
    assert chosen == Interpreters(
        tmp_path / "environment-base/bin/python",
        tmp_path / "environment-head/bin/python",
        "an environment each, since the dependencies differ: base asks for tensorflow>=2.20; "
        "head asks for rich, tensorflow>=2.21",
    )
    assert said == [
        "installing the dependencies of main, which differ: this takes minutes",
        "installing the dependencies of new, which differ: this takes minutes",
    ]


@pytest.mark.parametrize(
    "text", ["[project", "[project]\ndependencies = 3\n", "project = 1\n", "[project]\ndependencies = [1]\n"]
)
def test_a_damaged_file_is_told_by_its_side(tmp_path: Path, text: str) -> None:
    (tmp_path / "head").mkdir()
    (tmp_path / "head/pyproject.toml").write_text(text)
    with pytest.raises(RevisionError, match=r"^pyproject\.toml of head cannot be read: "):
        read_dependencies(tmp_path / "head/pyproject.toml")


@pytest.mark.process
def test_an_environment_is_one_of_its_own_and_needs_no_packages(tmp_path: Path) -> None:
    python = install(tmp_path / "environment", ())
    asked = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == str(tmp_path / "environment")


@pytest.mark.process
def test_pips_own_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(RevisionError, match=r"^-m pip install failed: .*no-such-folder"):
        install(tmp_path / "environment", ("./no-such-folder",))
