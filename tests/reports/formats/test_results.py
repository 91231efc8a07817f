"""What is exported of a case, and the name by which it is found again."""

from dataclasses import replace

import pytest
from case_records import change
from records import (
    FAST,
    FED,
    LIVE,
    MEBIBYTE,
    POST,
    make_case,
    make_fed_case,
    make_memory_case,
    make_record,
    make_summary,
)

from reports.formats.results import EXPORTED, ExportError, collect_results
from reports.record.capture import Capture
from reports.record.record import CaseRecord
from reports.summary.metric import BUSY_SHARE, CPU_TIME, FIRST_BATCH, LIVE_BYTES, RATE, TIME
from reports.summary.summary import summarize


@pytest.mark.parametrize(
    ("case", "name"),
    [
        (POST, "post-default-cpu"),
        (LIVE, "post-default-cpu"),
        (change(POST, arm="raw", device="gpu"), "post-raw-gpu"),
        (FED, "post-emulated-2ms-default-cpu"),
        (change(FED, step_ms=0.5), "post-emulated-0.5ms-default-cpu"),
        (change(POST, consumer="step"), "post-step-default-cpu"),
        (change(POST, choices=(("source", "png"), ("cold", "yes"))), "post-source=png-cold=yes-default-cpu"),
    ],
)
def test_a_name_says_what_the_case_is_and_ends_with_the_device(case: CaseRecord, name: str) -> None:
    assert [result.id for result in collect_results(make_summary(case))] == [name]


def test_names_do_not_depend_on_the_other_cases_nor_on_their_order() -> None:
    record = make_record()
    names = {result.id for result in collect_results(summarize(record))}
    assert {result.id for result in collect_results(make_summary(*reversed(record.cases)))} == names
    assert {result.id for case in record.cases for result in collect_results(make_summary(case))} == names


def test_a_case_and_its_memory_are_one_result() -> None:
    (result,) = collect_results(make_summary(LIVE, POST))
    assert (result.id, result.num_turns) == ("post-default-cpu", 6)
    assert result.find(LIVE_BYTES).median == 49 * MEBIBYTE
    assert result.find(RATE).median == pytest.approx(10_000)


def test_each_number_is_the_median_over_the_turns_in_base_units() -> None:
    (result,) = collect_results(make_summary(POST))
    rate, time = result.find(RATE), result.find(TIME)
    assert (rate.low, rate.median, rate.high) == pytest.approx((1000 / 0.110, 10_000, 1000 / 0.090))
    assert (time.low, time.median, time.high) == pytest.approx((90e-6, 100e-6, 110e-6))
    assert result.find(FIRST_BATCH).median == pytest.approx(0.010)
    assert result.find(CPU_TIME).median == pytest.approx(50e-6)
    assert result.find(BUSY_SHARE) is None
    assert collect_results(make_summary(FED))[0].find(BUSY_SHARE).median == pytest.approx(0.9)


def test_a_case_without_turns_has_its_memory_alone() -> None:
    (result,) = collect_results(make_summary(make_memory_case("post", None)))
    assert result.estimates.keys() == {"predicted_bytes", "peak_bytes"}
    assert result.ratio is None


def test_the_ratio_is_to_the_reference_of_the_same_group_consumer_arm_and_device() -> None:
    for other in ("arm", "device", "group", "consumer", "step_ms"):
        strange = change(FAST, name="strange", **{other: 4.0 if other == "step_ms" else "other"})
        fast, post, alone = collect_results(make_summary(FAST, POST, strange))
        assert fast.ratio.median == pytest.approx(2)
        assert post.ratio.median == 1
        assert alone.ratio is None, other


def test_without_a_common_round_there_is_no_ratio() -> None:
    later = tuple(replace(turn, round=turn.round + 10) for turn in FAST.turns)
    assert collect_results(make_summary(replace(FAST, turns=later), POST))[0].ratio is None


def test_two_cases_of_one_name_are_refused() -> None:
    for twin, memory in ((POST, False), (LIVE, True)):
        with pytest.raises(ExportError, match="two cases of the record are both called post-default-cpu") as caught:
            collect_results(make_summary(POST, LIVE, replace(twin, group="claims_memory" if memory else "claims")))
        assert "\n" not in str(caught.value)


def test_a_case_of_too_few_turns_has_no_interval() -> None:
    (result,) = collect_results(make_summary(make_case("post", [100] * 5)))
    assert (result.find(RATE).low, result.find(RATE).high, result.find(RATE).count) == (None, None, 5)


def test_a_trace_is_exported_by_its_steps_and_by_what_profiling_costs() -> None:
    capture = Capture("traces/x", 100, 4, (3_000_000, 4_000_000), 0.25, "Map", (1_000_000,) * 6, (1_100_000,) * 6)
    case = change(POST, consumer="traced", turns=(), warm_up=None, capture=capture)
    (result,) = collect_results(make_summary(case))
    values = {metric.column: result.find(metric) for metric in EXPORTED if result.find(metric)}
    assert values.keys() == {"step_s", "traced_step_s", "profiler_cost_share", "input_share"}
    assert (values["step_s"].median, values["traced_step_s"].median) == (0.001, 0.0035)
    assert values["profiler_cost_share"].median == pytest.approx(0.1)
    assert values["input_share"].median == 0.25


def test_the_columns_of_metrics_are_different_and_end_with_their_unit() -> None:
    names = [metric.column for metric in EXPORTED]
    units = ("_per_s", "_per_example", "_s", "_bytes", "share", "accuracy", "displacement", "runs")
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.endswith(units)] == []


def test_a_fed_case_of_another_step_is_another_result() -> None:
    results = collect_results(make_summary(FED, make_fed_case("post", 80, step_ms=4.0)))
    assert [result.id for result in results] == ["post-emulated-2ms-default-cpu", "post-emulated-4ms-default-cpu"]
