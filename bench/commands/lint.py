"""The command ``mnist-bench lint``: what could be better in a dataset, with the price of each thing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bench.commands.subject_options import Arguments, MemoryLimit, Run, Select, Source, SubjectText, limit_bytes
from mnist_core.language.errors import InputError
from mnist_core.terminal.options import AsJson, Data

if TYPE_CHECKING:
    from reports.lint.finding import Finding
    from reports.record.case import Subject
    from reports.record.description import Description
    from reports.record.program import StageTimes

STANDARD_OUTPUT = "-"
STAGES = "stages"  # the consumer that reads what each stage takes

EXAMPLES = """Examples:

    mnist-bench lint my_pipeline.py:make

    mnist-bench lint --run 'train.py --batch-size 64' --fail-on error

    mnist-bench lint my_pipeline.py:make --sarif lint.sarif

    mnist-bench lint --explain torn-pairs"""


def lint(
    subject: SubjectText = None,
    arg: Arguments = None,
    select: Select = None,
    source: Source = None,
    run: Run = None,
    data: Data = None,
    memory_limit: MemoryLimit = None,
    is_quick: Annotated[
        bool, typer.Option("--quick", help="Time nothing: what rules say of seconds is left out.")
    ] = False,
    is_compared: Annotated[
        bool, typer.Option("--compared", help="It is to be compared with another one: every random stage needs a seed.")
    ] = False,
    fail_on: Annotated[
        str, typer.Option(metavar="error|cost|none", help="The least that ends the command with 1.")
    ] = "error",
    sarif: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write SARIF for code scanning, to a file or with - to standard output."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Tell what a rule finds and why; with all, list them.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong or dear in a dataset: each with its line, the reason, the price and the code that mends it.

    Errors are what TensorFlow says nothing about: torn pairs, splits that leak, frozen augmentation, lost results.
    Costs are bytes, seconds or bad mixing that the same examples can be had without. What has no price is not told.
    A line with  # mnist-bench: ignore[RULE]  turns a rule off for its stage.

    Exit code: 0 nothing as bad as --fail-on, 1 something, 2 bad input.
    """
    from reports.lint.finding import FAIL_ON

    if explain is not None:
        _explain(explain)
        return
    if fail_on not in FAIL_ON:
        raise InputError(f"--fail-on must be one of {', '.join(FAIL_ON)}, got '{fail_on}'.")
    if as_json and sarif == STANDARD_OUTPUT:
        raise InputError("--json and --sarif - both write to standard output: give --sarif a file.")
    from bench.commands.subject_options import build_subject
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.lint.facts import Facts
    from reports.lint.finding import find_exit_code
    from reports.lint.json import render_json
    from reports.lint.judge import drop_ignored, find_findings
    from reports.lint.rules.maps import needs_times
    from reports.lint.tables import tabulate_findings

    chosen = build_subject(subject, arg, select, source, run)
    described, times = look_at(chosen, data, memory_limit, is_timed=not is_quick)
    findings, num_ignored = drop_ignored(find_findings(Facts(described, times, is_compared)))
    exit_code = find_exit_code(findings, fail_on)
    if sarif is not None:
        _write_sarif(findings, sarif)
    if as_json:
        typer.echo(render_json(described, findings, num_ignored, exit_code))
    elif sarif != STANDARD_OUTPUT:
        is_untimed = needs_times(described) and (times is None or bool(times.why))
        open_console().print(lay_out(tabulate_findings(described, findings, num_ignored, is_untimed=is_untimed)))
    raise typer.Exit(exit_code)


def look_at(
    subject: Subject, data: str | None, memory_limit: float | None, *, is_timed: bool
) -> tuple[Description, StageTimes | None]:
    """The description of a subject, and what its stages take where a rule needs that.

    Args:
        subject: The dataset.
        data: Where the digits of an ordering come from; None for the usual place.
        memory_limit: GiB that its process may have; None for all that there is.
        is_timed: True if stages may be timed, for some seconds.
    """
    from bench.calls.progress import QuietBar
    from bench.workers.describing import ask_description
    from mnist_core.digits.load import choose_source
    from reports.lint.rules.maps import needs_times

    limit = limit_bytes(memory_limit)
    digits = choose_source(data, is_read=not subject.reads_own_data)
    with QuietBar(Console(stderr=True), f"looking at {subject.name}") as bar:
        described = ask_description(subject, digits, memory_limit_bytes=limit)
        if not is_timed or not needs_times(described):
            return described, None
        bar.show("timing its stages, some 2 s")
        if not bar.console.is_terminal:
            bar.notice("timing its stages, some 2 s; --quick leaves that out")
        return described, _time_stages(subject, digits, limit)


def _time_stages(subject: Subject, digits: str, memory_limit_bytes: int | None) -> StageTimes | None:
    """What the stages take; None where that could not be measured, which is no reason to tell nothing."""
    from bench.workers.fork_server import WorkerStarter
    from bench.workers.worker_process import WorkerError
    from reports.record.case import Case

    try:
        worker = WorkerStarter(digits, memory_limit_bytes=memory_limit_bytes)(Case(subject, consumer=STAGES))
    except (WorkerError, InputError):
        return None
    try:
        return worker.measure_stages()
    except (WorkerError, InputError):
        return None
    finally:
        worker.close()


def _explain(name: str) -> None:
    from mnist_core.language.choice import explain_choice
    from mnist_core.terminal.console import open_console
    from reports.claims.file import load_claims
    from reports.drawing.text import lay_out
    from reports.lint.rules.table import RULES
    from reports.lint.tables import tabulate_rule, tabulate_rules

    rules = {rule.name: rule for rule in RULES}
    if name == "all":
        open_console().print(lay_out(tabulate_rules(RULES)))
        return
    if name not in rules:
        raise InputError(explain_choice("a rule", ["all", *rules], name))
    claims = {claim.id: claim for claim in load_claims()}
    open_console().print(lay_out(tabulate_rule(rules[name], claims.get(rules[name].claim or ""))))


def _write_sarif(findings: Sequence[Finding], target: str) -> None:
    from mnist_core.files.whole_file import write_whole
    from mnist_core.language.version import read_version
    from reports.lint.sarif import render_sarif

    text = render_sarif(findings, read_version(), Path.cwd())
    if target == STANDARD_OUTPUT:
        typer.echo(text)
    else:
        write_whole(Path(target), f"{text}\n".encode())
