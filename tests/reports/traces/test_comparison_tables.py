"""Two traces side by side as text."""

import json

from made_traces import FASTER, draw, make_step, make_trace
from spaces import make_slow_map

from reports.traces.comparison import pair_stages
from reports.traces.comparison_tables import tabulate_comparison
from reports.traces.json import render_comparison_json


def test_the_text_of_two_traces() -> None:
    slow, fast = make_trace([make_step(8.1)] * 10), make_trace([make_step(0.6, 3.0)] * 6, FASTER)
    lines = draw(tabulate_comparison(slow, fast, top=3)).splitlines()
    rows = {line.split("  ")[1].strip(): line.split()[-3:] for line in lines if line.startswith("  ")}
    assert rows["waiting for input"] == ["8.10", "0.60", "-7.50"]
    assert rows["host compute"] == ["1.90", "2.40", "+0.50"]
    assert rows["device compute"] == ["0.00", "0.00", "0.00"]
    assert rows["Map"] == ["7.50", "-", "-7.50"]
    assert rows["MapAndBatch"] == ["-", "0.60", "+0.60"]
    assert rows["dense/MatMul"] == ["2.00", "4.00", "+2.00"]
    text = "\n".join(lines)
    assert " A runs as Prefetch(auto) > Map > BatchV2" in text
    assert " B runs as MapAndBatch" in text
    assert " -: not there. A step: of 12 in A and 6 in B, all that were captured" in text


def test_a_trace_beside_itself_differs_in_nothing() -> None:
    trace = make_trace([make_step(8.1)] * 10)
    found = json.loads(render_comparison_json(trace, trace))
    for part in ("parts", "stages", "operations"):
        assert found[part]
        assert {pair["gain_ms"] for pair in found[part]} == {0.0}
    assert "both run as Prefetch(auto) > Map > BatchV2" in draw(tabulate_comparison(trace, trace, 3))


def test_traces_without_steps_are_still_compared_by_stage() -> None:
    trace = make_trace([], make_slow_map(12, number=None))
    text = draw(tabulate_comparison(trace, trace, top=3))
    assert "step time, mean ms" not in text
    assert "no steps" in text
    assert pair_stages(trace, trace)[2].first_ms == 7.5
