"""A run as other programs want it: one result for each case, under a name that stays the same from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mnist_core.language.errors import InputError
from reports.summary.case import CaseSummary
from reports.summary.metric import METRICS
from reports.summary.summary import Summary

EXPORTED = tuple(metric for metric in METRICS if metric.column)


class ExportError(InputError):
    """A run cannot be exported so; the message is one line."""


def collect_results(summary: Summary) -> tuple[CaseSummary, ...]:
    """The cases in their order; one that was timed and whose memory was read, in a process of its own, is one result.

    Raises:
        ExportError: Two cases cannot be told apart by name.
    """
    cases: dict[str, list[CaseSummary]] = {}
    for case in summary.cases:
        cases.setdefault(case.id, []).append(case)
    return tuple(_join(name, group) for name, group in cases.items())


def _join(name: str, cases: Sequence[CaseSummary]) -> CaseSummary:
    """The timed case, or the one that was only read, with the numbers of both."""
    timed = [case for case in cases if case.num_turns]
    read = [case for case in cases if not case.num_turns]
    if max(len(timed), len(read)) > 1:
        raise ExportError(f"two cases of the record are both called {name}: their results could not be told apart.")
    found = {metric.name: case.find(metric) for metric in EXPORTED for case in reversed(cases) if case.find(metric)}
    return replace((timed or read)[0], estimates={each: value for each, value in found.items() if value is not None})
