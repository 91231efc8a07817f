"""A GPU that is there and not used, and why; what keeps the profiler from it. None of it needs a GPU."""

from dataclasses import replace

import pytest
from installations import only

from bench.doctor.answer import Answer, SeenGpu
from bench.doctor.findings import State
from bench.doctor.gpu_rules import check_counters, check_cupti, check_driver, check_gpu, check_kernels
from bench.doctor.readings import GpuHardware
from mnist_core.devices.nvidia import GpuListing

H200 = GpuListing("NVIDIA H200", "580.159.03", 143771 * 2**20)
THERE = GpuHardware((H200,), "580.159.03", num_on_bus=1, has_device_file=True)
BLIND = Answer(tensorflow="2.21.0", is_cuda_build=True, cuda="12.5.1", capabilities=("sm_80", "sm_89", "compute_90"))
SEEING = replace(BLIND, gpus=(SeenGpu("NVIDIA H200", (9, 0)),))


def test_a_machine_without_a_gpu_is_fine() -> None:
    assert only(check_gpu(GpuHardware(), BLIND)).found == "none is here, and everything runs on the CPU"
    assert only(check_gpu(GpuHardware(visible=""), BLIND)).state is State.OK


def test_a_gpu_that_tensorflow_sees_is_fine() -> None:
    assert only(check_gpu(THERE, SEEING)).found == "TensorFlow sees NVIDIA H200"


@pytest.mark.parametrize(
    ("hardware", "answer", "state", "reason", "mend"),
    [
        (
            THERE,
            BLIND,
            State.BAD,
            "TensorFlow could not load CUDA's libraries",
            ("pip install 'tensorflow[and-cuda]'",),
        ),
        (
            THERE,
            replace(BLIND, not_loaded=("libcudnn.so.9",)),
            State.BAD,
            "not loaded: libcudnn.so.9",
            ("pip install 'tensorflow[and-cuda]'",),
        ),
        (
            THERE,
            replace(BLIND, trouble="RuntimeError: CUDA_ERROR_UNKNOWN"),
            State.BAD,
            "; RuntimeError: CUDA_ERROR_UNKNOWN",
            ("pip install 'tensorflow[and-cuda]'",),
        ),
        (
            THERE,
            replace(BLIND, is_cuda_build=False),
            State.BAD,
            "this TensorFlow was built without CUDA",
            ("pip install 'tensorflow[and-cuda]'",),
        ),
        (
            replace(THERE, visible="-1"),
            BLIND,
            State.WARN,
            "CUDA_VISIBLE_DEVICES='-1' hides it",
            ("unset CUDA_VISIBLE_DEVICES",),
        ),
        (
            replace(THERE, visible=""),
            BLIND,
            State.WARN,
            "CUDA_VISIBLE_DEVICES='' hides it",
            ("unset CUDA_VISIBLE_DEVICES",),
        ),
        (
            replace(THERE, visible="7"),
            BLIND,
            State.BAD,
            "CUDA_VISIBLE_DEVICES='7' may name one that is not there",
            ("unset CUDA_VISIBLE_DEVICES",),
        ),
        (
            GpuHardware(num_on_bus=1),
            BLIND,
            State.BAD,
            "no NVIDIA driver is loaded",
            ("install NVIDIA's driver, until nvidia-smi lists the GPU",),
        ),
        (
            GpuHardware(driver="580.159.03"),
            BLIND,
            State.BAD,
            "TensorFlow could not load CUDA's libraries",
            ("docker run --gpus all ...",),
        ),
    ],
)
def test_a_gpu_that_is_there_and_not_used_is_told_with_its_reason(
    hardware: GpuHardware, answer: Answer, state: State, reason: str, mend: tuple[str, ...]
) -> None:
    finding = only(check_gpu(hardware, answer))
    assert finding.state is state
    assert reason in finding.consequence
    assert finding.mend == mend


def test_the_gpu_is_named_where_its_tool_lists_it() -> None:
    assert only(check_gpu(THERE, BLIND)).found.startswith("NVIDIA H200, driver 580.159.03, 140 GiB is here")
    assert only(check_gpu(replace(THERE, listed=()), BLIND)).found.startswith("an NVIDIA GPU is here")


@pytest.mark.parametrize("broken", [Answer(tensorflow_error="ImportError: x"), replace(BLIND, ending="ended with 3")])
def test_nothing_is_said_against_a_gpu_that_nobody_could_ask_for(broken: Answer) -> None:
    assert only(check_gpu(THERE, broken)).state is State.WARN


@pytest.mark.parametrize(
    ("driver", "cuda", "state"),
    [
        ("525.60.13", "12.5.1", State.OK),
        ("525.60.12", "12.5.1", State.BAD),
        ("470.256.02", "12.5.1", State.BAD),
        ("470.256.02", "11.8", State.OK),
        ("450.80.01", "11.8", State.BAD),
        ("580.0.0", "13.0", State.OK),
        ("579.99.99", "13.0", State.BAD),
        ("1.0", "99.0", State.OK),
    ],
)
def test_a_driver_is_new_enough_for_cuda(driver: str, cuda: str, state: State) -> None:
    assert only(check_driver(replace(THERE, driver=driver), replace(BLIND, cuda=cuda))).state is state


def test_no_driver_and_no_cuda_are_told_elsewhere() -> None:
    assert list(check_driver(GpuHardware(), BLIND)) == []
    assert list(check_driver(THERE, replace(BLIND, cuda=None))) == []


@pytest.mark.parametrize(
    ("capability", "is_served"),
    [((8, 0), True), ((8, 6), True), ((9, 0), False), ((7, 5), False), (None, True)],
)
def test_kernels_run_on_the_same_major_capability(capability: tuple[int, int] | None, is_served: bool) -> None:
    findings = list(check_kernels(replace(BLIND, gpus=(SeenGpu("a GPU", capability),))))
    assert [finding.state for finding in findings] == ([] if is_served else [State.WARN])


def test_a_library_that_the_profiler_needs_is_missing() -> None:
    finding = only(check_cupti(SEEING))
    assert (finding.state, finding.found) == (State.BAD, "libcupti.so.12 is not found")
    assert finding.mend[0] == "pip install nvidia-cuda-cupti-cu12"
    assert only(check_cupti(replace(SEEING, cupti="/lib/libcupti.so.12"))).found == "/lib/libcupti.so.12"
    assert list(check_cupti(BLIND)) == [], "without a GPU it is not needed"


@pytest.mark.parametrize(
    ("is_admin_only", "is_admin", "state"),
    [(True, False, State.WARN), (True, True, State.OK), (False, False, State.OK)],
)
def test_the_driver_may_permit_profiling_to_administrators_alone(
    is_admin_only: bool, is_admin: bool, state: State
) -> None:
    finding = only(check_counters(replace(THERE, is_admin_only=is_admin_only, is_admin=is_admin)))
    assert finding.state is state


def test_a_driver_that_does_not_tell_is_not_held_against_anybody() -> None:
    assert list(check_counters(THERE)) == []
