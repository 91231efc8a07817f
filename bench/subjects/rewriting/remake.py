"""The text of a rewrite, and the chain that is made by it: the remembered calls in another order.

A text such as ``0:interleave 2:shuffle 3:batch 1:map:parallel +prefetch`` names the calls by their places in the chain
as it is; ``:parallel`` leaves the number of parallel calls to AUTOTUNE, and ``+`` stands before a call that is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from bench.subjects.origins import CALL, WHERE
from bench.subjects.pipeline_text import REWRITE
from bench.subjects.rewriting.calls import record_calls, unroll
from mnist_core import InputError
from reports.record.case import Subject

PARALLEL = "parallel"
NEW: dict[str, tuple[Any, ...]] = {"prefetch": (tf.data.AUTOTUNE,), "cache": ()}
"""Calls that a rewrite may add, with their arguments."""
STEP = re.compile(r"(?P<number>\d+):(?P<method>\w+)(?P<parallel>:parallel)?|\+(?P<new>prefetch|cache)")


@dataclass(frozen=True)
class Step:
    """A call of a rewritten chain.

    Args:
        number: Its place in the chain as it is, from 0; None for a call that is new.
        method: Name of its method.
        is_parallel: True to leave its number of parallel calls to AUTOTUNE.
    """

    number: int | None
    method: str
    is_parallel: bool = False

    def __str__(self) -> str:
        """As the text of a rewrite has it."""
        if self.number is None:
            return f"+{self.method}"
        return f"{self.number}:{self.method}{f':{PARALLEL}' if self.is_parallel else ''}"


def write_steps(steps: Sequence[Step]) -> str:
    """The text of a rewrite."""
    return " ".join(map(str, steps))


def parse_steps(text: str) -> list[Step]:
    """The calls that a text means.

    Raises:
        InputError: It is none.
    """
    steps = []
    for word in text.split():
        found = STEP.fullmatch(word)
        if found is None:
            raise InputError(
                f"a rewrite must be such as '0:shuffle 2:batch 1:map +prefetch', got {word!r} in {text!r}."
            )
        new = found["new"]
        number = None if new else int(found["number"])
        steps.append(Step(number, new or found["method"], bool(found[PARALLEL])))
    return steps


def find_make(subject: Subject, make: Callable[[], Any]) -> Callable[[], Any]:
    """What makes the dataset of a subject, in the order that its option asks for.

    Args:
        subject: The subject.
        make: Makes its dataset as it is.
    """
    text = dict(subject.options).get(REWRITE)
    if text is None:
        return make
    steps = parse_steps(text)

    def make_rewritten() -> Any:
        with record_calls():
            dataset = make()
        return remake(dataset, steps)

    return make_rewritten


def remake(dataset: Any, steps: Sequence[Step]) -> Any:
    """The chain of a dataset, made again by these calls.

    Args:
        dataset: The dataset, made while calls were remembered.
        steps: The calls.

    Raises:
        InputError: It was made by other calls.
    """
    source, made = unroll(dataset)
    remade = source
    for step in steps:
        if step.number is None:
            remade = getattr(remade, step.method)(*NEW[step.method])
            setattr(remade, WHERE, None)  # nobody wrote it
            continue
        if step.number >= len(made) or made[step.number].call.method != step.method:
            raise InputError(f"the pipeline has no call {step.number}:{step.method} any more: sweep it again.")
        before, call = made[step.number].dataset, made[step.number].call
        more = {"num_parallel_calls": tf.data.AUTOTUNE} if step.is_parallel else {}
        remade = getattr(remade, step.method)(*call.args, **{**call.kwargs, **more})
        for name in (WHERE, CALL):
            if hasattr(before, name):
                setattr(remade, name, getattr(before, name))
    return remade
