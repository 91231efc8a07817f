"""The warm-up requests of an export, read with the messages as TensorFlow Serving's .proto files declare them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from tensorflow.core.framework import tensor_pb2

from mnist_core.models.warmup import read_warmup_requests, write_warmup_requests

PICTURES = np.arange(32 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(32, 28, 28)
SIGNATURES = {"serving_default": "uint8", "serving_float": "float32"}
REQUESTS = [("serving_default", 1), ("serving_default", 32), ("serving_float", 1), ("serving_float", 32)]
# tensorflow_serving/apis/{model,predict,prediction_log}.proto, the fields of other requests left out
DECLARED = """
    name: "declared.proto" package: "declared" syntax: "proto3" dependency: "tensorflow/core/framework/tensor.proto"
    message_type { name: "ModelSpec"
      field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "version_label" number: 4 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "signature_name" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }
    message_type { name: "PredictRequest"
      nested_type { name: "InputsEntry" options { map_entry: true }
        field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".tensorflow.TensorProto"
                label: LABEL_OPTIONAL } }
      field { name: "model_spec" number: 1 type: TYPE_MESSAGE type_name: ".declared.ModelSpec" label: LABEL_OPTIONAL }
      field { name: "inputs" number: 2 type: TYPE_MESSAGE type_name: ".declared.PredictRequest.InputsEntry"
              label: LABEL_REPEATED }
      field { name: "output_filter" number: 3 type: TYPE_STRING label: LABEL_REPEATED } }
    message_type { name: "PredictLog"
      field { name: "request" number: 1 type: TYPE_MESSAGE type_name: ".declared.PredictRequest" label: LABEL_OPTIONAL }
      field { name: "response" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL } }
    message_type { name: "PredictionLog"
      oneof_decl { name: "log_type" }
      field { name: "log_metadata" number: 1 type: TYPE_BYTES label: LABEL_OPTIONAL }
      field { name: "classify_log" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "regress_log" number: 3 type: TYPE_BYTES label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "multi_inference_log" number: 4 type: TYPE_BYTES label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "session_run_log" number: 5 type: TYPE_BYTES label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "predict_log" number: 6 type: TYPE_MESSAGE type_name: ".declared.PredictLog" label: LABEL_OPTIONAL
              oneof_index: 0 } }
"""


@pytest.fixture(scope="module")
def prediction_log() -> Any:
    """The class PredictionLog as a server has it, in the pool that holds TensorFlow's own messages."""
    pool = descriptor_pool.Default()
    assert tensor_pb2.DESCRIPTOR.name == "tensorflow/core/framework/tensor.proto"
    file = text_format.Parse(DECLARED, descriptor_pb2.FileDescriptorProto())
    return message_factory.GetMessages([file], pool=pool)["declared.PredictionLog"]


@pytest.fixture
def version(tmp_path: Path) -> Path:
    write_warmup_requests(tmp_path, "mnist", SIGNATURES, PICTURES)
    return tmp_path


def test_a_server_reads_a_request_for_each_signature_and_batch_size(version: Path, prediction_log: Any) -> None:
    records = tf.data.TFRecordDataset(str(version / "assets.extra" / "tf_serving_warmup_requests"))
    logs = [prediction_log.FromString(record.numpy()) for record in records]

    assert [log.WhichOneof("log_type") for log in logs] == ["predict_log"] * 4
    for log, (signature, num_pictures) in zip(logs, REQUESTS, strict=True):
        request = log.predict_log.request
        assert (request.model_spec.name, request.model_spec.signature_name) == ("mnist", signature)
        assert (request.model_spec.version_label, list(request.output_filter)) == ("", [])
        assert list(request.inputs) == ["input"]
        pixels = tf.make_ndarray(request.inputs["input"])
        assert pixels.dtype == SIGNATURES[signature]
        np.testing.assert_array_equal(pixels, PICTURES[:num_pictures])


def test_what_is_read_back_is_what_was_written(version: Path) -> None:
    requests = list(read_warmup_requests(version))

    assert [(signature, len(inputs["input"])) for signature, inputs in requests] == REQUESTS
    for signature, inputs in requests:
        assert inputs["input"].dtype == SIGNATURES[signature]
        np.testing.assert_array_equal(inputs["input"], PICTURES[: len(inputs["input"])])
