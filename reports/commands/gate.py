"""Gate runs decided again, and counted: ``mnist-report gate`` and ``trials``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_core.terminal.options import AsJson
from reports.commands.runs import MarkdownFile, find_newest_of, write_text
from reports.summary.outcome import FAILING

if TYPE_CHECKING:
    from reports.trials.trial import Trial

GATES, TRIALS = "runs/gate/*.json", "runs/*/trials.jsonl"  # where they lie that mnist-bench keeps
FAIL_ON = ",".join(outcome.value for outcome in FAILING)
ShowsOk = Annotated[bool, typer.Option("--all", "-v", help="A row for every comparison, also for those that are OK.")]
FailOn = Annotated[str, typer.Option(metavar="OUTCOME,...", help="What makes the exit code other than 0; or: nothing.")]
GATE_EXAMPLES = """Examples:

    mnist-report gate -v

    mnist-report gate gate.json --markdown comment.md --fail-on regressed

    mnist-report gate --json | jq '.findings[] | .verdict'"""


def gate(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="What mnist-bench gate wrote. Default: the newest in runs/gate/."),
    ] = None,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
    shows_ok: ShowsOk = False,
    fail_on: FailOn = FAIL_ON,
) -> None:
    """Decide a gate run again, from its turns alone; nothing is measured.

    Exit code: 0 no regression, 1 a regression, 2 nothing could be compared, a side failed or bad input, 3
    inconclusive.
    """
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.gate.file import load_gate
    from reports.gate.json import render_json
    from reports.gate.tables import render_comment, tabulate_decision
    from reports.gate.verdict import decide, parse_failing
    from reports.summary.outcome import find_exit_code

    failing = parse_failing(fail_on)
    decision = decide(load_gate(file or find_newest_of(GATES, what="run of a gate", maker="mnist-bench gate")))
    exit_code = find_exit_code(decision.outcome, failing)
    if markdown is not None:
        write_text(markdown, render_comment(decision))
    if as_json:
        print(render_json(decision, exit_code))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_decision(decision, shows_ok=shows_ok)))
    raise typer.Exit(exit_code)


TRIALS_EXAMPLES = """Examples:

    mnist-report trials

    mnist-report trials runs/proof/trials.jsonl --again --json"""


def trials(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The lines that trials of the gate left. Default: the newest in runs/."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Decide each trial again, from all its turns in gates/ beside FILE.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count how often the gate, and other tools' rules on the same turns, were right where the truth is known."""
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.trials.tables import render_tallies_json, tabulate_tallies
    from reports.trials.tallies import tally_cases, tally_trials
    from reports.trials.trial import load_trials

    file = file or find_newest_of(TRIALS, what="trials", maker="mnist-bench trials run -o runs/trials")
    listed = load_trials(file)
    counted = _decide_again(file, listed) if again else listed
    tallies, cases = tally_trials(counted), tally_cases(counted)
    if as_json:
        print(render_tallies_json(tallies, cases))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_tallies(tallies, cases)))


def _decide_again(file: Path, listed: Sequence[Trial]) -> tuple[Trial, ...]:
    from rich.console import Console
    from rich.progress import track

    from reports.trials.redecide import decide_again

    console = Console(stderr=True)
    decided = track(
        decide_again(listed, file.parent),
        "deciding again",
        total=len(listed),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    return tuple(decided)
