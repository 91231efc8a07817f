"""Two traces side by side as text."""

import json
from dataclasses import replace

from made_traces import FASTER, draw, make_step, make_trace, read_trace
from spaces import PYTHON, Made, make_slow_map

from reports.traces.comparison import pair_stages
from reports.traces.comparison_tables import tabulate_comparison
from reports.traces.json import render_comparison_json
from reports.traces.trace import StepKind, Trace


def test_the_text_of_two_traces() -> None:
    slow, fast = make_trace([make_step(8.1)] * 10), make_trace([make_step(0.6, 3.0)] * 6, FASTER)
    assert [line.rstrip() for line in draw(tabulate_comparison(slow, fast, top=3)).splitlines()] == [
        " A  post.xplane.pb  highly input-bound, 81 % of steps  step 10.00 [10.00, 10.00] ms",
        " B  post.xplane.pb  highly input-bound, 20 % of steps  step 3.000 [3.000, 3.000] ms",
        "",
        "step time, mean ms",
        "",
        "                                                     A     B  B - A",
        " ──────────────────────────────────────────────────────────────────",
        "  waiting for input                               8.10  0.60  -7.50",
        "  host compute                                    1.90  2.40  +0.50",
        "  device compute                                  0.00  0.00   0.00",
        "  kernel launch                                   0.00  0.00   0.00",
        "  other: Python, compilation, output              0.00  0.00   0.00",
        "  a step                                          10.0  3.00  -7.00",
        "",
        "tf.data: the wait of a step, ms, by the stage in which it went",
        "",
        "                                                     A     B  B - A",
        " ──────────────────────────────────────────────────────────────────",
        "  Root                                            0.05  0.00  -0.05",
        "  Prefetch                                        0.00     -   0.00",
        "  Map                                             7.50     -  -7.50",
        "  BatchV2                                         0.50     -  -0.50",
        "  MapAndBatch                                        -  0.60  +0.60",
        "",
        " A runs as Prefetch(auto) > Map > BatchV2",
        " B runs as MapAndBatch",
        "",
        "operations: own ms in the capture, per step, the 1 that differs most of 1",
        "",
        "                                                  type       A     B  B - A",
        " ──────────────────────────────────────────────────────────────────────────",
        "  dense/MatMul                                    MatMul  2.00  4.00  +2.00",
        "",
        " -: not there. A step: of 12 in A and 6 in B, all that were captured; its time: of the 10 and 6 that",
        " count",
    ]


def tell_end(first: Trace, second: Trace) -> str:
    """The last paragraph: what the tables are means of."""
    text = draw(tabulate_comparison(first, second, top=0), columns=300)
    return text.splitlines()[-1].strip()


def test_the_counts_are_those_that_the_tables_are_means_of() -> None:
    few, many = read_trace(make_slow_map(3)), read_trace(make_slow_map(12))
    assert tell_end(few, few) == "-: not there. A step: of 3 in A and 3 in B, all that were captured"
    assert tell_end(few, many) == (
        "-: not there. A step: of 3 in A and 12 in B, all that were captured; its time: of the 3 and 10 that count"
    )


def test_steps_of_different_names_are_named() -> None:
    few = read_trace(make_slow_map(3))
    assert tell_end(few, read_trace(make_slow_map(3, mark="epoch"))) == (
        "-: not there. A step: of 3 named train in A and 3 named epoch in B, all that were captured"
    )
    mixed = replace(few, kinds=(*few.kinds, StepKind("eval", 9, ())))
    assert tell_end(few, mixed).startswith("-: not there. A step: of 3 named train in A and 3 named train in B, all")


def test_what_is_no_step_is_not_called_one() -> None:
    unmarked, nothing = read_trace(make_slow_map(3, number=None)), read_trace({PYTHON: [Made("anything", 0, 10)]})
    assert tell_end(unmarked, nothing) == (
        "-: not there. A step: of 3 elements in A and the whole capture in B, all that were captured"
    )


def test_a_side_without_a_verdict_says_why_and_gains_nothing() -> None:
    unclear = read_trace({PYTHON: [Made("train", 0, 1000, {"step_num": 0, "_r": 1})]})
    text = draw(tabulate_comparison(make_trace([make_step(8.1)] * 10), unclear, top=0), columns=300)
    assert " B  post.xplane.pb  no verdict                         step 1.0 (too few) ms" in text
    assert (
        " ! B: cannot tell from this trace: no tf.data in it, so it does not show how long the steps wait for input"
    ) in text
    assert "waiting for input  " not in text
    assert "by the stage in which it went" not in text


def test_what_the_profiler_says_stands_before_the_tables() -> None:
    first, second = (replace(make_trace([make_step(8.1)] * 3), notes=notes) for notes in (("a note",), ()))
    lines = draw(tabulate_comparison(first, second, top=0)).splitlines()
    assert [line.strip() for line in lines[2:5]] == ["! A: the profiler says: a note", "", "step time, mean ms"]


def test_a_trace_beside_itself_differs_in_nothing() -> None:
    trace = make_trace([make_step(8.1)] * 10)
    found = json.loads(render_comparison_json(trace, trace))
    for part in ("parts", "stages", "operations"):
        assert found[part]
        assert {pair["gain_ms"] for pair in found[part]} == {0.0}
    assert "both run as Prefetch(auto) > Map > BatchV2" in draw(tabulate_comparison(trace, trace, 3))


def test_traces_without_steps_are_still_compared_by_stage() -> None:
    trace = read_trace(make_slow_map(12, number=None))
    text = draw(tabulate_comparison(trace, trace, top=3))
    assert "step time, mean ms" not in text
    assert "no steps" in text
    assert pair_stages(trace, trace)[2].first_ms == 7.5
