"""How the gate and its peers did in trials, as tables and as JSON."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import render_changes
from reports.drawing.table_look import open_table
from reports.drawing.terminal import show_plainly
from reports.stats.median import CONFIDENCE
from reports.trials.tallies import OURS, CaseTally, Tally

FORMAT = 1
TITLES = {
    "A/A": "nothing changed, the next two together",
    "A/A same": "the same build against itself",
    "A/A rebuilt": "two builds of the same code",
}


def render_tallies(tallies: Sequence[Tally], cases: Sequence[CaseTally]) -> RenderableType:
    """A table for each class of trials, one of the cases that were slowed down, and how to read them."""
    groups = itertools.groupby(tallies, key=lambda tally: (tally.kind, tally.slowdown))
    tables = [_render_class(list(group)) for _, group in groups]
    tables += [_render_cases(cases)] if cases else []
    return Group(*tables, *(Text(f" {line}", style="dim") for line in _explain())) if tables else Text("no trials yet")


def _render_class(tallies: list[Tally]) -> Table:
    first = tallies[0]
    table = open_table(_tell_class(first))
    table.add_column("rule", min_width=28)
    columns = ("alarms", "of", "share") if first.kind != "A/B" else ("found", "of", "share", "elsewhere")
    for column in (*columns, "inconclusive", "stored base"):
        table.add_column(column, justify="right", no_wrap=True)
    for tally in tallies:
        elsewhere = [str(tally.num_elsewhere)] if first.kind == "A/B" else []
        undecided = str(tally.num_inconclusive) if tally.rule == OURS else ""
        counts = (str(tally.num_flagged), str(tally.num_trials), _render_share(tally), *elsewhere, undecided)
        table.add_row(
            Text(show_plainly(tally.rule)), *counts, _render_stored(tally), style="bold" if tally.rule == OURS else None
        )
    return table


def _render_cases(cases: Sequence[CaseTally]) -> Table:
    table = open_table(f"{OURS}, by the case that was slowed down")
    table.add_column("case", min_width=28, overflow="fold")
    for column in ("meant", "its CPU time", "found", "of"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in cases:
        seen = "" if each.seen is None else render_changes(each.seen)
        counts = (str(each.num_found), str(each.num_trials))
        table.add_row(Text(show_plainly(each.case)), f"{100 * each.slowdown:.3g}%", seen, *counts)
    return table


def _render_stored(tally: Tally) -> str:
    return f"{tally.num_stored_flagged} of {tally.num_stored}" if tally.num_stored else ""


def _tell_class(tally: Tally) -> str:
    title = TITLES.get(tally.kind, f"{100 * tally.slowdown:.3g}% more work in one case")
    broken = f", {tally.num_broken} more went wrong" if tally.num_broken else ""
    seen = "" if tally.seen is None else f"; its CPU time {render_changes(tally.seen)}"
    return f"{title}: {tally.num_trials} trials{broken}{seen}"


def _render_share(tally: Tally) -> str:
    if tally.num_trials == 0:
        return ""
    share = tally.num_flagged / tally.num_trials
    return f"{100 * share:.1f}% [{100 * tally.low:.1f}, {100 * tally.high:.1f}]"


def _explain() -> Iterable[str]:
    return (
        f"share: with Clopper and Pearson's exact {CONFIDENCE:.0%} interval; a trial is a run of the whole suite",
        "inconclusive: neither an alarm nor found; elsewhere: a case that was not slowed down is flagged",
        "the other rules are given the very turns of the gate, interleaved, all of them",
        "stored base: the same rule and head, with base's turns of the trial before, as they are mostly used",
    )


def render_tallies_json(tallies: Sequence[Tally], cases: Sequence[CaseTally]) -> str:
    """All counts."""
    content = {
        "mnist_bench_trials": FORMAT,
        "tallies": [dataclasses.asdict(tally) for tally in tallies],
        "cases": [dataclasses.asdict(case) for case in cases],
    }
    return json.dumps(content, indent=2, allow_nan=False)
