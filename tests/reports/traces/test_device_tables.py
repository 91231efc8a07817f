"""What devices did and what memory was used, as literal text."""

from typing import Any

import pytest
from made_traces import draw, read_space, read_trace
from spaces import PYTHON, Made, add_plane, make_space

from reports.drawing.long_names import LONGEST_NAME, shorten, shorten_kernel
from reports.traces.device_tables import tabulate_devices, tabulate_memory

KERNEL = "void cutlass::Kernel<cutlass_80_tensorop_s1688gemm_128x128_16x5_nn_align4>(cutlass_80::Params)"


def make_devices() -> Any:
    """Four steps of 10 ms, in each of which a GPU runs a kernel of 2 ms that the step launched; and another GPU."""
    numbers = range(4)
    host = [
        event
        for number in numbers
        for event in (
            Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}),
            Made("cuLaunchKernel", number * 10_000 + 1_000, 100, {"correlation_id": 70 + number}),
        )
    ]
    space = make_space({PYTHON: host})
    kernels = [Made(KERNEL, number * 10_000 + 2_000, 2_000, {"correlation_id": 70 + number}) for number in numbers]
    copies = [
        Made("MemcpyH2D", number * 10_000 + 5_000, 500, {"memcpy_details": "kind_src:pageable size:2500000 dest:0"})
        for number in numbers
    ]
    add_plane(space, "/device:GPU:0", {"Stream #1": kernels, "Stream #2": copies, "TensorFlow Ops": kernels})
    back = Made("MemcpyD2H", 0, 1_000, {"memcpy_details": "size:1200"})
    add_plane(space, "/device:GPU:1", {"Stream #1": [back, Made("scale", 5_000, 4_000), Made("MemcpyH2D", 9_500, 10)]})
    return space


def test_the_text_of_devices() -> None:
    assert [line.rstrip() for line in draw(tabulate_devices(read_space(make_devices()), top=5)).splitlines()] == [
        "devices",
        "",
        "  device                 kernels ms  idle %  copied to it    ms  copied from it    ms",
        " ────────────────────────────────────────────────────────────────────────────────────",
        "  GPU:0                        8.00      75       10.0 MB  2.00               -     -",
        "  GPU:1                        4.00      87             ?  0.01            1 kB  1.00",
        "",
        " idle: neither kernels nor copies, as a share of the steps; a step takes a device's time where it",
        " ends last",
        "",
        "kernels, the longest 2 of 2",
        "",
        "  name                                            own ms  calls",
        " ──────────────────────────────────────────────────────────────",
        "  Kernel                                            8.00      4",
        "  scale                                             4.00      1",
    ]


def test_kernels_that_are_shown_by_one_name_are_one_row() -> None:
    names = [
        f"void Eigen::internal::EigenMetaKernel<Eigen::TensorEvaluator<{kind}, Eigen::Threads> >()" for kind in "ab"
    ]
    space = make_space({PYTHON: [Made("anything", 0, 10_000)]})
    add_plane(space, "/device:GPU:0", {"Stream #1": [Made(names[0], 0, 1_000), Made(names[1], 2_000, 500)]})
    text = draw(tabulate_devices(read_space(space), top=5))
    assert "kernels, the longest 1 of 1" in text
    assert text.splitlines()[-1].split() == ["EigenMetaKernel", "1.50", "2"]


def test_top_limits_the_kernels() -> None:
    trace = read_space(make_devices())
    assert "kernels, the longest 1 of 2" in draw(tabulate_devices(trace, top=1))
    assert "kernels, the longest" not in draw(tabulate_devices(trace, top=0))


def test_a_trace_of_the_host_alone_has_no_devices() -> None:
    assert tabulate_devices(read_trace({PYTHON: [Made("anything", 0, 10)]}), top=5) == []


def test_idle_is_a_share_of_the_capture_where_no_step_is_marked() -> None:
    space = make_space({PYTHON: [Made("anything", 0, 10_000)]})
    add_plane(space, "/device:GPU:0", {"Stream #1": [Made("gemm", 0, 1_000)]})
    text = draw(tabulate_devices(read_space(space), top=0), columns=200)
    assert "as a share of the capture;" in text
    assert text.splitlines()[4].split() == ["GPU:0", "1.00", "90", "-", "-", "-", "-"]


def make_memory() -> dict[str, list[Made]]:
    """Two allocators; one tells operations, the other tells no fragmentation."""
    mebibyte = 2**20

    def make(name: str, start: int, allocator: str, allocated: int, size: int, **more: Any) -> Made:
        told = {"bytes_allocated": allocated * mebibyte, "allocation_bytes": size * mebibyte}
        return Made(name, start, 0, {**told, "allocator_name": allocator, **more})

    return {PYTHON: [
        make("MemoryAllocation", 0, "GPU_0_bfc", 100, 100, tf_op="dense/MatMul", fragmentation=0.1),
        make("MemoryAllocation", 1, "GPU_0_bfc", 140, 40, tf_op="dense/MatMul", fragmentation=0.25),
        make("MemoryDeallocation", 2, "GPU_0_bfc", 40, 100, tf_op="", fragmentation=0.2),
        make("MemoryAllocation", 3, "GPU_0_bfc", 60, 20, tf_op=""),
        make("MemoryAllocation", 4, "mklcpu", 3, 3, tf_op="a"),
    ]}  # fmt: skip


def test_the_text_of_memory() -> None:
    assert [line.rstrip() for line in draw(tabulate_memory(read_trace(make_memory()).memory)).splitlines()] == [
        "memory: the peak in this capture",
        "",
        "  allocator, and its largest allocations           MiB  fragmented %  allocations",
        " ────────────────────────────────────────────────────────────────────────────────",
        "  GPU_0_bfc                                        140            25            3",
        "    dense/MatMul                                   100                          2",
        "    (no operation told)                           20.0                          1",
        "  mklcpu                                           3.0             -            1",
    ]


def test_a_trace_without_memory_events_has_no_table_of_memory() -> None:
    assert tabulate_memory(read_trace({PYTHON: [Made("anything", 0, 10)]}).memory) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gemm", "gemm"),
        ("void short<int>(int)", "void short<int>(int)"),
        (KERNEL, "Kernel"),
        ("a" * LONGEST_NAME, "a" * LONGEST_NAME),
        ("a" * 47, "a" * 44 + ".."),
        ("<" * 50, "<" * 44 + ".."),
    ],
)
def test_a_kernel_is_known_by_the_name_in_its_cpp(name: str, shown: str) -> None:
    assert shorten_kernel(name) == shown


@pytest.mark.parametrize(("name", "shown"), [("a" * 46, "a" * 46), ("b" + "a" * 46, ".." + "a" * 44)])
def test_of_an_operation_the_end_is_shown(name: str, shown: str) -> None:
    assert shorten(name) == shown
