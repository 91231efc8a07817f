"""A dataset's graph, by which another process makes the dataset again: read from a dataset, written, read back.

TensorFlow's own formats carry it: the graph of the stages with the arrays, tables and variables that they use, and the
structure of an element. Nothing is pickled. Stages forget where a program made them.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import struct_pb2
from tensorflow.python.saved_model import nested_structure_coder

from bench.subjects.elements import is_batched
from bench.subjects.length import is_endless

GRAPH_FILE, SPEC_FILE, ABOUT_FILE = "graph.pb", "spec.pb", "about.json"
TAKES_STATE = 1  # the policy that writes random operations and tables as they are, without a warning
PYTHON = ("PyFunc", "PyFuncStateless", "EagerPyFunc")  # operations that call a function of this process
REMAKES = ("Shuffle", "Cache", "Random", "DataService")  # how stages begin that make their resource anew
SHUFFLE, BUFFER = "Shuffle", 1  # how shuffles are called, and which of their inputs is the buffer's size


class NotCarriedError(Exception):
    """A dataset that cannot leave its process; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class DatasetGraph:
    """All that makes a dataset.

    Args:
        graph: TensorFlow's GraphDef of its stages.
        spec: What an element is, as `tf.data.Dataset.element_spec` has it.
        batched: True if an element holds several examples.
        is_endless: True if it surely never ends.
    """

    graph: Any
    spec: Any
    batched: bool
    is_endless: bool

    @property
    def shuffle_sizes(self) -> tuple[int, ...]:
        """Sizes of the buffers of its shuffles, in order."""
        return tuple(int(tf.make_ndarray(size.attr["value"].tensor)) for _, size in self._list_shuffles())

    def build(self) -> tf.data.Dataset:
        """The dataset, made anew.

        Raises:
            tf.errors.OpError: This process lacks something that it uses, such as a library of operations.
        """
        variant = tf.raw_ops.DatasetFromGraph(graph_def=self.graph.SerializeToString())
        return tf.data.experimental.from_variant(variant, self.spec)

    def shrink(self, size: int) -> DatasetGraph:
        """The same with shuffle buffers of at most so many elements."""
        small = DatasetGraph(tf.compat.v1.GraphDef(), self.spec, self.batched, self.is_endless)
        small.graph.CopyFrom(self.graph)
        for shuffle, buffer in list(small._list_shuffles()):
            constant = small.graph.node.add()
            constant.CopyFrom(buffer)
            constant.name = f"{shuffle.name}/buffer"
            asked = int(tf.make_ndarray(buffer.attr["value"].tensor))
            constant.attr["value"].tensor.CopyFrom(
                tf.make_tensor_proto(min(asked, size) if asked > 0 else size, tf.int64)
            )
            shuffle.input[BUFFER] = constant.name
        return small

    def find_tie(self) -> str:
        """What ties it to this process, as the end of a sentence; empty if another one can make it."""
        nodes = [*self.graph.node, *(node for function in self.graph.library.function for node in function.node_def)]
        if any(node.op in PYTHON for node in nodes):
            return "it calls Python, by numpy_function, py_function or from_generator"
        handles = {node.name for node in self.graph.node if _is_handle(node)}
        users = [node.op for node in self.graph.node if handles & set(node.input)]
        if any(not user.startswith(REMAKES) for user in users):
            return "it uses a table, an iterator or a queue that only this process has"
        if any(not type(part).__module__.startswith("tensorflow.") for part in tf.nest.flatten(self.spec)):
            return "its elements are of a type that only this process has"
        return ""

    def write(self, folder: Path) -> None:
        """Write it as files of a folder that exists.

        Raises:
            NotCarriedError: Another process could not make it.
            OSError: The files cannot be written.
        """
        if tie := self.find_tie():
            raise NotCarriedError(tie)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a type that TensorFlow itself registers
                spec = nested_structure_coder.encode_structure(self.spec).SerializeToString()
            graph = self.graph.SerializeToString()
        except (ValueError, TypeError, nested_structure_coder.NotEncodableError) as error:
            raise NotCarriedError(f"it cannot be written: {(str(error).splitlines() or [''])[0]}") from None
        (folder / GRAPH_FILE).write_bytes(graph)
        (folder / SPEC_FILE).write_bytes(spec)
        about = {"batched": self.batched, "is_endless": self.is_endless}
        (folder / ABOUT_FILE).write_text(json.dumps(about), encoding="utf-8")

    def _list_shuffles(self) -> Iterator[tuple[Any, Any]]:
        """Each shuffle of the chain with the constant that is its buffer's size."""
        nodes = {node.name: node for node in self.graph.node}
        for node in self.graph.node:
            if node.op.startswith(SHUFFLE) and nodes[node.input[BUFFER]].op == "Const":
                yield node, nodes[node.input[BUFFER]]


def read_dataset(dataset: tf.data.Dataset) -> DatasetGraph:
    """The graph of a dataset.

    Raises:
        NotCarriedError: TensorFlow cannot write one; the message says why.
    """
    try:
        serialized = tf.raw_ops.DatasetToGraphV2(
            input_dataset=dataset._variant_tensor, external_state_policy=TAKES_STATE, strip_device_assignment=True
        ).numpy()
        graph = tf.compat.v1.GraphDef.FromString(serialized)
    except Exception as error:  # noqa: BLE001  # whatever it is, such as 2 GB of arrays, there is no graph then
        raise NotCarriedError(f"TensorFlow cannot write its graph: {(str(error).splitlines() or [''])[0]}") from None
    return DatasetGraph(graph, dataset.element_spec, is_batched(dataset), is_endless(dataset))


def load_graph(folder: Path) -> DatasetGraph:
    """The graph that was written to a folder.

    Raises:
        OSError: It is not there.
    """
    spec = struct_pb2.StructuredValue.FromString((folder / SPEC_FILE).read_bytes())
    about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    return DatasetGraph(
        tf.compat.v1.GraphDef.FromString((folder / GRAPH_FILE).read_bytes()),
        nested_structure_coder.decode_proto(spec),
        about["batched"],
        about["is_endless"],
    )


def _is_handle(node: Any) -> bool:
    """True for a constant that is the handle of a resource."""
    return bool(node.op == "Const" and node.attr["dtype"].type == tf.resource.as_datatype_enum)
