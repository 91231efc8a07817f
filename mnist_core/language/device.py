"""The kinds of device, and what a GPU is called in a line."""

from __future__ import annotations

from typing import Literal

Device = Literal["cpu", "gpu"]
DeviceChoice = Literal["auto", "cpu", "gpu"]

GIBIBYTE = 2**30


def describe_gpu(model: str | None, driver: str | None, memory_bytes: int | None) -> str:
    """What is known of a GPU, such as ``NVIDIA H200, driver 580.159.03, 140 GiB``; empty for a CPU.

    Args:
        model: Name of the GPU.
        driver: Version of its driver.
        memory_bytes: Size of its memory.
    """
    size = None if memory_bytes is None else f"{memory_bytes / GIBIBYTE:.0f} GiB"
    words = (model, None if driver is None else f"driver {driver}", size)
    return ", ".join(word for word in words if word is not None)
