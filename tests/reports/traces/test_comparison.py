"""Two traces: what each step gained and lost."""

from dataclasses import replace

import pytest
from made_traces import FASTER, MILLISECOND, OPERATION, make_step, make_trace

from reports.traces.comparison import pair_operations, pair_parts, pair_stages


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
