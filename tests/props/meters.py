"""Meters over digits made up by a test, with a clock and a device of its own where it wants them."""

from __future__ import annotations

from typing import Any

from bench.consumers.heap import DeviceHeap, HeapReader
from bench.consumers.registry import build_meter
from bench.machine.clock import MachineClock
from bench.subjects.digits import OpenedOrdering
from bench.subjects.orderings import parse_subject
from mnist_core.digits.load import Digits
from reports.record.case import Case
from reports.record.memory import Memory


def open_digits(case: Case, digits: Digits) -> OpenedOrdering:
    return OpenedOrdering(parse_subject(case.subject), digits, case.num_examples)


def make_meter(case: Case, digits: Digits, clock: Any = None, **tools: Any) -> Any:
    return build_meter(case, open_digits(case, digits), clock=clock, **tools)


def read_memory(case: Case, digits: Digits, heap: DeviceHeap | None = None) -> Memory:
    return HeapReader(open_digits(case, digits), heap or DeviceHeap(), MachineClock()).read_memory()
