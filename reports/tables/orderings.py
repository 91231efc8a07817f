"""The orderings against each other: the one table that every run has.

A column of it is one entry of `COLUMNS`: its titles, and what it shows of a case. The terminal and a step summary have
a table for each arm and device, a page has one for all of them; each draws that list, so that a new entry is a new
column everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reports.drawing.blocks import (
    Cell,
    Column,
    Emphasis,
    Row,
    Span,
    Table,
    Words,
    build_list,
    build_row,
    number_columns,
    text_columns,
)
from reports.record.case import REFERENCE
from reports.summary.case import CaseSummary
from reports.summary.fields import Field, Ranked
from reports.summary.summary import Summary
from reports.tables.cells import (
    EMPTY,
    NO_LIVE_HEAP,
    show_busy,
    show_first_batch,
    show_first_epoch,
    show_later_epochs,
    show_memory,
    show_name,
    show_rate,
    show_ratio,
)
from reports.tables.notes import GO_BY_THE_RATIO

FASTEST, LEVEL = "*", "~"
FASTEST_IN_WORDS, LEVEL_IN_WORDS = "fastest", "level with it"
SHORTEST_NAME = 20  # columns: a mark, a space and the longest name of an ordering
ORDERING = Column("  ordering", least=SHORTEST_NAME)
MEMORY_TITLE = "MiB (pred)"
RUNS_AS_WRITTEN = "raw"  # the arm whose programs need no explaining


@dataclass(frozen=True)
class OrderingColumn:
    """A column of the orderings' table.

    Args:
        title: What stands above it in a terminal, where seven columns share 100 characters.
        full_title: What stands above it on a page.
        show: Gives the cell of a case; an empty one where the case does not have it.
        is_optional: True if the column is left out where all of it is empty.
        answers: True if it answers which ordering is the fastest, and stays longest where a terminal is narrow.
    """

    title: str
    full_title: str
    show: Callable[[Ranked], Cell]
    is_optional: bool = False
    answers: bool = False


COLUMNS = (
    OrderingColumn("examples/s", "examples/s", lambda ranked: show_rate(ranked.case), answers=True),
    OrderingColumn("first epoch", "first epoch", lambda ranked: show_first_epoch(ranked.case), is_optional=True),
    OrderingColumn("later epochs", "later epochs", lambda ranked: show_later_epochs(ranked.case), is_optional=True),
    OrderingColumn("first", "first batch", lambda ranked: show_first_batch(ranked.case)),
    OrderingColumn(
        f"ratio to {REFERENCE}", f"ratio to {REFERENCE}", lambda ranked: show_ratio(ranked.case), answers=True
    ),
    OrderingColumn("AU %", "AU %", lambda ranked: show_busy(ranked.emulated), is_optional=True),
    OrderingColumn(MEMORY_TITLE, "live MiB (predicted)", lambda ranked: show_memory(ranked.memory), is_optional=True),
)


def tabulate_field(field: Field) -> Table:
    """The orderings of one arm on one device, the fastest first; those that cannot be told from it are marked too."""
    shown = _list_shown(field.ranked)
    rows = (_list_case(ranked, [column.show(ranked) for column in shown]) for ranked in field.ranked)
    answers = [column.title for column in shown if column.answers]
    columns = number_columns(*(column.title for column in shown), answers=answers)
    return Table(f"{field.arm} arm, {field.device}", (ORDERING, *columns), tuple(rows))


def _list_shown(ranked: Sequence[Ranked]) -> list[OrderingColumn]:
    """The columns without those that may be left out and have nothing for any of the cases."""
    return [column for column in COLUMNS if not column.is_optional or {column.show(each) for each in ranked} != {EMPTY}]


def _list_case(ranked: Ranked, cells: Sequence[Cell]) -> Row:
    mark = FASTEST if ranked.is_fastest else LEVEL if ranked.is_level else " "
    emphasis = Emphasis.BEST if ranked.is_fastest else Emphasis.PLAIN
    return build_row(f"{mark} {ranked.case.name}", *cells, emphasis=emphasis)


def tabulate_fields(fields: Sequence[Field], name_field: Callable[[Field], str]) -> Table:
    """All orderings in one table, which a reader can sort.

    Args:
        fields: The orderings of each arm and device.
        name_field: Gives what an arm on a device is called.
    """
    shown = _list_shown([ranked for field in fields for ranked in field.ranked])
    columns = (*text_columns("ordering", "arm"), *number_columns(*(column.full_title for column in shown)))
    rows = (_list_sortable(ranked, name_field(field), shown) for field in fields for ranked in field.ranked)
    return Table("The numbers", columns, tuple(rows))


def _list_sortable(ranked: Ranked, field: str, shown: Sequence[OrderingColumn]) -> Row:
    """The rank is told in words beside the first number, which decides it: marks would be lost among sorted rows."""
    case, (first, *others) = ranked.case, [column.show(ranked) for column in shown]
    rank = (FASTEST_IN_WORDS,) if ranked.is_fastest else (LEVEL_IN_WORDS,) if ranked.is_level else ()
    decisive = replace(first, below=rank, emphasis=Emphasis.BEST if ranked.is_fastest else Emphasis.PLAIN)
    return (show_name(case), Cell(field), decisive, *others)


def list_programs(field: Field) -> Table:
    """What each ordering is, and what TensorFlow made of it."""
    return build_list(_list_program(ranked) for ranked in field.ranked)


def _list_program(ranked: Ranked) -> Row:
    case = ranked.case
    below: list[Words] = []
    if case.chain is not None and case.arm != RUNS_AS_WRITTEN:
        below.append(f"runs as {case.chain}")
    if ranked.same_as is not None:
        below.append((Span(f"same program as {ranked.same_as}", Emphasis.PLAIN),))
    name = f" {case.name}" if case.name != case.ordering else ""
    return (Cell(name), Cell(case.ordering, below=tuple(below), emphasis=Emphasis.FAINT))


def explain_columns(summary: Summary) -> list[str]:
    """What the marks and the columns mean, a line each."""
    lines = [
        f"{FASTEST} the fastest; {LEVEL} not to be told from it; first: to the first batch",
        f"ratio: above 1 is faster than {REFERENCE}, turn against turn of the same round",
        GO_BY_THE_RATIO,
    ]
    lines += explain_epochs([each.case for field in summary.fields for each in field.ranked])
    step_ms = next((case.step_ms for case in summary.cases if case.step_ms is not None), None)
    memories = [case.memory for case in summary.cases if case.memory is not None]
    if step_ms is not None:
        lines.append(f"AU: the share of time that an accelerator with a {step_ms:g} ms step would compute")
    if memories:
        lines.append("MiB: live heap beyond the source, over the whole training set, and (pred) what the spec predicts")
    if any(memory.live_bytes is None for memory in memories):
        lines.append(f"{NO_LIVE_HEAP}: this platform does not tell the live heap")
    return lines


def explain_epochs(cases: Sequence[CaseSummary]) -> list[str]:
    """What the columns of first and later epochs mean; nothing where no case tells them apart."""
    told = [case for case in cases if case.first_epoch is not None]
    if not told:
        return []
    unequal = [case.name for case in told if not case.has_equal_epochs]
    size = f"not of equally many examples for {', '.join(unequal)}" if unequal else "of equally many examples"
    return [f"first epoch: measured once, in a fresh process; later epochs: the median of the turns, {size}"]
