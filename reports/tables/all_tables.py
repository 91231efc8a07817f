"""All tables of a run, as blocks, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Block, Emphasis, Fold, Gap, Lines, Table, build_row, number_columns
from reports.summary.case import CaseSummary
from reports.summary.metric import RATE
from reports.summary.summary import Summary
from reports.tables.benchmarks import tabulate_benchmarks
from reports.tables.captures import tabulate_captures
from reports.tables.cells import show_busy, show_memory, show_rate
from reports.tables.devices import list_devices, tabulate_devices, tabulate_inference
from reports.tables.mixing import tabulate_mixing
from reports.tables.notes import tell_busy, tell_control, tell_devices, tell_paybacks, tell_setting, tell_turns
from reports.tables.orderings import MEMORY_TITLE, ORDERING, explain_columns, list_programs, tabulate_field
from reports.tables.pipelines import tabulate_pipelines

PROGRAMS = "the orderings, and what TensorFlow ran"


def tabulate_run(summary: Summary) -> list[Block]:
    """All tables of a run: the orderings arm by arm, or a person's pipelines, or another project's benchmarks.

    Example:
        >>> print(render_text(tabulate_run(summarize(load_record(Path("runs/before"))))))  # doctest: +ELLIPSIS
        default arm, cpu
        ...
    """
    if summary.benchmarks:
        return tabulate_benchmarks(summary)
    if summary.pipelines:
        return tabulate_pipelines(summary)
    blocks: list[Block] = []
    for field in summary.fields:
        blocks += [tabulate_field(field), Fold(PROGRAMS, list_programs(field)), Gap()]
    return [
        *(blocks or _tabulate_memory(summary)),
        *_tabulate_steps(summary),
        *tabulate_devices(summary),
        *tabulate_inference(summary),
        *tabulate_mixing(summary),
        *tabulate_captures(summary),
        Lines(tuple(_tell(summary)), Emphasis.FAINT),
    ]


def _tabulate_steps(summary: Summary) -> list[Table]:
    """The real training step, a table a device: how fast, and how much of the time it computes."""
    cases = [case for case in summary.timed if case.consumer == "step"]
    return [_tabulate_steps_on(device, cases) for device in list_devices(cases)]


def _tabulate_steps_on(device: str, cases: Sequence[CaseSummary]) -> Table:
    own = [case for case in cases if case.device == device]
    ranked = sorted(own, key=lambda case: case.get(RATE).median, reverse=True)
    rows = tuple(build_row(f"  {case.name}", show_rate(case), show_busy(case)) for case in ranked)
    columns = (ORDERING, *number_columns("examples/s", "AU %"))
    return Table(f"feeding a training step of the mlp, {device}", columns, rows)


def _tabulate_memory(summary: Summary) -> list[Block]:
    """Memory alone, for a run in which nothing was drained."""
    read = [case for case in summary.cases if case.group == "memory" and case.memory is not None]
    rows = tuple(build_row(f"  {case.name}", show_memory(case)) for case in read)
    return [Table(None, (ORDERING, *number_columns(MEMORY_TITLE)), rows)] if rows else []


def _tell(summary: Summary) -> list[str]:
    """What the main job can tell, and where and on what it was made, a line each."""
    explained = explain_columns(summary) if summary.fields else []
    said = [*tell_paybacks(summary), *tell_busy(summary), *tell_control(summary), *tell_turns(summary)]
    return [*explained, *said, *tell_devices(summary), *tell_setting(summary)]
