"""The command ``mnist-bench sweep``: the same pipeline in another order, proved to mean the same, and what it gains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.subject_options import Arguments, Run, Select, Source, SubjectText
from mnist_core.terminal.budget import Budget, name_seconds
from mnist_core.terminal.options import AsJson, Data, name_out

BUDGET_S = 240.0  # the race, twelve fresh pairs and the readings of some three pipelines
TURN_LIMIT_S = 60.0

EXAMPLES = """Examples:

    mnist-bench sweep my_pipeline.py:make

    mnist-bench sweep my_pipeline.py:make --arg size=64 --budget 8m --step-ms 5

    mnist-bench sweep my_pipeline.py:make -o runs/mine

    mnist-bench sweep my_package.data:pipelines --select train --memory 2"""


def sweep(
    subject: SubjectText = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    run: Run = None,
    budget: Budget = BUDGET_S,
    memory: Annotated[
        float | None,
        typer.Option(
            metavar="GIB",
            min=0.001,
            help="Try nothing that is predicted to hold more.  [default: what this machine has]",
            show_default=False,
        ),
    ] = None,
    step_ms: Annotated[
        str | None,
        typer.Option(
            metavar="MS|TRACE",
            help="Also feed an accelerator that computes so long on a batch: a number, or a profiler's trace whose "
            "steps tell it.",
            show_default=False,
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, help="By which floats may differ; 0 asks for the same bits."),
    ] = 0.0,
    turn_limit: Annotated[
        float, name_seconds(words="A turn, or a first batch, that takes longer is a hang.")
    ] = TURN_LIMIT_S,
    data: Data = None,
    out: Annotated[
        Path | None, name_out("FOLDER", "For the record; a sweep that was stopped goes on.  [default: runs/TIME]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the faster order of a pipeline, with a patch: every change is proved to give the same examples, then timed.

    The pipeline as it is races its rewrites, in fresh processes that take turns in random order; one that cannot win
    any more is let go. Then the winner runs beside the pipeline as it is in fresh pairs of processes, and only these
    say what it gains: the best of many looks better than it is. What is left is read for its memory and its mixing.

    What cannot be proved to keep the examples, the kind of randomness or the mixing is listed with the reason.

    The budget is for all of it. After Ctrl-C, or a kill, the same command with the same --out goes on.

    Exit code: 0 done, 2 bad input or a pipeline that fails as it is, 130 interrupted.
    """
    from bench.commands.run import read_step_ms
    from bench.commands.runs.sweep import SweepOptions, measure_sweep, propose
    from bench.commands.subject_options import build_subject

    chosen = build_subject(subject, arg, select, source, run)
    options = SweepOptions(chosen, budget, memory, read_step_ms(step_ms), tolerance, turn_limit, data)
    measure_sweep(options, out, as_json=as_json, propose=propose)
