"""Trains a person's own compiled Keras model, a batch at a time, every step waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from bench.consumers.epochs import EpochMeter
from bench.consumers.meter import Tools
from bench.consumers.step import time_each
from bench.subjects.capabilities import Batch, Opened, WrongModelError, find_counter
from bench.subjects.failures import tell_build, tell_reason
from bench.subjects.person_code import find_attribute, name_type
from bench.subjects.pipeline_text import split_text
from mnist_core import InputError, Placement, find_tensor_placement
from reports.record.case import Case

LABELLED = (2, 3)  # parts of an element: what goes in, what should come out, and maybe weights
TRAIN = "train_on_batch"  # what a model has and nothing else
OF_KERAS_2 = "_is_compiled"  # what tf_keras calls ``compiled``


def build_own_model(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case that trains a person's model."""
    text = case.model or ""
    model = load_model(text)
    checked = False

    def train(batch: Batch) -> None:
        nonlocal checked
        if not checked:
            _check_batch(case.name, text, batch)
        try:
            model.train_on_batch(*batch)
        except Exception as error:
            if checked:
                raise
            raise InputError(f"{text} cannot train on {case.name}: {_describe(batch)}: {tell_reason(error)}") from None
        checked = True
        tools.device.wait()

    def place(iterator: Iterator[Batch]) -> Placement | None:
        first = _find_first(iterator)
        if first is None:
            return None
        train(first)
        weights = model.trainable_variables or model.variables
        return find_tensor_placement(tf.convert_to_tensor(weights[0]), "weights") if weights else None

    return EpochMeter(case, opened, tools, time_each(train, tools, find_counter(opened)), place=place)


def load_model(text: str) -> Any:
    """The compiled model that a text means.

    Args:
        text: ``path/to/file.py:name`` or ``package.module:name`` of a model, or of a function that gives one.

    Raises:
        WrongModelError: There is none, or it is not compiled.
    """
    try:
        found = find_attribute(*split_text(text))
        model = found() if callable(found) and not hasattr(found, TRAIN) else found
    except InputError as error:
        raise WrongModelError(f"--model: {error}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever the person's code does
        raise WrongModelError(f"--model {tell_build(text, error)}") from None
    if not hasattr(model, TRAIN):
        raise WrongModelError(f"--model {text} must give a compiled Keras model, got {name_type(model)}.")
    if not getattr(model, "compiled", getattr(model, OF_KERAS_2, False)):
        raise WrongModelError(f"--model {text} gives a model that is not compiled: call its compile(...) first.")
    return model


def _find_first(iterator: Iterator[Batch]) -> Batch | None:
    """The first batch; None where there is none, or none can be had: the first turn tells why."""
    try:
        return next(iterator, None)
    except Exception:  # noqa: BLE001  # whatever the pipeline does
        return None


def _check_batch(name: str, text: str, batch: Batch) -> None:
    """Raise an InputError unless a batch has labels."""
    if not isinstance(batch, tuple) or len(batch) not in LABELLED:
        raise InputError(
            f"{name} gives no labels that {text} could train on: an element must be (inputs, labels), or with weights,"
            f" got {_describe(batch)}."
        )


def _describe(batch: Batch) -> str:
    """The types and shapes of a batch, such as: ((32, 8) float32, (32,) int64)."""

    def describe(part: Any) -> str:
        if isinstance(part, dict):
            return "{" + ", ".join(f"{key}: {describe(each)}" for key, each in part.items()) + "}"
        if isinstance(part, tuple | list):
            return f"({', '.join(map(describe, part))})"
        shape = getattr(part, "shape", None)
        return f"{shape} {getattr(part, 'dtype', type(part))!s}".replace("<dtype: '", "").replace("'>", "")

    return describe(batch)
