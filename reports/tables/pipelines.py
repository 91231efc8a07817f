"""Pipelines that a person brought, side by side: how fast, with the first epoch apart from later ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

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
from reports.drawing.numbers import render_estimate, render_mebibytes, render_ratio
from reports.record.case import DEFAULT
from reports.stats.crossover import LEVEL
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.fields import COLD, HELD
from reports.summary.growth import Growth, estimate_growth, is_flat
from reports.summary.metric import RATE
from reports.summary.summary import Summary
from reports.tables.captures import tabulate_captures
from reports.tables.cells import (
    EMPTY,
    show_busy,
    show_first_batch,
    show_first_epoch,
    show_later_epochs,
    show_memory,
    show_rate,
    show_times,
)
from reports.tables.notes import GO_BY_THE_RATIO, tell_setting, tell_turns
from reports.tables.readings.all_readings import tabulate_readings

BYTES_PER_MB = 1_000_000
NONE = Cell("-")
LONGEST_REFERENCE = 10  # characters of a name that a column's title has room for
PYTHON, PYTHON_LOOP = "python", "Python loop"  # a consumer, and what tables call it
PIPELINE = Column("pipeline", least=12)


def tabulate_pipelines(summary: Summary) -> list[Block]:
    """The answer, then a row a pipeline, and what TensorFlow made of each."""
    blocks: list[Block] = [Lines(tuple(answer(summary)), Emphasis.STRONG), Lines(tuple(warn(summary)), Emphasis.WORST)]
    if list_taken(summary):
        blocks += [Gap(), tabulate_speeds(summary), Lines(tuple(explain(summary)), Emphasis.FAINT), Gap()]
    for table in (*tabulate_feeding(summary), *tabulate_memory(summary)):
        blocks += [table, Gap()]
    blocks += [Lines(tuple(explain_memory(summary)), Emphasis.FAINT), *([Gap()] if _list_read(summary) else [])]
    for block in tabulate_readings(summary):
        blocks += [block, Gap()]
    blocks += [tabulate_programs(summary), Gap()]
    captures = tabulate_captures(summary)
    blocks += [*captures, *([Gap()] if captures else [])]
    return [*blocks, Lines((*tell_turns(summary), *tell_setting(summary)), Emphasis.FAINT)]


def name_pipeline(case: CaseSummary) -> str:
    """The pipeline's name, and what sets the case apart from the same pipeline as a user gets it."""
    apart = [PYTHON_LOOP] if case.consumer == PYTHON else []
    apart += [] if case.arm in {"", DEFAULT} else [case.arm]
    return f"{case.name} ({', '.join(apart)})" if apart else case.name


def list_drained(summary: Summary) -> list[CaseSummary]:
    """The pipelines whose batches were only taken, in the order in which they were given."""
    return [case for case in summary.timed if case.consumer == "drain" and case.group != COLD]


def list_taken(summary: Summary) -> list[CaseSummary]:
    """Those, and the ones whose batches a Python loop took."""
    return [*list_drained(summary), *(case for case in summary.timed if case.consumer == PYTHON)]


def answer(summary: Summary) -> list[str]:
    """Which is faster than the first, or which cannot be told from it, and by how much.

    Of a single one how fast it is; of several that are compared with none, how fast the fastest and the slowest are.
    """
    drained = list_drained(summary)
    others = [case for case in drained if case.ratio is not None and not case.is_reference]
    if not others:
        return _answer_apart(drained)
    return [_compare(case) for case in others]


def _answer_apart(drained: Sequence[CaseSummary]) -> list[str]:
    """How fast pipelines are that are compared with none."""
    if not drained[1:]:
        return [_tell_rate(case) for case in drained]
    ranked = sorted(drained, key=lambda case: case.get(RATE).median)
    of = f"of {len(ranked)}"
    return [f"the fastest {of}: {_tell_rate(ranked[-1])}", f"the slowest {of}: {_tell_rate(ranked[0])}"]


def _tell_rate(case: CaseSummary) -> str:
    return f"{name_pipeline(case)}: {show_rate(case).text} examples/s"


def _compare(case: CaseSummary) -> str:
    assert case.ratio is not None  # noqa: S101  # it was asked for before
    name, reference = name_pipeline(case), name_pipeline(replace(case, name=case.reference or ""))
    low, high = case.ratio.low, case.ratio.high
    ratio = render_estimate(case.ratio, render_ratio, (LEVEL,))
    if low is None or high is None or low <= LEVEL <= high:
        return f"{name} and {reference} cannot be told apart: ratio {ratio}"
    return f"{name} is {ratio} times as fast as {reference}"


def tabulate_speeds(summary: Summary) -> Table:
    """A row a pipeline: how fast it is, and how long its first batch and its epochs take."""
    listed = list_taken(summary)
    is_named = len(summary.references) == 1 and len(summary.reference) <= LONGEST_REFERENCE
    named = f"ratio to {summary.reference}" if is_named else "ratio"
    ratio = [named] if any(case.is_reference for case in listed) else []
    titles = ("examples/s", "MB/s", *ratio, "epoch 1", "later", "first")
    columns = (PIPELINE, *number_columns(*titles, answers=("examples/s", *ratio)))
    return Table(None, columns, tuple(_list(case, has_ratio=bool(ratio)) for case in listed))


def _list(case: CaseSummary, *, has_ratio: bool) -> Row:
    return build_row(
        name_pipeline(case),
        show_rate(case),
        _show_megabytes(case),
        *([NONE if case.is_reference else _or_dash(show_times(case.ratio))] if has_ratio else []),
        *map(_or_dash, (show_first_epoch(case), show_later_epochs(case), show_first_batch(case))),
    )


def _show_megabytes(case: CaseSummary) -> Cell:
    if case.extent is None or not case.extent.example_bytes:
        return NONE
    megabytes = case.get(RATE).median * case.extent.example_bytes / BYTES_PER_MB
    return Cell(f"{megabytes:.3g}", megabytes)


def _or_dash(cell: Cell) -> Cell:
    return NONE if cell == EMPTY else cell


def explain(summary: Summary) -> list[str]:
    """What the columns mean, a line each, and which turns are parts of an epoch."""
    drained = list_drained(summary)
    held = [case.name for case in drained if case.group == HELD]
    process = "that process" if len(held) == len(drained) else "a fresh process"
    lines = [
        f"epoch 1: once, in {process}, batch by batch; later: the median of the epochs that follow",
        "first: the wait for the first batch of those",
    ]
    if held:
        how = "measured in the process that asked: not fresh, no turns with others, memory not told apart"
        lines.append(f"{_join(held)}: {how}")
    if any(case.is_reference for case in drained):
        several = len(summary.references) > 1
        slower = "the same pipeline in the first interpreter" if several else summary.reference
        lines.append(f"ratio: above 1 is faster than {slower}, turn against turn of the same round")
        lines.append(GO_BY_THE_RATIO)
    cut = [case for case in list_taken(summary) if case.extent is not None and case.extent.is_cut]
    if cut:
        sizes = sorted({case.extent.num_batches for case in cut if case.extent is not None})
        names, counts = _join(name_pipeline(case) for case in cut), _join(f"{size:,}" for size in sizes)
        lines += [
            f"a turn of {names} is its first {counts} batches: it has no end, or an epoch takes too long",
            "examples/s there is of the time after the first batch, without the filling of buffers; elsewhere of all",
        ]
    return lines


def _join(names: Iterable[str]) -> str:
    return ", ".join(names)


def tabulate_feeding(summary: Summary) -> list[Table]:
    """How busy each pipeline keeps an emulated accelerator, a table a step; none where none was fed."""
    fed = [case for case in summary.timed if case.consumer == "emulated"]
    return [_tabulate_feeding(step_ms, fed) for step_ms in sorted({case.step_ms or 0 for case in fed})]


def _tabulate_feeding(step_ms: float, fed: Sequence[CaseSummary]) -> Table:
    rows = (build_row(name_pipeline(case), show_rate(case), show_busy(case)) for case in fed if case.step_ms == step_ms)
    title = f"feeding an accelerator with a step of {step_ms:g} ms"
    return Table(title, (PIPELINE, *number_columns("examples/s", "AU %")), tuple(rows))


def warn(summary: Summary) -> list[str]:
    """A line for each pipeline whose memory grows from epoch to epoch."""
    lines = []
    for case in _list_read(summary):
        growth = _find_growth(case)
        if growth is not None and growth.leaks:
            what, slope = (
                ("live heap", growth.heap) if growth.heap is not None else ("resident memory", growth.resident)
            )
            lines.append(f"{case.name} leaks: its {what} grows by {_tell_slope(slope)} MB {_tell_epoch(growth)}")
    return lines


def tabulate_memory(summary: Summary) -> list[Table]:
    """What each pipeline holds, and whether that grows; no table where no memory was read."""
    read = _list_read(summary)
    if not read:
        return []
    columns = (PIPELINE, *number_columns("live MiB", "peak MiB", "heap", "resident"))
    return [Table("memory", columns, tuple(map(_list_memory, read)))]


def _list_read(summary: Summary) -> list[CaseSummary]:
    return [case for case in summary.cases if case.memory is not None]


def _list_memory(case: CaseSummary) -> Row:
    assert case.memory is not None  # noqa: S101  # only such cases are listed
    peak = case.memory.peak_bytes
    growth = _find_growth(case)
    slopes = (None, None) if growth is None else (growth.heap, growth.resident)
    return build_row(
        case.name,
        show_memory(case),
        NONE if peak is None else Cell(render_mebibytes(peak), float(peak)),
        *(NONE if slope is None else _show_slope(slope) for slope in slopes),
    )


def _show_slope(slope: Estimate) -> Cell:
    if is_flat(slope):
        return Cell("flat", 0.0)
    return Cell(f"+{_tell_slope(slope)} MB", slope.median)


def _tell_slope(slope: Estimate | None) -> str:
    return "" if slope is None else render_estimate(slope.scale(1 / BYTES_PER_MB), render_ratio)


def _tell_epoch(growth: Growth) -> str:
    return "an epoch" if growth.num_batches is None else f"in {growth.num_batches:,} batches"


def _find_growth(case: CaseSummary) -> Growth | None:
    return None if case.memory is None else estimate_growth(case.memory)


def explain_memory(summary: Summary) -> list[str]:
    """What the columns of the memory mean, a line each; none where no memory was read."""
    read = _list_read(summary)
    if not read:
        return []
    lines = [
        "live: on the heap beyond the source, when all is full; peak: resident, beyond what the process had before"
    ]
    if any(case.memory is not None and case.memory.predicted_bytes is not None for case in read):
        lines.append("in brackets: what the buffers and caches of a known size hold by their elements alone")
    cut = [(case, growth) for case in read if (growth := _find_growth(case)) is not None and growth.num_batches]
    lines.append("heap, resident: what an epoch leaves behind when its iterator is gone; flat: not surely 0.1 MB")
    grown = [case.name for case in read if (growth := _find_growth(case)) is not None and growth.only_resident]
    if grown:
        lines.append(
            f"{_join(grown)}: only resident memory grows; the heap does not, and so the pipeline holds no more"
        )
    lines += [f"for {case.name} an epoch is its first {growth.num_batches:,} batches there" for case, growth in cut]
    return lines


def tabulate_programs(summary: Summary) -> Table:
    """What each pipeline is, and what TensorFlow made of it."""
    cases = {case.name: case for case in summary.cases}.values()
    return build_list(_list_program(case) for case in list_drained(summary) or cases)


def _list_program(case: CaseSummary) -> Row:
    ran = f"runs as {case.chain}" if case.chain else ""
    return build_row(
        f" {name_pipeline(case)}", Cell(case.ordering, below=(ran,) if ran else (), emphasis=Emphasis.FAINT)
    )
