"""Warm-up requests of an export: TensorFlow Serving runs them before a version takes any other.

The first request of a size is slow, since TensorFlow optimises the graph and chooses its kernels then; a warmed-up
version is slow while it is loaded instead. A request that fails costs the whole version, so the export's check runs
them too. TensorFlow Serving ships the classes for its messages in a package that needs TensorFlow at its own version;
these few fields are all that a request needs.

Source: tensorflow.org/tfx/serving/saved_model_warmup; tensorflow/serving, ``tensorflow_serving/apis/``
``prediction_log.proto``, ``predict.proto`` and ``model.proto``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from mnist_core.files.messages import BYTES, STRING, build_messages

WARMUP_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
BATCH_SIZES = (1, 32)  # one picture, as a person asks for, and a batch, as a program does
PACKAGE = "tensorflow.serving"
SCHEMA = {
    "PredictionLog": (("predict_log", 6, "PredictLog"),),
    "PredictLog": (("request", 1, "PredictRequest"),),
    "PredictRequest": (("model_spec", 1, "ModelSpec"), ("inputs", 2, "*InputEntry")),
    "ModelSpec": (("name", 1, STRING), ("signature_name", 3, STRING)),
    # A map is written as its entries; the value is TensorFlow's own TensorProto, already as bytes.
    "InputEntry": (("key", 1, STRING), ("value", 2, BYTES)),
}


def write_warmup_requests(version: Path, model_name: str, signatures: Mapping[str, str], pictures: np.ndarray) -> None:
    """Write a request for each signature and batch size into the exported `version`.

    Args:
        version: Folder of the SavedModel.
        model_name: Name under which the server is to offer the model; a warm-up does not compare it.
        signatures: Names of the signatures, with the type of their ``input``.
        pictures: Raw pixels to ask about, uint8 of shape (n, 28, 28), n at least the largest batch size.
    """
    file = version / WARMUP_FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for signature, dtype in signatures.items():
            for batch_size in BATCH_SIZES:
                pixels = pictures[:batch_size].astype(dtype)
                writer.write(_build_request(model_name, signature, pixels).SerializeToString())


def read_warmup_requests(version: Path) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """The signature and the inputs of each warm-up request of an exported version."""
    for record in tf.data.TFRecordDataset(str(version / WARMUP_FILE)):
        request = _build_classes()["PredictionLog"].FromString(record.numpy()).predict_log.request
        inputs = {each.key: tf.make_ndarray(tensor_pb2.TensorProto.FromString(each.value)) for each in request.inputs}
        yield request.model_spec.signature_name, inputs


def _build_request(model_name: str, signature: str, pixels: np.ndarray) -> Any:
    log = _build_classes()["PredictionLog"]()
    request = log.predict_log.request
    request.model_spec.name, request.model_spec.signature_name = model_name, signature
    request.inputs.add(key="input", value=tf.make_tensor_proto(pixels).SerializeToString())
    return log


@cache
def _build_classes() -> dict[str, Any]:
    return build_messages(PACKAGE, SCHEMA)
