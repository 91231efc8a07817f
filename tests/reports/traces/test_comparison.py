"""Two traces: what each step gained and lost, and what is left out where one of them does not tell it."""

from dataclasses import replace

import pytest
from made_traces import FASTER, MILLISECOND, OPERATION, make_step, make_trace, read_trace
from spaces import PYTHON, Made, make_slow_map

from reports.traces.comparison import pair_operations, pair_parts, pair_stages

MARK = {"step_num": 0, "_r": 1}


def test_two_traces_differ_by_what_each_step_gained_and_lost() -> None:
    slow, fast = make_trace([make_step(8.1)] * 10), make_trace([make_step(0.6, 3.0)] * 6, FASTER)
    fast = replace(fast, operations=(replace(OPERATION, self_ns=6 * MILLISECOND),))
    assert [(pair.name, round(pair.gain_ms, 3)) for pair in pair_parts(slow, fast)] == [
        ("waiting for input", -7.5), ("host compute", 0.5), ("device compute", 0), ("kernel launch", 0),
        ("other: Python, compilation, output", 0), ("a step", -7.0),
    ]  # fmt: skip
    assert [(pair.name, pair.first_ms, pair.second_ms) for pair in pair_stages(slow, fast)] == [
        ("Root", pytest.approx(0.05), 0.0), ("Prefetch", 0.0, None), ("Map", 7.5, None), ("BatchV2", 0.5, None),
        ("MapAndBatch", None, pytest.approx(0.6)),
    ]  # fmt: skip
    (operation,) = pair_operations(slow, fast)
    assert (operation.name, operation.kind, operation.first_ms, operation.second_ms) == (
        "dense/MatMul",
        "MatMul",
        2.0,
        1.0,
    )


def test_where_one_cannot_be_judged_neither_its_input_nor_a_pipeline_of_others_is_compared() -> None:
    judged = make_trace([make_step(8.1)] * 10)
    unclear = read_trace({
        PYTHON: [Made("train", 0, 1000, MARK), Made("FunctionRun", 0, 250, {"id": 3})],
        "loader/7": [Made("Iterator::Root", 0, 500)],
    })  # fmt: skip
    assert unclear.pipelines
    for first, second in ((judged, unclear), (unclear, judged)):
        parts = [pair.name for pair in pair_parts(first, second)]
        assert (parts[0], parts[-1]) == ("host compute", "a step")
        assert pair_stages(first, second) == []


def test_steps_of_other_names_do_not_make_the_wait_of_a_step_shorter() -> None:
    threads = make_slow_map(12)
    alone = read_trace(threads)
    threads[PYTHON] += [Made("eval", 120_000 + number, 1, MARK) for number in range(30)]
    mixed = read_trace(threads)
    assert (mixed.num_marks, mixed.num_rounds) == (42, 12)
    assert [pair.gain_ms for pair in pair_stages(alone, mixed)] == [0.0] * 4


@pytest.mark.parametrize(
    ("threads", "rounds"),
    [
        (make_slow_map(12), 12),
        (make_slow_map(12, number=None), 12),
        ({PYTHON: [Made("anything", 0, 10)]}, 1),
    ],
)
def test_a_round_is_a_step_or_else_an_element(threads: dict, rounds: int) -> None:
    assert read_trace(threads).num_rounds == rounds
