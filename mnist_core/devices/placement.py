"""Where a computation really ran: read from the graphs that TensorFlow placed, or from a tensor's own device."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from mnist_core.devices.choose import read_gpu_support
from mnist_core.devices.support import DeviceError, explain_fallback

CARRIERS = ("Conv2D", "MatMul")  # in the names of the operations that do a model's work, fused or not, and gradients
OWN, EARLIER = "placement", "earlier"  # tags of what a call placed, and of what was left before it
XLA, BY_XLA = "Xla", "_XlaMustCompile"  # in an operation's name, and an attribute of a call


@dataclass(frozen=True)
class Placement:
    """Which operation ran on which device.

    Args:
        places: Pairs of a kind of operation and a device such as ``GPU:0``; each pair stands once.
        xla: True if XLA compiled what ran.

    Example:
        >>> print(Placement((("MatMul", "GPU:0"), ("weights", "GPU:0"))))
        MatMul on GPU:0, weights on GPU:0
    """

    places: tuple[tuple[str, str], ...]
    xla: bool = False

    def __str__(self) -> str:
        return ", ".join(f"{operation} on {device}" for operation, device in self.places)


def find_placement(call: Callable[[], object]) -> Placement:
    """Where the matrix products and convolutions of `call` ran.

    Args:
        call: First call of a ``tf.function``, since TensorFlow shows the graphs that it places, and places once.

    Raises:
        RuntimeError: No such operation was seen.

    Source: ``tf.summary.trace_on`` and ``trace_export``, whose event holds TensorFlow's ``RunMetadata``.

    Example:
        >>> import tensorflow as tf
        >>> multiply = tf.function(tf.matmul, autograph=False)
        >>> print(find_placement(lambda: multiply(tf.ones((2, 2)), tf.ones((2, 2)))))
        MatMul on CPU:0
    """
    with tempfile.TemporaryDirectory(prefix="mnist-placement-") as folder:
        with tf.summary.create_file_writer(folder).as_default():
            tf.summary.trace_on(graph=True)
            tf.summary.trace_export(EARLIER, step=0)  # else what an interrupted trace left would pass for the call's
            tf.summary.trace_on(graph=True)
            try:
                call()
            finally:
                tf.summary.trace_export(OWN, step=0)
        (file,) = Path(folder).iterdir()
        graphs = list(_read_graphs(file))
    places = [(*place, xla) for graph in graphs for place, xla in _find_carriers(graph)]
    if not places:
        raise RuntimeError(f"no {' or '.join(CARRIERS)} was seen: its function may have run before.")
    pairs = sorted({(operation, device) for operation, device, _ in places})
    return Placement(tuple(pairs), any(xla for *_, xla in places))


def find_tensor_placement(tensor: tf.Tensor, what: str) -> Placement:
    """Where the memory of an eager tensor, or of a variable, is; `what` names it.

    Example:
        >>> import tensorflow as tf
        >>> print(find_tensor_placement(tf.ones(3), "copy"))
        copy on CPU:0
    """
    device = tensor.device if isinstance(tensor, tf.Variable) else tensor.backing_device
    return Placement(((what, _shorten(device)),))


def check_placement(placement: Placement, device: str) -> None:
    """Check that everything ran on one device.

    Args:
        placement: Where the operations and tensors were seen.
        device: The device that they belong on, such as ``GPU:0``.

    Raises:
        DeviceError: Something ran elsewhere; the message tells the usual reasons.

    Example:
        >>> check_placement(Placement((("MatMul", "CPU:0"),)), "CPU:0")
    """
    if any(place != device for _, place in placement.places):
        reasons = explain_fallback(read_gpu_support())
        raise DeviceError(f"asked for {device}, but ran {placement}: {reasons}.")


def _read_graphs(file: Path) -> Iterable[Any]:
    """The partitioned graphs of the call in an event file, each of one device."""
    for stored in tf.data.TFRecordDataset(str(file)):
        for value in tf.compat.v1.Event.FromString(stored.numpy()).summary.value:
            if value.tag != OWN:
                continue
            yield from tf.compat.v1.RunMetadata.FromString(value.tensor.string_val[0]).partition_graphs


def _find_carriers(graph: Any) -> Iterable[tuple[tuple[str, str], bool]]:
    """The kinds of operation that do the work, where each node is, and whether XLA compiles it."""
    library = {function.signature.name: function for function in graph.library.function}
    for node in graph.node:
        for carrier in _name_carriers(node, library):
            yield (carrier, _shorten(node.device)), node.attr[BY_XLA].b or XLA in node.op


def _name_carriers(node: Any, library: Mapping[str, Any]) -> set[str]:
    """Those that a node is, or that are in the functions that it calls."""
    own = {carrier for carrier in CARRIERS if carrier in node.op}
    called = [library[value.func.name] for value in node.attr.values() if value.func.name in library]
    return own.union(*(_name_carriers(each, library) for function in called for each in function.node_def))


def _shorten(device: str) -> str:
    """``GPU:0`` of ``/job:localhost/replica:0/task:0/device:GPU:0``."""
    return device.rpartition("device:")[2]
