"""A chain as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from bench.advice.links import Link, find_step
from bench.pipelines.functions import find_source
from bench.subjects.rewriting.calls import Call
from bench.subjects.rewriting.remake import NEW, Step

UNKNOWN = "..."  # what cannot be written in a word
AUTOTUNE = "tf.data.AUTOTUNE"
AUTOTUNED = {"prefetch": 0, "map": 1, "interleave": 3, "batch": 2}  # the place of a number that AUTOTUNE may choose
LONGEST = 40  # characters of a value


def write_chain(links: Sequence[Link], source: Call | None, steps: Sequence[Step]) -> str:
    """The calls of a chain, in this order."""
    begin = "dataset" if source is None else f"tf.data.Dataset.{source.method}({_write_arguments(source)})"
    return begin + "".join(f".{_write_step(links, step)}" for step in steps)


def _write_step(links: Sequence[Link], step: Step) -> str:
    link = find_step(links, step)
    call = Call(step.method, NEW[step.method], {}, None) if link is None else link.call
    more = {"num_parallel_calls": tf.data.AUTOTUNE} if step.is_parallel else {}
    return f"{step.method}({_write_arguments(call, more)})"


def _write_arguments(call: Call, more: Mapping[str, Any] | None = None) -> str:
    placed = [_write(value, is_tunable=place == AUTOTUNED.get(call.method)) for place, value in enumerate(call.args)]
    named = {**call.kwargs, **(more or {})}
    tunable = {"num_parallel_calls", "buffer_size"}
    return ", ".join(
        [*placed, *(f"{name}={_write(value, is_tunable=name in tunable)}" for name, value in named.items())]
    )


def _write(value: Any, *, is_tunable: bool) -> str:
    if isinstance(value, tf.Tensor) and value.shape.rank == 0:
        value = tf.get_static_value(value)
        value = value.item() if hasattr(value, "item") else value
    if is_tunable and isinstance(value, int) and value == tf.data.AUTOTUNE:
        return AUTOTUNE
    if value is None or isinstance(value, bool | int | float | str):
        text = repr(value)
        return text if len(text) <= LONGEST else UNKNOWN
    return _write_function(value) if callable(value) else UNKNOWN


def _write_function(function: Any) -> str:
    if str(getattr(function, "__module__", "")).startswith("tensorflow."):
        name = re.sub(r"V\d$", "", getattr(function, "__name__", ""))
        return f"tf.data.{name}" if hasattr(tf.data, name) else UNKNOWN
    name, _ = find_source(function)
    return name if name.isidentifier() and name != "lambda" else UNKNOWN
