"""The commands ``mnist-bench trials run`` and ``designs``, for the gate's authors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from mnist_core.terminal.budget import name_seconds, parse_seconds_or_none
from mnist_core.terminal.options import AsJson, Data, name_out

if TYPE_CHECKING:
    from reports.trials.designs import DesignPair
    from reports.trials.trial import TrialKind

BUDGET_S = 300.0  # the gate's own
NUM_TRIALS = 160  # five blocks: 100 A/A and 60 A/B
KIND_NAMES = ("same", "rebuilt", "slowed")
# Slow and quick, with a large and a small buffer, with a consumer that computes.
DESIGN_CASES = ("post", "map_before_shuffle", "batch_before_map", "batch_before_map-step")

app = typer.Typer(
    help="Measure the gate itself, for its authors.",
    epilog="Example:\n\n    mnist-bench trials run --slice 20m",
    no_args_is_help=True,
)

RUN_EXAMPLES = """Examples:

    mnist-bench trials run -o runs/proof --slice 25m

    mnist-bench trials run -o runs/alarms --kinds same,rebuilt --trials 473

    mnist-report trials runs/proof/trials.jsonl"""


@app.command(epilog=RUN_EXAMPLES)
def run(
    out: Annotated[Path, name_out("FOLDER", "Where the trials are kept; go on with those in it.")],
    slice_s: Annotated[float | None, name_seconds("--slice", words="Begin none that would end later.")] = None,
    num_trials: Annotated[int, typer.Option("--trials", metavar="N", min=1, help="In all.")] = NUM_TRIALS,
    kinds: Annotated[
        str, typer.Option(metavar="KIND,...", help="same and rebuilt code, and code slowed by real work.")
    ] = ",".join(KIND_NAMES),
    revision: Annotated[str, typer.Option(metavar="REV", help="The git revision whose code is measured.")] = "HEAD",
    cases: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN,...", help="Only cases whose id matches; can be repeated.", show_default=False),
    ] = None,
    budget: Annotated[float, name_seconds(words="Of each gate run.")] = BUDGET_S,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the order of the trials and of each run.")] = 1,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Run the gate again and again where it is known whether head is slower, and count how often it is right.

    Each trial is a whole run of the gate over the suite: the same code against itself, against another build of itself,
    or against itself with 2, 3, 5, 10 or 20% more real work in one case. Started again, it goes on with the next one;
    Ctrl-C loses only the one that is running. The repository stays as it is.
    """
    import math
    import time

    from rich.console import Console

    from bench.commands.progress import TrialProgress
    from bench.trials.terms import TrialOptions
    from bench.trials.trials import FILE, run_trials
    from mnist_core.digits.load import choose_source
    from mnist_core.terminal.console import open_console
    from mnist_core.terminal.stopping import stop_once
    from reports.drawing.text import lay_out
    from reports.trials.tables import render_tallies_json, tabulate_tallies
    from reports.trials.tallies import tally_cases, tally_trials

    options = TrialOptions(
        base=revision,
        source=choose_source(data),
        folder=out,
        num_trials=num_trials,
        slice_s=math.inf if slice_s is None else slice_s,
        kinds=parse_kinds(kinds),
        patterns=tuple(pattern.strip() for text in cases or () for pattern in text.split(",") if pattern.strip()),
        budget_s=budget,
        seed=seed,
    )
    with stop_once(), TrialProgress(Console(stderr=True)) as progress:
        done = run_trials(options, clock_s=time.monotonic, listener=progress)
    tallies, counted = tally_trials(done), tally_cases(done)
    if as_json:
        typer.echo(render_tallies_json(tallies, counted))
        return
    console = open_console()
    console.print(lay_out(tabulate_tallies(tallies, counted)))
    console.print(f"{len(done)} of {num_trials} trials; all are in {out / FILE}", markup=False, soft_wrap=True)


def parse_kinds(text: str) -> tuple[TrialKind, ...]:
    """The kinds in a text such as ``same,slowed``.

    Raises:
        InputError: There is no such kind.
    """
    from reports.trials.trial import KINDS

    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in KIND_NAMES]:
        raise InputError(explain_choice("--kinds", KIND_NAMES, unknown[0]))
    return tuple(kind for name, kind in zip(KIND_NAMES, KINDS, strict=True) if name in names)


DESIGN_EXAMPLES = """Examples:

    mnist-bench trials designs --budget 10m -o runs/designs.jsonl

    mnist-bench trials designs --cases 'post,batch_before_map*'"""


@app.command(epilog=DESIGN_EXAMPLES)
def designs(
    budget: Annotated[
        float,
        typer.Option(metavar="SECONDS", parser=parse_seconds_or_none, help="For the measuring: 240, or 4m; 0: none."),
    ] = 600.0,
    cases: Annotated[
        str, typer.Option(metavar="PATTERN,...", help="Names of cases, as in mnist-bench cases, without the arm.")
    ] = ",".join(DESIGN_CASES),
    data: Data = None,
    out: Annotated[Path | None, name_out("FILE", "Keep every pair there, and count those in it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare designs of a pair, by pairs of equal processes: the noise of its difference, and what it costs.

    The design with the smallest product of SD² and seconds a pair finds a slowdown soonest. Ctrl-C shows what is there.
    """
    from bench.gate.design import AUTO, PairDesign
    from bench.gate.run import locate
    from bench.trials.designs import choose_cases, describe_design
    from mnist_core.digits.load import default_source, load_digits
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out
    from reports.trials.design_tables import tabulate_prices
    from reports.trials.designs import PAIRS, price_designs, render_prices_json

    names = choose_cases([name.strip() for name in cases.split(",")])
    pairs = list(PAIRS.load(out)) if out is not None and out.exists() else []
    if budget:
        source = locate(data or default_source())
        digits = load_digits(source)  # wrong ones are told before anything is started
        source = digits.name if source == AUTO else source
        _measure(pairs, names, source, budget, out)
    prices = price_designs(pairs)
    if as_json:
        print(render_prices_json(prices))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_prices(prices, describe_design(PairDesign()))))


def _measure(pairs: list[DesignPair], names: tuple[str, ...], source: str, budget: float, out: Path | None) -> None:
    """Add pairs until the budget or the user's patience ends."""
    import contextlib
    import time

    from rich.console import Console

    from bench.calls.progress import QuietBar
    from bench.gate.draws import Lots
    from bench.trials.designs import list_designs, measure_designs, open_slots
    from mnist_core.terminal.stopping import stop_once

    lots, clock_s = Lots(len(pairs)), time.monotonic
    begin_s = clock_s()
    with (
        contextlib.suppress(KeyboardInterrupt),
        stop_once(),
        QuietBar(Console(stderr=True), "pairs") as bar,
        open_slots(source, lots) as slots,
    ):
        for pair in measure_designs(
            list_designs(), names, slots, lots=lots, budget_s=budget, clock_s=clock_s, notice=bar.notice
        ):
            pairs.append(pair)
            if out is not None:
                _keep(pair, out)
            bar.show(f"{len(pairs)} pairs", clock_s() - begin_s, budget)


def _keep(pair: DesignPair, file: Path) -> None:
    from reports.trials.designs import PAIRS

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        PAIRS.append(pair, file)
    except OSError as error:
        raise InputError(f"--out {file} cannot be written: {error.strerror}.") from None
