"""Several runs a side: each of them counts for what differs, not the first alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compared import make_plain

from reports.compare.conclusion import conclude
from reports.compare.pairing import CompareError, Comparison, compare_runs
from reports.compare.regrouped import join_runs
from reports.compare.side_by_side import put_side_by_side
from reports.compare.thresholds import parse_thresholds
from reports.summary.files import load_summary
from reports.summary.outcome import Outcome
from reports.summary.summary import Summary

NAME = "tests/test_a.py::test_a"
OTHER_MACHINE = {"system": "Linux", "machine": "x86_64", "cpu": {"brand_raw": "Other CPU", "count": 64}}


def load(folder: Path, number: int, timer: str = "perf_counter", **more: Any) -> Summary:
    made = make_plain((NAME, [1.0 + number / 100 + each / 1000 for each in range(6)]), **more)
    made["benchmarks"][0]["options"] = {"timer": timer}
    file = folder / f"{number}.json"
    file.write_text(json.dumps(made))
    return load_summary(file)


@pytest.mark.parametrize("place", range(1, 4))
def test_another_machine_anywhere_is_another_machine(place: int, tmp_path: Path) -> None:
    runs = [load(tmp_path, each, **({"machine_info": OTHER_MACHINE} if each == place else {})) for each in range(4)]
    comparison = compare(runs)
    assert comparison.machine_doubt == "ran on different machines"
    told = {each.name: (each.first, each.second) for each in comparison.differences}
    both, one = "2 and 64", "2"
    assert told["cores"] == ((both, one) if place == 1 else (one, "64 and 2" if place == 2 else both))
    assert judge(runs) is Outcome.NOT_COMPARED


def test_another_timer_anywhere_is_not_compared(tmp_path: Path) -> None:
    runs = [load(tmp_path, each, *(["process_time"] if each == 3 else [])) for each in range(4)]
    comparison = compare(runs)
    assert (comparison.changes, comparison.unlike) == ((), (f"{NAME} (timer)",))
    assert [(each.first, each.second) for each in comparison.differences] == [
        ("perf_counter", "perf_counter and process_time")
    ]
    assert judge(runs) is Outcome.NOT_COMPARED
    shown = put_side_by_side((join_runs(runs[:2]), join_runs(runs[2:])))
    (line,) = conclude(shown, ()).lines
    assert line.endswith(f" have no case that is the same in both: {NAME} (timer).")


def test_timers_that_both_sides_mix_are_not_compared(tmp_path: Path) -> None:
    runs = [load(tmp_path, each, "process_time" if each % 2 else "perf_counter") for each in range(4)]
    assert compare(runs).changes == ()


def test_what_is_the_same_everywhere_is_compared_and_nothing_is_told(tmp_path: Path) -> None:
    comparison = compare([load(tmp_path, each) for each in range(4)])
    assert (len(comparison.changes), comparison.differences, comparison.machine_doubt) == (1, (), "")


def test_one_machine_that_is_not_known_is_a_doubt(tmp_path: Path) -> None:
    runs = [load(tmp_path, each, **({"machine_info": {}} if each == 3 else {})) for each in range(4)]
    assert compare(runs).machine_doubt == "are not known to have run on one machine"


def test_a_run_on_both_sides_is_refused(tmp_path: Path) -> None:
    runs = [load(tmp_path, each) for each in range(3)]
    with pytest.raises(CompareError, match=r"1.json is the same run as "):
        compare_runs(join_runs(runs[:2]), join_runs(runs[1:]))


def test_remarks_of_all_runs_are_told(tmp_path: Path) -> None:
    runs = [load(tmp_path, each) for each in range(2)]
    damaged = make_plain((NAME, [1.0] * 6), ("gone", [-1.0]), datetime="2026-11-27")
    (tmp_path / "damaged.json").write_text(json.dumps(damaged))
    joined = join_runs([*runs, load_summary(tmp_path / "damaged.json")])
    assert len(joined.remarks) == 1
    assert joined.damaged == ("gone",)


def compare(runs: list[Summary]) -> Comparison:
    return compare_runs(join_runs(runs[:2]), join_runs(runs[2:]))


def judge(runs: list[Summary]) -> Outcome:
    shown = put_side_by_side((join_runs(runs[:2]), join_runs(runs[2:])))
    return conclude(shown, parse_thresholds(["time:10%"])).outcome
