"""The prices of designs as tables and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import render_seconds
from reports.drawing.table_look import open_table
from reports.trials.designs import LEAST_PAIRS, METRICS, Metric, Price, Way

FORMAT = 1
SHORT_COST = 9.95  # from here on a decimal says nothing
TITLES: dict[Metric, str] = {"time": "wall time", "cpu": "CPU time"}


def render_prices(prices: Sequence[Price], present: Way, top: int) -> RenderableType:
    """A table for each metric: the cheapest ways, and the gate's present one wherever it stands.

    Args:
        prices: the cheapest first.
        present: the gate's own way.
        top: how many to show.
    """
    if not prices:
        return Text(f"no design has {LEAST_PAIRS} pairs yet: give a larger --budget")
    by_metric = ([each for each in prices if each.metric == metric] for metric in METRICS)
    tables = [_render_metric(group, present, top) for group in by_metric if group]
    return Group(*tables, *(Text(f" {line}", style="dim") for line in _explain()))


def _render_metric(prices: list[Price], present: Way, top: int) -> Table:
    title = f"{TITLES[prices[0].metric]}: {min(top, len(prices))} of {len(prices)} ways"
    table = open_table(title)
    for name in ("pair", "read as", "SD %", "time", "SD² s", "pairs"):
        table.add_column(name, justify="left" if name in {"pair", "read as"} else "right", no_wrap=True)
    for rank, price in enumerate(prices):
        if price.way == present:
            table.add_row(*_list_cells(price, mark="*"), style="bold")
        elif rank < top:
            table.add_row(*_list_cells(price))
    return table


def _list_cells(price: Price, mark: str = "") -> list[str]:
    way, spread = price.way, price.spread
    low, middle, high = (f"{100 * each:.1f}" for each in (spread.low, spread.deviation, spread.high))
    return [
        f"{way.arm}, {way.num_turns} turns of {way.num_examples}, {'one core' if way.is_pinned else 'free'}{mark}",
        f"{way.center} of {'calm' if way.drops_contaminated else 'all'}",
        f"{middle} [{low}, {high}]",
        render_seconds(price.pair_s),
        f"{price.cost:.{0 if price.cost >= SHORT_COST else 1}f}",
        str(spread.count),
    ]


def _explain() -> Sequence[str]:
    return (
        "calm: turns that nobody disturbed, as long as half of a pair's are; else all",
        "SD: of the difference between two equal processes, over all cases, with its 95% interval",
        "SD² s: times the time of a pair; where it is twice as much, a gate takes twice as long",
        "fewer turns are the first ones of the same pairs; *: the gate's present design",
    )


def render_prices_json(prices: Sequence[Price]) -> str:
    """All prices."""
    listed = [{**dataclasses.asdict(price), "cost": price.cost} for price in prices]
    return json.dumps({"mnist_bench_designs": FORMAT, "prices": listed}, indent=2, allow_nan=False)
