"""The tables of a record, as blocks: the orderings arm by arm, and what else was measured.

A column of the orderings' table is one entry of `COLUMNS`: its title, and what stands in the row of a case. Terminal,
step summary and page draw that list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.drawing.blocks import (
    Block,
    Cell,
    Column,
    Emphasis,
    Fold,
    Gap,
    Lines,
    Row,
    Span,
    Table,
    Words,
    build_list,
    build_row,
    number_columns,
)
from reports.drawing.numbers import (
    render_estimate,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)
from reports.record.record import REFERENCE, CaseRecord, Record
from reports.summary.estimates import (
    estimate_busy_share,
    estimate_first_batch_s,
    estimate_rate,
    estimate_speed_ratio,
    find_same_programs,
)
from reports.summary.selection import find_case, list_drained, rank_fields
from reports.summary.summary import summarize
from reports.tables.captures import tabulate_captures
from reports.tables.devices import list_devices, tabulate_devices, tabulate_inference
from reports.tables.mixing import tabulate_mixing
from reports.tables.notes import (
    describe_busy,
    describe_control,
    describe_devices,
    describe_setting,
    describe_turns,
)

FASTEST, LEVEL = "*", "~"
NOT_MEASURED = ""
MEMORY_TITLE = "MiB (pred)"
SHORTEST_NAME = 20  # columns: a mark, a space and the longest name of an ordering
ORDERING = Column("  ordering", least=SHORTEST_NAME)
RUNS_AS_WRITTEN = "raw"  # the arm whose programs need no explaining
NO_SOURCE = "n/a"


KEY_SUMMARY = "the orderings, and what TensorFlow ran"


def tabulate_record(record: Record) -> list[Block]:
    """All tables of a record: the orderings arm by arm, the training step, the A/A control and the machine.

    Example:
        >>> print(render_text(tabulate_record(load_record(Path("runs/before")))))  # doctest: +ELLIPSIS
        default arm, cpu
        ...
    """
    blocks: list[Block] = []
    for ranked in rank_fields(record).values():
        blocks += [_tabulate_arm(record, ranked), Fold(KEY_SUMMARY, _list_programs(ranked)), Gap()]
    if not blocks and any(case.group == "memory" for case in record.cases):
        blocks.append(_tabulate_memory(record))
    return [
        *blocks,
        *_tabulate_steps(record),
        *tabulate_devices(record),
        *tabulate_inference(record),
        *tabulate_mixing(record),
        *tabulate_captures(record),
        Lines(tuple(_describe(record)), Emphasis.FAINT),
    ]


@dataclass(frozen=True)
class OrderingColumn:
    """A column of the orderings' table.

    Args:
        title: What stands above it.
        show: Gives the cell of a drained case of a record; None where this was not measured of the case.
        is_optional: True if the column is left out where it would be empty.
    """

    title: str
    show: Callable[[Record, CaseRecord], Cell | None]
    is_optional: bool = False


def _show_rate(_: Record, case: CaseRecord) -> Cell:
    rate = estimate_rate(case)
    return Cell(render_estimate(rate, render_rate), rate.median)


def _show_first(_: Record, case: CaseRecord) -> Cell:
    first = estimate_first_batch_s(case).median
    return Cell(render_seconds(first), first)


def _show_ratio(record: Record, case: CaseRecord) -> Cell | None:
    reference = find_case(record, case, REFERENCE, case.consumer)
    if reference is None:
        return None
    if case is reference:
        return Cell("1", 1.0)
    ratio = estimate_speed_ratio(case, reference)
    return Cell(render_estimate(ratio, render_ratio), ratio.median)


def _show_busy(record: Record, case: CaseRecord) -> Cell | None:
    fed = find_case(record, case, case.name, "emulated")
    return None if fed is None else _show_share(fed)


def _show_share(fed: CaseRecord) -> Cell:
    share = estimate_busy_share(fed)
    return Cell(render_estimate(share, render_percent), share.median)


def _show_memory(record: Record, case: CaseRecord) -> Cell | None:
    remembered = find_case(record, case, case.name, "memory")
    return None if remembered is None else _show_bytes(remembered)


def _show_bytes(case: CaseRecord) -> Cell | None:
    if case.memory is None:
        return None
    live = case.memory.live_bytes
    measured = NO_SOURCE if live is None else render_mebibytes(live)
    return Cell(f"{measured} ({render_mebibytes(case.memory.predicted_bytes)})", None if live is None else float(live))


COLUMNS = (
    OrderingColumn("examples/s", _show_rate),
    OrderingColumn("first", _show_first),
    OrderingColumn(f"ratio to {REFERENCE}", _show_ratio),
    OrderingColumn("AU %", _show_busy, is_optional=True),
    OrderingColumn(MEMORY_TITLE, _show_memory, is_optional=True),
)


def _tabulate_arm(record: Record, ranked: Sequence[CaseRecord]) -> Table:
    """The orderings of one arm on one device; rows whose interval overlaps the fastest one's are marked too."""
    found = [(column, [column.show(record, case) for case in ranked]) for column in COLUMNS]
    shown = [(column, own) for column, own in found if any(own) or not column.is_optional]
    rows = []
    for place, case in enumerate(ranked):
        emphasis = Emphasis.BEST if case is ranked[0] else Emphasis.PLAIN
        cells = (own[place] or NOT_MEASURED for _, own in shown)
        rows.append(build_row(_mark(case, ranked), *cells, emphasis=emphasis))
    titles = (column.title for column, _ in shown)
    return Table(f"{ranked[0].arm} arm, {ranked[0].device}", (ORDERING, *number_columns(*titles)), tuple(rows))


def _mark(case: CaseRecord, ranked: Sequence[CaseRecord]) -> str:
    is_level = estimate_rate(case).overlaps(estimate_rate(ranked[0]))
    return f"{FASTEST if case is ranked[0] else LEVEL if is_level else ' '} {case.name}"


def _list_programs(ranked: Sequence[CaseRecord]) -> Table:
    """What each row is, and what TensorFlow made of it."""
    same = find_same_programs(ranked)
    return build_list(_list_program(case, same.get(case.name)) for case in ranked)


def _list_program(case: CaseRecord, twin: str | None) -> Row:
    below: list[Words] = []
    if case.program is not None and case.arm != RUNS_AS_WRITTEN:
        below.append(f"runs as {case.program.chain}")
    if twin is not None:
        below.append((Span(f"same program as {twin}", Emphasis.PLAIN),))
    name = f" {case.name}" if case.name != case.ordering else ""
    return (Cell(name), Cell(case.ordering, below=tuple(below), emphasis=Emphasis.FAINT))


def _explain(record: Record) -> list[str]:
    """What the marks and the columns mean, a line each."""
    lines = [
        f"{FASTEST} the fastest; {LEVEL} not to be told from it, the intervals overlap; first: to the first batch",
        f"ratio: above 1 is faster than {REFERENCE}, turn against turn of the same round",
    ]
    step_ms = next((case.step_ms for case in record.cases if case.step_ms is not None), None)
    if step_ms is not None:
        lines.append(f"AU: the share of time that an accelerator with a {step_ms:g} ms step would compute")
    if any(case.memory is not None for case in record.cases):
        lines.append("MiB: live heap beyond the source, over the whole training set, and (pred) what the spec predicts")
    if any(case.memory is not None and case.memory.live_bytes is None for case in record.cases):
        lines.append(f"{NO_SOURCE}: this platform does not tell the live heap")
    return lines


def _tabulate_steps(record: Record) -> list[Table]:
    """The real training step, a table a device: how fast, and how much of the time it computes."""
    cases = [case for case in record.cases if case.consumer == "step"]
    return [_tabulate_steps_on(device, cases) for device in list_devices(cases)]


def _tabulate_steps_on(device: str, cases: Sequence[CaseRecord]) -> Table:
    own = [case for case in cases if case.device == device]
    ranked = sorted(own, key=lambda case: estimate_rate(case).median, reverse=True)
    rows = [
        build_row(f"  {case.name}", render_estimate(estimate_rate(case), render_rate), _show_share(case))
        for case in ranked
    ]
    columns = (ORDERING, *number_columns("examples/s", "AU %"))
    return Table(f"feeding a training step of the mlp, {device}", columns, tuple(rows))


def _tabulate_memory(record: Record) -> Table:
    """Memory alone, for a run in which nothing was drained."""
    shown = [(case, _show_bytes(case)) for case in record.cases if case.group == "memory"]
    rows = [build_row(f"  {case.name}", cell) for case, cell in shown if cell is not None]
    return Table(None, (ORDERING, *number_columns(MEMORY_TITLE)), tuple(rows))


def _describe(record: Record) -> list[str]:
    """What the main job can tell, and where and on what it was made, a line each."""
    explained = _explain(record) if list_drained(record) else []
    summary = summarize(record)
    said = [*describe_busy(summary), *describe_control(summary), *describe_turns(summary)]
    return [*explained, *said, *describe_devices(summary), *describe_setting(summary)]
