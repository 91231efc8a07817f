"""The cases of records in formats 1 to 3, which kept a case's parts as texts side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from reports.record.case import ORDERING, REFERENCE, Case, Fitting, Subject
from reports.record.program import Device

OLDER = (1, 2, 3)  # 1 knew neither groups nor accuracy nor mixing; 2 no captures, devices, memory over time; 3 no Case
GROUPS = {"memory": "memory", "emulated": "training", "step": "training"}  # of format 1, by consumer
TRUTHS = {"True": True, "False": False}
FLAGS, COUNTS = ("from_arrays", "jit_compile", "retrains", "sorts_by_label"), ("steps_per_execution", "num_epochs")


def upgrade(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the present format would have stored instead of these fields of a benchmark.

    Raises:
        KeyError: A part of the case is missing.
        AttributeError: The choices are no object of names and values.
    """
    fields = dict(stored)
    fields.setdefault("group", GROUPS.get(fields["consumer"], "orderings"))
    parts = [fields.pop(name) for name in ("name", "ordering", "consumer", "arm", "device")]
    choices = {str(key): str(value) for key, value in fields.pop("choices", {}).items()}
    case = asdict(convert_case(*parts, step_ms=fields.pop("step_ms", None), choices=choices))
    case["subject"]["options"] = dict(case["subject"]["options"])
    return {**fields, "case": case}


def convert_case(
    name: str,
    ordering: str,
    consumer: str,
    arm: str,
    device: str,
    *,
    step_ms: float | None = None,
    choices: Mapping[str, str] | None = None,
) -> Case:
    """The typed case that these texts stood for; how many examples it takes was not kept.

    Args:
        name: Name of the ordering.
        ordering: Text of the ordering.
        consumer: Name of the consumer.
        arm: Name of the arm.
        device: Kind of the device.
        step_ms: How long the emulated accelerator computes on a batch.
        choices: What sets the case apart, as names and values. What is not understood becomes an option of the
            subject, so that it is still shown.
    """
    left = dict(choices or {})
    typed: dict[str, Any] = {}
    if left.get("cold") == "yes":
        typed["is_cold"] = bool(left.pop("cold"))
    if consumer == "infer":
        typed |= _take_prediction(left)
    if consumer == "fit":
        typed["fitting"] = _take_fitting(left)
    subject = Subject(ORDERING, name, ordering, tuple(left.items()), REFERENCE)
    return Case(subject, consumer, arm, cast("Device", device), step_ms=step_ms, **typed)


def _take_prediction(left: dict[str, str]) -> dict[str, Any]:
    """The model and its batch size, taken out of the choices."""
    taken: dict[str, Any] = {"model": left.pop("model")} if "model" in left else {}
    if left.get("batch_size", "").isdecimal():
        taken["batch_size"] = int(left.pop("batch_size"))
    return taken


def _take_fitting(left: dict[str, str]) -> Fitting:
    """How Keras' fit trains, taken out of the choices."""
    taken: dict[str, Any] = {name: TRUTHS[left.pop(name)] for name in FLAGS if left.get(name) in TRUTHS}
    taken |= {name: int(left.pop(name)) for name in COUNTS if left.get(name, "").isdecimal()}
    return Fitting(**taken)
