"""Whether a program waits for its input: thresholds, and where steps do not tell."""

import pytest
from made_traces import make_step, make_trace
from spaces import PYTHON, Made

from reports.traces.verdict import CAPTURE, STEPS, InputVerdict


@pytest.mark.parametrize(
    ("input_ms", "bound"),
    [
        (0.01, "not input-bound"),
        (0.49, "not input-bound"),
        (0.50, "moderately input-bound"),
        (1.99, "moderately input-bound"),
        (2.00, "highly input-bound"),
        (10.0, "highly input-bound"),
    ],
)
def test_the_thresholds_are_five_and_twenty_percent(input_ms: float, bound: str) -> None:
    verdict = make_trace([make_step(input_ms)] * 3).verdict
    assert verdict == InputVerdict(input_ms / 10, STEPS, bound)
    assert verdict.is_input_bound == (bound != "not input-bound")


def test_a_wait_in_few_steps_counts_as_much_as_one_spread_over_all() -> None:
    trace = make_trace([make_step(0.0)] * 9 + [make_step(90.0, total_ms=100.0)])
    assert trace.verdict == InputVerdict(90 / 190, STEPS, "highly input-bound")


@pytest.mark.parametrize(
    ("gap_us", "wait_us", "outside"),
    [
        (400, 400, False),  # 4 % of the time is too little to matter
        (600, 600, True),
        (600, 1100, True),  # more than half of the wait
        (600, 1300, False),  # less than half
        (8000, 8000, True),
    ],
)
def test_input_between_the_marks_leaves_the_verdict_to_the_capture(gap_us: int, wait_us: int, outside: bool) -> None:
    threads: dict[str, list[Made]] = {PYTHON: []}
    for number in range(10):
        start = number * 10_000
        threads[PYTHON] += [
            Made("Iterator::Root", start, wait_us),
            Made("train", start + gap_us, 10_000 - gap_us, {"step_num": number, "_r": 1}),
        ]
    trace = make_trace([make_step(0.001)] * 6, threads)
    assert any("fetched outside the marked steps" in remark for remark in trace.remarks) == outside
    assert trace.verdict is not None
    expected = (CAPTURE, wait_us / 10_000) if outside else (STEPS, 0.0001)
    assert (trace.verdict.of, trace.verdict.input_share) == expected


@pytest.mark.parametrize(
    ("wait_us", "counted_ms", "overlooked"),
    [
        (499, 0.0, False),  # too little to matter
        (500, 0.0, True),
        (8000, 0.0, True),
        (8000, 0.1, False),  # xprof sees it, and says how much of it holds up the steps
    ],
)
def test_a_wait_that_xprof_does_not_link_to_its_step_is_not_taken_for_none(
    wait_us: int, counted_ms: float, overlooked: bool
) -> None:
    threads: dict[str, list[Made]] = {PYTHON: [], "tf_data_iterator_get_next/1": []}
    for number in range(10):
        threads[PYTHON].append(Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}))
        threads["tf_data_iterator_get_next/1"].append(Made("Iterator::Root", number * 10_000, wait_us))
    trace = make_trace([make_step(counted_ms)] * 6, threads)
    assert any("nothing links a fetch to its step" in remark for remark in trace.remarks) == overlooked
    assert trace.verdict is not None
    expected = (CAPTURE, wait_us / 100_000 * 10) if overlooked else (STEPS, counted_ms / 10)
    assert trace.verdict.of == expected[0]
    assert trace.verdict.input_share == pytest.approx(expected[1])
