"""How a worker reaches the device that its case names, and how it proves that it was used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import tensorflow as tf

from mnist_core import Device, DeviceInUse, Placement, check_placement
from reports.record.program import DeviceUse

PIPELINE_ALONE = "only the pipeline ran, on the CPU"

Wait = Callable[[], None]
"""Returns when every device has finished what it was given."""


@dataclass(frozen=True)
class ComputeDevice:
    """The device that a meter computes on.

    Args:
        name: What TensorFlow calls it, such as ``GPU:0``.
        wait: What must return before a clock is read, since a call on a GPU returns when the work is queued.
    """

    name: str
    wait: Wait = tf.test.experimental.sync_devices


def open_device(device: Device) -> ComputeDevice:
    """The first device of its kind."""
    return ComputeDevice(f"{device.upper()}:0")


def prove_use(in_use: DeviceInUse, placement: Placement | None) -> DeviceUse:
    """What the record keeps of the device.

    Args:
        in_use: The device that was asked for and found.
        placement: Where what was computed ran; None where nothing but the pipeline runs.

    Raises:
        DeviceError: Something ran elsewhere.
    """
    if placement is None:
        return DeviceUse(**asdict(in_use), xla=None, proof=PIPELINE_ALONE)
    check_placement(placement, in_use.name)
    return DeviceUse(**asdict(in_use), xla=placement.xla, proof=str(placement))
