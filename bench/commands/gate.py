"""The command ``mnist-bench gate``: did head get slower than base?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from mnist_core.terminal.budget import Budget
from mnist_core.terminal.options import AsJson, Data, name_out
from mnist_core.terminal.shell import EXIT_INTERRUPTED
from reports.commands.gate import FAIL_ON, FailOn, ShowsOk
from reports.commands.runs import MarkdownFile
from reports.gate.plan import GATED, GatedMetric

BUDGET_S = 300.0  # what people wait for on a pull request

EXAMPLES = """Examples:

    mnist-bench gate --base main

    mnist-bench gate --base HEAD~1 --cases 'post-*' --budget 2m

    mnist-bench gate --base main --pipeline data.py:make --select train

    mnist-bench gate --against runs/20261123-085740

    mnist-bench gate --base main --markdown comment.md --fail-on regressed"""


def gate(
    base: Annotated[
        str | None,
        typer.Option(metavar="REV", help="The git revision to compare with, such as main.", show_default=False),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="REV", help="The one to judge. Default: the working tree as it is.", show_default=False),
    ] = None,
    pipeline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SUBJECT",
            help="path/to/file.py:name or package.module:name, of any repository; can be repeated. Default: those of "
            "pyproject.toml, where there is no mnist_core.",
            show_default=False,
        ),
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROGRAM",
            help="A program and its arguments, such as 'train.py --bs 16', of which the dataset counts that it trains "
            "on; can be repeated.",
            show_default=False,
        ),
    ] = None,
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
    different_work: Annotated[
        bool,
        typer.Option("--different-work", help="Time pipelines also where they do not give the same on both sides."),
    ] = False,
    cases: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN,...", help="Only cases whose id matches; can be repeated.", show_default=False),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help=f"Of {', '.join(GATED)}. Default: as pyproject.toml says."),
    ] = None,
    budget: Budget = BUDGET_S,
    data: Data = None,
    out: Annotated[Path | None, name_out("FILE", "Every turn, as JSON.  [default: runs/gate/TIME.json]")] = None,
    all_cores: Annotated[
        bool,
        typer.Option(
            "--all-cores",
            help="Do not keep both sides on one core: also notices work that is no longer parallel, with more noise.",
        ),
    ] = False,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
    shows_ok: ShowsOk = False,
    fail_on: FailOn = FAIL_ON,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="RECORD",
            help="Instead of --base: a stored run's folder or record.json, with all that this cannot promise.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell whether pipelines got slower from one git revision to another, measured side by side on this machine.

    Those of your own, in any repository, or our orderings where it holds mnist_core. Fresh processes of both revisions
    take turns; who begins is drawn by lot. Uncommitted changes are never touched. Pipelines are first shown to give the
    same examples on both sides. Thresholds stand in head's pyproject.toml, [tool.mnist-bench.gate].

    Exit code: 0 no regression, 1 a regression, 2 nothing could be compared, a side failed or bad input, 3 inconclusive,
    130 interrupted.
    """
    import random
    from dataclasses import replace

    from bench.commands.against import compare_again, show_against
    from bench.commands.runs.gate import measure, show
    from bench.gate.design import GateOptions, PairDesign
    from bench.subjects.pipeline_text import describe_pipeline, describe_run
    from mnist_core.digits.load import choose_source
    from reports.gate.verdict import parse_failing
    from reports.summary.outcome import find_exit_code

    failing = parse_failing(fail_on)
    patterns = tuple(pattern.strip() for text in cases or () for pattern in text.split(",") if pattern.strip())
    digits = choose_source(data, is_read=not (pipeline or run))
    seed, chosen = random.SystemRandom().getrandbits(32), parse_metrics(metrics)
    if against is not None:
        if base or head or out or markdown or all_cores or pipeline or run:
            raise InputError(
                "--against takes none of --base, --head, --pipeline, --run, --out, --markdown and --all-cores."
            )
        found = compare_again(against, digits, patterns, chosen, budget_s=budget, seed=seed)
        exit_code = find_exit_code(found.conclusion.outcome, failing)
        show_against(found, exit_code, as_json=as_json, shows_ok=shows_ok)
        raise typer.Exit(exit_code)
    if base is None:
        raise InputError("give --base REV, the git revision to compare with, such as --base main.")
    if not pipeline and (arg or source or (select and not run)):
        raise InputError("--arg, --select and --source belong to --pipeline.")
    subjects = [describe_pipeline(text, arg or (), select=select, source=source) for text in pipeline or ()]
    subjects += [describe_run(command, select=select) for command in run or ()]
    design = replace(PairDesign(), is_pinned=False) if all_cores else PairDesign()
    options = GateOptions(
        base,
        head,
        source=digits,
        seed=seed,
        patterns=patterns,
        metrics=chosen,
        budget_s=budget,
        design=design,
        pipelines=tuple(subjects),
        times_different=different_work,
    )
    decision, is_interrupted = measure(options, out)
    exit_code = EXIT_INTERRUPTED if is_interrupted else find_exit_code(decision.outcome, failing)
    show(decision, exit_code, markdown, as_json=as_json, shows_ok=shows_ok)
    raise typer.Exit(exit_code)


def parse_metrics(text: str | None) -> tuple[GatedMetric, ...]:
    """The metrics in a text such as ``time,cpu``; none for None.

    Raises:
        InputError: There is no such metric.
    """
    names = [] if text is None else [name.strip() for name in text.split(",")]
    chosen = tuple(metric for metric in GATED if metric in names)
    if unknown := [name for name in names if name not in GATED]:
        raise InputError(explain_choice("--metrics", GATED, unknown[0]))
    return chosen
