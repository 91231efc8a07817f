"""What cases, arms and devices are called on a page."""

from __future__ import annotations

from collections.abc import Sequence

from reports.record.case import DEFAULT
from reports.summary.case import CaseSummary

ARMS = {"default": "as TensorFlow runs it", "raw": "rewrites off"}
DEVICES = {"cpu": "CPU", "gpu": "GPU"}
LONGEST_NAME = 40  # characters of an ordering's own text, where it has no name


def name_row(case: CaseSummary) -> str:
    """The ordering's name, or the beginning of its text."""
    return case.name if len(case.name) <= LONGEST_NAME else f"{case.name[: LONGEST_NAME - 1]}…"


def name_case(case: CaseSummary) -> str:
    """What the case is on whatever device, such as: post, emulated, raw, png; what predicts is named whole."""
    if case.consumer == "infer":
        return f"{name_row(case)}, {case.consumer}"
    arm = "" if case.arm == DEFAULT else case.arm
    choices = ", ".join(value for _, value in case.choices)
    return ", ".join(part for part in (name_row(case), case.consumer, arm, choices) if part)


def name_device(device: str) -> str:
    """CPU for cpu."""
    return DEVICES.get(device, device)


def name_arm(arm: str) -> str:
    """The arm, and what it means."""
    return f"{arm}: {ARMS[arm]}" if arm in ARMS else arm


def name_field(case: CaseSummary, *, with_device: bool) -> str:
    """The case's arm in a word, and its device where the cases have several."""
    return f"{case.arm}, {name_device(case.device)}" if with_device else case.arm


def name_series(case: CaseSummary, *, with_device: bool) -> str:
    """The case's arm, and its device where the cases have several."""
    named = name_arm(case.arm)
    return f"{named}, {name_device(case.device)}" if with_device else named


def has_several_devices(cases: Sequence[CaseSummary]) -> bool:
    """True if a device must be named to tell the cases apart."""
    return any(each.device != cases[0].device for each in cases)
