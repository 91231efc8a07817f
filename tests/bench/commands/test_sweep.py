"""The command ``mnist-bench sweep``: what its options become."""

from pathlib import Path

import pytest
from command_lines import run_apart

from bench.commands.runs import sweep as runs
from reports.record.proposal import Proposal


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, object]]:
    """What was asked to be proposed, of a pipeline of which nothing may be changed."""
    found: list[dict[str, object]] = []

    def ask(subject: object, _source: str, **options: object) -> Proposal:
        found.append({"subject": subject, **options})
        return Proposal(())

    monkeypatch.setattr(runs, "ask_proposal", ask)
    (tmp_path / "data.py").touch()
    monkeypatch.chdir(tmp_path)
    return found


def test_memory_and_tolerance_are_for_what_is_proposed(asked: list[dict[str, object]]) -> None:
    output, said, code = run_apart("mnist-bench sweep data.py:make --arg n=1 --memory 0.5 --tolerance 0.01 -o runs/a")
    assert code == 0
    assert "leave make as it is: no change is known that surely keeps its meaning" in output
    assert "looking for changes of make that keep its examples" in said
    assert (asked[0]["memory_bytes"], asked[0]["tolerance"]) == (2**29, 0.01)
    assert dict(asked[0]["subject"].options) == {"arg.n": "1"}  # type: ignore[attr-defined]
    assert Path("runs/a/sweep.json").exists()


def test_without_memory_it_is_what_the_machine_has(asked: list[dict[str, object]]) -> None:
    assert run_apart("mnist-bench sweep data.py:make")[2] == 0
    assert isinstance(asked[0]["memory_bytes"], int)
    assert len(list(Path("runs").glob("*/sweep.json"))) == 1


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("", "error: give one of SUBJECT, such as my_pipeline.py:make, and --run 'train.py ARGUMENTS'.\n"),
        ("nowhere.py:make", "error: nowhere.py does not exist: give the file that makes the dataset, as "),
        ("data.py:make --budget 4h", "error: invalid value for --budget: give seconds or minutes, such as 240 or 4m"),
        ("data.py:make --step-ms nowhere", "error: --step-ms must be milliseconds or a trace's file or folder, got "),
    ],
)
def test_wrong_input_is_one_line(asked: list[dict[str, object]], options: str, line: str) -> None:
    output, said, code = run_apart(f"mnist-bench sweep {options}")
    assert (output, code) == ("", 2)
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert asked == []
