"""What a run amounts to, by hand: estimates, ratios and where there are none, ranks, twins, the control."""

from dataclasses import replace

import pytest
from case_records import change
from compared import GPU, make_case, make_reading, slow_down

from reports.record.machine import Machine
from reports.record.program import Program
from reports.record.record import CaseRecord, Record
from reports.record.sample import Mixing, Sample, Turn
from reports.stats.crossover import Crossover
from reports.stats.median import Estimate
from reports.summary.metric import (
    ACCURACY,
    BUSY_SHARE,
    CPU_TIME,
    FIRST_BATCH,
    LIVE_BYTES,
    METRICS,
    PREDICTED_BYTES,
    RATE,
    RELATIVE,
    TIME,
)
from reports.summary.summary import Summary, summarize

POST, FAST = make_case("post"), make_case("fast", slow_down(0.5))
MEBIBYTE = 2**20


def summarize_cases(*cases: CaseRecord) -> Summary:
    return summarize(Record(cases, Machine("Test CPU", 2, "Linux"), "2026-11-25T10:00:00+00:00"))


def told(estimate: Estimate) -> tuple[float, float, float, int]:
    return estimate.median, estimate.low, estimate.high, estimate.count


def later(case: CaseRecord, rounds: int = 100) -> CaseRecord:
    """The case as if it had taken its turns in other rounds."""
    return replace(case, turns=tuple(Turn(turn.round + rounds, turn.sample) for turn in case.turns))


def change_samples(case: CaseRecord, **fields) -> CaseRecord:
    return replace(case, turns=tuple(Turn(turn.round, replace(turn.sample, **fields)) for turn in case.turns))


def test_estimates_are_medians_with_intervals() -> None:
    (case,) = summarize_cases(POST).cases
    assert told(case.find(TIME)) == pytest.approx((10e-6, 9.8e-6, 10.2e-6, 6))
    assert case.find(FIRST_BATCH) == Estimate(0.02, 0.02, 0.02, 6)
    assert case.find(RATE).median == pytest.approx(100_000)
    assert (case.find(BUSY_SHARE), case.find(ACCURACY), case.find(LIVE_BYTES)) == (None, None, None)


def test_bytes_are_read_once_and_have_no_interval() -> None:
    (case,) = summarize_cases(make_reading("post", 20)).cases
    assert case.find(LIVE_BYTES) == Estimate(20 * MEBIBYTE, None, None, 1)
    assert case.find(PREDICTED_BYTES) == Estimate(50 * MEBIBYTE, None, None, 1)
    (unknown,) = summarize_cases(make_reading("post", None)).cases
    assert (unknown.find(LIVE_BYTES), unknown.find(RATE)) == (None, None)


def test_the_ratio_is_to_the_reference_that_took_turns() -> None:
    post, fast = summarize_cases(POST, FAST).cases
    assert (post.is_reference, fast.is_reference) == (True, False)
    # 100/50, 102/51, 98/49, 101/50, 99/50, 100/50 milliseconds
    assert told(fast.ratio) == pytest.approx((2.0, 1.98, 2.02, 6))
    assert told(fast.find(RELATIVE)) == pytest.approx((0.5, 50 / 101, 50 / 99, 6))
    assert post.ratio == Estimate(1.0, 1.0, 1.0, 6)
    assert post.find(RELATIVE) is None, "a case is not compared with itself between runs"


@pytest.mark.parametrize(
    "fields", [{"arm": "raw"}, {"consumer": "python"}, {"group": "claims"}, {"step_ms": 2.0}, {"device": "gpu"}]
)
def test_a_reference_that_took_no_turns_with_a_case_gives_no_ratio(fields: dict[str, object]) -> None:
    _, fast = summarize_cases(POST, change(FAST, **fields)).cases
    assert (fast.ratio, fast.find(RELATIVE), fast.is_reference) == (None, None, False)


def test_without_a_shared_round_there_is_no_ratio() -> None:
    _, fast = summarize_cases(POST, later(FAST)).cases
    assert (fast.ratio, fast.find(RELATIVE)) == (None, None)
    assert summarize_cases(FAST).cases[0].ratio is None


def test_a_field_ranks_what_is_compared_and_nothing_else() -> None:
    slow = make_case("slow", slow_down(3))
    raw, fed = change(POST, arm="raw"), make_case("post", busy=0.9, consumer="emulated", step_ms=2.0, group="training")
    reading = make_reading("post", 20)
    summary = summarize_cases(slow, POST, change(FAST, name="level"), FAST, raw, fed, reading)
    default, other = summary.fields
    assert [(each.case.name, each.is_fastest, each.is_level) for each in default.ranked] == [
        ("level", True, False),
        ("fast", False, True),
        ("post", False, False),
        ("slow", False, False),
    ]
    assert (default.arm, default.device, default.fastest.name, default.reference.name) == (
        *("default", "cpu"),
        *("level", "post"),
    )
    post = default.ranked[2]
    assert (post.emulated.find(BUSY_SHARE).median, post.memory.find(LIVE_BYTES).median) == (0.9, 20 * MEBIBYTE)
    assert (default.ranked[0].emulated, default.ranked[0].memory) == (None, None)
    assert [each.case.arm for each in other.ranked] == ["raw"]
    assert (other.ranked[0].emulated, other.ranked[0].memory) == (None, None), "those are of the other arm"


def test_twins_of_one_program_name_the_faster() -> None:
    program = Program("Batch > Map", ())
    summary = summarize_cases(replace(POST, program=program), replace(FAST, program=program), make_case("none"))
    assert {each.case.name: each.same_as for each in summary.fields[0].ranked} == {
        "fast": None,
        "post": "fast",
        "none": None,
    }


def test_the_control_is_one_case_under_two_names() -> None:
    control = make_case("control", slow_down(2))
    assert summarize_cases(POST, control).control.name == "post"
    assert summarize_cases(POST, control).control.ratio == Estimate(0.5, 0.5, 0.5, 6)
    assert summarize_cases(POST, later(control)).control is None, "they took no turns"
    assert summarize_cases(POST, change(control, ordering="batch(1)")).control is None
    assert summarize_cases(POST).control is None


@pytest.mark.parametrize(("busy", "expected"), [(0.91, ["post"]), (0.89, [])])
def test_busy_enough_is_nine_tenths_for_sure(busy: float, expected: list[str]) -> None:
    fed = make_case("post", busy=busy, consumer="emulated", step_ms=2.0, group="training")
    assert [case.name for case in summarize_cases(fed).busy] == expected
    assert summarize_cases(replace(fed, turns=fed.turns[:5])).busy == (), "five turns have no interval"


def test_the_best_mixed_stands_first_with_the_accuracy_through_its_buffer() -> None:
    few, many = (
        change_samples(make_case(f"buffer_{size}", consumer="mixing", group="mixing"), mixing=Mixing(score, score))
        for size, score in ((10, 0.1), (60000, 0.9))
    )
    trained = change_samples(make_case("sorted_10", consumer="fit", group="accuracy"), accuracy=0.5)
    best, worst = summarize_cases(few, many, trained, POST).mixed
    assert (best.case.name, best.accuracy) == ("buffer_60000", None)
    assert (worst.case.name, worst.accuracy) == ("buffer_10", Estimate(0.5, 0.5, 0.5, 6))


def test_devices_and_predictions_stand_beside_the_cpu() -> None:
    def predict(size: int, factor: float, device: str) -> CaseRecord:
        choices = (("model", "mlp"), ("batch_size", str(size)))
        case = make_case(f"mlp {size}", slow_down(factor), consumer="infer", group="devices", choices=choices)
        return case if device == "cpu" else change(case, device=device, device_use=GPU)

    cases = [predict(size, 1, "cpu") for size in (1, 64)] + [predict(1, 2, "gpu"), predict(64, 0.25, "gpu")]
    summary = summarize_cases(*cases)
    assert [(each.model, each.batch_size, each.case.device) for each in summary.predictions] == [
        *(("mlp", 1, "cpu"), ("mlp", 64, "cpu")),
        *(("mlp", 1, "gpu"), ("mlp", 64, "gpu")),
    ]
    assert [case.cpu_ratio and case.cpu_ratio.median for case in summary.cases] == [None, None, 0.5, 4.0]
    (winner,) = summary.winners
    assert (winner.model, winner.device, winner.crossover) == ("mlp", "gpu", Crossover((64,), (1,), ()))
    assert [[case.device for case in each] for each in summary.on_devices] == [["cpu", "gpu"], ["cpu", "gpu"]]
    apart = summarize_cases(cases[0], later(cases[2]))
    assert (apart.cases[1].cpu_ratio, apart.winners) == (None, ())


def test_contaminated_turns_are_counted_and_told() -> None:
    spoilt = change_samples(make_case("bad"), contaminated=True)
    summary = summarize_cases(POST, spoilt)
    assert (summary.num_turns, summary.num_contaminated) == (12, 6)
    assert [case.is_disturbed for case in summary.cases] == [False, True]
    assert summary.remarks == ("6 of 12 turns contaminated: others used more than a tenth of the machine",)
    assert summarize_cases(POST).remarks == ()


def test_a_turn_that_ends_with_its_first_batch_has_no_busy_share() -> None:
    fed = make_case("post", busy=0.9, consumer="emulated", step_ms=2.0, group="training")
    whole = replace(
        fed, turns=tuple(replace(t, sample=replace(t.sample, first_batch_ns=t.sample.wall_ns)) for t in fed.turns)
    )
    assert summarize_cases(whole).cases[0].find(BUSY_SHARE) is None


@pytest.mark.parametrize(
    ("num_set_apart", "first_cpu_ns", "time_ns", "cpu_ns"),
    [
        (None, 400, 100, 70),  # a whole epoch
        (4, 400, 50, 50),  # a part: 700 ns of wall time and 400 of CPU time before its first batch
        (4, None, 50, 70),  # of an earlier record
        (10, 400, 100, 70),  # nothing comes after the first batch
    ],
)
def test_time_and_cpu_of_a_part_of_an_epoch_are_those_after_its_first_batch(
    num_set_apart: int | None, first_cpu_ns: int | None, time_ns: int, cpu_ns: int
) -> None:
    sample = Sample(1000, 700, 700, 10, num_set_apart=num_set_apart, first_batch_cpu_ns=first_cpu_ns)
    assert TIME.read_turn(sample) == pytest.approx(time_ns / 1e9)
    assert RATE.read_turn(sample) == pytest.approx(1e9 / time_ns)
    assert CPU_TIME.read_turn(sample) == pytest.approx(cpu_ns / 1e9)


def test_every_metric_has_a_name_and_a_column_of_its_own() -> None:
    names, columns = [each.name for each in METRICS], [each.column for each in METRICS if each.column]
    assert len(set(names)) == len(names)
    assert len(set(columns)) == len(columns)
