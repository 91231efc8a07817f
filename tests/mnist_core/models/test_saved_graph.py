from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from mnist_core.language.errors import InputError
from mnist_core.models.classifier import load_classifier
from mnist_core.models.export import write_saved_model
from mnist_core.models.model import build_model
from mnist_core.models.saved_graph import SavedGraph

Body = Callable[[Any], Any]


def save(folder: Path, body: Body, *, in_signature: bool = True) -> Path:
    """A SavedModel with the right signature that also carries `body`."""

    def classify(pixels: Any) -> dict[str, Any]:
        extra = body(pixels) if in_signature else 0.0
        return {"output": tf.zeros((tf.shape(pixels)[0], 10)) + extra}

    module = tf.Module()
    signature = [tf.TensorSpec((None, 28, 28), "uint8", name="input")]
    module.classify = tf.function(classify, input_signature=signature)
    if not in_signature:
        module.other = tf.function(body, input_signature=signature)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.classify})
    return folder


def read_a_file(_pixels: Any) -> Any:
    return tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), tf.float32)


def write_a_file(_pixels: Any) -> Any:
    with tf.control_dependencies([tf.io.write_file("/tmp/mnist_bench_planted", "x")]):  # noqa: S108  # never written
        return tf.constant(0.0)


def call_python(pixels: Any) -> Any:
    return tf.py_function(lambda _pixels: np.float32(0), [pixels], tf.float32)


def call_numpy(pixels: Any) -> Any:
    return tf.numpy_function(lambda _pixels: np.float32(0), [pixels], tf.float32)


def print_to_a_file(pixels: Any) -> Any:
    tf.print("x", output_stream="file:///tmp/mnist_bench_planted")
    return tf.constant(0.0)


def read_a_checkpoint(_pixels: Any) -> Any:
    return tf.reduce_sum(
        tf.raw_ops.RestoreV2(prefix="/x", tensor_names=["a"], shape_and_slices=[""], dtypes=["float"])[0]
    )


def write_a_checkpoint(_pixels: Any) -> Any:
    saving = tf.raw_ops.SaveV2(prefix="/x", tensor_names=["a"], shape_and_slices=[""], tensors=[tf.zeros(1)])
    with tf.control_dependencies([saving]):
        return tf.constant(0.0)


def read_in_a_branch(pixels: Any) -> Any:
    return tf.cond(tf.shape(pixels)[0] > 5, lambda: read_a_file(pixels), lambda: 0.0)


def read_in_a_loop(pixels: Any) -> Any:
    return tf.while_loop(lambda total: total < 3.0, lambda total: [total + read_a_file(pixels)], [0.0])[0]


PLANTED = [
    (read_a_file, "ReadFile"),
    (write_a_file, "WriteFile"),
    (call_python, "EagerPyFunc"),
    (call_numpy, "PyFunc"),
    (print_to_a_file, "PrintV2"),
    (read_a_checkpoint, "RestoreV2"),
    (write_a_checkpoint, "SaveV2"),
    (read_in_a_branch, "ReadFile"),
    (read_in_a_loop, "ReadFile"),
]


@pytest.mark.parametrize("in_signature", [True, False], ids=["in_the_signature", "beside_it"])
@pytest.mark.parametrize(("body", "op"), PLANTED, ids=[body.__name__ for body, _ in PLANTED])
def test_op_that_does_more_than_compute_is_refused(tmp_path: Path, body: Body, op: str, in_signature: bool) -> None:
    folder = save(tmp_path / "planted", body, in_signature=in_signature)

    with pytest.raises(InputError) as refusal:
        load_classifier(folder)

    message = str(refusal.value)
    assert message.startswith(f"{folder} is refused: its graph may do more than compute (")
    assert op in message
    assert "\n" not in message


def test_graph_that_only_computes_is_loaded(tmp_path: Path) -> None:
    folder = save(tmp_path / "fine", lambda pixels: tf.reduce_mean(tf.cast(pixels, tf.float32)) * 0 + 0.1)

    probabilities = load_classifier(folder).probabilities(np.zeros((2, 28, 28), np.uint8))
    np.testing.assert_allclose(probabilities, np.full((2, 10), 0.1), atol=1e-7)


def other_keras_model() -> keras.Model:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Reshape((28, 28, 1)),
            layers.SeparableConv2D(2, 3, strides=2),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.AveragePooling2D(2),
            layers.Reshape((6, 12)),
            layers.GRU(3, return_sequences=True),
            layers.LSTM(3),
            layers.LayerNormalization(),
            layers.Dense(10, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("name", ["mlp", "linear", "cnn", "other"])
def test_exports_of_keras_models_pass(tmp_path: Path, name: str) -> None:
    write_saved_model(other_keras_model() if name == "other" else build_model(name), tmp_path / "1")

    graph = SavedGraph(tmp_path / "1")

    graph.check_computes_only()
    assert graph.tags == ["serve"]
    assert graph.serving_devices() == set()


def test_device_in_a_request_is_reported(tmp_path: Path) -> None:
    def pinned(pixels: Any) -> Any:
        with tf.device("/CPU:0"):
            return tf.reduce_mean(tf.cast(pixels, tf.float32))

    assert SavedGraph(save(tmp_path / "pinned", pinned)).serving_devices() == {"/device:CPU:0"}


@pytest.fixture
def proto(tmp_path: Path) -> saved_model_pb2.SavedModel:
    save(tmp_path / "model", lambda _pixels: 0.1)
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((tmp_path / "model" / "saved_model.pb").read_bytes())
    return proto


def rewrite(folder: Path, proto: saved_model_pb2.SavedModel) -> None:
    (folder / "saved_model.pb").write_bytes(proto.SerializeToString())


def test_saved_model_of_tensorflow_1_is_refused(tmp_path: Path, proto: saved_model_pb2.SavedModel) -> None:
    proto.meta_graphs[0].ClearField("object_graph_def")
    rewrite(tmp_path / "model", proto)

    with pytest.raises(InputError, match=r"model is not a SavedModel of TensorFlow 2: export the model again\.$"):
        load_classifier(tmp_path / "model")


def test_second_graph_is_refused(tmp_path: Path, proto: saved_model_pb2.SavedModel) -> None:
    proto.meta_graphs.add().CopyFrom(proto.meta_graphs[0])
    rewrite(tmp_path / "model", proto)

    with pytest.raises(InputError, match="is not a SavedModel of TensorFlow 2"):
        load_classifier(tmp_path / "model")


def test_file_op_in_the_graph_itself_is_refused(tmp_path: Path, proto: saved_model_pb2.SavedModel) -> None:
    proto.meta_graphs[0].graph_def.node.add(name="planted", op="ReadFile")
    rewrite(tmp_path / "model", proto)

    with pytest.raises(InputError, match=r"may do more than compute \(ReadFile\)\.$"):
        load_classifier(tmp_path / "model")


def test_savers_function_called_by_a_signature_is_refused(tmp_path: Path, proto: saved_model_pb2.SavedModel) -> None:
    """A saver may hold file ops only as long as nothing else can reach them."""
    graph = proto.meta_graphs[0].graph_def
    restore = next(
        function.signature.name for function in graph.library.function if "restore" in function.signature.name
    )
    graph.node.add(name="planted", op="StatefulPartitionedCall").attr["f"].func.name = restore
    rewrite(tmp_path / "model", proto)

    with pytest.raises(InputError, match=r"may do more than compute \(RestoreV2\)\.$"):
        load_classifier(tmp_path / "model")


def test_savers_function_given_to_an_object_is_refused(tmp_path: Path, proto: saved_model_pb2.SavedModel) -> None:
    """TensorFlow calls functions of the objects that it restores, such as a table's initialiser."""
    functions = proto.meta_graphs[0].graph_def.library.function
    restore = next(function.signature.name for function in functions if "restore" in function.signature.name)
    proto.meta_graphs[0].object_graph_def.concrete_functions[restore].SetInParent()
    rewrite(tmp_path / "model", proto)

    with pytest.raises(InputError, match=r"may do more than compute \(RestoreV2\)\.$"):
        load_classifier(tmp_path / "model")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 100])
def test_unreadable_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)

    with pytest.raises(InputError, match=r"(cannot be read as a SavedModel|is not a SavedModel of TensorFlow 2)"):
        load_classifier(tmp_path)
