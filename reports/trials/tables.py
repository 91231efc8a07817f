"""How the gate and its peers did in trials, as tables and as JSON."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from mnist_core.terminal.schemas import render_json
from reports.drawing.blocks import Block, Column, Emphasis, Lines, Paragraph, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_changes, render_chosen_percent, render_fine_percent
from reports.stats.median import CONFIDENCE
from reports.trials.tallies import OURS, CaseTally, Tally

TITLES = {
    "A/A": "nothing changed, the next two together",
    "A/A same": "the same build against itself",
    "A/A rebuilt": "two builds of the same code",
}


SHORTEST_NAME = 28  # columns
EXPLAINED = (
    f"share: with Clopper and Pearson's exact {CONFIDENCE:.0%} interval; a trial is a run of the whole suite",
    "inconclusive: neither an alarm nor found; elsewhere: a case that was not slowed down is flagged",
    "the other rules are given the very turns of the gate, interleaved, all of them",
    "stored base: the same rule and head, with base's turns of the trial before, as they are mostly used",
)


def tabulate_tallies(tallies: Sequence[Tally], cases: Sequence[CaseTally]) -> list[Block]:
    """A table for each class of trials, one of the cases that were slowed down, and how to read them."""
    groups = itertools.groupby(tallies, key=lambda tally: (tally.kind, tally.slowdown))
    tables = [_tabulate_class(list(group)) for _, group in groups]
    tables += [_tabulate_cases(cases)] if cases else []
    return [*tables, Lines(EXPLAINED, Emphasis.FAINT)] if tables else [Paragraph("no trials yet")]


def _tabulate_class(tallies: list[Tally]) -> Table:
    first = tallies[0]
    counts = ("found", "of", "share", "elsewhere") if first.kind == "A/B" else ("alarms", "of", "share")
    columns = (Column("rule", least=SHORTEST_NAME), *number_columns(*counts, "inconclusive", "stored base"))
    return Table(_tell_class(first), columns, tuple(map(_list_tally, tallies)))


def _list_tally(tally: Tally) -> Row:
    elsewhere = [str(tally.num_elsewhere)] if tally.kind == "A/B" else []
    undecided = str(tally.num_inconclusive) if tally.rule == OURS else ""
    counts = (str(tally.num_flagged), str(tally.num_trials), _render_share(tally), *elsewhere, undecided)
    stored = f"{tally.num_stored_flagged} of {tally.num_stored}" if tally.num_stored else ""
    emphasis = Emphasis.STRONG if tally.rule == OURS else Emphasis.PLAIN
    return build_row(tally.rule, *counts, stored, emphasis=emphasis)


def _tabulate_cases(cases: Sequence[CaseTally]) -> Table:
    columns = (Column("case", least=SHORTEST_NAME), *number_columns("meant", "its CPU time", "found", "of"))
    return Table(f"{OURS}, by the case that was slowed down", columns, tuple(map(_list_case, cases)))


def _list_case(tally: CaseTally) -> Row:
    seen = "" if tally.seen is None else render_changes(tally.seen)
    return build_row(
        tally.case, render_chosen_percent(tally.slowdown), seen, str(tally.num_found), str(tally.num_trials)
    )


def _tell_class(tally: Tally) -> str:
    title = TITLES.get(tally.kind, f"{render_chosen_percent(tally.slowdown)} more work in one case")
    broken = f", {tally.num_broken} more went wrong" if tally.num_broken else ""
    seen = "" if tally.seen is None else f"; its CPU time {render_changes(tally.seen)}"
    return f"{title}: {tally.num_trials} trials{broken}{seen}"


def _render_share(tally: Tally) -> str:
    if tally.num_trials == 0:
        return ""
    share, low, high = map(render_fine_percent, (tally.num_flagged / tally.num_trials, tally.low, tally.high))
    return f"{share}% [{low}, {high}]"


def render_tallies_json(tallies: Sequence[Tally], cases: Sequence[CaseTally]) -> str:
    """All counts."""
    content = {
        "tallies": [dataclasses.asdict(tally) for tally in tallies],
        "cases": [dataclasses.asdict(case) for case in cases],
    }
    return render_json("trials", content)
