"""Thresholds of a project's own: for every case, for some, what the command line replaces, and what is refused."""

from pathlib import Path

import pytest
from compared import make_case, make_run, slow_down

from reports.compare.conclusion import conclude
from reports.compare.pairing import CompareError
from reports.compare.side_by_side import put_side_by_side
from reports.compare.thresholds import list_idle_patterns, load_thresholds
from reports.summary.outcome import Outcome

TABLE = """
[tool.mnist-bench.compare]
fail-on = ["time:10%"]

[[tool.mnist-bench.compare.case]]
match = "noisy-*"
fail-on = ["time:80%"]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder / "pyproject.toml"


def test_a_case_has_the_limit_of_the_last_rule_that_is_for_it(tmp_path: Path) -> None:
    thresholds = load_thresholds(write(tmp_path, TABLE), ())
    assert [str(each) for each in thresholds] == ["time:10%", "time:80% of noisy-*"]
    first = make_run("a", make_case("calm"), make_case("noisy"))
    for calm, noisy, outcome in ((1, 1.5, Outcome.FINE), (1.5, 1, Outcome.REGRESSED), (1, 2, Outcome.REGRESSED)):
        second = make_run("b", make_case("calm", slow_down(calm)), make_case("noisy", slow_down(noisy)))
        assert conclude(put_side_by_side([first, second]), thresholds).outcome is outcome


def test_the_command_line_replaces_what_is_for_every_case(tmp_path: Path) -> None:
    thresholds = load_thresholds(write(tmp_path, TABLE), ("time:30%",))
    assert [str(each) for each in thresholds] == ["time:30%", "time:80% of noisy-*"]
    assert load_thresholds(tmp_path / "none.toml", ()) == ()
    assert load_thresholds(write(tmp_path, "[tool.other]\nx = 1"), ()) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "cannot be read"),
        ("[tool.mnist-bench.compare]\nfail = 1", "unknown field `fail`; its keys are fail-on and case"),
        ("[tool.mnist-bench.compare]\nfail-on = 'time:5%'", "Expected `array`"),
        ("[tool.mnist-bench.compare]\nfail-on = ['speed:5%']", "got 'speed'"),
        ("[[tool.mnist-bench.compare.case]]\nfail-on = ['time:5%']", "missing required field `match`"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(CompareError) as caught:
        load_thresholds(write(tmp_path, text), ())
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_rule_that_matches_no_case_is_idle(tmp_path: Path) -> None:
    thresholds = load_thresholds(write(tmp_path, TABLE), ())
    assert list_idle_patterns(thresholds, ["calm-default-cpu"]) == ("noisy-*",)
    assert list_idle_patterns(thresholds, ["calm-default-cpu", "noisy-default-cpu"]) == ()
