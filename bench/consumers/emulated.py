"""An emulated accelerator: it computes on each batch for a given time, and leaves the CPU to others meanwhile."""

from __future__ import annotations

from bench.consumers.computing import wait_for_each
from bench.consumers.epochs import EpochMeter
from bench.consumers.meter import Tools
from bench.subjects.opened import Opened
from reports.record.case import Case

MILLISECONDS = 1e-3


def build(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case that feeds an emulated accelerator."""
    step_s = (case.step_ms or 0) * MILLISECONDS
    take = wait_for_each(lambda _batch: tools.clock.sleep(step_s), tools.clock, _wait_for_nothing)
    return EpochMeter(case, opened, tools, take)


def _wait_for_nothing() -> None:
    """An emulated accelerator has finished when its sleep is over."""
