"""Captures beside what xprof says of them: steps, input share and operations; and where we differ, why."""

import functools
from pathlib import Path
from typing import NamedTuple

import pytest
import xprof_reference
from xprof_reference import Reference, list_captures, load_references, read_content

from reports.timeline.operations import Operation
from reports.traces.reading import analyze
from reports.traces.trace import Trace
from reports.xplane.periods import NS_PER_MS, NS_PER_US
from reports.xplane.reader import read_capture
from reports.xplane.sessions import Host, Session

REFERENCES = load_references()
SESSION = Session("captures", (Host("vm", Path("vm.xplane.pb")),))


class Ours(NamedTuple):
    """Our number of steps, mean step and input share where they differ from xprof's on purpose, and why."""

    steps: int
    mean_ms: float
    input_percent: float
    why: str


DIFFERENT = {
    "loop_slow": Ours(1, 320.093, 93.9, "xprof counts no wait inside a loop of a graph"),
    "jax_tfdata": Ours(10, 17.473, 93.2, "a frame of Python in which JAX's program asks tf.data for a batch is a wait"),
    "tensorflow_2_3": Ours(10, 3.391, 81.5, "xprof keeps what TensorFlow 2.3 grouped itself, and misses its fetches"),
    "tensorflow_2_4": Ours(
        7, 1.465, 48.7, "xprof leaves out no step at the ends of what TensorFlow 2.4 grouped itself"
    ),
    "one_batch_unmarked": Ours(1, 2.693, 2.7, "where nothing is marked, the call that fetches its input is the step"),
    "gpu_fit": Ours(8, 3.660, 1.4, "to xprof a step is what the GPU did for it, and nothing that the host did counts"),
}
HOST_COMPUTE_DIFFERENT = {
    "jax_numpy": "what XLA runs on threads of its own is no host compute to xprof",
    "loop_slow": "the wait in a loop is host compute to xprof",
    "jax_tfdata": "a frame of Python that waits or sleeps is host compute to xprof",
    "tensorflow_2_3": "the wait that xprof misses is host compute to it",
    "tensorflow_2_4": "xprof has two steps more",
    "one_batch_unmarked": "xprof has no step",
    "gpu_fit": "xprof leaves out what the host did for a step of a GPU",
}
HOST_NEAR = 2.0  # points; what of a graph's run on other threads is part of its step, is not in every trace
COUNTED_TWICE = {("gpu_fit", "Cast")}  # by xprof; the file holds 10 events of that name
MKL = "_Mkl"  # xprof counts a matmul of MKL twice that notes itself once more while it runs


@functools.cache
def measure(name: str) -> tuple[Trace, Reference]:
    """All steps of a capture, whatever their names, as xprof counts them."""
    content = read_content(name)
    return analyze(SESSION, len(content), read_capture(content)), REFERENCES[name]


def share(trace: Trace, part: str) -> float:
    steps = [step for kind in trace.kinds for step in kind.steps]
    total = sum(step.duration_ns for step in steps)
    return 100 * sum(getattr(step, f"{part}_ns") for step in steps) / total if total else 0.0


def mean_ms(trace: Trace) -> float:
    steps = [step for kind in trace.kinds for step in kind.steps]
    return sum(step.duration_ns for step in steps) / max(1, len(steps)) / NS_PER_MS


def count(trace: Trace) -> int:
    return sum(len(kind.steps) for kind in trace.kinds)


def test_the_table_has_every_capture_and_no_other() -> None:
    assert sorted(REFERENCES) == list_captures()
    assert len(REFERENCES) == 25
    assert DIFFERENT.keys() <= HOST_COMPUTE_DIFFERENT.keys() <= REFERENCES.keys()


@pytest.mark.parametrize("name", sorted(REFERENCES.keys() - DIFFERENT.keys()))
def test_steps_and_their_waits_are_those_of_xprof(name: str) -> None:
    trace, reference = measure(name)
    assert count(trace) == reference.steps
    assert mean_ms(trace) == pytest.approx(reference.mean_ms, rel=0.005)
    assert share(trace, "input") == pytest.approx(reference.input_percent, abs=0.5)
    assert share(trace, "device") == reference.device_percent == 0


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_steps_differ_from_xprof_on_purpose_they_are_as_expected(name: str) -> None:
    trace, reference = measure(name)
    ours = DIFFERENT[name]
    assert count(trace) == ours.steps
    assert mean_ms(trace) == pytest.approx(ours.mean_ms, rel=0.001)
    assert share(trace, "input") == pytest.approx(ours.input_percent, abs=0.1)
    differs = abs(ours.input_percent - reference.input_percent) > 0.5 or ours.steps != reference.steps
    assert differs, f"no longer so, take it out: {ours.why}"


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_host_compute_is_that_of_xprof_unless_a_wait_is_not(name: str) -> None:
    trace, reference = measure(name)
    is_near = abs(share(trace, "host") - reference.host_percent) <= HOST_NEAR
    assert is_near is (name not in HOST_COMPUTE_DIFFERENT)


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_the_longest_operations_take_the_time_that_xprof_tells(name: str) -> None:
    trace, reference = measure(name)
    ours = {(each.name, each.kind): each for each in trace.operations if each.place == "host"}
    for operation, kind, calls, self_us in reference.operations:
        found: Operation = ours[operation, kind]
        assert found.self_ns / NS_PER_US == pytest.approx(self_us, rel=0.02, abs=1), operation
        is_twice = kind.startswith(MKL) or (name, operation) in COUNTED_TWICE
        assert found.num_calls == calls or (is_twice and 2 * found.num_calls == calls), operation


@pytest.mark.process
@pytest.mark.parametrize("name", ["loops_in_graph", "nested_marks"])
def test_the_installed_xprof_says_what_the_table_says(name: str) -> None:
    assert xprof_reference.ask_xprof(name) == REFERENCES[name]


def test_of_a_gpus_steps_the_copies_are_apart_and_its_kernels_take_the_share_that_xprof_tells() -> None:
    trace, reference = measure("gpu_fit")
    device_ms, copied_ms = (share(trace, part) * mean_ms(trace) / 100 for part in ("device", "copy"))
    assert device_ms == pytest.approx(reference.device_percent * reference.mean_ms / 100, rel=0.1)
    assert copied_ms == pytest.approx(0.266, abs=0.01)  # pictures and labels are sent at once
    assert trace.verdict is not None
    assert trace.verdict.copy_share == pytest.approx(0.0726, abs=0.001)
    assert trace.devices[0].name == "GPU:0"
