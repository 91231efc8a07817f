"""The command ``mnist-bench run``: how fast is a pipeline, and which of several is faster?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BUDGET_S = 60.0
TURN_LIMIT_S = 120.0

EXAMPLES = """Examples:

    mnist-bench run my_pipeline.py:make

    mnist-bench run before.py:make after.py:make --arg batch_size=64 --budget 120

    mnist-bench run my_package.data:pipelines --select train --step-ms 5

    mnist-bench run my_pipeline.py:make post --data mnist.npz"""


def run(
    subjects: Annotated[
        list[str],
        typer.Argument(
            metavar="SUBJECT...",
            help="path/to/file.py:name or package.module:name: a function that makes a dataset, or a dataset; or an "
            "ordering of ours. Ratios are to the first.",
        ),
    ],
    arg: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="An argument of the functions; can be repeated.", show_default=False),
    ] = None,
    select: Annotated[
        str | None,
        typer.Option(metavar="NAME|NUMBER", help="Which dataset, where a function gives several.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="SUBJECT", help="The dataset that the functions transform.", show_default=False),
    ] = None,
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
    cut, and rates are then of the time after the first batch. Ratios are of turns of the same round. A pipeline that
    fails is told in one line, with its stage, file, line and element where that can be found; the others go on.

    Memory is read afterwards, of one pipeline after the other, over some 8 to 24 epochs of at most 1.5 s each.

    Exit code: 0 measured, 2 bad input or a pipeline that fails, 130 interrupted. The record is kept in any case.
    """
    from bench.cases.pipelines import build_subject, name_apart
    from bench.commands.run_pipelines import RunOptions, measure_pipelines

    chosen = [build_subject(text, arg or (), select=select, source=source) for text in subjects]
    options = RunOptions(
        name_apart(chosen), step_ms, budget, memory_limit, turn_limit, data, reads_memory=not no_memory
    )
    measure_pipelines(options, out, as_json=as_json)
