"""The groups of cases that are measured together, in one table: who builds each, and how long it may take."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.cases.claims import build_claim_cases
from bench.cases.devices import build_device_cases, build_inference_cases
from bench.cases.orderings import build_drain_cases, build_fed_cases, build_memory_cases, build_trace_cases
from bench.cases.pipelines import (
    build_cold,
    build_drained,
    build_fed,
    build_mixed,
    build_observed,
    build_read,
    build_staged,
    build_trained,
)
from bench.cases.selection import Selection
from mnist_core import InputError
from reports.record.case import Case
from reports.summary.fields import COLD


@dataclass(frozen=True)
class Group:
    """Cases that are measured together.

    Args:
        name: What the record and the marker of a ``bench_*.py`` file call it.
        build: Gives the group's cases that a selection asks for; none if it asks for none.
        budget_s: Time for the turns of all its cases, after the fewest rounds; 0 where nothing is timed.
        measures: What each of its workers is asked for.
        is_main: True if it belongs to a run without options.
        build_own: Gives the cases instead where a person's pipelines are measured; None where that takes our digits.
    """

    name: str
    build: Callable[[Selection], list[Case]]
    budget_s: float = 0.0
    measures: Literal["turns", "memory", "stages", "mixing", "traces"] = "turns"
    is_main: bool = False
    build_own: Callable[[Selection], list[Case]] | None = None

    def choose(self, selection: Selection) -> list[Case]:
        """The cases that a selection asks for; raises as their builder does."""
        if not selection.subjects:
            return self.build(selection)
        return [] if self.build_own is None else self.build_own(selection)


def _of_claims(group: str) -> Callable[[Selection], list[Case]]:
    return lambda selection: build_claim_cases(selection.claims, selection.devices)[group]


def _drain_own(selection: Selection) -> list[Case]:
    return build_drained(selection.subjects, selection.arms, python_loop=selection.python_loop)


def _feed_own(selection: Selection) -> list[Case]:
    fed = build_fed(selection.subjects, selection.step_ms, selection.arms)
    if selection.model is None:
        return fed
    trained = (build_trained(selection.subjects, selection.model, device) for device in selection.devices)
    return [*fed, *itertools.chain.from_iterable(trained)]


def _drain_cold(selection: Selection) -> list[Case]:
    return build_cold(selection.subjects) if selection.cold else []


def _read_own(selection: Selection) -> list[Case]:
    return build_read(selection.subjects)


def _stage_own(selection: Selection) -> list[Case]:
    return build_staged(selection.subjects)


def _mix_own(selection: Selection) -> list[Case]:
    return build_mixed(selection.subjects)


def _none_of_ours(_selection: Selection) -> list[Case]:
    return []


def _trace_own(selection: Selection) -> list[Case]:
    return build_observed(selection.subjects, selection.step_ms) if selection.traces else []


GROUPS = {
    group.name: group
    for group in (
        Group("devices", build_device_cases, 20.0, is_main=True),
        Group("inference", build_inference_cases, 20.0, is_main=True),
        Group("memory", build_memory_cases, measures="memory", is_main=True, build_own=_read_own),
        Group("orderings", build_drain_cases, 168.0, is_main=True, build_own=_drain_own),
        Group(COLD, _none_of_ours, 60.0, build_own=_drain_cold),
        Group("order", _none_of_ours, measures="mixing", build_own=_mix_own),
        Group("stages", _none_of_ours, measures="stages", build_own=_stage_own),
        Group("training", build_fed_cases, 72.0, is_main=True, build_own=_feed_own),
        Group("traces", build_trace_cases, measures="traces", build_own=_trace_own),
        Group("claims", _of_claims("claims"), 300.0),
        Group("claims_training", _of_claims("claims_training"), 150.0),
        Group("claims_memory", _of_claims("claims_memory"), measures="memory"),
        Group("mixing", _of_claims("mixing"), 60.0),
        Group("accuracy", _of_claims("accuracy"), 240.0),
    )
}
MAIN_BUDGET_S = sum(group.budget_s for group in GROUPS.values() if group.is_main)


def build_groups(selection: Selection) -> dict[str, list[Case]]:
    """The selected cases, by the name of their group.

    Raises:
        InputError: An ordering or an arm does not work, or a person's pipelines are to be measured where they cannot.
        ClaimError: There is no such claim.
    """
    if selection.subjects and selection.claims is not None:
        raise InputError("--claims are of our orderings: leave out --claims or the pipelines.")
    if not selection.subjects and (selection.model is not None or selection.cold):
        raise InputError("--model and --cold belong to --pipeline.")
    if selection.subjects and "cpu" not in selection.devices:
        raise InputError("pipelines are measured on the CPU: leave out --device gpu.")
    return {name: group.choose(selection) for name, group in GROUPS.items()}
