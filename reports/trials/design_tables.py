"""The prices of designs as tables."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Block, Column, Emphasis, Lines, Paragraph, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_decimal, render_fine_percent, render_seconds
from reports.summary.metric import CPU_TIME, TIME
from reports.trials.designs import LEAST_PAIRS, METRICS, Design, Price

SHORT_COST = 9.95  # from here on a decimal says nothing
TITLES = {TIME.name: "wall time", CPU_TIME.name: "CPU time"}
COLUMNS = (Column("pair", wraps=False), *number_columns("SD %", "time", "SD² s", "pairs"))
NOTES = (
    "SD: of the difference between two equal processes, over all cases, with its 95% interval",
    "SD² s: times the time of a pair; where it is twice as much, a gate takes twice as long",
    "*: the gate's present design",
)


def tabulate_prices(prices: Sequence[Price], present: Design) -> list[Block]:
    """A table for each metric, the cheapest design first, and how to read them.

    Args:
        prices: The prices, the cheapest first.
        present: The design that the gate has.
    """
    if not prices:
        return [Paragraph(f"no design has {LEAST_PAIRS} pairs yet: give a larger --budget")]
    groups = ([price for price in prices if price.metric == metric] for metric in METRICS)
    tables = [Table(TITLES[group[0].metric], COLUMNS, _list_rows(group, present)) for group in groups if group]
    return [*tables, Lines(NOTES, Emphasis.FAINT)]


def _list_rows(prices: Sequence[Price], present: Design) -> tuple[Row, ...]:
    return tuple(
        build_row(*_list_cells(price, "*"), emphasis=Emphasis.STRONG)
        if price.design == present
        else build_row(*_list_cells(price))
        for price in prices
    )


def _list_cells(price: Price, mark: str = "") -> tuple[str, ...]:
    design, spread = price.design, price.spread
    low, middle, high = map(render_fine_percent, (spread.low, spread.deviation, spread.high))
    where = "one core" if design.is_pinned else "free"
    return (
        f"{design.arm}, {design.num_turns} turns of {design.num_examples}, {where}{mark}",
        f"{middle} [{low}, {high}]",
        render_seconds(price.pair_s),
        render_decimal(price.cost, SHORT_COST),
        str(spread.count),
    )
