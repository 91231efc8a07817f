"""Pipelines that a person brought, side by side: how fast, with the first epoch apart from later ones."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import (
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Lines,
    Row,
    Table,
    build_list,
    build_row,
    number_columns,
)
from reports.drawing.numbers import render_estimate, render_ratio, render_seconds
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.summary.case import CaseSummary
from reports.summary.metric import FIRST_BATCH, NANOSECONDS, RATE
from reports.summary.summary import Summary
from reports.tables.cells import show_busy, show_rate
from reports.tables.notes import tell_setting, tell_turns

BYTES_PER_MB = 1_000_000
NONE = "-"
PIPELINE = Column("pipeline", least=12, wraps=False)
COLUMNS = (
    PIPELINE,
    *number_columns("examples/s", "MB/s", "ratio", "first epoch", "later epochs", "first batch"),
)


def tabulate_pipelines(summary: Summary, record: Record) -> list[Block]:
    """The answer, then a row a pipeline, and what TensorFlow made of each."""
    stored = {case.case.label: case for case in record.cases}
    drained = [case for case in summary.timed if case.consumer == "drain"]
    fed = [case for case in summary.timed if case.consumer == "emulated"]
    rows = tuple(_list(case, stored[case.id]) for case in drained)
    blocks: list[Block] = [Lines(tuple(_answer(drained)), Emphasis.STRONG), Gap(), Table(None, COLUMNS, rows)]
    blocks += [Lines(tuple(_explain(drained, stored)), Emphasis.FAINT), Gap()]
    if fed:
        title = f"feeding an accelerator with a step of {fed[0].step_ms:g} ms"
        columns = (PIPELINE, *number_columns("examples/s", "AU %"))
        blocks += [
            Table(title, columns, tuple(build_row(f"  {case.name}", show_rate(case), show_busy(case)) for case in fed)),
            Gap(),
        ]
    blocks += [build_list(_list_program(case) for case in drained), Gap()]
    return [*blocks, Lines((*tell_turns(summary), *tell_setting(summary)), Emphasis.FAINT)]


def _answer(cases: Sequence[CaseSummary]) -> list[str]:
    """Which is the fastest, or which cannot be told apart, and by how much."""
    others = [case for case in cases if case.ratio is not None and not case.is_reference]
    if not others:
        return [f"{case.name}: {show_rate(case).text} examples/s" for case in cases[:1]]
    lines = []
    for case in others:
        assert case.ratio is not None  # noqa: S101  # it was asked for above
        low, high = case.ratio.low, case.ratio.high
        ratio = render_estimate(case.ratio, render_ratio)
        reference = next((each.name for each in cases if each.is_reference), "the first")
        if low is None or high is None or low <= 1 <= high:
            lines.append(f"{case.name} and {reference} cannot be told apart: ratio {ratio}")
        else:
            lines.append(f"{case.name} is {ratio} times as fast as {reference}")
    return lines


def _list(case: CaseSummary, stored: CaseRecord) -> Row:
    rate = case.get(RATE)
    example_bytes = stored.extent.example_bytes if stored.extent else None
    megabytes = NONE if example_bytes is None else f"{rate.median * example_bytes / BYTES_PER_MB:.3g}"
    ratio = NONE if case.ratio is None or case.is_reference else render_estimate(case.ratio, render_ratio)
    return build_row(
        f"  {case.name}",
        show_rate(case),
        megabytes,
        ratio,
        _show_first_epoch(stored),
        render_seconds(_estimate_epoch(stored).median),
        _show_first_batch(case),
    )


def _estimate_epoch(stored: CaseRecord) -> Estimate:
    return estimate_median([turn.sample.wall_ns / NANOSECONDS for turn in stored.turns])


def _show_first_epoch(stored: CaseRecord) -> str:
    return NONE if stored.warm_up is None else render_seconds(stored.warm_up.wall_ns / NANOSECONDS)


def _show_first_batch(case: CaseSummary) -> Cell:
    found = case.find(FIRST_BATCH)
    return Cell(NONE if found is None else render_seconds(found.median))


def _list_program(case: CaseSummary) -> Row:
    return build_row(
        f" {case.name}", Cell(f"runs as {case.chain}" if case.chain else case.ordering, emphasis=Emphasis.FAINT)
    )


def _explain(cases: Sequence[CaseSummary], stored: dict[str, CaseRecord]) -> list[str]:
    lines = [
        "first epoch: of a fresh process, once, batch by batch; later epochs: the median; first batch: of later epochs",
        "ratio: above 1 is faster than the first pipeline, turn against turn of the same round",
    ]
    cut = [case for case in cases if (extent := stored[case.id].extent) is not None and extent.is_cut]
    if cut:
        extent = stored[cut[0].id].extent
        assert extent is not None  # noqa: S101  # it is cut
        names = ", ".join(case.name for case in cut)
        lines.append(f"a turn of {names} is its first {extent.num_batches:,} batches: no end, or a long epoch")
    return lines
