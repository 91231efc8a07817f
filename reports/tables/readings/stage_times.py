"""Where the time of a pipeline goes: what each stage that TensorFlow ran has of it, and how much of that is Python."""

from __future__ import annotations

from pathlib import PurePath

from reports.drawing.blocks import Block, Cell, Column, Emphasis, Lines, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_seconds, render_share
from reports.record.program import StageTime, StageTimes
from reports.summary.case import CaseSummary
from reports.summary.metric import NANOSECONDS
from reports.summary.summary import Summary

NONE = Cell("-")
LEAST_SHARE = 0.01  # of a stage that has a row of its own
MOST_STAGES = 4  # that have one in a terminal
EXPLAINED = "time of a stage's own, all its threads together, as TensorFlow counts it; Python: share of that"


def list_timed_stages(summary: Summary) -> list[tuple[CaseSummary, StageTimes]]:
    """The pipelines of which the stages' times were read."""
    return [(case, case.stage_times) for case in summary.cases if case.stage_times is not None]


def tabulate_stage_times(summary: Summary, most_stages: int = MOST_STAGES) -> list[Block]:
    """A table a pipeline, the stages as they follow each other, the last first; in words where there is no time.

    Args:
        summary: What was measured.
        most_stages: Stages, the heaviest, that have a row of their own.
    """
    return [_tabulate(case, times, most_stages) for case, times in list_timed_stages(summary)]


def _tabulate(case: CaseSummary, times: StageTimes, most_stages: int) -> Block:
    if times.why:
        return Lines((f"stages of {case.name}: {times.why}",), Emphasis.FAINT)
    total = sum(each.busy_ns for each in times.stages)
    heaviest = sorted(times.stages, key=lambda each: each.busy_ns, reverse=True)[:most_stages]
    shown = [each for each in times.stages if any(each is one for one in heaviest) and _is_heavy(each, total)]
    rows = [_list(each, total) for each in shown]
    left = [each for each in times.stages if not any(each is one for one in shown)]
    if left:
        rest = sum(each.busy_ns for each in left)
        rows.append(build_row(f"{len(left)} more", "", NONE, _show_share(rest, total), NONE, emphasis=Emphasis.FAINT))
    columns = (Column("stage", least=12), Column("at"))
    return Table(
        f"where the time of {case.name} goes{_tell_python(times.python_ns, total)}",
        (*columns, *number_columns("an element", "share %", "Python %")),
        tuple(rows),
    )


def _is_heavy(stage: StageTime, total_ns: int) -> bool:
    return stage.busy_ns >= LEAST_SHARE * total_ns


def _list(stage: StageTime, total_ns: int) -> Row:
    each_s = stage.busy_ns / max(1, stage.num_elements) / NANOSECONDS
    return build_row(
        stage.name,
        PurePath(stage.place).name,
        Cell(render_seconds(each_s) if each_s else "-", each_s),
        _show_share(stage.busy_ns, total_ns),
        NONE if stage.python_ns is None else _show_share(stage.python_ns, stage.busy_ns),
    )


def _show_share(part_ns: int, total_ns: int) -> Cell:
    share = part_ns / total_ns if total_ns else 0.0
    return Cell(render_share(share), share)


def explain_stage_times(summary: Summary) -> list[str]:
    """What the columns mean; no line where there is no such table."""
    timed = any(not times.why for _, times in list_timed_stages(summary))
    return [EXPLAINED] if timed else []


def _tell_python(python_ns: int, total_ns: int) -> str:
    share = min(1.0, python_ns / total_ns)
    return f", {render_share(share)} % of it in Python" if share >= LEAST_SHARE else ""
