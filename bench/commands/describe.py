"""The command ``mnist-bench describe``: what can be known of a dataset without running an epoch."""

from __future__ import annotations

import typer

from bench.commands.subject_options import Arguments, MemoryLimit, Run, Select, Source, SubjectText, limit_bytes
from mnist_core.terminal.options import AsJson, Data

EXAMPLES = """Examples:

    mnist-bench describe my_pipeline.py:make

    mnist-bench describe package.data:build --arg batch_size=64 --select train

    mnist-bench describe --run 'train.py --batch-size 64'

    mnist-bench describe post --json"""


def describe(
    subject: SubjectText = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    run: Run = None,
    data: Data = None,
    memory_limit: MemoryLimit = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a dataset does without running an epoch: its stages as written and as TensorFlow runs them.

    For every stage: file and line, buffers and seeds, the bytes of an element before and after it, what it will hold,
    Python and random operations in its functions. The code runs in a process of its own; a few elements are looked at.
    """
    from bench.commands.subject_options import build_subject
    from bench.workers.describing import ask_description
    from mnist_core.digits.load import choose_source
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.formats.description_json import render_description_json
    from reports.tables.description import tabulate_description

    limit = limit_bytes(memory_limit)
    chosen = build_subject(subject, arg, select, source, run)
    digits = choose_source(data, is_read=not chosen.reads_own_data)
    described = ask_description(chosen, digits, memory_limit_bytes=limit)
    if as_json:
        typer.echo(render_description_json(described))
    else:
        open_console().print(lay_out(tabulate_description(described)))
