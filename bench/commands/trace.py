"""The command ``mnist-bench trace``: what a pipeline's time goes to, stage by stage, from a profiler's trace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.subject_options import Arguments, Run, Select, Source, SubjectText
from mnist_core.terminal.options import AsJson, Data, name_out

EXAMPLES = """Examples:

    mnist-bench trace my_pipeline.py:make

    mnist-bench trace my_package.data:pipelines --step-ms 5 -o runs/mine

    mnist-bench trace --run 'train.py --batch-size 64'

    mnist-bench trace my_pipeline.py:make --json"""


def trace(
    subject: SubjectText = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    run: Run = None,
    step_ms: Annotated[float, typer.Option(metavar="MS", min=0, help="How long a step computes on its batch.")] = 0.0,
    data: Data = None,
    out: Annotated[Path | None, name_out("FOLDER", "For the trace.  [default: runs/TIME]")] = None,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many operations to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Capture some marked steps that take their batches from a pipeline, and tell which stage they wait for.

    A step takes a batch and, with --step-ms, leaves the processor to the pipeline for so long, as an accelerator does.
    """
    import sys
    from contextlib import closing

    from rich.console import Console

    from bench.commands.runs.kept import name_folder
    from bench.commands.subject_options import build_subject
    from bench.consumers.registry import check_case
    from bench.workers.fork_server import WorkerStarter
    from mnist_core.digits.load import choose_source
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.record.case import Case
    from reports.traces.json import render_json
    from reports.traces.reading import load_session
    from reports.traces.tables import tabulate_trace
    from reports.xplane.sessions import list_sessions

    case = Case(build_subject(subject, arg, select, source, run), "observed", step_ms=step_ms or None)
    check_case(case)
    digits = choose_source(data, is_read=not case.subject.reads_own_data)
    folder = out or name_folder()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with (
        console.status("starting TensorFlow, and capturing"),
        closing(WorkerStarter(digits)(case)) as worker,
    ):
        for line in worker.ready.notices:  # such as which dataset of a program it is
            console.print(line, markup=False)
        worker.capture_trace(folder)
    read = load_session(list_sessions(folder)[-1])
    if as_json:
        sys.stdout.write(f"{render_json(read)}\n")
        return
    open_console().print(lay_out(tabulate_trace(read, top)))
    console.print(f"trace: {folder}; mnist-report tensorboard {folder} opens it", markup=False)
