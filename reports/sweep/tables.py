"""A sweep in 80 columns: the recommendation, a row for each pipeline, what was not tried, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from reports.drawing.blocks import (
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Heading,
    Lines,
    Row,
    Span,
    Table,
    Words,
    build_list,
    build_row,
    number_columns,
)
from reports.drawing.numbers import render_mebibytes, render_percent, render_rate, render_ratio
from reports.summary.case import CaseSummary
from reports.summary.metric import BUSY_SHARE, DISPLACEMENT, RATE
from reports.sweep.file import PATCH
from reports.sweep.result import SweepResult, SweepRow, recommend
from reports.tables.cells import (
    EMPTY,
    ITSELF,
    NO_LIVE_HEAP,
    show_first_batch,
    show_first_epoch,
    show_later_epochs,
    show_times,
)

WINNER, FRONT, DOMINATED, OUT = "*", "+", " ", "-"  # before a name
NONE = Cell("-")
NAMES = Column("", least=12, most=22)


def tabulate_sweep(result: SweepResult, folder: Path | None = None) -> list[Block]:
    """What a sweep found.

    Args:
        result: What it amounts to.
        folder: The folder of its run; None where it is kept nowhere.
    """
    emphasis = Emphasis.BEST if result.is_recommended else Emphasis.STRONG
    blocks: list[Block] = [Heading(recommend(result), emphasis)]
    if result.rows[0].drained is not None:
        blocks += [_tabulate_rows(result), Lines(tuple(_explain(result)), Emphasis.FAINT), Gap()]
    if result.rows[1:]:
        blocks += [_list_chains(result), Gap()]
    blocks += _list_untried(result)
    blocks += _show_code(result)
    return [*blocks, Lines(tuple(_tell_next(result, folder)))]


def _tabulate_rows(result: SweepResult) -> Table:
    fed = [row.fed for row in result.rows if row.fed is not None]
    shown: dict[str, Callable[[SweepRow], Cell]] = {
        "rate": _show_rate,
        "ratio": _show_ratio,
        "epoch 1": lambda row: _show(show_first_epoch, row.drained),
        "later": lambda row: _show(show_later_epochs, row.drained),
        "first": lambda row: _show(show_first_batch, row.drained),
        **({"AU %": _show_busy} if fed else {}),
        "MiB": _show_held,
        "mixing": _show_mixing,
    }
    titles = tuple(title for title in shown if title != "later")  # which the rate tells too
    columns = (NAMES, *number_columns(*shown, answers=titles))
    measured = [row for row in result.rows if row.drained is not None]
    return Table(None, columns, tuple(_list(row, [_or_dash(show(row)) for show in shown.values()]) for row in measured))


def _list(row: SweepRow, cells: Sequence[Cell]) -> Row:
    is_out = row.dropped is not None or row.is_dominated
    emphasis = Emphasis.FAINT if is_out else Emphasis.BEST if row.is_winner else Emphasis.PLAIN
    return build_row(f"{_mark(row)} {row.name}", *cells, emphasis=emphasis)


def _mark(row: SweepRow) -> str:
    if row.is_winner:
        return WINNER
    if row.dropped is not None:
        return OUT
    return DOMINATED if row.is_dominated else FRONT


def _show_rate(row: SweepRow) -> Cell:
    rate = None if row.drained is None else row.drained.find(RATE)
    return EMPTY if rate is None else Cell(render_rate(rate.median, 2), rate.median)


def _show_ratio(row: SweepRow) -> Cell:
    return ITSELF if row.candidate is None else show_times(None if row.drained is None else row.drained.ratio)


def _show(show: Callable[[CaseSummary], Cell], case: CaseSummary | None) -> Cell:
    return EMPTY if case is None else show(case)


def _show_busy(row: SweepRow) -> Cell:
    share = None if row.fed is None else row.fed.find(BUSY_SHARE)
    return EMPTY if share is None else Cell(render_percent(share.median, 0), share.median)


def _show_held(row: SweepRow) -> Cell:
    """Live bytes in MiB; what they are predicted to be stands in the tables of the run."""
    if row.memory is None or row.memory.memory is None:
        return EMPTY
    live = row.memory.memory.live_bytes
    return Cell(NO_LIVE_HEAP) if live is None else Cell(render_mebibytes(live), float(live))


def _show_mixing(row: SweepRow) -> Cell:
    score = None if row.mixing is None else row.mixing.find(DISPLACEMENT)
    return EMPTY if score is None else Cell(render_ratio(score.median, 2), score.median)


def _or_dash(cell: Cell) -> Cell:
    return NONE if cell == EMPTY else cell


def _explain(result: SweepResult) -> list[str]:
    record = result.record
    lines = [
        f"ratio: to {record.original}, in the same round; the best of many looks better than it is",
        f"{WINNER} won; {OUT} left; {FRONT} stayed: no other is surely better in one thing, worse in none",
    ]
    mixing = "; mixing: 0 unmoved, 1 random" if any(row.mixing is not None for row in result.rows) else ""
    return [*lines, f"rate: examples/s; first: wait for the first batch{mixing}", *record.unread]


def _list_chains(result: SweepResult) -> Table:
    """What each candidate changes, its chain, and why it left the race."""
    rows = []
    for row in result.rows[1:]:
        candidate, dropped = row.candidate, row.dropped
        if candidate is None:
            continue
        below: list[Words] = [candidate.chain]
        if dropped is not None:
            how = "failed" if dropped.has_failed else f"left after {dropped.num_rounds} rounds"
            below.append(f"{how}: {dropped.why}")
        rows.append(build_row(f" {row.name}", Cell("; ".join(candidate.changes), below=tuple(below))))
    return build_list(rows, wraps=(False, True))


def _list_untried(result: SweepResult) -> list[Block]:
    proposal = result.record.proposal
    lines: list[Words] = []
    for each in proposal.untried:
        lines.append(f"not tried: {each.change}, because {each.why}")
        if each.mend:
            how = "which changes the meaning" if each.changes_meaning else "by hand"
            lines.append((Span(f"  {how}: {each.mend}", Emphasis.FAINT),))
    blocks: list[Block] = [Lines(tuple(lines)), Gap()] if lines else []
    return [*blocks, *([Lines(proposal.notes, Emphasis.FAINT)] if proposal.notes else [])]


def _show_code(result: SweepResult) -> list[Block]:
    """The winner's code, where it is recommended and there is no patch of the file that holds it."""
    record = result.record
    if not result.is_recommended or record.patch or not record.code:
        return []
    return [Lines(("in your code:", *(f"  {line}" for line in record.code.splitlines()))), Gap()]


def _tell_next(result: SweepResult, folder: Path | None) -> list[str]:
    if folder is None:
        return []
    record, name = result.record, shlex.quote(str(folder))
    lines = [f"record: {folder}"] if record.cases else []
    if not record.is_done:
        lines.append(f"next: the same command with --out {name} goes on")
    elif result.is_recommended and record.patch:
        lines.append(f"next: patch -p1 < {shlex.quote(str(folder / PATCH))} (or git apply), then look at the change")
    elif record.cases:
        lines.append(f"next: mnist-report page {name} (pictures), mnist-report show {name} (all tables)")
    return lines
