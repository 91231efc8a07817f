"""The options that the bench adds to pytest's, and what they select."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
import typer

from bench.cases.groups import MAIN_BUDGET_S
from bench.cases.pipelines import name_apart
from bench.cases.selection import Selection, build_case
from bench.commands.subject_options import build_subjects
from bench.pipelines.arms import ARMS, RAW
from mnist_core import Device, InputError
from mnist_core.language.choice import explain_choice
from mnist_core.terminal.budget import parse_seconds
from reports.record.case import DEFAULT, Subject

DEVICES: dict[str, tuple[Device, ...]] = {"auto": ("cpu", "gpu"), "cpu": ("cpu",), "gpu": ("gpu",)}
NUM_EXAMPLES = 20_000  # of a drained epoch: a third of MNIST, so that three times as many turns fit the budget


def add_options(parser: pytest.Parser, *, min_rounds: int) -> None:
    """Declare the suite's own options; pytest-benchmark's keep their meaning.

    Args:
        parser: pytest's own.
        min_rounds: Number of rounds that are measured whatever they take.
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
        metavar="[NAME=]TEXT",
        help="also measure this ordering, for example 'mine=shuffle(1000).batch(64).map().prefetch(2)', or code as it "
        "stands in a program; -k selects it by its name, without one by own_ and four digits; can be repeated",
    )
    add(
        "--pipeline",
        action="append",
        metavar="SUBJECT",
        help="measure this pipeline of yours instead of our orderings: path/to/file.py:name or package.module:name; "
        "can be repeated, and ratios are to the first",
    )
    add(
        "--run",
        action="append",
        metavar="PROGRAM",
        help="likewise the dataset that a program trains on, such as 'train.py --bs 16'; can be repeated",
    )
    add("--arg", action="append", metavar="KEY=VALUE", help="for the pipelines' functions; can be repeated")
    add(
        "--select",
        metavar="NAME|NUMBER",
        help="which dataset, where a pipeline gives several; for one alone: --pipeline 'data.py:make[train]'",
    )
    add("--source", metavar="SUBJECT", help="the dataset that the pipelines' functions transform")
    add(
        "--model",
        metavar="MODEL",
        help="also train this model of yours on the pipelines: file.py:name of a function that gives it compiled",
    )
    add("--cold", action="store_true", help="also measure the pipelines with their files dropped from the page cache")
    add(
        "--arm",
        action="append",
        metavar="ARM",
        help=f"measure this arm only; can be repeated: {', '.join(ARMS)} (default: {DEFAULT} and {RAW}, of "
        f"pipelines of yours {DEFAULT} alone)",
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
        type=read_budget,
        metavar="SECONDS",
        help=f"time for all cases, such as 240 or 4m, after at least {min_rounds} rounds "
        f"(default: {MAIN_BUDGET_S:g}, and more with --claims)",
    )
    add("--memory-limit", type=float, metavar="GIB", help="of each worker's data; a case that wants more fails alone")


def read_budget(text: str) -> float:
    """The seconds that a text such as 240 or 4m means, for pytest's parser."""
    try:
        return parse_seconds(text)
    except typer.BadParameter as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def read_selection(config: pytest.Config) -> Selection:
    """What the options ask for, not yet checked.

    Raises:
        InputError: A pipeline is written wrongly, or options belong to one that is not there.
    """
    options = config.option
    if unknown := [arm for arm in options.arm or () if arm not in ARMS]:
        raise InputError(explain_choice("--arm", ARMS, unknown[0]))
    subjects = _read_subjects(options)
    return Selection(
        options.ordering,
        options.arm or ((DEFAULT,) if subjects else (DEFAULT, RAW)),
        options.examples,
        options.step_ms,
        options.python_loop,
        DEVICES[options.device],
        options.claims,
        options.traces,
        subjects,
        options.model,
        options.cold,
    )


def _read_subjects(options: Any) -> list[Subject]:
    """The pipelines of a person's own, and the orderings that are to be measured beside them; none without the former.

    Raises:
        InputError: One is written wrongly, or options belong to one that is not there.
    """
    if not options.pipeline and not options.run:
        if options.arg or options.select or options.source:
            raise InputError("--arg, --select and --source belong to --pipeline.")
        return []
    own = Selection(options.ordering).own_names
    subjects = build_subjects(options.pipeline, options.arg, options.select, options.source, options.run)
    return name_apart([*subjects, *(build_case(each).subject for each in own)])
