"""Pipelines whose files were dropped from the page cache: how long a first epoch takes then, beside warm ones."""

from __future__ import annotations

from reports.drawing.blocks import Cell, Column, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_megabytes, render_ratio, render_seconds
from reports.record.sample import Cold
from reports.summary.fields import ColdPair, pair_cold
from reports.summary.metric import FIRST_BATCH, TURN_TIME
from reports.summary.summary import Summary
from reports.tables.cells import show_rate

NONE = Cell("-")
LEAST_FROM_DISK = 0.5  # of what a turn reads of its files: less, and some of them were not found
EXPLAINED = (
    "cold: built anew, its files dropped from the page cache before every turn; warm: the turns above",
    "from disk: what the system fetched for a turn, what it read ahead included",
)


def tabulate_cold(summary: Summary) -> list[Table]:
    """A row a pipeline; no table where nothing was read cold."""
    pairs = pair_cold(summary.cases)
    if not pairs:
        return []
    columns = number_columns("examples/s", "to warm", "epoch", "first", "from disk", answers=("examples/s", "to warm"))
    return [Table("cold", (Column("pipeline", least=8), *columns), tuple(map(_list, pairs)))]


def _list(pair: ColdPair) -> Row:
    is_cut = pair.case.extent is not None and pair.case.extent.is_cut
    epoch, first, cold = pair.case.get(TURN_TIME), pair.case.find(FIRST_BATCH), pair.case.cold
    return build_row(
        pair.case.name,
        show_rate(pair.case),
        NONE if pair.ratio is None else Cell(render_estimate(pair.ratio, render_ratio), pair.ratio.median),
        NONE if is_cut else Cell(render_seconds(epoch.median), epoch.median),
        NONE if first is None else Cell(render_seconds(first.median), first.median),
        NONE if cold is None or cold.disk_bytes is None else Cell(render_megabytes(cold.disk_bytes), cold.disk_bytes),
    )


def explain_cold(summary: Summary) -> list[str]:
    """What the columns mean, and which pipelines did not read their files from the disk; none without a table."""
    pairs = pair_cold(summary.cases)
    if not pairs:
        return []
    warm = [pair.case.name for pair in pairs if pair.case.cold is not None and not is_from_disk(pair.case.cold)]
    told = f"{', '.join(warm)}: most of what it read was in memory: not all of its files were found, or they are mapped"
    dropped = [_tell_dropped(pair.case.name, pair.case.cold) for pair in pairs if pair.case.cold is not None]
    return [*EXPLAINED, *dropped, *([told] if warm else [])]


def _tell_dropped(name: str, cold: Cold) -> str:
    kept = f", and {render_megabytes(cold.kept_bytes)} stayed" if cold.kept_bytes else ""
    return f"{name}: {cold.num_files:,} files of {render_megabytes(cold.num_bytes)} were dropped{kept}"


def is_from_disk(cold: Cold) -> bool:
    """True unless most of what was read came from memory; what is read twice may do so the second time."""
    if cold.asked_bytes is None or cold.disk_bytes is None:
        return True
    return cold.disk_bytes >= LEAST_FROM_DISK * min(cold.asked_bytes, cold.num_bytes)
