"""What a SavedModel would do: its graph is read as data and checked before TensorFlow loads any of it.

A SavedModel is a program. Its ops may read, write and delete files or call Python, and Keras' safe mode knows nothing
of them. So only ops that compute are accepted, by name: a list of the harmless ones fails closed when TensorFlow adds
another op, a list of the harmful ones would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from tensorflow.core.protobuf import saved_model_pb2

from mnist_core.files.bounded import MEBIBYTE, read_bounded
from mnist_core.language.errors import InputError

GRAPH_FILE = "saved_model.pb"
MAX_GRAPH_BYTES = 256 * MEBIBYTE  # the weights are files beside it

# What Keras' layers and TensorFlow's function calls use: they touch tensors and the model's own variables only.
_COMPUTING = """
    Abs Add AddN AddV2 All Any ArgMax ArgMin Assert AssignVariableOp AvgPool BatchMatMulV2 BatchMatMulV3
    BatchToSpaceND BiasAdd BroadcastTo Cast ClipByValue ConcatV2 Const Conv2D Conv2DBackpropInput Cumsum
    DepthToSpace DepthwiseConv2dNative DisableCopyOnRead Div DivNoNan Einsum Elu EnsureShape Equal Erf Exp
    ExpandDims Expm1 Fill Floor FloorDiv FloorMod FusedBatchNormV3 GatherNd GatherV2 Greater GreaterEqual Identity
    IdentityN If L2Loss LRN LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul Max
    MaxPool Maximum Mean Min Minimum MirrorPad Mul Neg NoOp NotEqual OneHot OnesLike Pack Pad PadV2 PartitionedCall
    Placeholder PlaceholderWithDefault Pow PreventGradient Prod Range Rank ReadVariableOp RealDiv Relu Relu6 Reshape
    ResizeBilinear ResizeNearestNeighbor ReverseV2 Round Rsqrt Select SelectV2 Selu Shape ShapeN Sigmoid Sign Size
    Slice Softmax Softplus Softsign SpaceToBatchND SpaceToDepth Split SplitV Sqrt Square SquaredDifference Squeeze
    StatefulPartitionedCall StatelessIf StatelessWhile StopGradient StridedSlice Sub Sum Tanh TensorListFromTensor
    TensorListGetItem TensorListReserve TensorListSetItem TensorListStack Tile TopKV2 Transpose Unpack VarHandleOp
    VarIsInitializedOp Where While ZerosLike
"""
COMPUTING_OPS = frozenset(_COMPUTING.split())

# Every SavedModel carries a saver with these file ops; TensorFlow 2 restores the variables without running it.
_SAVER = "MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename StaticRegexFullMatch StringJoin"
SAVER_OPS = frozenset(_SAVER.split())


class SavedGraph:
    """The graph, the functions and the signatures in the ``saved_model.pb`` of a SavedModel folder.

    Raises:
        InputError: The file is missing or cannot be read, or it is no TensorFlow 2 SavedModel.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        proto = saved_model_pb2.SavedModel()
        try:
            proto.ParseFromString(read_bounded(folder / GRAPH_FILE, MAX_GRAPH_BYTES))
        except (OSError, DecodeError):
            raise InputError(f"{folder / GRAPH_FILE} cannot be read as a SavedModel: export the model again.") from None
        if len(proto.meta_graphs) != 1 or not proto.meta_graphs[0].HasField("object_graph_def"):
            # TensorFlow runs the initialisation code of the older format while it loads it.
            raise InputError(f"{folder} is not a SavedModel of TensorFlow 2: export the model again.")
        self._meta_graph: Any = proto.meta_graphs[0]
        self._functions = {function.signature.name: function for function in self._library}

    @property
    def _library(self) -> Any:
        return self._meta_graph.graph_def.library.function

    @property
    def tags(self) -> list[str]:
        """The tags under which servers find the graph, such as ``serve``."""
        return list(self._meta_graph.meta_info_def.tags)

    def signature(self, name: str) -> Any:
        """The SignatureDef of that name.

        Raises:
            InputError: There is none.
        """
        if name not in self._meta_graph.signature_def:
            raise InputError(f"{self.folder} has no signature {name}: export the model with mnist-core export.")
        return self._meta_graph.signature_def[name]

    def check_computes_only(self) -> None:
        """Raise InputError if any op outside TensorFlow's own saver does more than compute."""
        saver_only = self._saver_functions()
        forbidden = {node.op for node in self._meta_graph.graph_def.node} - COMPUTING_OPS
        for name, function in self._functions.items():
            allowed = COMPUTING_OPS | SAVER_OPS if name in saver_only else COMPUTING_OPS
            forbidden |= {node.op for node in function.node_def} - allowed
        if forbidden:
            raise InputError(
                f"{self.folder} is refused: its graph may do more than compute ({', '.join(sorted(forbidden))})."
            )

    def serving_devices(self) -> set[str]:
        """The device names in all that a request can run; empty if a server is free to choose.

        TensorFlow's saver, which pins its file ops to the CPU that every server has, is not part of it.
        """
        nodes = self._request_nodes()
        for name in self._reachable(_called(nodes)):
            nodes += self._functions[name].node_def
        return {node.device for node in nodes if node.device}

    def _request_nodes(self) -> list[Any]:
        """The nodes of the graph that the outputs of the signatures depend on."""
        by_name = {node.name: node for node in self._meta_graph.graph_def.node}
        signatures = self._meta_graph.signature_def.values()
        waiting = [output.name for signature in signatures for output in signature.outputs.values()]
        needed: dict[str, Any] = {}
        while waiting:
            name = waiting.pop().lstrip("^").split(":")[0]  # "^node" is a control input, "node:1" a second output
            if name in by_name and name not in needed:
                needed[name] = by_name[name]
                waiting += by_name[name].input
        return list(needed.values())

    def _saver_nodes(self) -> set[str]:
        saver = self._meta_graph.saver_def
        return {saver.save_tensor_name.split(":")[0], saver.restore_op_name} - {""}

    def _saver_functions(self) -> set[str]:
        """The functions that nothing but the saver's two nodes can call."""
        saver_nodes = self._saver_nodes()
        graph = self._meta_graph.graph_def
        saver = [node for node in graph.node if node.name in saver_nodes]
        others = [node for node in graph.node if node.name not in saver_nodes]
        objects = self._meta_graph.object_graph_def.concrete_functions
        return self._reachable(_called(saver)) - self._reachable([*_called(others), *objects])

    def _reachable(self, names: Iterable[str]) -> set[str]:
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self._functions and name not in reached:
                reached.add(name)
                waiting += _called(self._functions[name].node_def)
        return reached


def _called(nodes: Iterable[Any]) -> Iterator[str]:
    """The names of the functions that these nodes can call: any attribute of a node may hold one."""
    for node in nodes:
        yield node.op
        for attribute in node.attr.values():
            yield attribute.func.name
            yield from (function.name for function in attribute.list.func)
