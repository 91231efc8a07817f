"""How fast each ordering is, and how long its first batch takes."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.blocks import Cell, Emphasis, Figure, Section, Table, number_columns, text_columns
from reports.drawing.numbers import (
    render_estimate,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_device, name_row, name_series
from reports.record.record import REFERENCE, CaseRecord, Record
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.estimates import (
    estimate_busy_share,
    estimate_first_batch_s,
    estimate_rate,
    estimate_speed_ratio,
    read_turns,
)
from reports.summary.selection import find_case, list_drained, rank_fields

MILLISECONDS = 1000
FASTEST, LEVEL = "fastest", "level with it"
READ_INTERVALS = f"The point is the median of the turns, the line its {CONFIDENCE:.0%} interval."
READ_LOG = "The axis is logarithmic: equal distances are equal ratios."


def describe_speed(record: Record) -> Section | None:
    """Throughput and first batch of the drained orderings; None where nothing was drained."""
    cases = [case for ranked in rank_fields(record).values() for case in ranked]
    if not cases:
        return None
    return Section("speed", "How fast is each ordering?", (draw_throughput(record), _list_speeds(record)))


def describe_first_batch(record: Record) -> Section | None:
    """The wait for the first batch; None where nothing was drained."""
    cases = list_drained(record)
    if not any(estimate_first_batch_s(case).median for case in cases):
        return None
    return Section("first-batch", "How long is the wait for the first batch?", (draw_first_batch(record),))


def draw_throughput(record: Record) -> Figure:
    """Examples per second."""
    return Figure(
        "Throughput, examples per second",
        f"Farther right is faster. {READ_INTERVALS} Two cases whose lines share a value cannot be told apart."
        f" {READ_LOG}",
        draw_intervals(_mark(record, estimate_rate, _show_rate), "examples per second", series="arm"),
    )


def draw_first_batch(record: Record) -> Figure:
    """Milliseconds to the first batch."""
    marks = _mark(record, _estimate_first_ms, _show_ms)
    shortest: dict[str, float] = {}
    for mark in marks:
        shortest.setdefault(mark.row, mark.estimate.median)  # of the first arm, so that the arms keep their order
    marks.sort(key=lambda mark: shortest[mark.row])
    return Figure(
        "First batch, milliseconds after the iterator is made",
        "Farther left is a shorter wait: a shuffle fills its buffer first, so a costly map before it is paid for the"
        f" whole buffer. {READ_INTERVALS} {READ_LOG}",
        draw_intervals(marks, "milliseconds to the first batch", series="arm", form="~r"),
    )


Show = Callable[[Estimate], str]


def _mark(record: Record, estimate: Callable[[CaseRecord], Estimate], show: Show) -> list[Mark]:
    cases = [case for ranked in rank_fields(record).values() for case in ranked]
    found = [(case, estimate(case)) for case in cases]
    return [Mark(name_row(case), name_series(case, cases), each, show(each), case.ordering) for case, each in found]


def _show_rate(estimate: Estimate) -> str:
    return f"{render_estimate(estimate, render_rate)} examples/s"


def _show_ms(estimate: Estimate) -> str:
    return f"{render_estimate(estimate, render_ratio)} ms"


def _estimate_first_ms(case: CaseRecord) -> Estimate:
    seconds = estimate_first_batch_s(case)
    low = None if seconds.low is None else seconds.low * MILLISECONDS
    high = None if seconds.high is None else seconds.high * MILLISECONDS
    return Estimate(seconds.median * MILLISECONDS, low, high, seconds.count)


def _list_speeds(record: Record) -> Table:
    numbers = number_columns("examples/s", f"ratio to {REFERENCE}", "first batch", "AU %", "live MiB")
    rows = tuple(_list_case(record, case, ranked) for ranked in rank_fields(record).values() for case in ranked)
    return Table("The numbers", (*text_columns("ordering", "arm"), *numbers), rows)


def _list_case(record: Record, case: CaseRecord, ranked: list[CaseRecord]) -> tuple[Cell, ...]:
    rate, best = estimate_rate(case), estimate_rate(ranked[0])
    notes = (FASTEST,) if case is ranked[0] else (LEVEL,) if rate.overlaps(best) else ()
    emphasis = Emphasis.BEST if case is ranked[0] else Emphasis.PLAIN
    return (
        Cell(case.name, below=(case.ordering,) if case.ordering != case.name else ()),
        Cell(_name_field(case, list_drained(record))),
        Cell(render_estimate(rate, render_rate), rate.median, notes, emphasis),
        _compare(record, case),
        Cell(render_seconds(estimate_first_batch_s(case).median), estimate_first_batch_s(case).median),
        _share(find_case(record, case, case.name, "emulated")),
        _remember(find_case(record, case, case.name, "memory")),
    )


def _name_field(case: CaseRecord, cases: list[CaseRecord]) -> str:
    """The arm, and the device where the cases have several."""
    return f"{case.arm}, {name_device(case.device)}" if len({each.device for each in cases}) > 1 else case.arm


def _compare(record: Record, case: CaseRecord) -> Cell:
    reference = next((each for each in list_drained(record) if _is_reference(each, case)), None)
    if reference is None:
        return Cell("")
    if reference is case:
        return Cell("1", 1.0)
    if not read_turns("time", case).keys() & read_turns("time", reference).keys():
        return Cell("")
    ratio = estimate_speed_ratio(case, reference)
    return Cell(render_estimate(ratio, render_ratio), ratio.median)


def _is_reference(case: CaseRecord, other: CaseRecord) -> bool:
    return (case.name, case.arm, case.device) == (REFERENCE, other.arm, other.device)


def _share(case: CaseRecord | None) -> Cell:
    if case is None:
        return Cell("")
    share = estimate_busy_share(case)
    return Cell(render_estimate(share, render_percent), share.median)


def _remember(case: CaseRecord | None) -> Cell:
    if case is None or case.memory is None:
        return Cell("")
    live = case.memory.live_bytes
    return Cell("not told here") if live is None else Cell(render_mebibytes(live), float(live))
