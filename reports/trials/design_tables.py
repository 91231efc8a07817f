"""The prices of designs as tables and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from reports.drawing.blocks import Block, Column, Emphasis, Lines, Paragraph, Table, build_row, number_columns
from reports.drawing.numbers import render_seconds
from reports.trials.designs import LEAST_PAIRS, METRICS, Metric, Price, Way

FORMAT = 1
SHORT_COST = 9.95  # from here on a decimal says nothing
TITLES: dict[Metric, str] = {"time": "wall time", "cpu": "CPU time"}


COLUMNS = (
    *(Column(title, wraps=False) for title in ("pair", "read as")),
    *number_columns("SD %", "time", "SD² s", "pairs"),
)
EXPLAINED = (
    "calm: turns that nobody disturbed, as long as half of a pair's are; else all",
    "SD: of the difference between two equal processes, over all cases, with its 95% interval",
    "SD² s: times the time of a pair; where it is twice as much, a gate takes twice as long",
    "fewer turns are the first ones of the same pairs; *: the gate's present design",
)


def tabulate_prices(prices: Sequence[Price], present: Way, top: int) -> list[Block]:
    """A table for each metric: the cheapest ways, and the gate's present one wherever it stands.

    Args:
        prices: The price of each way, the cheapest first.
        present: The gate's own way.
        top: How many of the cheapest ways of each metric have a row.
    """
    if not prices:
        return [Paragraph(f"no design has {LEAST_PAIRS} pairs yet: give a larger --budget")]
    by_metric = ([each for each in prices if each.metric == metric] for metric in METRICS)
    tables = [_tabulate_metric(group, present, top) for group in by_metric if group]
    return [*tables, Lines(EXPLAINED, Emphasis.FAINT)]


def _tabulate_metric(prices: list[Price], present: Way, top: int) -> Table:
    title = f"{TITLES[prices[0].metric]}: {min(top, len(prices))} of {len(prices)} ways"
    rows = []
    for rank, price in enumerate(prices):
        if price.way == present:
            rows.append(build_row(*_list_cells(price, mark="*"), emphasis=Emphasis.STRONG))
        elif rank < top:
            rows.append(build_row(*_list_cells(price)))
    return Table(title, COLUMNS, tuple(rows))


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


def render_prices_json(prices: Sequence[Price]) -> str:
    """All prices."""
    listed = [{**dataclasses.asdict(price), "cost": price.cost} for price in prices]
    return json.dumps({"mnist_bench_designs": FORMAT, "prices": listed}, indent=2, allow_nan=False)
