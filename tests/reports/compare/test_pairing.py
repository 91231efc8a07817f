"""Comparing runs: what is compared with what, the ratios by hand, what differs, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from case_records import change
from compared import GPU, MACHINE, SETTING, STEADY, make_case, make_reading, make_run, slow_down, write_own

from reports.compare.pairing import CompareError, Trend, compare_runs
from reports.record.program import Program
from reports.record.record import KEY
from reports.record.sample import Mixing
from reports.stats.median import Estimate
from reports.summary.files import load_summary

POST, FAST = make_case("post"), make_case("fast", slow_down(0.5))
A = make_run("a", POST, FAST)


def changes(first, second) -> dict[tuple[str, str], tuple[float, Trend]]:
    comparison = compare_runs(first, second)
    return {
        (change.case.label, change.metric.name): (round(change.ratio.median, 2), change.trend)
        for change in comparison.changes
    }


def test_times_first_batches_and_times_relative_to_post_by_hand() -> None:
    slower = make_run("b", POST, make_case("fast", slow_down(0.75), first_ms=10))
    assert changes(A, slower) == {
        ("fast-default-cpu", "time"): (1.5, Trend.WORSE),
        ("post-default-cpu", "time"): (1.0, Trend.LEVEL),
        ("fast-default-cpu", "relative"): (1.5, Trend.WORSE),
        ("post-default-cpu", "first_batch"): (1.0, Trend.LEVEL),
        ("fast-default-cpu", "first_batch"): (0.5, Trend.BETTER),
    }


def test_the_values_carry_their_units_and_the_ratio_its_interval() -> None:
    # 36 ratios of six turns to the same six, doubled: from the 6th smallest (P(U <= 5) = 19 / 924 = 2.06 %)
    change = compare_runs(make_run("a", POST), make_run("b", make_case("post", slow_down(2)))).changes[0]
    assert (change.metric.name, change.first.median, change.second.median) == ("time", 1e-5, 2e-5)
    ratios = sorted(2 * above / below for above in STEADY for below in STEADY)
    assert change.ratio == Estimate(pytest.approx(2.0), pytest.approx(ratios[5]), pytest.approx(ratios[-6]), 6)


def test_the_relative_time_does_not_see_a_machine_that_is_slow_for_a_while() -> None:
    slowing = [round(ms * factor) for ms, factor in zip(STEADY, (3, 9, 2, 5, 7, 4), strict=True)]
    b = make_run("b", make_case("post", slowing), make_case("fast", slow_down(0.5, slowing)))
    found = changes(A, b)
    assert found["fast-default-cpu", "time"][1] is Trend.WORSE
    assert found["fast-default-cpu", "relative"] == (1.0, Trend.LEVEL)


def test_the_reference_is_posts_case_of_the_same_arm_and_group() -> None:
    raw = [make_case("post", slow_down(4), arm="raw"), make_case("fast", slow_down(2), arm="raw")]
    elsewhere = make_case("other", group="claims")
    values = {case.identity.label: case.values for case in make_run("a", POST, FAST, *raw, elsewhere).cases}
    assert values["fast-raw-cpu"]["relative"] == pytest.approx(dict.fromkeys(range(6), 0.5), rel=0.02)
    assert "relative" not in values["other-default-cpu"]
    assert "relative" not in values["post-default-cpu"]


def test_more_is_better_of_the_share_that_computes_and_of_the_accuracy() -> None:
    def run(path: str, busy: float, accuracy: float):
        case = make_case("post", busy=busy)
        turns = tuple(replace(turn, sample=replace(turn.sample, accuracy=accuracy)) for turn in case.turns)
        return make_run(path, replace(case, turns=turns))

    found = changes(run("a", 0.8, 0.98), run("b", 0.6, 0.99))
    assert found["post-default-cpu", "busy"] == (0.75, Trend.WORSE)
    assert found["post-default-cpu", "accuracy"] == (1.01, Trend.BETTER)


def test_bytes_are_told_apart_beyond_what_two_readings_differ_by() -> None:
    # 1.06 ** 2 = 1.1236: 112 MiB to 100 MiB may be one thing read twice, 113 to 100 may not
    a = make_run("a", make_reading("same", 100), make_reading("more", 100), make_reading("unread", None))
    b = make_run("b", make_reading("same", 112), make_reading("more", 113), make_reading("unread", None))
    assert changes(a, b) == {
        ("more-default-cpu", "live_bytes"): (1.13, Trend.WORSE),
        ("same-default-cpu", "live_bytes"): (1.12, Trend.LEVEL),
    }


def test_too_few_turns_have_a_ratio_and_no_trend() -> None:
    found = changes(make_run("a", make_case("post", STEADY[:3])), make_run("b", make_case("post", (200, 201, 202))))
    assert found["post-default-cpu", "time"] == (2.01, Trend.UNKNOWN)


def test_the_worst_of_a_metric_comes_first() -> None:
    names = ("one", "two", "three")
    a = make_run("a", *(make_case(name) for name in names))
    b = make_run("b", *(make_case(name, slow_down(f)) for name, f in zip(names, (1, 3, 2), strict=True)))
    order = [change.case.name for change in compare_runs(a, b).changes if change.metric.name == "time"]
    assert order == ["two-default", "three-default", "one-default"]


def test_the_worst_of_a_share_is_the_smallest() -> None:
    a, b = (
        make_run(path, *(make_case(name, busy=busy) for name, busy in zip(("one", "two"), shares, strict=True)))
        for path, shares in (("a", (0.8, 0.8)), ("b", (0.9, 0.4)))
    )
    order = [change.case.name for change in compare_runs(a, b).changes if change.metric.name == "busy"]
    assert order == ["two-default", "one-default"]


def test_a_device_is_never_compared_with_another() -> None:
    b = make_run("b", change(POST, device="gpu"), make_case("fast"))
    comparison = compare_runs(make_run("a", POST, FAST), b)
    assert {change.case.label for change in comparison.changes} == {"fast-default-cpu"}
    assert (comparison.only_first, comparison.only_second) == (("post-default-cpu",), ("post-default-gpu",))


def test_cases_of_one_side_are_named_and_those_that_are_not_the_same_with_the_reason() -> None:
    a = make_run("a", POST, FAST, make_reading("post", 50), make_case("gone"))
    other = change(POST, ordering="map().shuffle(100).batch(32)")
    shorter = change(
        FAST,
        choices=(("source", "png"),),
        turns=tuple(replace(turn, sample=replace(turn.sample, num_examples=5)) for turn in FAST.turns),
    )
    comparison = compare_runs(a, make_run("b", other, shorter, make_case("new", step_ms=2.0, consumer="emulated")))
    assert comparison.changes == ()
    assert comparison.only_first == ("post-default-cpu (bytes)", "gone-default-cpu")
    assert comparison.only_second == ("new-emulated-2ms-default-cpu",)
    assert comparison.unlike == ("post-default-cpu (ordering)", "fast-default-cpu (examples a turn, source)")


def test_nothing_is_divided_by_zero() -> None:
    unmoved = make_case("post", consumer="mixing", group="mixing")
    turns = tuple(replace(each, sample=replace(each.sample, mixing=Mixing(0.0, 0.5))) for each in unmoved.turns)
    run = make_run("a", replace(unmoved, turns=turns))
    comparison = compare_runs(run, replace(run, datetime="later"))
    assert "displacement" not in {metric.name for metric in comparison.metrics}
    assert "label_runs" in {metric.name for metric in comparison.metrics}
    assert comparison.list_zeros() == ("post-mixing-default-cpu (displacement is 0)",)


def test_what_differs_is_listed_and_only_the_machine_makes_another_machine() -> None:
    a = make_run("a", replace(POST, program=Program("Map > Range", ())), versions=[("commit", "aa"), ("host", "x")])
    setting = replace(SETTING, versions=(("python", "3.11.7"), ("tensorflow", "2.22.0")))
    b = make_run(
        "b", replace(POST, setting=setting, program=Program("MapAndBatch > Range", ())), versions=[("host", "y")]
    )
    comparison = compare_runs(a, b)
    found = [(each.name, each.first, each.second) for each in comparison.differences]
    assert found == [
        ("tensorflow", "2.21.0", "2.22.0"),
        ("commit", "aa", ""),
        ("host", "x", "y"),
        ("post-default-cpu runs as", "Map > Range", "MapAndBatch > Range"),
    ]
    assert comparison.machine_doubt == ""


@pytest.mark.parametrize(
    "other",
    [replace(MACHINE, cpu="Other CPU"), replace(MACHINE, num_cores=4), replace(MACHINE, system="Darwin")],
)
def test_another_machine_is_seen(other) -> None:
    comparison = compare_runs(A, make_run("b", POST, machine=other))
    assert comparison.machine_doubt == "ran on different machines"
    assert sum(each.is_of_machine for each in comparison.differences) == 1


def test_another_gpu_is_another_machine_and_its_driver_a_version() -> None:
    a, b = (
        make_run(path, change(POST, device="gpu", device_use=replace(GPU, model=model, driver=driver, xla=True)))
        for path, model, driver in (("a", "Test GPU", "550.1"), ("b", "Other GPU", "560.2"))
    )
    comparison = compare_runs(a, b)
    assert [(each.name, each.is_of_machine) for each in comparison.differences] == [
        ("gpu", True),
        ("gpu driver", False),
    ]
    assert comparison.machine_doubt == "ran on different machines"
    assert dict(a.versions)["xla on"] == "gpu"


def test_a_machine_that_nothing_is_known_of_is_not_taken_for_the_same() -> None:
    unknown = replace(MACHINE, cpu="unknown processor", num_cores=0, system="")
    doubt = compare_runs(A, make_run("b", POST, machine=unknown)).machine_doubt
    assert doubt == "are not known to have run on one machine"
    half = replace(MACHINE, cpu="unknown processor")
    assert compare_runs(A, make_run("b", POST, machine=half)).machine_doubt == ""


def test_other_data_is_refused_by_name() -> None:
    other = replace(SETTING, data_name="synthetic", data_fingerprint="ff" * 32)
    with pytest.raises(CompareError) as caught:
        compare_runs(A, make_run("b", replace(POST, setting=other)))
    assert str(caught.value) == (
        "different data cannot be compared: a measured mnist.npz (sha256 0123456789ab), "
        "b measured synthetic (sha256 ffffffffffff)."
    )


def test_a_run_is_not_compared_with_itself_under_whatever_name() -> None:
    with pytest.raises(CompareError, match="copy is the same run as a: there is nothing to compare"):
        compare_runs(A, make_run("copy", POST, FAST, datetime=A.datetime))


def test_contaminated_turns_are_remarked() -> None:
    first, *rest = POST.turns
    spoiled = replace(POST, turns=(replace(first, sample=replace(first.sample, contaminated=True)), *rest))
    assert make_run("a", spoiled).remarks == (
        "1 of 6 turns contaminated: others used more than a tenth of the machine",
    )
    assert A.remarks == ()


@pytest.mark.parametrize(("count", "expected"), [(3, set()), (4, {"time", "relative", "first_batch"})])
def test_a_case_with_company_in_most_turns_is_disturbed_in_all_that_a_clock_tells(count: int, expected: set) -> None:
    def spoil(case):
        turns = (
            replace(turn, sample=replace(turn.sample, contaminated=number < count, accuracy=0.9))
            for number, turn in enumerate(case.turns)
        )
        return replace(case, turns=tuple(turns))

    calm = make_run("a", POST, spoil(change(FAST, arm="raw")), FAST)
    for first, second in ((calm, make_run("b", POST, spoil(FAST))), (make_run("b", POST, spoil(FAST)), calm)):
        found = {change.metric.name for change in compare_runs(first, second).changes if change.is_disturbed}
        assert found == expected


def test_a_case_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    file = write_own(tmp_path / "a.json", POST, POST)
    with pytest.raises(ValueError, match="benchmark 'post-default-cpu' is there twice"):
        load_summary(file)


ENVIRONMENT = {
    "quota_cores": 2.0,
    "governors": ["powersave"],
    "turbo": False,
    "memory_limit_bytes": 2**30,
    "load": 1.5,
    "container": None,
    "variables": {"TF_ENABLE_ONEDNN_OPTS": "0"},
}


def write_in(path: Path, environment: object) -> Path:
    """A record that tells of its surroundings."""
    file = write_own(path, POST)
    file.write_text(json.dumps({**json.loads(file.read_text()), KEY: {"environment": environment}}))
    return file


def list_differences(first: Path, second: Path) -> list[tuple[str, str, str]]:
    found = compare_runs(load_summary(first), load_summary(second)).differences
    return [(each.name, each.first, each.second) for each in found]


def test_what_surrounds_the_runs_explains_a_difference(tmp_path: Path) -> None:
    changed = ENVIRONMENT | {"governors": ["performance"], "turbo": True, "load": 9.0, "container": "docker"}
    first = write_in(tmp_path / "first.json", ENVIRONMENT)
    second = write_in(tmp_path / "second.json", changed | {"variables": {}, "memory_limit_bytes": 2**29})
    assert list_differences(first, second) == [
        ("memory limit", "1024 MiB", "512 MiB"),
        ("frequency governor", "powersave", "performance"),
        ("turbo", "off", "on"),
        ("variable TF_ENABLE_ONEDNN_OPTS", "0", ""),
        ("container", "", "docker"),
    ]


@pytest.mark.parametrize("untold", [{}, None, [], "none", {"variables": "none"}])
def test_surroundings_that_one_run_does_not_tell_are_no_difference(untold: object, tmp_path: Path) -> None:
    told, silent = write_in(tmp_path / "told.json", ENVIRONMENT), write_in(tmp_path / "silent.json", untold)
    assert list_differences(told, silent) == list_differences(silent, told) == []
