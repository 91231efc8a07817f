"""The options that the bench adds to pytest's, and what they select."""

from __future__ import annotations

import pytest

from bench.cases.case import (
    ARMS,
    DEFAULT,
    RAW,
    Case,
    Selection,
    build_drain_cases,
    build_fed_cases,
    build_memory_cases,
    build_trace_cases,
)
from bench.cases.claims import build_claim_cases
from bench.cases.devices import build_device_cases, build_inference_cases
from mnist_core.devices.support import Device

GROUPS = {
    "devices": build_device_cases,
    "inference": build_inference_cases,
    "memory": build_memory_cases,
    "orderings": build_drain_cases,
    "training": build_fed_cases,
}
TRACES = "traces"
DEVICES: dict[str, tuple[Device, ...]] = {"auto": ("cpu", "gpu"), "cpu": ("cpu",), "gpu": ("gpu",)}
NUM_EXAMPLES = 20_000  # of a drained epoch: a third of MNIST, so that three times as many turns fit the budget


def add_options(parser: pytest.Parser, *, min_rounds: int, budget_s: float) -> None:
    """Declare the suite's own options; pytest-benchmark's keep their meaning.

    Args:
        parser: pytest's.
        min_rounds: that are measured whatever they take.
        budget_s: of a run without options.
    """
    group = parser.getgroup("mnist-bench", "MNIST Bench")
    add = group.addoption
    add(
        "--data",
        metavar="SOURCE",
        help="auto, mnist, synthetic, an .npz file or a folder of IDX files (default: $MNIST_CORE_DATA or auto)",
    )
    add(
        "--device",
        choices=tuple(DEVICES),
        default="auto",
        help="auto measures on the CPU, and on the GPU where there is one; cpu and gpu on that one only",
    )
    add(
        "--ordering",
        action="append",
        default=[],
        metavar="TEXT",
        help="also measure this ordering, for example 'shuffle(1000).batch(64).map().prefetch(2)'; can be repeated",
    )
    add(
        "--arm",
        action="append",
        metavar="ARM",
        help=f"measure this arm only; can be repeated: {', '.join(ARMS)} (default: {DEFAULT} and {RAW})",
    )
    add("--examples", type=int, default=NUM_EXAMPLES, metavar="N", help="of a drained epoch (default: %(default)s)")
    add("--step-ms", type=float, default=2.0, metavar="MS", help="of the emulated accelerator (default: %(default)g)")
    add("--python-loop", action="store_true", help="also take the batches in a Python loop, as people write it")
    add(
        "--claims",
        metavar="all|ID,...",
        help="also measure what these claims of `mnist-report claims` need, such as C19,C28; all take some 17 minutes",
    )
    add("--traces", action="store_true", help="also capture a profiler trace of a training step of some orderings")
    add(
        "--budget",
        type=float,
        metavar="SECONDS",
        help=f"time for all cases, after at least {min_rounds} rounds (default: {budget_s:g}, and more with --claims)",
    )
    add("--memory-limit", type=float, metavar="GIB", help="of each worker's data; a case that wants more fails alone")


def select_cases(config: pytest.Config) -> dict[str, list[Case]]:
    """By group, the cases that the options ask for.

    Raises:
        InputError: an ordering or an arm does not work.
        ClaimError: there is no such claim.
    """
    options = config.option
    selection = Selection(
        options.ordering,
        options.arm or (DEFAULT, RAW),
        options.examples,
        options.step_ms,
        options.python_loop,
        DEVICES[options.device],
    )
    cases = {group: build(selection) for group, build in GROUPS.items()}
    cases[TRACES] = build_trace_cases(selection) if options.traces else []
    return cases | build_claim_cases(options.claims, selection.devices)
