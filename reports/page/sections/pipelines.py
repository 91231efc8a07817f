"""Pipelines that a person brought: how fast each is, and what TensorFlow made of it."""

from __future__ import annotations

from reports.drawing.blocks import Block, Emphasis, Figure, Lines, Section
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.charts.meanings import find_arm_colour
from reports.page.names import name_row
from reports.page.sections.speed import READ_INTERVALS, READ_LOG, tell_rate
from reports.summary.metric import RATE
from reports.summary.summary import Summary
from reports.tables.pipelines import (
    explain,
    explain_memory,
    list_drained,
    tabulate_feeding,
    tabulate_memory,
    tabulate_programs,
    tabulate_speeds,
    warn,
)
from reports.tables.readings.all_readings import tabulate_readings

ALL_STAGES = 1000  # a page has room


def describe_pipelines(summary: Summary) -> Section | None:
    """The same tables as in a terminal, and the rates as a picture; None for a run of our orderings."""
    if not summary.pipelines or not list_drained(summary):
        return None
    blocks: tuple[Block, ...] = (
        draw_rates(summary),
        tabulate_speeds(summary),
        Lines(tuple(explain(summary)), Emphasis.FAINT),
        *tabulate_feeding(summary),
        Lines(tuple(warn(summary)), Emphasis.WORST),
        *tabulate_memory(summary),
        Lines(tuple(explain_memory(summary)), Emphasis.FAINT),
        *tabulate_readings(summary, ALL_STAGES),
        tabulate_programs(summary),
    )
    return Section("pipelines", "How fast is each pipeline?", blocks)


def draw_rates(summary: Summary) -> Figure:
    """Examples per second of every pipeline."""
    found = [(case, case.get(RATE)) for case in list_drained(summary)]
    marks = [
        Mark(name_row(case), case.arm, rate, tell_rate(rate), case.ordering, find_arm_colour(case.arm))
        for case, rate in found
    ]
    return Figure(
        "Throughput, examples per second",
        f"Farther right is faster. {READ_INTERVALS} Whether two can be told apart, their ratio says. {READ_LOG}",
        draw_intervals(marks, "examples per second", series="arm"),
    )
