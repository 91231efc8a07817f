"""What devices did for the steps, and in all."""

import numpy as np
import pytest
from made_timelines import Threads, make_capture, mark
from spaces import MICROSECOND, PYTHON, Made

from reports.timeline.devices import (
    ON_DEVICE,
    TO_DEVICE,
    TO_HOST,
    Copies,
    Device,
    DeviceTime,
    Kernel,
    describe_devices,
    find_device_steps,
    sum_device_operations,
    time_devices,
)
from reports.timeline.fetches import find_fetches
from reports.timeline.marks import DEVICE, Marks, find_marks
from reports.timeline.operations import Operation
from reports.timeline.steps import measure_steps
from reports.xplane.events import Capture
from reports.xplane.periods import Periods

GPU, COMPUTE, COPY = "/device:GPU:0", "Stream #14(Compute)", "Stream #15(MemcpyH2D)"
OTHER_COPIES = "other copies and fills"


def launch(start_us: int, number: int) -> Made:
    return Made("cuLaunchKernel", start_us, 5, {"correlation_id": number})


def kernel(start_us: int, duration_us: int, number: int = 0, name: str = "gemm", **more: str) -> Made:
    return Made(name, start_us, duration_us, {**({"correlation_id": number} if number else {}), **more})


def copy(start_us: int, duration_us: int, name: str = "MemcpyH2D", details: str = "") -> Made:
    return Made(name, start_us, duration_us, {"memcpy_details": details} if details else {})


HOST = {PYTHON: [mark(0, 100, 0), launch(5, 41), mark(200, 100, 1), launch(205, 42), Made("end", 390, 10)]}


def capture(lines: Threads, host: Threads = HOST) -> Capture:
    return make_capture(host, {GPU: lines})


def timed(taken: Capture) -> tuple[Marks, DeviceTime]:
    marks = find_marks(taken.host)
    if not len(marks):
        marks = find_device_steps(taken.devices) or marks
    return marks, time_devices(taken.host, taken.devices, marks)


def describe(taken: Capture) -> tuple[Device, ...]:
    return describe_devices(taken.devices, *timed(taken), taken.host.span or taken.devices.span or (0, 0))


def us(periods: Periods) -> list[list[int]]:
    return (periods // MICROSECOND).tolist()


def test_a_kernel_that_ends_after_its_mark_moves_the_window_of_its_step() -> None:
    _, time = timed(capture({COMPUTE: [kernel(20, 40, 41), kernel(220, 130, 42)]}))
    assert us(time.windows) == [[0, 100], [220, 350]]
    assert us(time.computing) == [[20, 60], [220, 350]]
    assert us(time.launching) == [[5, 10], [205, 210]]


@pytest.mark.parametrize(("end_us", "window"), [(300, [200, 300]), (301, [220, 301])])
def test_a_kernel_that_ends_with_its_mark_moves_nothing(end_us: int, window: list) -> None:
    _, time = timed(capture({COMPUTE: [kernel(220, end_us - 220, 42)]}))
    assert us(time.windows)[1] == window


@pytest.mark.parametrize("number", [0, 43])
def test_a_kernel_that_no_step_launched_moves_no_window(number: int) -> None:
    _, time = timed(capture({COMPUTE: [kernel(250, 100, number)]}))
    assert us(time.windows) == [[0, 100], [200, 300]]


def test_a_step_on_a_device_is_divided() -> None:
    taken = capture(
        {COMPUTE: [kernel(20, 40, 41)], COPY: [copy(50, 20), copy(70, 5, "MemcpyD2H"), copy(80, 5, "MemcpyD2D")]}
    )
    marks, time = timed(taken)
    step = measure_steps(taken.host, marks, find_fetches(taken.host, marks), (), time)[0]
    parts = (step.device_ns, step.input_ns, step.copy_ns, step.launch_ns, step.host_ns, step.other_ns)
    assert [spent // 1000 for spent in parts] == [45, 0, 10, 5, 0, 40]  # what copies while a kernel runs costs nothing


def test_collective_kernels_are_apart() -> None:
    _, time = timed(capture({COMPUTE: [kernel(20, 40, 41), kernel(50, 30, 41, "ncclDevKernel_AllReduce")]}))
    assert us(time.computing) == [[20, 60]]
    assert us(time.collecting) == [[50, 80]]


def test_graphs_run_is_preparing_kernels_where_a_device_works_and_nothing_where_none_does() -> None:
    host = {PYTHON: [mark(0, 100), Made("ExecutorState::Process", 10, 20, {"id": 7})]}
    assert us(timed(capture({COMPUTE: [kernel(20, 40)]}, host))[1].launching) == [[10, 30]]
    assert us(timed(capture({}, host))[1].launching) == []


def test_a_device_tells_its_kernels_its_copies_and_its_idle_time() -> None:
    (device,) = describe(capture({
        COMPUTE: [kernel(20, 40, 41), kernel(70, 10, 41), kernel(220, 30, 42, "relu")],
        COPY: [copy(0, 10, details="kind_src:host kind_dst:device size:4096 dest:0 async:1"),
               copy(12, 2, details="size:1000"), copy(60, 5, "MemcpyD2H", "num_bytes:8")],
    }))  # fmt: skip
    assert device.name == "GPU:0"
    assert device.kernel_ns == 80_000
    assert device.kernels == (Kernel("gemm", 2, 50_000), Kernel("relu", 1, 30_000))
    assert device.copies == (Copies(TO_DEVICE, 2, 12_000, 5096), Copies(TO_HOST, 1, 5_000, 8))
    assert device.idle_share == pytest.approx(1 - 97 / 200)  # of the two steps


def test_without_steps_a_device_is_idle_in_a_share_of_the_capture() -> None:
    (device,) = describe(capture({COMPUTE: [kernel(20, 40)]}, {PYTHON: [Made("end", 0, 400)]}))
    assert device.idle_share == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("MemcpyH2D", TO_DEVICE), ("Memcpy HtoD", TO_DEVICE), ("CopyHostToDevice", TO_DEVICE),
        ("MEMCPYHtoD", TO_DEVICE), ("MemcpyD2H", TO_HOST), ("CopyDeviceToHost", TO_HOST),
        ("MemcpyD2D", ON_DEVICE), ("MemcpyP2P", ON_DEVICE), ("CopyDeviceToDevice", ON_DEVICE),
        ("__amd_rocclr_copyBuffer.kd", ON_DEVICE),
        ("Memset", OTHER_COPIES), ("MemcpyOther", OTHER_COPIES), ("__amd_rocclr_fillBufferAligned", OTHER_COPIES),
    ],
)  # fmt: skip
def test_copies_are_known_by_their_names(name: str, direction: str) -> None:
    (device,) = describe(capture({COMPUTE: [copy(0, 10, name)]}))
    assert (device.kernels, device.copies) == ((), (Copies(direction, 1, 10_000, None),))


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("Stream #14(Compute)", True), ("Stream #1(Kernel)", True), ("Stream #2", True), ("XLA Ops", True),
        ("Steps", False), ("XLA Modules", False), ("TensorFlow Ops", False), ("TensorFlow Name Scope", False),
        ("Framework Ops", False), ("Async XLA Ops", False), ("Launch Stats", False),
    ],
)  # fmt: skip
def test_lines_that_the_profiler_derives_from_others_do_not_count(line: str, counts: bool) -> None:
    found = describe(capture({line: [kernel(0, 10)]}))
    assert [device.kernel_ns for device in found] == ([10_000] if counts else [])


def test_beside_streams_no_other_line_counts_and_else_an_unknown_one_does() -> None:
    (device,) = describe(
        capture({COMPUTE: [kernel(0, 10)], "Source code": [kernel(0, 99)], "another": [kernel(0, 99)]})
    )
    assert device.kernels == (Kernel("gemm", 1, 10_000),)
    (device,) = describe(capture({"another": [kernel(0, 99)]}))
    assert device.kernels == (Kernel("gemm", 1, 99_000),)


def test_a_loop_on_a_tpu_holds_what_runs_in_it() -> None:
    (device,) = describe(capture({"XLA Ops": [kernel(0, 100, name="while"), kernel(10, 30), kernel(50, 30)]}))
    assert device.kernels == (Kernel("gemm", 2, 60_000), Kernel("while", 1, 40_000))
    assert device.kernel_ns == 100_000


def test_devices_are_apart_and_one_that_did_nothing_is_none() -> None:
    lines = {COMPUTE: [kernel(0, 10)]}
    taken = make_capture(HOST, {"/device:GPU:1": lines, "/device:GPU:0": lines, "/device:GPU:2": {}})
    assert [device.name for device in describe(taken)] == ["GPU:0", "GPU:1"]


def test_steps_that_the_profiler_derived_count_once_for_all_devices_the_longest_of_each() -> None:
    lines = {"Steps": [Made("4", 0, 100), Made("5", 100, 50)], COMPUTE: [kernel(0, 25)]}
    longer = {"Steps": [Made("5", 100, 80), Made("epoch", 300, 10)], COMPUTE: [kernel(100, 20)]}
    shorter = {"Steps": [Made("5", 100, 60)]}
    taken = make_capture({}, {"/device:GPU:0": lines, "/device:GPU:1": longer, "/device:GPU:2": shorter})
    marks, time = timed(taken)
    assert (marks.names, marks.numbers, marks.origin) == (("step",) * 3, (4, 5, 2), DEVICE)
    assert us(marks.periods - marks.periods[0, 0]) == [[0, 100], [100, 180], [300, 310]]
    assert us(time.windows) == us(marks.periods)
    assert [device.idle_share for device in describe(taken)] == pytest.approx([1 - 25 / 150, 1 - 20 / 90])


def test_without_derived_steps_there_are_none() -> None:
    assert find_device_steps(capture({COMPUTE: [kernel(0, 10)]}).devices) is None
    assert find_device_steps(make_capture(HOST).devices) is None


def test_kernels_that_tell_their_operation_add_up_for_it() -> None:
    found = sum_device_operations(capture({
        COMPUTE: [kernel(0, 10, tf_op="dense/MatMul:MatMul"), kernel(20, 5, name="b", tf_op="dense/MatMul:MatMul"),
                  kernel(40, 7, annotation="relu:Relu#id=5#"), kernel(50, 7, annotation="no operation")],
        "TensorFlow Ops": [kernel(0, 99, tf_op="dense/MatMul:MatMul")],
    }).devices)  # fmt: skip
    assert sorted(found, key=lambda each: each.name) == [
        Operation("dense/MatMul", "MatMul", "device", 2, 15_000),
        Operation("relu", "Relu", "device", 1, 7_000),
    ]


def test_a_host_without_devices_has_no_time_of_theirs() -> None:
    _, time = timed(make_capture(HOST))
    assert all(
        not len(getattr(time, name)) for name in ("computing", "collecting", "to_device", "to_host", "launching")
    )
    assert us(time.windows) == [[0, 100], [200, 300]]
    assert describe(make_capture(HOST)) == ()
    assert np.array_equal(time.windows, find_marks(make_capture(HOST).host).periods)


def test_a_batch_that_is_sent_to_the_device_is_copied_and_not_waited_for() -> None:
    host = {
        PYTHON: [mark(0, 100), Made("FunctionRun", 0, 100, {"id": 7})],
        "tf_Compute/1": [
            Made("ExecutorState::Process", 0, 30, {"id": 7}),
            Made("IteratorGetNext:IteratorGetNext", 0, 10),
            Made("IteratorGetNext/_1:_Send", 10, 20),
            Made("MemcpyH2D", 12, 15),
        ],
        "tf_Compute/2": [  # of a run that no step started
            Made("ExecutorState::Process", 40, 20, {"id": 8}), Made("IteratorGetNext/_1:_Send", 40, 20),
        ],
    }  # fmt: skip
    taken = capture({COMPUTE: [kernel(60, 40)]}, host)
    marks, time = timed(taken)
    (step,) = measure_steps(taken.host, marks, find_fetches(taken.host, marks), (), time)
    parts = (step.input_ns, step.copy_ns, step.device_ns)
    assert [spent // 1000 for spent in parts] == [10, 20, 40]
