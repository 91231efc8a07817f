"""Verdicts as text: the whole table, and the short form that closes the main job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.claims.claim import Claim, Kind, Verdict
from reports.drawing.numbers import render_estimate, render_ratio
from reports.stats.median import CONFIDENCE

STYLES = {Kind.HOLDS: "green", Kind.REFUTED: "bold red", Kind.INCONCLUSIVE: "yellow", Kind.NOT_RUN: "dim"}
VERBS = {Kind.HOLDS: "hold", Kind.REFUTED: "refuted", Kind.INCONCLUSIVE: "inconclusive", Kind.NOT_RUN: "not run"}


def render_verdicts(verdicts: Sequence[Verdict]) -> RenderableType:
    """The table of all verdicts, and what is behind those that go against the advice."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), expand=True)
    table.add_column("claim", ratio=7, overflow="fold")
    table.add_column("predicted", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", max_width=23)
    table.add_column("verdict", no_wrap=True)
    table.add_column("source", ratio=3, overflow="fold", style="dim")
    for verdict in verdicts:
        claim = verdict.claim
        sentence = Text.assemble((f"{claim.id}  ", "bold"), claim.sentence, (f" [{claim.metric}]", "dim"))
        shown = Text(verdict.kind.value, style=STYLES[verdict.kind])
        table.add_row(sentence, render_prediction(claim), _render_measured(verdict), shown, claim.source)
    return Group(table, *_explain(verdicts))


def render_verdicts_briefly(verdicts: Sequence[Verdict]) -> RenderableType:
    """A line for each claim that was run, and how many of each verdict there are."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for kind in (Kind.REFUTED, Kind.HOLDS, Kind.INCONCLUSIVE):
        for verdict in verdicts:
            if verdict.kind is kind and verdict.measured is not None:
                measured = render_estimate(verdict.measured, render_ratio)
                sentence = Text.assemble(f"{verdict.claim.sentence} ", (f"({verdict.claim.id})", "dim"))
                table.add_row(Text(f" {kind.value}", style=STYLES[kind]), measured, sentence)
    return Group(Text("what people say of tf.data, on this machine"), table, Text(f" {count_verdicts(verdicts)}"))


def count_verdicts(verdicts: Sequence[Verdict]) -> str:
    """How many of each verdict there are, and where the rest is."""
    counts = Counter(verdict.kind for verdict in verdicts)
    line = ", ".join(f"{counts[kind]} {VERBS[kind]}" for kind in Kind if counts[kind])
    return f"{line}; mnist-report claims has predictions and sources"


def render_prediction(claim: Claim) -> str:
    """The bounds, such as ">= 2" or "0.85 to 1.15"."""
    if claim.at_least is not None and claim.at_most is not None:
        return f"{claim.at_least:g} to {claim.at_most:g}"
    return f">= {claim.at_least:g}" if claim.at_most is None else f"<= {claim.at_most:g}"


def _render_measured(verdict: Verdict) -> Text:
    if verdict.measured is None:
        return Text(verdict.reason, style="dim")
    shown = Text(render_estimate(verdict.measured, render_ratio))
    if verdict.reason:
        shown.append(f"\n{verdict.reason}", style="dim")
    return shown


def _explain(verdicts: Sequence[Verdict]) -> list[Text]:
    """Why, for the verdicts against the advice, and how to read the numbers."""
    refuted = [verdict.claim for verdict in verdicts if verdict.kind is Kind.REFUTED and verdict.claim.why]
    lines = [f" {claim.id}: {claim.why}" for claim in refuted]
    lines += [
        "",
        f" {count_verdicts(verdicts).partition(';')[0]}",
        f" predicted and measured: the case over its reference, or a value over a number; [{CONFIDENCE:.0%} interval]",
        " HOLDS and REFUTED: the whole interval agrees with the prediction, or none of it does",
        " time, busy, accuracy: turn against turn of the same round; bytes: one reading and its known spread",
    ]
    return [Text(line) for line in lines]


def describe_verdict(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON's types."""
    claim, measured = verdict.claim, verdict.measured
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "source": claim.source,
        "metric": claim.metric,
        "cases": ["-".join((*case, claim.device)) for case in claim.wanted_cases],
        "number": claim.number,
        "at_least": claim.at_least,
        "at_most": claim.at_most,
        "verdict": verdict.kind.value,
        "reason": verdict.reason,
        "median": None if measured is None else measured.median,
        "low": None if measured is None else measured.low,
        "high": None if measured is None else measured.high,
        "count": 0 if measured is None else measured.count,
    }
