"""The proof that a model computes on the device in use."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_core.devices.choose import DeviceInUse
from mnist_core.devices.placement import Placement, check_placement, find_placement, find_tensor_placement
from mnist_core.language.device import describe_gpu


@dataclass(frozen=True)
class ProvenDevice:
    """The device in use, and where the model's weights and operations were seen."""

    in_use: DeviceInUse
    placement: Placement

    def __str__(self) -> str:
        gpu = describe_gpu(self.in_use.model, self.in_use.driver, self.in_use.memory_bytes)
        return f"on the {self.in_use.used}" + (f", {gpu}" if gpu else "")

    def to_dict(self) -> dict[str, Any]:
        """As JSON's types."""
        found = list(self.in_use.found)
        return {**asdict(self.in_use), "found": found, "xla": self.placement.xla, "proof": str(self.placement)}


def prove_device(model: keras.Model, in_use: DeviceInUse) -> ProvenDevice:
    """Where the weights of a built model lie and where it computes a first picture.

    Raises:
        DeviceError: It does not compute on the device in use.
    """
    weights = find_tensor_placement(model.weights[0].value, "weights")
    picture = tf.constant(np.zeros((1, *model.input_shape[1:]), np.float32))
    predict = tf.function(lambda pictures: model(pictures, training=False), autograph=False)
    predict = predict.get_concrete_function(picture)  # else TensorFlow warns of tracing at the sixth model of a process
    computed = find_placement(lambda: predict(picture))
    placement = Placement((*computed.places, *weights.places), computed.xla)
    check_placement(placement, in_use.name)
    return ProvenDevice(in_use, placement)
