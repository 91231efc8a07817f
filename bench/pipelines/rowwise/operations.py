"""What is known of TensorFlow's operations: when one on a batch does to every row what it does to an element.

Every rule compares the operation of the element's graph with the one of the batch's; axis 0 of a batch counts rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

LAST_BITS = "and so differ in their last bits, which --tolerance allows"
Operation = Any
"""An operation of a graph."""


class NotProvedError(Exception):
    """A function is not known to treat rows apart; the message says why."""


@dataclass(frozen=True)
class Pair:
    """An operation in both graphs.

    Args:
        element: The operation on an element.
        batch: The operation on a batch.
        rows: For each input, True if it has a row for every element; False for what no element decides.
    """

    element: Operation
    batch: Operation
    rows: Sequence[bool]

    @property
    def name(self) -> str:
        """The operation's name."""
        return str(self.element.type)

    def read_axes(self, place: int) -> tuple[list[int], list[int]]:
        """The values of an input that holds axes, in both graphs.

        Raises:
            NotProvedError: They are not known.
        """
        values = [tf.get_static_value(each.inputs[place]) for each in (self.element, self.batch)]
        if any(value is None for value in values):
            raise NotProvedError(f"{self.name}: its axes are not known")
        first, second = ([int(each) for each in value.reshape(-1)] for value in values)
        return first, second


Rule = Callable[[Pair], None]
"""Raises NotProvedError unless every row is treated as an element is."""


def check_elementwise(pair: Pair) -> None:
    """Value by value, with NumPy's broadcasting, which must not reach the axis of the rows."""
    given = list(zip(pair.element.inputs, pair.rows, strict=True))
    ranks = {each.shape.rank for each, has_rows in given if has_rows}
    rank = next(iter(ranks))
    fixed = [each.shape.rank for each, has_rows in given if not has_rows]
    if len(ranks) != 1 or rank is None or any(each is None or each > rank for each in fixed):
        raise NotProvedError(f"{pair.name}: broadcasting would reach across rows")


def check_text_elementwise(pair: Pair) -> None:
    """As `check_elementwise`, where nothing but a single value is broadcast."""
    check_elementwise(pair)
    _check_single(pair)


def _check_single(pair: Pair) -> None:
    for tensor, has_rows in zip(pair.element.inputs, pair.rows, strict=True):
        if not has_rows and tensor.shape.rank != 0:
            raise NotProvedError(f"{pair.name}: beside the element it has more than single values")


def check_axis_input(place: int) -> Rule:
    """An axis in an input, counted from the end, or shifted by the axis of the rows."""

    def check(pair: Pair) -> None:
        inputs = len(pair.rows) + place if place < 0 else place
        if pair.rows[inputs] or not all(has for number, has in enumerate(pair.rows) if number != inputs):
            raise NotProvedError(f"{pair.name}: not all of what it takes has rows")
        _check_axes(pair.name, *pair.read_axes(inputs))

    return check


def check_axis_attribute(name: str) -> Rule:
    """An axis, or a list of them, in an attribute."""

    def check(pair: Pair) -> None:
        if not all(pair.rows):
            raise NotProvedError(f"{pair.name}: not all of what it takes has rows")
        values = [each.get_attr(name) for each in (pair.element, pair.batch)]
        first, second = (value if isinstance(value, list) else [value] for value in values)
        if not first:
            raise NotProvedError(f"{pair.name}: it takes every axis of one element away")
        _check_axes(pair.name, first, second)

    return check


def _check_axes(name: str, element: Sequence[int], batch: Sequence[int]) -> None:
    same = len(element) == len(batch) and all(
        after == (before if before < 0 else before + 1) for before, after in zip(element, batch, strict=True)
    )
    if not same:
        raise NotProvedError(f"{name}: its axis {_write(element)} would count rows on a batch")


def _write(axes: Sequence[int]) -> str:
    return ", ".join(map(str, axes)) or "(all)"


def check_exact_reduction(pair: Pair) -> None:
    """A sum that has the same bits in any order."""
    check_axis_input(1)(pair)
    dtype = pair.element.outputs[0].dtype
    if dtype.is_floating or dtype.is_complex:
        raise NotProvedError(f"{pair.name}: floats may be added up in another order, {LAST_BITS}")


def check_one_hot(pair: Pair) -> None:
    """The new axis last, or shifted; depth and values fixed."""
    if any(pair.rows[1:]):
        raise NotProvedError(f"{pair.name}: its depth or values depend on the element")
    _check_axes(pair.name, [pair.element.get_attr("axis")], [pair.batch.get_attr("axis")])


def check_gather(pair: Pair) -> None:
    """Rows of indices into a fixed table, along its first axis."""
    first, second = pair.read_axes(2)
    batch_dims = {each.get_attr("batch_dims") for each in (pair.element, pair.batch)}
    if list(pair.rows) != [False, True, False] or (first, second) != ([0], [0]) or batch_dims != {0}:
        raise NotProvedError(f"{pair.name}: not a look-up in a fixed table along its first axis")


def check_strided_slice(pair: Pair) -> None:
    """A slice that begins with an ellipsis, so that it counts axes from the end."""
    masks = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    same = all(pair.element.get_attr(name) == pair.batch.get_attr(name) for name in masks)
    bounds = [pair.read_axes(place) for place in (1, 2, 3)]
    if not same or pair.element.get_attr("ellipsis_mask") != 1 or any(first != second for first, second in bounds):
        raise NotProvedError(f"{pair.name}: an index would count rows on a batch; one behind an ellipsis would not")


def check_first_alone(pair: Pair) -> None:
    """The first input has rows, the others are fixed."""
    if list(pair.rows) != [True, *([False] * (len(pair.rows) - 1))]:
        raise NotProvedError(f"{pair.name}: more than what it reads depends on the element")


def check_parse_example(pair: Pair) -> None:
    """Features of a fixed size alone: others are sparse or ragged, and told otherwise in a batch."""
    if pair.element.get_attr("num_sparse") or pair.element.get_attr("ragged_value_types"):
        raise NotProvedError(f"{pair.name}: features that are not of a fixed size are told otherwise in a batch")
    check_first_alone(pair)


def check_fixed_bounds(pair: Pair) -> None:
    """The first input has rows, the others are single fixed values."""
    check_first_alone(pair)
    _check_single(pair)


ELEMENTWISE = (
    *("Abs", "AddV2", "Add", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Cast", "Ceil", "Equal", "Floor", "FloorDiv"),
    *("FloorMod", "Greater", "GreaterEqual", "Identity", "Invert", "IsFinite", "IsInf", "IsNan", "LeftShift", "Less"),
    *("LessEqual", "LogicalAnd", "LogicalNot", "LogicalOr", "Maximum", "Minimum", "Mul", "Neg", "NotEqual", "OnesLike"),
    *("RealDiv", "Relu", "Relu6", "RightShift", "Rint", "Round", "SelectV2", "Sign", "Snapshot", "Sqrt", "Square"),
    *("SquaredDifference", "StopGradient", "Sub", "ZerosLike", "PreventGradient"),
)
"""Those whose floats have the same bits wherever they stand: the basic ones of IEEE 754, and what copies."""
TEXTS = (
    *("AsString", "DecodeBase64", "EncodeBase64", "RegexFullMatch", "RegexReplace", "StaticRegexFullMatch"),
    *("StaticRegexReplace", "StringJoin", "StringLength", "StringLower", "StringStrip", "StringToHashBucketFast"),
    *("StringToHashBucketStrong", "StringToNumber", "StringUpper"),
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(ELEMENTWISE, check_elementwise),
    **dict.fromkeys(TEXTS, check_text_elementwise),
    **dict.fromkeys(("Max", "Min", "All", "Any", "ArgMax", "ArgMin", "ReverseV2", "ExpandDims"), check_axis_input(1)),
    **dict.fromkeys(("Sum", "Prod", "Mean"), check_exact_reduction),
    "ConcatV2": check_axis_input(-1),
    **dict.fromkeys(("Pack", "Unpack"), check_axis_attribute("axis")),
    "Squeeze": check_axis_attribute("squeeze_dims"),
    "OneHot": check_one_hot,
    "GatherV2": check_gather,
    "StridedSlice": check_strided_slice,
    "ClipByValue": check_fixed_bounds,
    "Substr": check_fixed_bounds,
    "DecodeRaw": check_first_alone,
    "DecodePaddedRaw": check_fixed_bounds,
    "DecodeCSV": check_first_alone,
    "ParseExampleV2": check_parse_example,
}
SHIFTED = ("axis", "squeeze_dims")
"""Attributes that a rule compares, and that may differ."""
ROUNDING = (
    *("Acos", "Asin", "Atan", "Atan2", "Cos", "Cosh", "Elu", "Erf", "Exp", "Expm1", "Log", "Log1p", "Pow", "Rsqrt"),
    *("Reciprocal", "Selu", "Sigmoid", "Sin", "Sinh", "Softplus", "Tan", "Tanh"),
)
"""Value by value, too, but their floats may differ in their last bits with the place where they stand."""
ROUNDED_RULES: dict[str, Rule] = {
    **RULES,
    **dict.fromkeys(ROUNDING, check_elementwise),
    **dict.fromkeys(("Sum", "Prod", "Mean"), check_axis_input(1)),
}
"""The rules where floats may differ in their last bits."""
SCALAR = (
    *("DecodeAndCropJpeg", "DecodeBmp", "DecodeGif", "DecodeImage", "DecodeJpeg", "DecodePng", "DecodeWav"),
    *("EncodeJpeg", "EncodePng", "ExtractJpegShape", "ParseSingleExample", "ParseTensor", "ReadFile"),
)
"""Operations that take one element at a time."""
