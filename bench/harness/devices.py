"""On which device a worker may compute."""

from __future__ import annotations

import tensorflow as tf

from bench.harness.cases import Device


def use_only(device: Device) -> None:
    """Hide every other device from TensorFlow, before it has started its runtime.

    Ten workers that each take a GPU's memory would disturb each other, and a case that says cpu must not find one.

    Raises:
        RuntimeError: the runtime has been started already, or a hidden device can still be seen.
    """
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    found = {each.device_type for each in tf.config.get_visible_devices()} - {"CPU"}
    if device == "cpu" and found:
        raise RuntimeError(f"a cpu case must see no other device, but it sees {', '.join(sorted(found))}.")
