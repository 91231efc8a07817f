"""The command ``mnist-bench run``: how fast is a pipeline, and which of several is faster?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.subject_options import Arguments, Runs, Select, Source, SubjectTexts

BUDGET_S = 60.0
TURN_LIMIT_S = 120.0

EXAMPLES = """Examples:

    mnist-bench run my_pipeline.py:make

    mnist-bench run before.py:make after.py:make --arg batch_size=64 --budget 120

    mnist-bench run my_package.data:pipelines --select train --step-ms 5

    mnist-bench run --run 'train.py --batch-size 64' --run 'train_before.py --batch-size 64'

    mnist-bench run my_pipeline.py:make post --data mnist.npz"""


def run(
    subjects: SubjectTexts = None,
    run: Runs = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    step_ms: Annotated[
        float | None,
        typer.Option(
            metavar="MS", help="Also feed an accelerator that computes so long on a batch.", show_default=False
        ),
    ] = None,
    budget: Annotated[float, typer.Option(metavar="SECONDS", min=1, help="For the measuring.")] = BUDGET_S,
    memory_limit: Annotated[
        float | None,
        typer.Option(metavar="GIB", help="Of each pipeline's process, which is refused more.", show_default=False),
    ] = None,
    turn_limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="A turn, or a first batch, that takes longer is a hang.")
    ] = TURN_LIMIT_S,
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Leave out what each holds, and whether that grows.")
    ] = False,
    no_stages: Annotated[bool, typer.Option("--no-stages", help="Leave out what each stage takes.")] = False,
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="As for pytest bench/ --data.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For the record. Default: runs/TIME.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The record, for a script.")] = False,
) -> None:
    """Measure pipelines side by side, in fresh processes that take turns: the first epoch, later ones, the first batch.

    A pipeline without an end, or with an epoch of more than 5 s, takes as many batches a turn as all others that are
    cut, and its rate is of the time after the first batch. Ratios are of turns of the same round. A pipeline that
    fails is told in one line, with its stage, file, line and element where that can be found; the others go on.

    What the stages take is read afterwards, as TensorFlow counts it, from an epoch or 2 s of one; a share of Python is
    the time in numpy_function, py_function and from_generator.

    Memory is read last, of one pipeline after the other, over some 8 to 24 epochs of at most 1.5 s each.

    Exit code: 0 measured, 2 bad input or a pipeline that fails, 130 interrupted. The record is kept in any case.
    """
    from bench.cases.pipelines import name_apart
    from bench.commands.run_pipelines import RunOptions, measure_pipelines
    from bench.commands.subject_options import build_subjects

    chosen = build_subjects(subjects, arg, select, source, run)
    options = RunOptions(
        name_apart(chosen),
        *(step_ms, budget, memory_limit, turn_limit, data),
        reads_memory=not no_memory,
        reads_stages=not no_stages,
    )
    measure_pipelines(options, out, as_json=as_json)
