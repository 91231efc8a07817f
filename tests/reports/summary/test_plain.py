"""Files that pytest-benchmark wrote for anybody: read with and without rounds, and refused by name where damaged."""

import json
from pathlib import Path

import pytest
from compared import make_case, make_plain, write_own

from reports.compare.pairing import CompareError, Trend, compare_runs
from reports.record.errors import RecordError
from reports.summary.files import load_summary

ROUNDS = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0]
NAME = "test_it.py::test_it[1]"


def load(path: Path, value: object):
    path.write_text(json.dumps(value), encoding="utf-8")
    return load_summary(path)


def test_rounds_machine_versions_and_commit_are_read(tmp_path: Path) -> None:
    plain = make_plain((NAME, ROUNDS))
    plain["machine_info"] |= {"python_implementation": "CPython", "python_version": "3.12.1", "node": "runner-1"}
    run = load(tmp_path / "a.json", plain)
    (case,) = run.cases
    assert (case.identity.label, case.values) == (NAME, {"time": dict(enumerate(ROUNDS))})
    assert run.machine == (("processor", "Test CPU"), ("cores", "2"), ("architecture", "x86_64"), ("system", "Linux"))
    assert run.versions == (
        ("python", "CPython 3.12.1"),
        ("pytest-benchmark", "5.3.1"),
        ("host", "runner-1"),
        ("commit", "0123456789ab"),
    )
    assert (run.data_fingerprint, run.remarks) == (None, ())


def test_two_files_are_compared_by_full_name(tmp_path: Path) -> None:
    first = load(tmp_path / "a.json", make_plain((NAME, ROUNDS), ("gone", ROUNDS)))
    second = load(tmp_path / "b.json", make_plain((NAME, [2 * each for each in ROUNDS]), ("new", ROUNDS)))
    comparison = compare_runs(first, second)
    (change,) = comparison.changes
    assert (change.metric.title, change.ratio.median, change.trend) == ("time of a round", 2.0, Trend.WORSE)
    assert (comparison.only_first, comparison.only_second) == (("gone",), ("new",))


def test_without_rounds_there_is_a_ratio_of_medians_and_no_interval(tmp_path: Path) -> None:
    first = load(tmp_path / "a.json", make_plain((NAME, None)))
    second = load(tmp_path / "b.json", make_plain((NAME, ROUNDS)))
    (change,) = compare_runs(first, second).changes
    assert (change.ratio.median, change.ratio.has_interval) == (pytest.approx(1 / 1.5), False)
    assert change.trend is Trend.UNKNOWN
    assert first.remarks == ("rounds are not stored: intervals are rough; --benchmark-save-data keeps them",)
    assert second.remarks == ()


def test_a_round_below_what_the_clock_sees_is_as_short_as_the_shortest(tmp_path: Path) -> None:
    first = load(tmp_path / "a.json", make_plain((NAME, [0.0, *ROUNDS])))
    second = load(tmp_path / "b.json", make_plain((NAME, [4 * each for each in ROUNDS])))
    (change,) = compare_runs(first, second).changes
    assert change.ratio.median == pytest.approx(4.0, rel=0.01)
    assert change.trend is Trend.WORSE
    nothing = load(tmp_path / "c.json", make_plain((NAME, [0.0] * 6)))
    comparison = compare_runs(nothing, second)
    assert (comparison.changes, comparison.list_zeros()) == ((), (f"{NAME} (time is 0)",))


def test_little_is_needed(tmp_path: Path) -> None:
    run = load(tmp_path / "a.json", {"benchmarks": [{"fullname": "x", "stats": {"median": 1}}], "machine_info": 3})
    assert (run.machine, run.versions, run.datetime) == ((), (), "")
    unversioned = make_plain((NAME, ROUNDS), commit_info={"id": "unversioned", "dirty": False})
    assert "commit" not in dict(load(tmp_path / "b.json", unversioned).versions)
    changed = make_plain((NAME, ROUNDS), commit_info={"id": "f" * 40, "dirty": True})
    assert dict(load(tmp_path / "c.json", changed).versions)["commit"] == "ffffffffffff with changes"


def test_a_file_of_ours_is_never_taken_for_a_plain_one(tmp_path: Path) -> None:
    path = write_own(tmp_path / "ours.json", make_case("post"))
    assert load_summary(path).data_name == "mnist.npz"
    stored = json.loads(path.read_text())
    stored["benchmarks"] += make_plain((NAME, ROUNDS))["benchmarks"]
    with pytest.raises(RecordError, match=r"benchmark 'test_it\[1\]' was not measured by this project"):
        load(tmp_path / "mixed.json", stored)
    damaged = json.loads(path.read_text())
    del damaged["benchmarks"][0]["extra_info"]["mnist_bench"]["turns"]
    with pytest.raises(RecordError, match=r"damaged.json: benchmark 'bench\[post\]' is damaged"):
        load(tmp_path / "damaged.json", damaged)


def test_ours_twice_in_one_file_is_refused_by_name(tmp_path: Path) -> None:
    path = write_own(tmp_path / "twice.json", make_case("post"), make_case("post"))
    with pytest.raises(RecordError, match=r"twice.json cannot be read: benchmark 'post-default-cpu' is there twice"):
        load_summary(path)


def stats(value: object) -> dict:
    return {"benchmarks": [{"fullname": "x", "stats": value}]}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"benchmarks": []}, "cannot be read: it holds no benchmark"),
        ({"benchmarks": [3]}, "benchmark None is damaged"),
        ({"benchmarks": [{"stats": {}}]}, "benchmark None is damaged"),
        (stats(None), "benchmark 'x' is damaged"),
        (stats({}), "benchmark 'x' is damaged"),
        (stats({"median": "1"}), "benchmark 'x' is damaged .*got '1'"),
        (stats({"median": True}), "got True"),
        (stats({"median": -1}), "got -1"),
        (stats({"median": float("nan")}), "got nan"),
        (stats({"median": 1, "data": [1.0, float("inf")]}), "got inf"),
        (stats({"median": 1, "data": [1e-300]}), "1e-18 to 1e.09 seconds, got 1e-300"),
        (stats({"median": 1, "data": 5}), "benchmark 'x' is damaged"),
        (make_plain((NAME, ROUNDS), (NAME, ROUNDS)), "is there twice"),
    ],
)
def test_what_is_damaged_is_refused_by_name_in_one_line(value: object, reason: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=reason) as caught:
        load(tmp_path / "mine.json", value)
    assert str(tmp_path / "mine.json") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_plain_file_and_ours_have_no_case_in_common(tmp_path: Path) -> None:
    ours = load_summary(write_own(tmp_path / "ours.json", make_case("post")))
    plain = load(tmp_path / "plain.json", make_plain((NAME, ROUNDS)))
    assert compare_runs(ours, plain).changes == ()
    assert compare_runs(plain, ours).changes == ()


def test_the_same_file_is_not_compared_with_itself(tmp_path: Path) -> None:
    first = load(tmp_path / "a.json", make_plain((NAME, ROUNDS)))
    with pytest.raises(CompareError, match="is the same run as"):
        compare_runs(first, load(tmp_path / "b.json", make_plain((NAME, ROUNDS))))


def test_a_damaged_benchmark_costs_itself_and_is_told(tmp_path: Path) -> None:
    run = load(tmp_path / "a.json", make_plain((NAME, ROUNDS), ("broken", [1.0, -1.0])))
    assert [case.name for case in run.cases] == [NAME]
    assert len(run.remarks) == 1
    assert run.remarks[0].startswith(
        f"left out: {tmp_path / 'a.json'}: benchmark 'broken' is damaged (a round must take"
    )


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(make_plain((NAME, ROUNDS))), encoding="utf-8-sig")
    assert len(load_summary(tmp_path / "a.json").cases) == 1
