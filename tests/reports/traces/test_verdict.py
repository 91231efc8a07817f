"""Whether a program waits for its input: thresholds, whose wait it is, and where steps do not tell."""

from pathlib import Path

import pytest
from made_traces import make_waits, read_trace
from spaces import PYTHON, Made

from reports.traces.verdict import CAPTURE, HIGH, MODERATE, SCALE, STEPS, InputVerdict

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("input_us", "bound"),
    [
        (10, "not input-bound"),
        (499, "not input-bound"),
        (500, "moderately input-bound"),
        (1999, "moderately input-bound"),
        (2000, "highly input-bound"),
        (10_000, "highly input-bound"),
    ],
)
def test_the_thresholds_are_five_and_twenty_percent(input_us: int, bound: str) -> None:
    verdict = read_trace(make_waits(*[input_us] * 3)).verdict
    assert verdict == InputVerdict(input_us / 10_000, STEPS, bound)
    assert verdict.is_input_bound == (bound != "not input-bound")


def test_there_is_one_scale() -> None:
    assert (MODERATE, HIGH) == (0.05, 0.20)
    assert SCALE == "input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard"
    page = " ".join((ROOT / "docs" / "traces.md").read_text(encoding="utf-8").split())
    assert f"From {MODERATE * 100:.0f} % on it is *moderately*, from {HIGH * 100:.0f} % on *highly input-bound*" in page


def test_a_wait_in_few_steps_counts_as_much_as_one_spread_over_all() -> None:
    threads = make_waits(*[0] * 5)
    threads[PYTHON] += [
        Made("train", 50_000, 100_000, {"step_num": 5, "_r": 1}),
        Made("Iterator::Root", 50_000, 90_000),
        Made("train", 150_000, 10_000, {"step_num": 6, "_r": 1}),
    ]
    assert read_trace(threads).verdict == InputVerdict(90 / 140, STEPS, "highly input-bound")


def make_outside(gap_us: int, wait_us: int) -> dict[str, list[Made]]:
    """Ten steps of 10 ms; the call for a batch begins `gap_us` before the mark."""
    threads: dict[str, list[Made]] = {PYTHON: []}
    for number in range(10):
        start = number * 10_000
        threads[PYTHON] += [
            Made("Iterator::Root", start, wait_us, {"id": 1}),
            Made("train", start + gap_us, 10_000 - gap_us, {"step_num": number, "_r": 1}),
        ]
    return threads


@pytest.mark.parametrize(
    ("gap_us", "wait_us", "outside"),
    [(0, 400, False), (0, 8000, False), (400, 400, True), (600, 600, True), (8000, 8000, True)],
)
def test_input_between_the_marks_and_it_alone_leaves_the_verdict_to_the_capture(
    gap_us: int, wait_us: int, outside: bool
) -> None:
    trace = read_trace(make_outside(gap_us, wait_us))
    assert any("fetched outside the marked steps" in remark for remark in trace.remarks) == outside
    assert trace.verdict is not None
    assert (trace.verdict.of, trace.verdict.input_share) == (CAPTURE if outside else STEPS, wait_us / 10_000)


def test_validation_between_the_steps_is_not_their_input() -> None:
    threads = make_waits(*[100] * 10)
    threads[PYTHON] = [
        Made(event.name, event.start_us * 2, event.duration_us, event.arguments) for event in threads[PYTHON]
    ] + [Made("Iterator::Root", number * 20_000 + 10_000, 9_000, {"id": 7}) for number in range(10)]
    trace = read_trace(threads)
    assert trace.verdict == InputVerdict(0.01, STEPS, "not input-bound")
    assert trace.remarks == ()
    assert [pipeline.consumer for pipeline in trace.pipelines] == ["train", "calls outside the steps"]


def test_what_is_fetched_between_the_steps_is_blamed_and_no_loader_of_another_thread() -> None:
    threads = make_outside(2000, 2000)
    threads[PYTHON] += [
        Made("Iterator::Root::Map", number * 10_000, 1_900, {"id": 2, "parent_id": 1}) for number in range(10)
    ]
    threads[PYTHON] += [Made("FunctionRun", 5_000, 10, {"id": 3})]
    threads["loader/9"] = [
        event
        for number in range(10)
        for event in (
            Made("Iterator::Root", number * 10_000, 9_000, {"id": 3}),
            Made("Iterator::Root::Generator", number * 10_000, 9_000, {"id": 4, "parent_id": 3}),
        )
    ]
    trace = read_trace(threads)
    assert trace.verdict == InputVerdict(0.2, CAPTURE, "highly input-bound")
    assert [pipeline.chain for pipeline in trace.pipelines] == ["Map", "Generator"]


@pytest.mark.parametrize(("runs", "is_told"), [((), True), ((Made("FunctionRun", 100, 10, {"id": 3}),), False)])
def test_a_fetch_on_another_thread_is_a_steps_only_in_traces_whose_runs_have_no_numbers(
    runs: tuple[Made, ...], is_told: bool
) -> None:
    threads = {PYTHON: [Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}) for number in range(4)]}
    threads[PYTHON] += runs
    threads["tf_data_iterator_get_next/1"] = [Made("Iterator::Root", number * 10_000, 500) for number in range(4)]
    expected = InputVerdict(0.05, STEPS, "moderately input-bound") if is_told else None
    assert read_trace(threads).verdict == expected
