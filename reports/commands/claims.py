"""What people say, judged by a run: ``mnist-report claims``."""

from __future__ import annotations

from typing import Annotated

import typer

from mnist_core.terminal.console import open_console
from mnist_core.terminal.options import AsJson
from reports.claims.file import ALL
from reports.commands.runs import OptionalRun, find_run

CLAIMS_EXAMPLES = (
    "Examples:\n\n    mnist-report claims\n\n    mnist-report claims runs/20261123-085740 --only C15,C19\n\n"
    "    mnist-report claims --json | jq '.claims[] | select(.verdict == \"REFUTED\")'"
)


def claims(
    run: OptionalRun = None,
    only: Annotated[str, typer.Option(metavar="ID,...", help="These claims only.")] = ALL,
    as_json: AsJson = False,
) -> None:
    """Judge what people say of tf.data by the turns of a run.

    A run of `pytest bench/ --benchmark-only` decides on some of the claims; with `--claims all` on nearly every one.
    """
    from reports.claims.file import load_claims, select_claims
    from reports.claims.json import render_verdicts_json
    from reports.claims.tables import tabulate_verdicts
    from reports.claims.verdict import judge_claims
    from reports.drawing.text import lay_out
    from reports.record.file import load_record
    from reports.summary.summary import summarize

    verdicts = judge_claims(select_claims(load_claims(), only), summarize(load_record(find_run(run))))
    if as_json:
        print(render_verdicts_json(verdicts))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_verdicts(verdicts)))
