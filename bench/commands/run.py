"""The command ``mnist-bench run``: how fast is a pipeline, and which of several is faster?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.subject_options import Arguments, Runs, Select, Source, SubjectTexts
from mnist_core.terminal.budget import Budget, name_seconds
from mnist_core.terminal.options import AsJson, Data, name_out

BUDGET_S = 60.0
TURN_LIMIT_S = 120.0

EXAMPLES = """Examples:

    mnist-bench run my_pipeline.py:make

    mnist-bench run before.py:make after.py:make --arg size=64 --budget 2m

    mnist-bench run my_package.data:pipelines --select train --step-ms 5

    mnist-bench run --run 'train.py --size 64' --run 'before.py --size 64'

    mnist-bench run my_pipeline.py:make --model my_model.py:build

    mnist-bench run my_pipeline.py:make --cold

    mnist-bench run my_pipeline.py:make --python old/bin/python --python python3

    mnist-bench run my_pipeline.py:make post --data mnist.npz"""


def run(
    subjects: SubjectTexts = None,
    run: Runs = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    step_ms: Annotated[
        str | None,
        typer.Option(
            metavar="MS|TRACE",
            help="Also feed an accelerator that computes so long on a batch: a number, or a profiler's trace whose "
            "steps tell it.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Also train it: path/to/file.py:name or package.module:name of a function that gives a compiled Keras "
            "model.",
            show_default=False,
        ),
    ] = None,
    budget: Budget = BUDGET_S,
    memory_limit: Annotated[
        float | None,
        typer.Option(
            metavar="GIB", min=0.1, help="Of each pipeline's process, which is refused more.", show_default=False
        ),
    ] = None,
    turn_limit: Annotated[
        float, name_seconds(words="A turn, or a first batch, that takes longer is a hang.")
    ] = TURN_LIMIT_S,
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Leave out what each holds, and whether that grows.")
    ] = False,
    cold: Annotated[
        bool, typer.Option("--cold", help="Also measure each with its files dropped from the page cache.")
    ] = False,
    no_mixing: Annotated[bool, typer.Option("--no-mixing", help="Leave out how well each mixes.")] = False,
    no_stages: Annotated[bool, typer.Option("--no-stages", help="Leave out what each stage takes.")] = False,
    python: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PYTHON",
            help="Interpreter to measure under, which needs NumPy and TensorFlow 2.18 to 2.21 alone; of several, each "
            "pipeline runs under each, and its ratios are to the first.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    out: Annotated[Path | None, name_out("FOLDER", "For the record.  [default: runs/TIME]")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure pipelines side by side, in fresh processes that take turns: the first epoch, later ones, the first batch.

    A pipeline without an end, or with an epoch of more than 5 s, takes as many batches a turn as all others that are
    cut, and its rate is of the time after the first batch. Ratios are of turns of the same round. A pipeline that
    fails is told in one line, with its stage, file, line and element where that can be found; the others go on.

    With --cold the files of a pipeline, found by what it names and opens, are dropped from the page cache before every
    turn, which is checked, and the dataset is built anew: how long a first epoch takes after a restart.

    What the stages take is read afterwards, as TensorFlow counts it, from an epoch or 2 s of one; a share of Python is
    the time in numpy_function, py_function and from_generator.

    How well a pipeline mixes is told by where its examples, known by their hashes, stand without its shuffles.

    Memory is read last, of one pipeline after the other, over some 8 to 24 epochs of at most 1.5 s each.

    AU, the utilisation of an accelerator, is the share of the time after the first batch in which it computes, as in
    MLPerf Storage. With --model it is of the model's own steps, on the GPU where there is one.

    Exit code: 0 measured, 2 bad input or a pipeline that fails, 130 interrupted. The record is kept in any case.
    """
    from bench.cases.pipelines import name_apart, spread
    from bench.commands.runs.pipelines import RunOptions, measure_pipelines
    from bench.commands.subject_options import build_subjects
    from bench.slots.interpreter import find_interpreter, tell_apart

    chosen = name_apart(build_subjects(subjects, arg, select, source, run))
    if python:
        interpreters = [find_interpreter(text) for text in python]
        chosen = spread(chosen, list(zip(tell_apart(interpreters), (each.path for each in interpreters), strict=True)))
    options = RunOptions(
        chosen,
        *(read_step_ms(step_ms), budget, memory_limit, turn_limit, data),
        model=model,
        reads_memory=not no_memory,
        reads_stages=not no_stages,
        reads_cold=cold,
        reads_mixing=not no_mixing,
    )
    measure_pipelines(options, out, as_json=as_json)


def read_step_ms(text: str | None) -> float | None:
    """The milliseconds that a step computes, given as a number or by the trace of a training.

    Raises:
        InputError: It is neither, or the trace does not tell.
    """
    from mnist_core.files.xspace import TraceError
    from mnist_core.language.errors import InputError
    from reports.traces.reading import load_trace

    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        path = Path(text)
    if not path.exists():
        raise InputError(f"--step-ms must be milliseconds or a trace's file or folder, got {text!r}.")
    try:
        trace = load_trace(path)
    except TraceError as error:
        raise InputError(f"--step-ms {text}: {error}") from None
    if trace.computing_ms is None:
        why = trace.unclear or "its steps do not show how long they wait for input"
        raise InputError(f"--step-ms {text}: {why.rstrip('.')}: give the milliseconds.")
    return float(f"{trace.computing_ms.median:.3g}")
