"""The command ``mnist-bench``: what can be measured, and how. Only it and the other cli modules print."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from bench.cases.orderings import CONTROLLED
from bench.commands import describe, doctor, gate, lint, run as running, sweep, trace, trials
from bench.commands.subject_options import Arguments, Pipeline, Run, Select, Source, build_subject
from mnist_core.terminal.options import AsJson, Data
from mnist_core.terminal.shell import build_app, run_app

GAP = 3  # columns between two of a table
NOISE_EXAMPLES = """Examples:

    mnist-bench noise --ordering post --repetitions 16

    mnist-bench noise --pipeline my_pipeline.py:make"""
LISTED = ("orderings", "training", "devices", "inference")  # a reading of memory has the id of its drained case

app = build_app(
    "Measure pipelines, your own or ours. The main job is `pytest bench/ --benchmark-only`.",
    "mnist-bench doctor && mnist-bench run my_pipeline.py:make",
)


def cases(as_json: AsJson = False) -> None:
    """List the cases of the main job by the id that `pytest -k` selects them with."""
    import itertools

    from bench.cases.groups import GROUPS
    from bench.cases.selection import Selection
    from bench.machine.environment import describe_machine
    from mnist_core.terminal.console import open_console
    from mnist_core.terminal.schemas import render_json
    from reports.drawing.blocks import Column, Paragraph, Table, build_row
    from reports.drawing.text import lay_out

    selection = Selection(devices=("cpu", "gpu"))
    listed = list(itertools.chain.from_iterable(GROUPS[group].build(selection) for group in LISTED))
    if as_json:
        typer.echo(render_json("cases", {"cases": [{"id": case.id, "ordering": case.subject.text} for case in listed]}))
        return
    rows = tuple(build_row(case.id, case.subject.text) for case in listed)
    machine = describe_machine()
    blocks = (
        Table(None, (Column("id", wraps=False), Column("ordering", share=1)), rows, gap=GAP),
        Paragraph("-gpu ids are skipped, with one line, where TensorFlow finds no GPU"),
        Paragraph(f"this machine: {machine.cpu}, {machine.num_cores} cores, {machine.system}"),
    )
    open_console().print(lay_out(blocks))


def noise(
    ordering: Annotated[
        str | None,
        typer.Option(metavar="NAME|TEXT", help=f"What both workers run.  [default: {CONTROLLED}]", show_default=False),
    ] = None,
    pipeline: Pipeline = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    run: Run = None,
    data: Data = None,
    repetitions: Annotated[int, typer.Option(min=2, help="Pairs of fresh workers.")] = 10,
    turns: Annotated[int, typer.Option(min=1, help="Of each worker, after a warm-up.")] = 7,
    examples: Annotated[int, typer.Option(min=1, help="Of an ordering's epoch.")] = 6400,
    as_json: AsJson = False,
) -> None:
    """Measure how far two identical cases differ on this machine, interleaved and one after the other.

    The number is the standard deviation, over pairs of fresh processes, of the median of ln(time B / time A).
    """
    import dataclasses
    import itertools

    from rich.console import Console

    from bench.calls.progress import QuietBar
    from bench.cases.selection import build_case
    from bench.pipelines.arms import RAW
    from bench.turns.noise import measure_differences
    from bench.workers.fork_server import WorkerStarter
    from mnist_core.digits.load import choose_source
    from mnist_core.language.errors import InputError
    from mnist_core.terminal.console import open_console
    from mnist_core.terminal.schemas import render_json
    from reports.drawing.blocks import Table, build_row, number_columns, text_columns
    from reports.drawing.text import lay_out
    from reports.record.case import DEFAULT, Case
    from reports.stats.spread import estimate_spread

    own = None
    if pipeline is not None or run is not None:
        own = build_subject(pipeline, arg, select, source, run)
    if (own is None and (arg or select or source)) or (own is not None and ordering is not None):
        raise InputError(
            "give one of --ordering, --pipeline and --run; --arg, --select and --source belong to a pipeline."
        )
    rows, described = [], []
    start_worker, num_done = WorkerStarter(choose_source(data, is_read=own is None)), 0
    with QuietBar(Console(stderr=True), "pairs") as bar:
        for arm, interleaved in itertools.product((DEFAULT, RAW), (True, False)):
            ours = build_case(ordering or CONTROLLED, arm=arm, num_examples=examples)
            case = ours if own is None else Case(own, arm=arm)
            differences = []
            for difference in measure_differences(
                case, start_worker, num_repetitions=repetitions, num_turns=turns, interleaved=interleaved, seed=0
            ):
                differences.append(difference)
                num_done += 1
                bar.show("pairs", num_done, 4 * repetitions)
            spread = estimate_spread(differences)
            how = "interleaved" if interleaved else "one after the other"
            described.append({"arm": arm, "is_interleaved": interleaved, **dataclasses.asdict(spread)})
            interval = f"{spread.low:.3f} to {spread.high:.3f}"
            rows.append(build_row(arm, how, f"{spread.deviation:.3f}", interval, f"{spread.count}"))
    if as_json:
        typer.echo(render_json("noise", {"spreads": described}))
        return
    columns = (*text_columns("arm", "turns"), *number_columns("SD of the log ratio", "95% interval", "pairs"))
    open_console().print(lay_out([Table(None, columns, tuple(rows), gap=GAP)]))


app.command(epilog=doctor.EXAMPLES)(doctor.doctor)
app.command(epilog="Example:\n\n    mnist-bench cases")(cases)
app.command(epilog=describe.EXAMPLES)(describe.describe)
app.command(epilog=lint.EXAMPLES)(lint.lint)
app.command(epilog=running.EXAMPLES)(running.run)
app.command(epilog=sweep.EXAMPLES)(sweep.sweep)
app.command(epilog=trace.EXAMPLES)(trace.trace)
app.command(epilog=NOISE_EXAMPLES)(noise)
app.command(epilog=gate.EXAMPLES)(gate.gate)
app.add_typer(trials.app, name="trials")


def main() -> NoReturn:
    """Run the command; bad input is one line on standard error and exit code 2."""
    from bench.workers.worker_process import WorkerError

    run_app(app, WorkerError)
