"""The proof that a map may take batches: its graphs for an element and for a batch, walked through in lockstep.

Every tensor of the two graphs either is the same whatever the element, or has on a batch a row for every element. An
operation that no rule is known for, that is random, has a state or runs Python ends the proof. Values prove nothing
here: a random flip of symmetric pictures gives the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from bench.pipelines.functions import PYTHON, is_random, is_stateful, list_nodes
from bench.pipelines.rowwise.operations import (
    LAST_BITS,
    ROUNDED_RULES,
    ROUNDING,
    RULES,
    SCALAR,
    SHIFTED,
    NotProvedError,
    Pair,
    Rule,
)
from bench.subjects.failures import tell_reason

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
CONTROL = ("If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase", "Assert")
ONE = "takes one at a time"  # how the reasons end that are certain
PARSE, PARSE_ONE = "ParseExampleV2", "ParseSingleExample"  # the former does both, but not for parse_single_example
TRACED = 2  # elements of the batch that is traced; the graph does not depend on it
UNCOMPARED = ("_output_shapes", "shape", "_class", "_XlaMustCompile")


def describe_batching(wrapper: Any, element_spec: Any, *, allows_rounding: bool = False) -> tuple[bool | None, str]:
    """Whether the function of a map may take batches instead of elements, and the reason.

    True where it is proved that every row of what it gives on a batch has the bits of what it gives on the element;
    False where an operation of it takes one element at a time; None where nothing is proved.

    Args:
        wrapper: TensorFlow's wrapper of the function, as `find_functions` gives it.
        element_spec: What its elements are.
        allows_rounding: True to let floats differ in their last bits.
    """
    try:
        _check_operations(wrapper)
        _check_dense(element_spec)
        batched = _trace_batch(wrapper, element_spec)
        _check_operations(batched)
        rules = ROUNDED_RULES if allows_rounding else RULES
        _Walk(wrapper.function.graph, batched.function.graph, rules).check()
    except NotProvedError as error:
        return (False if str(error).endswith(ONE) else None), str(error)
    return True, "every operation of it treats the rows of a batch one by one"


def _check_operations(wrapper: Any) -> None:
    """Refuse what no rule can be had for, wherever it stands in the function."""
    names = [name for name, _ in list_nodes(wrapper)]
    for name in names:
        if name in PYTHON:
            raise NotProvedError(f"{name} runs Python")
        if is_random(name):
            raise NotProvedError(f"{name} draws random numbers")
    for name in names:
        if name in SCALAR:
            raise NotProvedError(f"{name} {ONE}")
    for name in names:
        if name in CONTROL:
            raise NotProvedError(f"{name} decides for a whole batch at once")
        if is_stateful(name):
            raise NotProvedError(f"{name} has a state")
        if "Dataset" in name or "TensorList" in name:
            raise NotProvedError(f"{name} is not known to treat rows apart")


def _check_dense(spec: Any) -> None:
    for each in tf.nest.flatten(spec):
        if not isinstance(each, tf.TensorSpec):
            raise NotProvedError(f"a {type(each).__name__.removesuffix('Spec')} is told otherwise in a batch")
        if not each.shape.is_fully_defined():
            raise NotProvedError("what it takes has shapes that vary, and so cannot be put in a batch")


def _trace_batch(wrapper: Any, element_spec: Any) -> Any:
    """TensorFlow's wrapper of the function on a batch; nothing of it is run."""
    elements = tf.data.Dataset.from_generator(lambda: iter(()), output_signature=element_spec)
    try:
        return elements.batch(TRACED).map(wrapper._func)._map_func
    except Exception as error:  # noqa: BLE001  # whatever a person's function raises
        if "must be a scalar" in str(error) and any(name == PARSE for name, _ in list_nodes(wrapper)):
            raise NotProvedError(f"{PARSE_ONE} {ONE}") from None
        raise NotProvedError(f"it cannot be built on a batch: {tell_reason(error)}") from None


class _Walk:
    """Both graphs, from what they give back to what they take.

    Args:
        element: Graph of the function on an element.
        batch: Graph of the function on a batch.
        rules: The rule of each operation that has one.
    """

    def __init__(self, element: Any, batch: Any, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._element, self._batch = element, batch
        self._known: dict[tuple[int, int], bool] = {}
        num_taken = len(element.inputs) - len(element.captures)
        if num_taken != len(batch.inputs) - len(batch.captures):
            raise NotProvedError("it takes other things on a batch")
        for one, other in zip(element.inputs[:num_taken], batch.inputs[:num_taken], strict=True):
            self._known[id(one), id(other)] = True
        self._captured = {id(inner): outer for graph in (element, batch) for outer, inner in graph.captures}

    def check(self) -> None:
        """Raise NotProvedError unless every output has rows."""
        given, wanted = self._element.outputs, self._batch.outputs
        if len(given) != len(wanted):
            raise NotProvedError("it gives other things on a batch")
        for one, other in zip(given, wanted, strict=True):
            if not self._has_rows(one, other):
                raise NotProvedError("something that it gives does not depend on the element")

    def _has_rows(self, one: Any, other: Any) -> bool:
        """True if a tensor has rows on a batch, False if it is the same; raises NotProvedError if nothing is known."""
        key = id(one), id(other)
        if key not in self._known:
            self._known[key] = self._find_rows(one, other)
        return self._known[key]

    def _find_rows(self, one: Any, other: Any) -> bool:
        first, second = one.op, other.op
        if first.type != second.type or one.value_index != other.value_index or one.dtype != other.dtype:
            raise NotProvedError(f"it does {first.type} on an element, and {second.type} on a batch")
        if first.type == "Placeholder":
            outside = [self._captured.get(id(each)) for each in (one, other)]
            if outside[0] is None or outside[0] is not outside[1]:
                raise NotProvedError("what it takes from outside is not the same on a batch")
            return False
        if first.type == "Const":
            return self._compare_constants(first, second)
        if len(first.inputs) != len(second.inputs):
            raise NotProvedError(f"{first.type} takes other things on a batch")
        rows = [self._find_rows_of_input(first, second, place) for place in range(len(first.inputs))]
        self._compare_attributes(first, second, any(rows))
        if not any(rows):
            return False
        rule = self._rules.get(first.type)
        if rule is None:
            raise NotProvedError(_explain(first.type))
        rule(Pair(first, second, rows))
        _check_rank(one, other)
        return True

    def _find_rows_of_input(self, first: Any, second: Any, place: int) -> bool:
        one, other = first.inputs[place], second.inputs[place]
        are_fixed = one.op.type == other.op.type == "Const"
        if are_fixed and _is_axis(first.type, place, len(first.inputs)):
            return False  # the rule compares the two
        return self._has_rows(one, other)

    def _compare_constants(self, first: Any, second: Any) -> bool:
        if first.get_attr("value") != second.get_attr("value"):
            raise NotProvedError("a constant of it is another one on a batch")
        return False

    def _compare_attributes(self, first: Any, second: Any, has_rows: bool) -> None:
        names = set(first.node_def.attr) | set(second.node_def.attr)
        skipped = {*UNCOMPARED, *(SHIFTED if has_rows else ())}
        for name in names - skipped:
            if first.node_def.attr[name] != second.node_def.attr[name]:
                raise NotProvedError(f"{first.type} has another {name} on a batch")


AXES = {"Max", "Min", "All", "Any", "ArgMax", "ArgMin", "ReverseV2", "ExpandDims", "Sum", "Prod", "Mean"}


def _is_axis(name: str, place: int, num_inputs: int) -> bool:
    """True for an input that holds axes, which may be shifted on a batch."""
    return (name in AXES and place == 1) or (name == "ConcatV2" and place == num_inputs - 1)


def _check_rank(one: Any, other: Any) -> None:
    """What has rows has one axis more, and else the same shape."""
    if one.shape.rank is None or other.shape.rank != one.shape.rank + 1:
        raise NotProvedError(f"{one.op.type} does not give a row for every element")
    if not one.shape.is_compatible_with(other.shape[1:]):
        raise NotProvedError(f"{one.op.type} gives rows of another shape")


def _explain(name: str) -> str:
    if name in ROUNDING:
        return f"{name}: floats may be rounded otherwise at another place, {LAST_BITS}"
    if name in CALLS:
        return "a tf.function inside of it is not looked into"
    return f"{name} is not known to treat rows apart"
