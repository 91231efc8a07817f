"""One run by the values of a parameter: the names that are left, their order, and what cannot be grouped."""

import json
from pathlib import Path
from typing import Any

import pytest
from compared import make_plain

from reports.compare.pairing import CompareError
from reports.compare.regrouped import split_by_parameter
from reports.compare.side_by_side import put_side_by_side
from reports.summary.files import load_summary
from reports.summary.summary import Summary

ROUNDS = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0]


def load(folder: Path, *cases: tuple[str, dict[str, Any] | None, float]) -> Summary:
    made = make_plain(*((name, [factor * each for each in ROUNDS]) for name, _, factor in cases))
    for benchmark, (_, params, _) in zip(made["benchmarks"], cases, strict=True):
        benchmark["params"] = params
    (folder / "run.json").write_text(json.dumps(made))
    return load_summary(folder / "run.json")


def test_cases_that_differ_in_it_alone_stand_beside_each_other(tmp_path: Path) -> None:
    run = load(
        tmp_path,
        ("test.py::test_read[old-10]", {"library": "old", "size": 10}, 1.0),
        ("test.py::test_read[old-20]", {"library": "old", "size": 20}, 2.0),
        ("test.py::test_read[new-10]", {"library": "new", "size": 10}, 3.0),
        ("test.py::test_read[new-20]", {"library": "new", "size": 20}, 5.0),
        ("test.py::test_write[new]", {"library": "new"}, 1.0),
        ("test.py::test_other", None, 1.0),
    )
    old, new = split_by_parameter(run, "library")
    assert (old.path, new.path) == ("library=old", "library=new")
    (comparison,) = put_side_by_side([old, new]).comparisons
    ratios = {change.case.label: round(change.ratio.median, 2) for change in comparison.changes}
    assert ratios == {"test.py::test_read[size=10]": 3.0, "test.py::test_read[size=20]": 2.5}
    assert comparison.only_second == ("test.py::test_write",)
    assert [each.path for each in split_by_parameter(run, "param:size")] == ["size=10", "size=20"]


def test_what_cannot_be_grouped_is_told_in_one_line(tmp_path: Path) -> None:
    run = load(tmp_path, ("a[1]", {"x": 1}, 1.0), ("b[1]", {"x": 1}, 1.0), ("c", None, 1.0))
    with pytest.raises(CompareError, match=r"run.json has a parameter y: there are x.$"):
        split_by_parameter(run, "y")
    with pytest.raises(CompareError, match=r"run.json have x=1: there is nothing to compare.$"):
        split_by_parameter(run, "x")
