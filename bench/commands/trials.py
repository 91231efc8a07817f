"""The command ``mnist-bench trials``: how often is the gate right where the truth is known?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.commands.stopping import stop_once
from bench.commands.trial_progress import TrialProgress
from bench.trials.trials import FILE, TrialOptions, run_trials
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.drawing.text import lay_out
from reports.trials.tables import tabulate_tallies
from reports.trials.tallies import tally_cases, tally_trials
from reports.trials.trial import KINDS, TrialKind

BUDGET_S = 300.0  # the gate's own
NUM_TRIALS = 160  # five blocks: 100 A/A and 60 A/B
NAMES: dict[str, TrialKind] = dict(zip(("same", "rebuilt", "slowed"), KINDS, strict=True))

EXAMPLES = """Examples:

    mnist-bench trials --out runs/proof --slice 1500

    mnist-bench trials --out runs/alarms --kinds same,rebuilt --trials 473

    mnist-report trials runs/proof/trials.jsonl"""


def trials(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the trials are kept; go on with those in it.")],
    slice_s: Annotated[
        float | None,
        typer.Option("--slice", metavar="SECONDS", min=1, help="Begin none that would end later.", show_default=False),
    ] = None,
    num_trials: Annotated[int, typer.Option("--trials", metavar="N", min=1, help="In all.")] = NUM_TRIALS,
    kinds: Annotated[
        str, typer.Option(metavar="KIND,...", help="same and rebuilt code, and code slowed by real work.")
    ] = ",".join(NAMES),
    revision: Annotated[str, typer.Option(metavar="REV", help="The git revision whose code is measured.")] = "HEAD",
    cases: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN,...", help="Only cases whose id matches; can be repeated.", show_default=False),
    ] = None,
    budget: Annotated[float, typer.Option(metavar="SECONDS", min=1, help="Of each gate run.")] = BUDGET_S,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the order of the trials and of each run.")] = 1,
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="As for pytest bench/ --data.", show_default=False)
    ] = None,
) -> None:
    """Run the gate again and again where it is known whether head is slower, and count how often it is right.

    Each trial is a whole run of the gate over the suite: the same code against itself, against another build of itself,
    or against itself with 2, 3, 5, 10 or 20% more real work in one case. Started again, it goes on with the next one;
    Ctrl-C loses only the one that is running. The repository stays as it is.
    """
    options = TrialOptions(
        revision=revision,
        source=data or default_source(),
        folder=out,
        num_trials=num_trials,
        slice_s=slice_s,
        kinds=parse_kinds(kinds),
        patterns=tuple(pattern.strip() for text in cases or () for pattern in text.split(",") if pattern.strip()),
        budget_s=budget,
        seed=seed,
    )
    with stop_once(), TrialProgress(Console(stderr=True)) as progress:
        done = run_trials(options, clock_s=time.monotonic, listener=progress)
    console = open_console()
    console.print(lay_out(tabulate_tallies(tally_trials(done), tally_cases(done))))
    console.print(f"{len(done)} of {num_trials} trials; all are in {out / FILE}", markup=False, soft_wrap=True)


def parse_kinds(text: str) -> tuple[TrialKind, ...]:
    """The kinds in a text such as ``same,slowed``.

    Raises:
        InputError: there is no such kind.
    """
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in NAMES]:
        raise InputError(f"--kinds must be of {', '.join(NAMES)}, got '{unknown[0]}'.")
    return tuple(kind for name, kind in NAMES.items() if name in names)
