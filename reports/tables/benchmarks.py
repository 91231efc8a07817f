"""The benchmarks of other projects' files: how long a round takes, those of a group beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.drawing.blocks import (
    Block,
    Cell,
    Column,
    Emphasis,
    Lines,
    Row,
    Table,
    build_row,
    number_columns,
)
from reports.drawing.long_names import find_shared
from reports.drawing.numbers import count_things, render_time
from reports.stats.median import CONFIDENCE
from reports.summary.case import CaseSummary
from reports.summary.metric import ROUND_TIME
from reports.summary.summary import Summary
from reports.tables.notes import tell_setting

ROUGH = "~"  # before a number whose interval is rough
FASTEST, LEVEL = "fastest", "level with it"
LONGEST_NAME, NAME_START = 120, 80  # characters: of a name in a table, and of its beginning where it is longer
BENCHMARK = Column("benchmark", least=24)
BREAKABLE = replace(BENCHMARK, share=1)  # where a name would leave numbers no room
LONGEST_WHOLE = 40  # characters of a name that is never broken
RANK = Column("", wraps=False, importance=1, called="which is the fastest of its group")


@dataclass(frozen=True)
class Timed:
    """A benchmark among those of its group.

    Args:
        case: The benchmark.
        name: What tables call it, as `name_benchmarks` has it.
        rank: Whether it is the fastest of its group or cannot be told from that; empty for any other.
    """

    case: CaseSummary
    name: str
    rank: str


def list_groups(summary: Summary) -> dict[str, list[Timed]]:
    """The benchmarks by their group, the fastest first; those without one in the order of their file."""
    found: dict[str, list[CaseSummary]] = {}
    for case in summary.benchmarks:
        found.setdefault(case.group, []).append(case)
    names = name_benchmarks(summary)
    return {group: _rank(cases, names) if group else _keep(cases, names) for group, cases in found.items()}


def name_benchmarks(summary: Summary) -> dict[str, str]:
    """By the full name of a benchmark, what tables call it: without what all begin with, and of a bounded length."""
    shared, names = len(_find_shared(summary)), dict[str, str]()
    for case in summary.benchmarks:
        name = case.name[shared:]
        short = name if len(name) <= LONGEST_NAME else f"{name[:NAME_START]}…{name[NAME_START - LONGEST_NAME + 1 :]}"
        names[name if short in names else short] = case.name
    return {full: name for name, full in names.items()}


def _find_shared(summary: Summary) -> str:
    return find_shared(case.name for case in summary.benchmarks)


def _keep(cases: Sequence[CaseSummary], names: Mapping[str, str]) -> list[Timed]:
    return [Timed(case, names[case.name], "") for case in cases]


def _rank(cases: Sequence[CaseSummary], names: Mapping[str, str]) -> list[Timed]:
    ordered = sorted(cases, key=lambda case: case.get(ROUND_TIME).median)
    best = ordered[0]
    return [Timed(case, names[case.name], _tell_rank(case, best) if ordered[1:] else "") for case in ordered]


def _tell_rank(case: CaseSummary, best: CaseSummary) -> str:
    if case is best:
        return FASTEST if case.get(ROUND_TIME).has_interval else ""
    return LEVEL if case.get(ROUND_TIME).overlaps(best.get(ROUND_TIME)) else ""


def tabulate_benchmarks(summary: Summary) -> list[Block]:
    """A table a group, what a reader must know before believing it, and where it was measured."""
    groups, shared = list_groups(summary), _find_shared(summary)
    count = count_things(len(summary.benchmarks), "benchmark")
    blocks: list[Block] = [Lines((f"{shared.rstrip(':/')}: {count}" if shared else count,))]
    for group, timed in groups.items():
        blocks.append(_tabulate_group(group or None, timed))
    return [*blocks, warn(summary), Lines((explain(summary), *tell_setting(summary)), Emphasis.FAINT)]


def _tabulate_group(group: str | None, timed: Sequence[Timed]) -> Table:
    is_ranked = any(each.rank for each in timed)
    name = BREAKABLE if any(len(each.name) > LONGEST_WHOLE for each in timed) else BENCHMARK
    columns = (name, *number_columns(ROUND_TIME.title, "rounds", answers=(ROUND_TIME.title,)))
    rows = tuple(_list(each, is_ranked=is_ranked) for each in timed)
    return Table(group, (*columns, *([RANK] if is_ranked else [])), rows)


def _list(timed: Timed, *, is_ranked: bool) -> Row:
    emphasis = Emphasis.BEST if timed.rank == FASTEST else Emphasis.PLAIN
    rank = [timed.rank] if is_ranked else []
    return build_row(timed.name, show_time(timed.case), show_rounds(timed.case), *rank, emphasis=emphasis)


def show_time(case: CaseSummary) -> Cell:
    """The median time of a round with its interval, marked where that is rough."""
    return Cell(tell_time(case), case.get(ROUND_TIME).median)


def tell_time(case: CaseSummary) -> str:
    """The same in words."""
    return f"{ROUGH if case.is_rough else ''}{render_time(case.get(ROUND_TIME))}"


def show_rounds(case: CaseSummary) -> Cell:
    """How many rounds there were."""
    count = case.get(ROUND_TIME).count
    return Cell(f"{count}", count)


def answer(summary: Summary) -> str:
    """How many benchmarks there are, and which takes the longest."""
    slowest = max(summary.benchmarks, key=lambda case: case.get(ROUND_TIME).median)
    count = count_things(len(summary.benchmarks), "benchmark")
    return f"{count}; the longest round: {name_benchmarks(summary)[slowest.name]}, {tell_time(slowest)}"


def warn(summary: Summary) -> Lines:
    """What a reader must know before believing the numbers, a line each."""
    return Lines(tuple(f"! {remark}" for remark in summary.remarks), Emphasis.UNSURE)


def explain(summary: Summary) -> str:
    """How to read the numbers."""
    rough = f"; {ROUGH} rough: from stored statistics" if any(case.is_rough for case in summary.cases) else ""
    return f"median of the rounds [{CONFIDENCE:.0%} interval]{rough}"
