"""On which device this process computes: asked for, found and used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import get_args

import tensorflow as tf

from mnist_core.devices.nvidia import list_gpus, read_driver
from mnist_core.devices.support import HIDES, DeviceError, GpuSupport, explain_missing_gpu
from mnist_core.language.choice import explain_choice
from mnist_core.language.device import Device, DeviceChoice
from mnist_core.language.errors import InputError

CPU: Device = "cpu"
GPU: Device = "gpu"
CHOICES: tuple[DeviceChoice, ...] = get_args(DeviceChoice)


@dataclass(frozen=True)
class DeviceInUse:
    """The device that this process computes on.

    Args:
        asked: Kind of device that was asked for; "auto" takes a GPU where there is one.
        found: Kinds of device that TensorFlow sees, one entry for each device.
        used: Kind of device that this process computes on.
        model: Name of the GPU; None for a CPU.
        driver: Version of the GPU's driver.
        memory_bytes: Memory of the GPU; None where nothing tells.

    Example:
        >>> DeviceInUse("auto", ("cpu",), "cpu").name
        'CPU:0'
    """

    asked: DeviceChoice
    found: tuple[Device, ...]
    used: Device
    model: str | None = None
    driver: str | None = None
    memory_bytes: int | None = None

    @property
    def name(self) -> str:
        """As TensorFlow calls it, such as ``GPU:0``."""
        return f"{self.used.upper()}:0"


def use_device(asked: DeviceChoice) -> DeviceInUse:
    """The device that this process computes on from now on; every other accelerator is hidden from it.

    Must be called before TensorFlow starts its runtime. One GPU is used, and of its memory only what is needed: by
    default TensorFlow would take all of it, and a second process would find none.

    Raises:
        InputError: There is no such kind of device.
        DeviceError: A GPU was asked for and there is none; says why.
        RuntimeError: The runtime has been started already with other devices.

    Example:
        >>> in_use = use_device("cpu")
        >>> in_use.name
        'CPU:0'
    """
    if asked not in CHOICES:
        raise InputError(explain_choice("the device", CHOICES, asked))
    gpus = tf.config.list_physical_devices("GPU")
    found = (CPU, *(GPU for _ in gpus))
    if asked == "gpu" and not gpus:
        raise DeviceError(f"no GPU here: {explain_missing_gpu(read_gpu_support())}.")
    chosen = [] if asked == "cpu" else gpus[:1]
    tf.config.set_visible_devices(chosen, "GPU")
    for gpu in chosen:
        tf.config.experimental.set_memory_growth(gpu, True)  # before the runtime starts, or never
    _check_visible(chosen)
    return _describe_gpu(asked, found, chosen[0]) if chosen else DeviceInUse(asked, found, "cpu")


def read_gpu_support() -> GpuSupport:
    """What could keep TensorFlow from a GPU here."""
    listed = list_gpus()
    driver = listed[0].driver if listed else read_driver()
    return GpuSupport(driver, tf.test.is_built_with_cuda(), os.environ.get(HIDES))


def _check_visible(chosen: list[tf.config.PhysicalDevice]) -> None:
    """Ten processes that each take a GPU's memory would disturb each other, and one that says cpu must not find one."""
    visible = [device for device in tf.config.get_visible_devices() if device.device_type != "CPU"]
    if visible != chosen:
        raise RuntimeError(f"only {chosen} should be visible, but TensorFlow sees {visible}.")


def _describe_gpu(asked: DeviceChoice, found: tuple[Device, ...], gpu: tf.config.PhysicalDevice) -> DeviceInUse:
    model = tf.config.experimental.get_device_details(gpu).get("device_name")
    listed = next((each for each in list_gpus() if each.model == model), None)
    driver, memory_bytes = (listed.driver, listed.memory_bytes) if listed else (read_driver(), None)
    return DeviceInUse(asked, found, "gpu", model, driver, memory_bytes)
