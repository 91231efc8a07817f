"""The command ``mnist-bench designs``: which way to measure a pair tells most for its time on this machine?"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bench.commands.stopping import stop_once
from bench.gate.design import PairDesign
from bench.gate.lots import Lots
from bench.gate.run import AUTO, locate
from bench.trials.designs import CASES, choose_cases, list_designs, measure_designs, open_slots
from mnist_core.digits.load import default_source, load_digits
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.drawing.text import lay_out
from reports.trials.design_tables import render_prices_json, tabulate_prices
from reports.trials.designs import DesignPair, Way, append_pair, load_pairs, price_ways

EXAMPLES = """Examples:

    mnist-bench designs --budget 600 --out runs/designs.jsonl

    mnist-bench designs --cases 'post,batch_before_map*' --top 5"""


def designs(
    budget: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="For the measuring; 0: none.")] = 600.0,
    cases: Annotated[
        str, typer.Option(metavar="PATTERN,...", help="Names of cases, as in mnist-bench cases, without the arm.")
    ] = ",".join(CASES),
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="As for pytest bench/ --data.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep every pair there, and count those in it.")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="Ways to show.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: all ways.")] = False,
) -> None:
    """Compare ways to measure a pair, by pairs of equal processes: the noise of its difference, and what it costs.

    The way with the smallest product of SD² and seconds a pair finds a slowdown soonest. Ctrl-C shows what is there.
    """
    names = choose_cases([name.strip() for name in cases.split(",")])
    pairs = [] if out is None else list(load_pairs(out))
    if budget:
        source = locate(data or default_source())
        digits = load_digits(source)  # wrong ones are told before anything is started
        source = digits.name if source == AUTO else source
        _measure(pairs, names, source, budget, out)
    prices = price_ways(pairs)
    if as_json:
        print(render_prices_json(prices))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_prices(prices, _describe(PairDesign()), top)))


def _describe(design: PairDesign) -> Way:
    """The gate's own way."""
    return Way(
        design.arm, design.num_examples, design.is_pinned, design.num_turns, "trimmed mean", drops_contaminated=True
    )


def _measure(pairs: list[DesignPair], names: tuple[str, ...], source: str, budget: float, out: Path | None) -> None:
    """Add pairs until the budget or the user's patience ends."""
    console, lots, clock_s = Console(stderr=True), Lots(len(pairs)), time.monotonic
    begin_s = clock_s()
    with (
        contextlib.suppress(KeyboardInterrupt),
        stop_once(),
        Progress(console=console, transient=True, auto_refresh=False, disable=not console.is_terminal) as progress,
        open_slots(source, lots) as slots,
    ):
        task = progress.add_task("pairs", total=budget)
        for pair in measure_designs(
            list_designs(),
            names,
            slots,
            lots=lots,
            budget_s=budget,
            clock_s=clock_s,
            notice=lambda line: console.print(line, markup=False),
        ):
            pairs.append(pair)
            if out is not None:
                _keep(pair, out)
            progress.update(task, description=f"{len(pairs)} pairs", completed=clock_s() - begin_s, refresh=True)


def _keep(pair: DesignPair, file: Path) -> None:
    try:
        append_pair(pair, file)
    except OSError as error:
        raise InputError(f"--out {file} cannot be written: {error.strerror}.") from None
