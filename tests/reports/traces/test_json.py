"""A trace as JSON, for scripts."""

import json
from dataclasses import replace

from made_traces import MILLISECOND, make_step, make_trace, read_space, read_trace
from spaces import PYTHON, Made, add_plane, make_slow_map, make_space

from reports.traces.json import render_json


def test_json_has_every_number_and_a_version() -> None:
    found = json.loads(render_json(make_trace([make_step(8.1)] * 10)))
    assert found["schema"] == "mnist-bench/trace/1"
    assert found["verdict"] == {"input_share": 0.81, "of": "steps", "bound": "highly input-bound", "copy_share": 0.0}
    assert (found["no_verdict"], found["activity"]) == (None, None)
    assert found["slowest_stage"]["name"] == "Map"
    assert found["slowest_stage"]["share_ns"] == 90 * MILLISECOND
    assert found["pipelines"][0]["chain"] == "Prefetch(auto) > Map > BatchV2"
    assert found["pipelines"][0]["stages"][1]["settings"] == [{"name": "buffer", "value": 2, "tuned": True}]
    assert (found["pipelines"][0]["consumer"], found["pipelines"][0]["serves_steps"]) == ("train", ["train"])
    assert found["step_ms"] == {"median": 10.0, "low": 10.0, "high": 10.0, "count": 10}
    assert found["operations"][0] == {"name": "dense/MatMul", "kind": "MatMul", "place": "host", "num_calls": 12,
                                      "self_ns": 24 * MILLISECOND}  # fmt: skip


def test_the_names_are_a_promise() -> None:
    assert list(json.loads(render_json(make_trace([make_step(8.1)])))) == [
        "schema", "session", "path", "num_bytes", "capture_ms", "notes", "steps_are", "num_marks",
        "num_device_events", "verdict", "no_verdict", "activity", "slowest_stage", "step_ms", "mean_step_ms", "split",
        "steps", "other_steps", "pipelines", "operations", "devices", "memory", "remarks",
    ]  # fmt: skip


def test_a_step_is_told_with_its_name() -> None:
    found = json.loads(render_json(read_trace(make_slow_map(3))))
    assert found["steps"][1] == {
        "name": "train 1", "kind": "train", "number": 1, "start_ns": 10_000_000, "duration_ns": 10_000_000,
        "input_ns": 8_100_000, "copy_ns": 0, "host_ns": 1_850_000, "device_ns": 0, "launch_ns": 0, "other_ns": 50_000,
    }  # fmt: skip


def test_steps_of_other_names_are_told_apart() -> None:
    marks = [Made(name, place * 100, 100, {"step_num": 0, "_r": 1}) for place, name in enumerate(("eval", "train"))]
    found = json.loads(render_json(read_trace({PYTHON: marks})))
    assert [step["name"] for step in found["steps"]] == ["train 0"]
    (other,) = found["other_steps"]
    assert (other["name"], other["num_marked"], other["steps"][0]["duration_ns"]) == ("eval", 1, 100_000)


def test_what_the_profiler_says_is_there() -> None:
    found = json.loads(render_json(replace(make_trace([make_step(8.1)]), notes=("CUPTI was not loaded.",))))
    assert found["notes"] == ["CUPTI was not loaded."]


def test_a_trace_without_a_verdict_says_why_and_blames_no_stage() -> None:
    threads = {
        PYTHON: [
            Made("train", 0, 1000, {"step_num": 0, "_r": 1}),
            Made("FunctionRun", 0, 250, {"id": 3}),
        ],
        "loader/7": [Made("Iterator::Root", 0, 500)],
    }
    found = json.loads(render_json(read_trace(threads)))
    assert found["verdict"] is None
    assert found["no_verdict"] == (
        "cannot tell from this trace: its steps fetch from none of the tf.data pipelines in it"
    )
    assert found["activity"] == {"calls": [["FunctionRun", 0.25]], "functions": [], "unrecorded": 0.75, "idle": 0.5}
    assert found["slowest_stage"] is None
    assert found["pipelines"][0]["consumer"] == "thread loader"


def test_devices_and_memory_are_told() -> None:
    allocation = {"bytes_allocated": 300, "peak_bytes_in_use": 500, "allocation_bytes": 100, "fragmentation": 0.25}
    space = make_space({PYTHON: [Made("MemoryAllocation", 0, 0, {**allocation, "allocator_name": "GPU_0_bfc"})]})
    copy = Made("MemcpyH2D", 1000, 200, {"memcpy_details": "kind_src:pageable size:4096 dest:0 async:1"})
    add_plane(space, "/device:GPU:0", {"Stream #1": [Made("gemm", 0, 500), copy]})
    found = json.loads(render_json(read_space(space)))
    (device,) = found["devices"]
    assert (device["name"], device["kernel_ns"]) == ("GPU:0", 500_000)
    assert device["kernels"] == [{"name": "gemm", "num_calls": 1, "duration_ns": 500_000}]
    assert device["copies"] == [
        {"direction": "host to device", "num_calls": 1, "duration_ns": 200_000, "num_bytes": 4096}
    ]
    assert found["memory"] == [{
        "name": "GPU_0_bfc", "peak_bytes": 300, "lifetime_peak_bytes": 500, "fragmentation": 0.25, "num_allocations": 1,
        "largest": [{"operation": "(no operation told)", "num_bytes": 100, "num_calls": 1}],
    }]  # fmt: skip
