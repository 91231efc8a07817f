"""Why TensorFlow sees no GPU: what the system, the wheel and the environment tell. TensorFlow is not imported here."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language.errors import InputError

HIDES = "CUDA_VISIBLE_DEVICES"
INSTALL = "pip install 'tensorflow[and-cuda]'"


class DeviceError(InputError):
    """The device that was asked for is not there, or was not used.

    Example:
        >>> try:
        ...     check_placement(Placement((("MatMul", "CPU:0"),)), "GPU:0")
        ... except DeviceError as error:
        ...     print(str(error).partition(":")[0])
        asked for GPU
    """


@dataclass(frozen=True)
class GpuSupport:
    """What a GPU needs before TensorFlow can use it.

    Args:
        driver: Version of NVIDIA's driver; None if none is loaded.
        is_cuda_build: True if TensorFlow's wheel was built for CUDA.
        visible: Value of CUDA_VISIBLE_DEVICES; None if it is not set.
    """

    driver: str | None
    is_cuda_build: bool
    visible: str | None


def explain_missing_gpu(support: GpuSupport) -> str:
    """Why TensorFlow sees no GPU: the reasons that hold, each with what to do, or else the one that is left."""
    return "; ".join(_find_reasons(support)) or f"TensorFlow could not load CUDA's libraries ({INSTALL})"


def explain_fallback(support: GpuSupport) -> str:
    """Why something ran on the CPU instead: the same reasons, or else those that are left."""
    return "; ".join(_find_reasons(support)) or "an operation without a GPU kernel, or a tf.device around it"


def _find_reasons(support: GpuSupport) -> list[str]:
    reasons = []
    if support.driver is None:
        reasons.append("no NVIDIA driver is loaded (nvidia-smi must list the GPU)")
    if not support.is_cuda_build:
        reasons.append(f"this TensorFlow was built without CUDA ({INSTALL})")
    if support.visible is not None:
        hides = support.visible.strip() == "" or support.visible.strip().startswith("-")
        verb = "hides it" if hides else "may name one that is not there"
        reasons.append(f"{HIDES}={support.visible!r} {verb} (unset it)")
    return reasons
