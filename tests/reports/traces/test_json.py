"""A trace as JSON, for scripts."""

import json

from made_traces import MILLISECOND, make_step, make_trace

from reports.traces.json import render_json


def test_json_has_every_number_and_a_version() -> None:
    found = json.loads(render_json(make_trace([make_step(8.1)] * 10)))
    assert found["mnist_bench_trace"] == 1
    assert found["verdict"] == {"input_share": 0.81, "of": "steps", "bound": "highly input-bound"}
    assert found["slowest_stage"]["name"] == "Map"
    assert found["slowest_stage"]["share_ns"] == 90 * MILLISECOND
    assert found["pipelines"][0]["chain"] == "Prefetch(auto) > Map > BatchV2"
    assert found["pipelines"][0]["stages"][1]["settings"] == [{"name": "buffer", "value": 2, "tuned": True}]
    assert found["step_ms"] == {"median": 10.0, "low": 10.0, "high": 10.0, "count": 10}
    assert found["operations"][0] == {"name": "dense/MatMul", "kind": "MatMul", "place": "host", "num_calls": 12,
                                      "self_ns": 24 * MILLISECOND}  # fmt: skip
