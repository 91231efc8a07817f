"""The answer of a run as blocks that fit one screen, whatever was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reports.answer.claims import NAMED, tell_claims
from reports.answer.closing import Kept, tell_failed, tell_next, tell_noise, tell_setting_briefly
from reports.answer.orderings import answer_arm, answer_field, explain_names, rank_briefly, tell_costs
from reports.answer.parts import tell_on_devices, tell_parts
from reports.claims.file import load_claims
from reports.claims.verdict import ClaimVerdict, Ruling, judge_claims
from reports.drawing.blocks import Block, Emphasis, Gap, Lines, Table, Words
from reports.drawing.text import render_text
from reports.summary.summary import Summary
from reports.sweep.record import SweepRecord
from reports.sweep.result import judge_sweep
from reports.sweep.tables import tabulate_sweep
from reports.tables.all_tables import tabulate_run
from reports.tables.notes import tell_winners
from reports.tables.pipelines import answer, list_taken, tabulate_speeds, warn

COLUMNS = 80
MOST_NAMES = 3  # of a user's own that are explained where there is little room
ENOUGH_ROWS = 6  # of a table: which claims were decided tells more than the rows after these
CLAIMS_ALONE = "measured for claims alone: mnist-report claims tells what they rest on"
LINES = 22  # of a terminal's 24: pytest's own last line and the prompt have the others


@dataclass(frozen=True)
class Extent:
    """How much of it is told.

    Args:
        sentences: How many sentences after the first at most.
        rows: How many rows of a table at most.
        names: How many names of a user's own orderings are explained at most.
        has_gaps: True for empty lines around the table.
        named: Verdicts of which the claims are named.
    """

    sentences: int = LINES
    rows: int = LINES
    names: int = LINES
    has_gaps: bool = True
    named: Sequence[Ruling] = NAMED


def answer_run(summary: Summary, verdicts: Sequence[ClaimVerdict], kept: Kept, columns: int = COLUMNS) -> list[Block]:
    """What the run found, how far to believe it, and what to type next, on `LINES` lines at most.

    Args:
        summary: The run.
        verdicts: What it says of each claim; of a person's pipelines nobody says anything.
        kept: Where it is kept.
        columns: Characters of a line.
    """
    built: list[Block] = []
    for extent in _shrink():
        built = _build(summary, () if summary.pipelines else verdicts, kept, extent)
        if count_lines(built, columns) <= LINES:
            break
    return built


def show_run(summary: Summary, kept: Kept, sweep: SweepRecord | None = None) -> list[Block]:
    """The answer, and then all tables; those of a person's pipelines, or of another project, begin with theirs.

    Args:
        summary: The run.
        kept: Where it is kept.
        sweep: The sweep that it is the record of; None for any other run.
    """
    whole = replace(kept, shows_all=True)
    if sweep is not None:
        return [*tabulate_sweep(judge_sweep(sweep), kept.file.parent), Gap(), *tabulate_run(summary)]
    if summary.pipelines or summary.benchmarks:
        return [*tabulate_run(summary), Lines((*tell_noise(summary.noise), *tell_next(whole)))]
    return [*answer_run(summary, judge_claims(load_claims(), summary), whole), Gap(), *tabulate_run(summary)]


def count_lines(blocks: Sequence[Block], columns: int) -> int:
    """How many lines of a terminal the blocks take."""
    return render_text(blocks, columns).count("\n") + 1


def _shrink() -> Iterator[Extent]:
    """Less and less: first the empty lines go, then some rows, then names of claims, more rows, and sentences last."""
    yield Extent()
    yield Extent(has_gaps=False)
    for rows in range(10, ENOUGH_ROWS - 1, -1):
        yield Extent(rows=rows, names=MOST_NAMES, has_gaps=False)
    for named in (NAMED[1:], ()):
        yield Extent(rows=ENOUGH_ROWS, names=MOST_NAMES, has_gaps=False, named=named)
    for rows in range(ENOUGH_ROWS, 2, -1):
        yield Extent(rows=rows, names=1, has_gaps=False, named=())
    for sentences in range(8, -1, -1):
        yield Extent(sentences, 3, 0, has_gaps=False, named=())


def _build(summary: Summary, verdicts: Sequence[ClaimVerdict], kept: Kept, extent: Extent) -> list[Block]:
    first, *others = _tell(summary)
    told, more = others[: extent.sentences], len(others) - extent.sentences
    left = [f"and {more} lines more: mnist-report show"] if more > 0 else []
    head = [Lines((first,), Emphasis.STRONG), *([Lines((*told, *left))] if told or left else [])]
    gap: list[Block] = [Gap()] if extent.has_gaps else []
    closing = _close(summary, tell_claims(verdicts, named=extent.named), kept, extent.names)
    tables: list[Block] = []
    for table in _list_tables(summary, extent):
        if not tables or count_lines([*head, *gap, *tables, table, *gap, *closing], COLUMNS) <= LINES:
            tables += [table, *_tell_more_rows(summary, table), *gap]
    return [*head, *(gap if tables else []), *tables, *closing]


def _tell(summary: Summary) -> list[str]:
    """The answer first, then what belongs to it; at least one line."""
    if summary.pipelines:
        told = [*answer(summary), *warn(summary)] if list_taken(summary) else tell_parts(summary)
    elif summary.fields:
        main, *arms = summary.fields
        told = [answer_field(main), *tell_costs(main, summary.paybacks), *map(answer_arm, arms)]
        told += [*tell_on_devices(summary), *tell_winners(summary)]
    else:
        told = tell_parts(summary)
    return told or [CLAIMS_ALONE if summary.timed else "nothing of this run has a number"]


def _list_tables(summary: Summary, extent: Extent) -> list[Table]:
    if summary.pipelines and list_taken(summary):
        found = [tabulate_speeds(summary)]
    elif summary.fields:
        found = [rank_briefly(summary.fields[0], extent.rows)]
    else:
        found = [block for block in tabulate_run(summary) if isinstance(block, Table) and block.headed]
    return [replace(table, rows=table.rows[: extent.rows], is_dense=True) for table in found]


def _tell_more_rows(summary: Summary, table: Table) -> list[Block]:
    """How many orderings or pipelines the table has no room for."""
    count = len(list_taken(summary)) if summary.pipelines else len(summary.fields[0].ranked) if summary.fields else 0
    more = count - len(table.rows)
    return [Lines((f" and {more} more: mnist-report show",), Emphasis.FAINT)] if more > 0 else []


def _close(summary: Summary, claims: Sequence[str], kept: Kept, most_names: int) -> list[Block]:
    names = explain_names(summary.fields[0], most_names) if summary.fields and not summary.pipelines else []
    lines: list[Words] = [
        *names,
        *claims,
        *tell_noise(summary.noise),
        tell_setting_briefly(summary),
        *tell_next(kept),
    ]
    return [Lines(tuple(tell_failed(kept.num_failed)), Emphasis.WORST), Lines(tuple(lines))]
