"""How the gate and its peers did in trials, as tables and as JSON."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.numbers import render_changes
from reports.stats import CONFIDENCE
from reports.trials import OURS, Tally

FORMAT = 1
TITLES = {"A/A same": "the same build against itself", "A/A rebuilt": "two builds of the same code"}


def render_tallies(tallies: Sequence[Tally]) -> RenderableType:
    """A table for each class of trials, and how to read them."""
    groups = itertools.groupby(tallies, key=lambda tally: (tally.kind, tally.slowdown))
    tables = [_render_class(list(group)) for _, group in groups]
    return Group(*tables, *(Text(f" {line}", style="dim") for line in _explain())) if tables else Text("no trials yet")


def _render_class(tallies: list[Tally]) -> Table:
    first = tallies[0]
    table = Table(box=box.SIMPLE_HEAD, title=_tell_class(first), title_justify="left", padding=(0, 1, 0, 1))
    table.add_column("rule", min_width=28)
    columns = ("alarms", "of", "share") if first.kind != "A/B" else ("found", "of", "share", "other case flagged")
    for column in (*columns, "inconclusive"):
        table.add_column(column, justify="right", no_wrap=True)
    for tally in tallies:
        elsewhere = [str(tally.num_elsewhere)] if first.kind == "A/B" else []
        undecided = str(tally.num_inconclusive) if tally.rule == OURS else ""
        counts = (str(tally.num_flagged), str(tally.num_trials), _render_share(tally), *elsewhere, undecided)
        table.add_row(tally.rule, *counts, style="bold" if tally.rule == OURS else None)
    return table


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
        "inconclusive: neither an alarm nor found; the other rules know no such verdict",
        "the other rules are given the very turns of the gate, interleaved, all of them",
    )


def render_tallies_json(tallies: Sequence[Tally]) -> str:
    """All counts."""
    content = {"mnist_bench_trials": FORMAT, "tallies": [dataclasses.asdict(tally) for tally in tallies]}
    return json.dumps(content, indent=2, allow_nan=False)
