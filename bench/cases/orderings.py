"""The cases of the main job: every ordering drained, fed to consumers, read for its bytes, traced."""

from __future__ import annotations

from dataclasses import replace

from bench.cases.selection import Selection, build_case
from reports.record.case import CONTROL, Case

CONTROLLED = "batch_before_map"  # fast, and it has a map, a batch, a shuffle and a prefetch
FED = ("post", "prefetch_last", "no_prefetch", "batch_before_map")  # where prefetch stands matters to a consumer
NUM_FED_EXAMPLES = 6400  # 200 steps: of 2 ms, a turn lasts 0.4 s and more


def is_anchor(case: Case) -> bool:
    """True for a case that others are compared with in the same round."""
    return case.name in {case.subject.reference, CONTROL, CONTROLLED}


def build_drain_cases(selection: Selection) -> list[Case]:
    """Every ordering in every arm, drained, and the A/A control.

    Raises:
        InputError: An added ordering or an arm does not work.
    """
    if "cpu" not in selection.devices:
        return []
    cases = [
        build_case(name, arm=arm, num_examples=selection.num_examples)
        for arm in selection.arms
        for name in selection.names
    ]
    if selection.python_loop:
        cases += [replace(case, consumer="python") for case in cases]
    control = build_case(CONTROLLED, num_examples=selection.num_examples)
    return [*cases, replace(control, subject=replace(control.subject, name=CONTROL))]


def build_fed_cases(selection: Selection) -> list[Case]:
    """The orderings whose prefetch stands elsewhere, feeding an emulated accelerator and a real training step."""
    names = list(dict.fromkeys([*FED, *selection.own_names]))
    emulated = [
        build_case(name, "emulated", arm=arm, num_examples=NUM_FED_EXAMPLES, step_ms=selection.step_ms)
        for arm in selection.arms
        for name in names
        if "cpu" in selection.devices
    ]
    steps = [build_case(name, "step", num_examples=NUM_FED_EXAMPLES) for name in names]
    return [*emulated, *(replace(step, device=device) for device in selection.devices for step in steps)]


def build_memory_cases(selection: Selection) -> list[Case]:
    """Every ordering, as a user gets it, over the whole training set: what it holds."""
    return [build_case(name, "memory") for name in selection.names if "cpu" in selection.devices]


def build_trace_cases(selection: Selection) -> list[Case]:
    """The orderings whose prefetch stands elsewhere, as a user gets them, feeding a training step that is profiled."""
    if not selection.traces:
        return []
    cases = [build_case(name, "traced") for name in dict.fromkeys([*FED, *selection.own_names])]
    return [replace(case, device=device) for device in selection.devices for case in cases]
