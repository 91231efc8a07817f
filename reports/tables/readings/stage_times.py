"""Where the time of a pipeline goes: what each stage that TensorFlow ran has of it, and how much of that is Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
FIRST_ONLY = "first epoch only"
FIRST_EXPLAINED = f"{FIRST_ONLY}: it fills a cache or a snapshot; the shares are of the epochs after that"


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
    later = [each for each in times.stages if not each.is_first_only]
    total = _add_up(later)
    shown = _select_heavy(later, total, most_stages)
    shown += _select_heavy([each for each in times.stages if each.is_first_only], _add_up(times.stages), most_stages)
    rows = [_list(each, total) for each in times.stages if any(each is one for one in shown)]
    left = [each for each in times.stages if not any(each is one for one in shown)]
    if left:
        rest = _show_share(_add_up(each for each in left if not each.is_first_only), total)
        rows.append(build_row(f"{len(left)} more", "", NONE, rest, NONE, emphasis=Emphasis.FAINT))
    columns = (Column("stage", least=12), Column("at"))
    return Table(
        f"where the time of {case.name} goes{_tell_python(times.python_ns, total)}",
        (*columns, *number_columns("an element", "share %", "Python %", answers=("share %",))),
        tuple(rows),
    )


def _add_up(stages: Iterable[StageTime]) -> int:
    return sum(each.busy_ns for each in stages)


def _select_heavy(stages: Sequence[StageTime], total_ns: int, most_stages: int) -> list[StageTime]:
    """The heaviest that have a row of their own."""
    heaviest = sorted(stages, key=lambda each: each.busy_ns, reverse=True)[:most_stages]
    return [each for each in heaviest if each.busy_ns >= LEAST_SHARE * total_ns]


def _list(stage: StageTime, total_ns: int) -> Row:
    each_s = stage.busy_ns / max(1, stage.num_elements) / NANOSECONDS
    return build_row(
        Cell(stage.name, below=_tell_first(stage) if stage.is_first_only else ()),
        PurePath(stage.place).name,
        Cell(render_seconds(each_s) if each_s else "-", each_s),
        NONE if stage.is_first_only else _show_share(stage.busy_ns, total_ns),
        NONE if stage.python_ns is None else _show_share(stage.python_ns, stage.busy_ns),
    )


def _tell_first(stage: StageTime) -> tuple[str, ...]:
    return (f"{FIRST_ONLY}, {'> ' if stage.is_cut else ''}{render_seconds(stage.busy_ns / NANOSECONDS)}",)


def _show_share(part_ns: int, total_ns: int) -> Cell:
    share = part_ns / total_ns if total_ns else 0.0
    return Cell(render_share(share), share)


def explain_stage_times(summary: Summary) -> list[str]:
    """What the columns and the words in them mean; no line where there is no such table."""
    timed = [times for _, times in list_timed_stages(summary) if not times.why]
    has_first = any(each.is_first_only for times in timed for each in times.stages)
    return [*([EXPLAINED] if timed else []), *([FIRST_EXPLAINED] if has_first else [])]


def _tell_python(python_ns: int, total_ns: int) -> str:
    share = min(1.0, python_ns / total_ns) if total_ns else 0.0
    return f", {render_share(share)} % of it in Python" if share >= LEAST_SHARE else ""
