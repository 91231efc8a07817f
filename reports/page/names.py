"""What cases are called on a page."""

from __future__ import annotations

from collections.abc import Sequence

from reports.record.record import CaseRecord

ARMS = {"default": "as TensorFlow runs it", "raw": "rewrites off"}
DEVICES = {"cpu": "CPU", "gpu": "GPU"}
LONGEST_NAME = 40  # characters of an ordering's own text, where it has no name


def name_row(case: CaseRecord) -> str:
    """The ordering's name, or the beginning of its text."""
    return case.name if len(case.name) <= LONGEST_NAME else f"{case.name[: LONGEST_NAME - 1]}…"


def name_device(device: str) -> str:
    """CPU for cpu."""
    return DEVICES.get(device, device)


def name_arm(arm: str) -> str:
    """The arm, and what it means."""
    return f"{arm}: {ARMS[arm]}" if arm in ARMS else arm


def name_series(case: CaseRecord, cases: Sequence[CaseRecord]) -> str:
    """The case's arm, and its device where the cases have several."""
    several = len({each.device for each in cases}) > 1
    return f"{name_arm(case.arm)}, {name_device(case.device)}" if several else name_arm(case.arm)
