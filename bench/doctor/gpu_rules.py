"""Whether a GPU that is there is used, and whether the profiler can see what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.doctor.answer import Answer
from bench.doctor.findings import Finding, State
from bench.doctor.readings import GpuHardware
from mnist_core.devices.support import HIDES, INSTALL, GpuSupport, explain_missing_gpu
from mnist_core.language.device import describe_gpu

LEAST_DRIVERS = {  # by CUDA's major version. Source: NVIDIA's CUDA compatibility guide, minor version compatibility
    "11": (450, 80, 2),
    "12": (525, 60, 13),
    "13": (580, 0, 0),
}
IN_CONTAINER = "docker run --gpus all ..."
PERMIT = (
    "add this line to /etc/modprobe.d/nvidia.conf, then restart:",
    "options nvidia NVreg_RestrictProfilingToAdminUsers=0",
    "docker run --cap-add=SYS_ADMIN ...   # in a container",
)


def check_gpu(hardware: GpuHardware, answer: Answer) -> Iterator[Finding]:
    """Whether TensorFlow uses the GPU that is there, and why not."""
    if answer.gpus:
        yield Finding("GPU", State.OK, f"TensorFlow sees {', '.join(gpu.model for gpu in answer.gpus)}")
    elif not hardware.is_there:
        yield Finding("GPU", State.OK, "none is here, and everything runs on the CPU")
    elif answer.tensorflow is None or answer.ending is not None:
        yield Finding(
            "GPU",
            State.WARN,
            _name_gpu(hardware),
            "nobody knows whether TensorFlow uses it, since TensorFlow itself is broken",
            ("mend TensorFlow, then ask again",),
        )
    else:
        yield _explain(hardware, answer)


def _explain(hardware: GpuHardware, answer: Answer) -> Finding:
    """Why TensorFlow does not see the GPU."""
    is_hidden = hardware.visible is not None and hardware.visible.strip()[:1] in {"", "-"}
    reasons = explain_missing_gpu(GpuSupport(hardware.driver, bool(answer.is_cuda_build), hardware.visible))
    if answer.not_loaded:
        reasons = f"{reasons}; not loaded: {', '.join(answer.not_loaded)}"
    if answer.trouble:
        reasons = f"{reasons}; {answer.trouble}"
    return Finding(
        "GPU",
        State.WARN if is_hidden else State.BAD,
        f"{_name_gpu(hardware)} is here, and TensorFlow does not see it",
        f"all runs on the CPU: {reasons}",
        tuple(_mend(hardware, answer)),
    )


def _mend(hardware: GpuHardware, answer: Answer) -> Iterator[str]:
    """What to do about each reason that holds, or else what is left."""
    is_loaded, is_told = hardware.driver is not None, False
    if not is_loaded:
        yield "install NVIDIA's driver, until nvidia-smi lists the GPU"
    elif not hardware.has_device_file:
        yield IN_CONTAINER
        is_told = True
    if hardware.visible is not None:
        yield f"unset {HIDES}"
        is_told = True
    if not answer.is_cuda_build or (is_loaded and not is_told):
        yield INSTALL


def _name_gpu(hardware: GpuHardware) -> str:
    if not hardware.listed:
        return "an NVIDIA GPU"
    first = hardware.listed[0]
    return describe_gpu(first.model, first.driver, first.memory_bytes)


def check_driver(hardware: GpuHardware, answer: Answer) -> Iterator[Finding]:
    """Whether the driver is new enough for the CUDA that TensorFlow was built for."""
    if hardware.driver is None or answer.cuda is None:
        return
    least = LEAST_DRIVERS.get(answer.cuda.partition(".")[0])
    if least is None or _number(hardware.driver) >= least:
        yield Finding("GPU driver", State.OK, f"{hardware.driver}, for CUDA {answer.cuda}")
        return
    wanted = ".".join(map(str, least))
    yield Finding(
        "GPU driver",
        State.BAD,
        hardware.driver,
        f"TensorFlow was built for CUDA {answer.cuda}, which needs {wanted} or newer, and cannot use the GPU",
        (f"install NVIDIA's driver {wanted} or newer",),
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def check_kernels(answer: Answer) -> Iterator[Finding]:
    """Whether TensorFlow has compiled kernels for the GPU; else the driver compiles them for it at the first use."""
    compiled = [
        (int(major), int(minor)) for major, minor in re.findall(r"\bsm_(\d+)(\d)\b", " ".join(answer.capabilities))
    ]
    for gpu in answer.gpus:
        if gpu.capability is None or not answer.capabilities or _is_served(gpu.capability, compiled):
            continue
        version = ".".join(map(str, gpu.capability))
        yield Finding(
            "GPU kernels",
            State.WARN,
            f"none for {gpu.model}, of compute capability {version}",
            "the driver compiles each at its first use: some seconds on an H200, up to half an hour says TensorFlow",
            ("export CUDA_CACHE_MAXSIZE=4294967296",),
        )


def _is_served(capability: tuple[int, int], compiled: list[tuple[int, int]]) -> bool:
    """Kernels run on GPUs of the same major capability that are not older in the minor one."""
    return any(major == capability[0] and minor <= capability[1] for major, minor in compiled)


def check_cupti(answer: Answer) -> Iterator[Finding]:
    """Whether the profiler finds the library by which it sees a GPU's work."""
    if not answer.gpus or answer.cuda is None:
        return
    if answer.cupti is not None:
        yield Finding("CUPTI", State.OK, answer.cupti)
        return
    major = answer.cuda.partition(".")[0]
    yield Finding(
        "CUPTI",
        State.BAD,
        f"libcupti.so.{major} is not found",
        "traces hold nothing of what the GPU does, and steps have no device time",
        (f"pip install nvidia-cuda-cupti-cu{major}", "export LD_LIBRARY_PATH=/usr/local/cuda/extras/CUPTI/lib64"),
    )


def check_counters(hardware: GpuHardware) -> Iterator[Finding]:
    """Whether the driver lets this user profile."""
    if hardware.is_admin_only is None:
        return
    if not hardware.is_admin_only or hardware.is_admin:
        yield Finding("GPU profiling", State.OK, "the driver permits it")
        return
    yield Finding(
        "GPU profiling",
        State.WARN,
        "the driver permits it to administrators alone",
        "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES: performance counters are refused, and a trace may lack the GPU's rows",
        PERMIT,
    )
