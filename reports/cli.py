"""The command ``mnist-report``: what a record means. The only module of the package that prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from reports.claim_tables import describe_verdict, render_verdicts
from reports.claims import ALL, ClaimError, judge_claims, load_claims, select_claims
from reports.compare import CompareError
from reports.compare_json import render_json as render_compared_json
from reports.compare_tables import render_side_by_side
from reports.export import FORMATS, check_request, render_export, write_export
from reports.formats.results import ExportError
from reports.gate import FAILING, GateError, decide, find_exit_code, parse_failing
from reports.gate_file import load_gate
from reports.gate_json import render_json as render_gate_json
from reports.gate_markdown import render_markdown as render_gate_markdown
from reports.gate_tables import render_decision
from reports.page.files import PAGES, PICTURES, PageError, check_path, write_file
from reports.record import RecordError, load_record
from reports.run_files import load_run
from reports.side_by_side import put_side_by_side
from reports.tables import render_record
from reports.tensorboard import HOST, PORT, become_tensorboard, check_logs
from reports.terminal import open_console
from reports.thresholds import ExitCode, conclude, parse_thresholds
from reports.trace import load_trace
from reports.trace_comparison import render_comparison
from reports.trace_json import render_comparison_json, render_json
from reports.trace_tables import render_trace
from reports.trial_tables import render_tallies, render_tallies_json
from reports.trials import load_trials, tally_trials
from reports.whole_file import write_whole
from reports.xspace import TraceError

EXIT_BAD_INPUT = 2
RUNS = Path("runs")
MEGABYTE, KILOBYTE = 1_000_000, 1000

app = typer.Typer(
    help="Tables and verdicts from the records and traces of a run. Needs no TensorFlow.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _describe() -> None:
    """Tables and verdicts from the records and traces of a run. Needs no TensorFlow."""


@app.command(epilog="Examples:\n\n    mnist-report show\n\n    mnist-report show runs/20261123-085740")
def show(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run's folder or its JSON file. Default: the newest in runs/."),
    ] = None,
) -> None:
    """Print the table of a run again."""
    record = load_record(run or _newest_run())
    open_console().print(render_record(record))


@app.command(
    epilog="Examples:\n\n    mnist-report claims\n\n    mnist-report claims runs/20261123-085740 --only C15,C19\n\n"
    "    mnist-report claims --json | jq '.[] | select(.verdict == \"REFUTED\")'"
)
def claims(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run's folder or its JSON file. Default: the newest in runs/."),
    ] = None,
    only: Annotated[str, typer.Option(metavar="ID,...", help="These claims only.")] = ALL,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a list with a verdict each.")] = False,
) -> None:
    """Judge what people say of tf.data by the turns of a run.

    A run of `pytest bench/ --benchmark-only` decides on some of the claims; with `--claims all` on nearly every one.
    """
    verdicts = judge_claims(select_claims(load_claims(), only), load_record(run or _newest_run()))
    if as_json:
        print(json.dumps([describe_verdict(verdict) for verdict in verdicts], indent=2))  # noqa: T201
    else:
        open_console().print(render_verdicts(verdicts))


EXPORT_EXAMPLES = """Examples:

    mnist-report export --to markdown >> $GITHUB_STEP_SUMMARY

    mnist-report export runs/20261123-085740 --to csv --turns -o turns.csv

    mnist-report export --to hparams -o logs && tensorboard --logdir logs"""


@app.command(epilog=EXPORT_EXAMPLES)
def export(
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=", ".join(FORMATS) + ".")],
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run's folder or its JSON file. Default: the newest in runs/."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Default: standard output. For hparams a new folder."),
    ] = None,
    turns: Annotated[bool, typer.Option("--turns", help="For csv: a row for each turn, not for each case.")] = False,
) -> None:
    """Write a run for another program: a pull request, a spreadsheet, a script, a dashboard, TensorBoard."""
    check_request(to, output, turns=turns)
    record = load_record(run or _newest_run())
    if output is None:
        sys.stdout.buffer.write(render_export(record, to, turns=turns).encode())
    else:
        write_export(record, to, output, turns=turns)


GATE_EXAMPLES = """Examples:

    mnist-report gate gate.json --all

    mnist-report gate gate.json --markdown comment.md --fail-on regressed

    mnist-report gate gate.json --json | jq '.findings[] | select(.verdict == "REGRESSED")'"""


@app.command(epilog=GATE_EXAMPLES)
def gate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What mnist-bench gate wrote.")],
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write it for a pull request or a step summary.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: all findings.")] = False,
    shows_ok: Annotated[
        bool, typer.Option("--all", help="A row for every comparison, also for those that are OK.")
    ] = False,
    fail_on: Annotated[
        str, typer.Option(metavar="OUTCOME,...", help="What makes the exit code other than 0; or: nothing.")
    ] = ",".join(outcome.value for outcome in FAILING),
) -> None:
    """Decide a gate run again, from its turns alone; nothing is measured.

    Exit code: 0 no regression, 1 a regression, 2 nothing could be compared or bad input, 3 inconclusive.
    """
    failing = parse_failing(fail_on)
    decision = decide(load_gate(file))
    exit_code = find_exit_code(decision, failing)
    if markdown is not None:
        _write_text(markdown, render_gate_markdown(decision))
    if as_json:
        print(render_gate_json(decision, exit_code))  # noqa: T201
    else:
        open_console().print(render_decision(decision, shows_ok=shows_ok))
    raise typer.Exit(exit_code)


@app.command(epilog="Examples:\n\n    mnist-report trials trials.jsonl\n\n    mnist-report trials trials.jsonl --json")
def trials(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The lines that trials of the gate left.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines: all counts.")] = False,
) -> None:
    """Count how often the gate, and other tools' rules on the same turns, were right where the truth is known."""
    tallies = tally_trials(load_trials(file))
    if as_json:
        print(render_tallies_json(tallies))  # noqa: T201
    else:
        open_console().print(render_tallies(tallies))


TRACE_EXAMPLES = """Examples:

    mnist-report trace runs/20261123-085740 --session post

    mnist-report trace logs/ --top 20

    mnist-report trace before.xplane.pb after.xplane.pb

    mnist-report trace logs/plugins/profile/2026_11_23_08_57_40 --json"""


@app.command(epilog=TRACE_EXAMPLES)
def trace(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="An .xplane.pb file, a session's folder, a TensorBoard log folder or a run's folder."
        ),
    ],
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[OTHER]", help="A second one: what gained or lost time from PATH to OTHER."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All numbers, for a script.")] = False,
    session: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which session, where the folder holds several.")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many operations to show.")] = 10,
) -> None:
    """Tell from a profiler trace whether input holds up the steps, and which stage of tf.data does it.

    Reads what TensorFlow's profiler wrote, of this program or any other, without TensorFlow, browser and internet.
    """
    first = load_trace(path, session)
    if other is None:
        show = render_json(first) if as_json else render_trace(first, top)
    else:
        second = load_trace(other, session)
        show = render_comparison_json(first, second) if as_json else render_comparison(first, second, top)
    if isinstance(show, str):
        sys.stdout.write(f"{show}\n")
    else:
        open_console().print(show)


@app.command(
    epilog="Examples:\n\n    mnist-report tensorboard runs/20261123-085740\n\n"
    "    mnist-report tensorboard runs/mlp --port 6007"
)
def tensorboard(
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="A run's folder. Default: the newest in runs/.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: any that is free.")] = PORT,
) -> None:
    """Open a run's traces and logs in TensorBoard, on this machine alone; Ctrl-C ends it.

    The charts of its Profile tab come from the internet; `mnist-report trace` says the same and needs none.
    """
    folder = run or _newest_run().parent
    check_logs(folder)
    open_console().print(f"starting TensorBoard on {HOST}; the traces are in its Profile tab", highlight=False)
    become_tensorboard(folder, port)


COMPARE_EXAMPLES = """Examples:

    mnist-report compare runs/20261123-085740 runs/20261124-091502

    mnist-report compare before.json after.json --fail-on time:10% --fail-on live_bytes:15%

    mnist-report compare main.json mine.json other.json --all

    mnist-report compare runs/20261123-085740 (one run: devices beside each other)"""


@app.command(epilog=COMPARE_EXAMPLES)
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN",
            help="Runs' folders or any pytest-benchmark files; the first is what the others are compared with.",
        ),
    ],
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC:PERCENT%",
            help="Exit with 1 where the whole interval is worse by more than this; can be repeated.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also the rows of what did not change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: every number.")] = False,
) -> None:
    """Tell what changed from one run to others: ratios with intervals, and what differs between machines and versions.

    Metrics: time, relative (to the ordering post in the same round), first_batch, busy, live_bytes, source_bytes,
    accuracy, displacement, label_runs.

    Exit code with --fail-on: 0 fine, 1 worse, 2 nothing could be compared or bad input, 3 the intervals are too wide.
    """
    thresholds = parse_thresholds(fail_on or ())
    shown = put_side_by_side([load_run(path) for path in runs])
    conclusion = conclude(shown, thresholds)
    if as_json:
        sys.stdout.write(f"{render_compared_json(shown, thresholds, conclusion)}\n")
    else:
        open_console().print(render_side_by_side(shown, thresholds, conclusion, everything=everything))
    if conclusion.exit_code is ExitCode.NOT_COMPARED:
        raise CompareError(" ".join(conclusion.lines))
    raise typer.Exit(conclusion.exit_code)


PAGE_EXAMPLES = """Examples:

    mnist-report page -o report.html

    mnist-report page runs/20261123-085740 runs/20261124-101500 -o both.html

    mnist-report page runs/mlp -o trace.html"""


@app.command(epilog=PAGE_EXAMPLES)
def page(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN",
            help="Runs' folders with a record, traces or both; or JSON files. Default: the newest in runs/.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Draw runs as one HTML page that needs no internet: pictures, tables, verdicts, traces.

    Throughput with intervals, time against memory, first batches, memory over time, claims, traces, the machine.
    """
    from reports.page.compose import render_page  # noqa: PLC0415  # what draws is slow to import for a mere table
    from reports.page.runs import load_runs  # noqa: PLC0415

    check_path(output, PAGES)
    loaded = load_runs(runs or [_newest_run().parent])
    content = render_page(loaded).encode()
    write_file(output, content)
    for line in (line for run in loaded for line in run.unreadable):
        _warn(line)
    traces = sum(len(run.traces) for run in loaded)
    said = f"{len(content) / MEGABYTE:.1f} MB, {_count(len(loaded), 'run')}, {_count(traces, 'trace')}"
    _say(f"{output}: {said}; open it in a browser")


PICTURE_EXAMPLES = """Examples:

    mnist-report picture -o throughput.svg

    mnist-report picture runs/20261123-085740 --chart frontier --dark -o frontier.png"""


@app.command(epilog=PICTURE_EXAMPLES)
def picture(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run's folder or its JSON file. Default: the newest in runs/."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="An .svg or a .png file. Default: the chart's name, .svg."),
    ] = None,
    chart: Annotated[
        str, typer.Option(metavar="NAME", help="throughput, frontier, first-batch, memory, feeding or claims.")
    ] = "throughput",
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
) -> None:
    """Draw one picture of a page as a file, for a README or a talk."""
    from reports.page.picture import render_picture  # noqa: PLC0415  # as for a page
    from reports.page.themes import DARK, LIGHT  # noqa: PLC0415

    path = output or Path(f"{chart}.svg")
    check_path(path, PICTURES)
    record = load_record(run or _newest_run())
    content = render_picture(record, chart, path.suffix.lower(), DARK if dark else LIGHT)
    write_file(path, content)
    _say(f"{path}: {len(content) / KILOBYTE:.0f} kB")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _say(line: str) -> None:
    open_console().print(line, soft_wrap=True, markup=False)


def _warn(line: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"warning: {line}", style="yellow", markup=False)


def _write_text(file: Path, text: str) -> None:
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise GateError(f"{file} cannot be written: {error.strerror}.") from None


def _newest_run() -> Path:
    runs = sorted(RUNS.glob("*/record.json"))
    if not runs:
        raise RecordError(f"{RUNS}/ holds no record: name one, or make one with pytest bench/ --benchmark-only.")
    return runs[-1]


def main() -> NoReturn:
    """Run the command; bad input is one line on standard error and exit code 2."""
    try:
        app()
    except (ClaimError, CompareError, ExportError, GateError, PageError, RecordError, TraceError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", style="red", markup=False)
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(0)
