"""Other projects' benchmarks: the slowest of each group as pictures, and all of them as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.drawing.blocks import Block, Cell, Figure, Fold, Lines, Row, Section, Table, number_columns, text_columns
from reports.drawing.numbers import count_things
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.sections.speed import READ_LOG
from reports.stats.median import CONFIDENCE
from reports.summary.metric import ROUND_TIME
from reports.summary.summary import Summary
from reports.tables.benchmarks import Timed, explain, list_groups, show_rounds, show_time, tell_time, warn

MOST_PICTURES, MOST_ROWS = 6, 30  # of groups, and of benchmarks in each: what can be looked at
MOST_UNFOLDED = 60  # rows of a table that stand between two sections
READ = (
    f"Farther left is faster. The point is the median of the rounds, the line its {CONFIDENCE:.0%} interval. {READ_LOG}"
)


def describe_benchmarks(summary: Summary) -> Section | None:
    """The section; None for a run of this project."""
    if not summary.benchmarks:
        return None
    groups = list_groups(summary)
    blocks: list[Block] = [*draw_groups(groups), Lines((explain(summary),)), warn(summary), _tabulate(groups)]
    return Section("benchmarks", "How long does a round take?", tuple(blocks))


def draw_benchmarks(summary: Summary) -> Section | None:
    """The pictures alone, the largest group first; None for a run of this project."""
    return Section("benchmarks", "", tuple(draw_groups(list_groups(summary)))) if summary.benchmarks else None


def draw_groups(groups: Mapping[str, Sequence[Timed]]) -> list[Figure]:
    """A picture for each of the largest groups, and in the last one how many groups are left out."""
    largest = sorted(groups.items(), key=lambda item: -len(item[1]))[:MOST_PICTURES]
    left = len(groups) - len(largest)
    more = f" {count_things(left, 'smaller group')} only in the table." if left else ""
    return [
        _draw_group(group, timed, more if number == len(largest) else "")
        for number, (group, timed) in enumerate(largest, start=1)
        if any(each.case.get(ROUND_TIME).median for each in timed)
    ]


def _draw_group(group: str, timed: Sequence[Timed], more: str) -> Figure:
    slowest = sorted(timed, key=lambda each: -each.case.get(ROUND_TIME).median)[:MOST_ROWS]
    count = count_things(len(timed), "benchmark")
    title = f"{group}: {count}" if group else count
    if len(slowest) < len(timed):
        title = f"{title}, the {len(slowest)} slowest"
    marks = [
        Mark(each.name, group, each.case.get(ROUND_TIME), tell_time(each.case), each.case.name)
        for each in reversed(slowest)
    ]
    return Figure(title, f"{READ}{more}", draw_intervals(marks, "seconds a round", series="group"))


def _tabulate(groups: Mapping[str, Sequence[Timed]]) -> Table | Fold:
    is_grouped = any(groups)
    columns = (
        *text_columns("benchmark", *(["group", "rank"] if is_grouped else [])),
        *number_columns(ROUND_TIME.title, "rounds"),
    )
    rows = tuple(_list(each, is_grouped=is_grouped) for timed in groups.values() for each in timed)
    title = f"All {len(rows)} benchmarks"
    return Fold(title, Table(None, columns, rows)) if len(rows) > MOST_UNFOLDED else Table(title, columns, rows)


def _list(timed: Timed, *, is_grouped: bool) -> Row:
    placed = (Cell(timed.case.group), Cell(timed.rank)) if is_grouped else ()
    return (Cell(timed.name), *placed, show_time(timed.case), show_rounds(timed.case))
