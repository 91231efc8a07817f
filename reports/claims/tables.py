"""Verdicts as blocks: the whole table, and the short form that closes the main job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.claims.claim import Claim
from reports.claims.verdict import ClaimVerdict, Ruling
from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Lines,
    Paragraph,
    Row,
    Span,
    Table,
    build_list,
    build_row,
)
from reports.drawing.numbers import render_estimate, render_ratio
from reports.stats.median import CONFIDENCE, Estimate

EMPHASES = {
    Ruling.HOLDS: Emphasis.GOOD,
    Ruling.REFUTED: Emphasis.WORST,
    Ruling.INCONCLUSIVE: Emphasis.UNSURE,
    Ruling.NOT_RUN: Emphasis.FAINT,
}
VERBS = {
    Ruling.HOLDS: "hold",
    Ruling.REFUTED: "refuted",
    Ruling.INCONCLUSIVE: "inconclusive",
    Ruling.NOT_RUN: "not run",
}


COLUMNS = (
    Column("claim", least=12, share=7),
    Column("predicted", Align.RIGHT, wraps=False, importance=1),
    Column("measured", Align.RIGHT, most=23, importance=2),
    Column("verdict", wraps=False, importance=3),
    Column("source", least=12, share=3),
)


def tabulate_verdicts(verdicts: Sequence[ClaimVerdict]) -> list[Block]:
    """The table of all verdicts, and what is behind those that go against the advice."""
    return [Table(None, COLUMNS, tuple(_list_verdict(verdict) for verdict in verdicts)), *_explain(verdicts)]


def _list_verdict(verdict: ClaimVerdict) -> Row:
    claim = verdict.claim
    sentence = (Span(f"{claim.id}  ", Emphasis.STRONG), claim.sentence, Span(f" [{claim.metric}]", Emphasis.FAINT))
    return (
        Cell(sentence),
        Cell(render_prediction(claim)),
        _show_measured(verdict),
        Cell(verdict.kind.value, emphasis=EMPHASES[verdict.kind]),
        Cell(claim.source, emphasis=Emphasis.FAINT),
    )


def tabulate_verdicts_briefly(verdicts: Sequence[ClaimVerdict]) -> list[Block]:
    """A line for each claim that was run, and how many of each verdict there are."""
    kinds = (Ruling.REFUTED, Ruling.HOLDS, Ruling.INCONCLUSIVE)
    rows = [
        _list_briefly(verdict, verdict.measured)
        for kind in kinds
        for verdict in verdicts
        if verdict.kind is kind and verdict.measured is not None
    ]
    told = Paragraph("what people say of tf.data, on this machine")
    listed = [build_list(rows, gap=1, wraps=(False, False, True))] if rows else []
    return [told, *listed, Lines((f"{count_verdicts(verdicts)}; mnist-report claims has predictions and sources",))]


def _list_briefly(verdict: ClaimVerdict, measured: Estimate) -> Row:
    kind = Cell(f" {verdict.kind.value}", emphasis=EMPHASES[verdict.kind])
    sentence = (f"{verdict.claim.sentence} ", Span(f"({verdict.claim.id})", Emphasis.FAINT))
    return build_row(kind, render_estimate(measured, render_ratio, verdict.claim.bounds), Cell(sentence))


def count_verdicts(verdicts: Sequence[ClaimVerdict]) -> str:
    """How many of each verdict there are."""
    counts = Counter(verdict.kind for verdict in verdicts)
    return ", ".join(f"{counts[kind]} {VERBS[kind]}" for kind in Ruling if counts[kind])


def render_prediction(claim: Claim) -> str:
    """The bounds, such as ">= 2" or "0.85 to 1.15"."""
    if claim.at_least is not None and claim.at_most is not None:
        return f"{claim.at_least:g} to {claim.at_most:g}"
    return f">= {claim.at_least:g}" if claim.at_most is None else f"<= {claim.at_most:g}"


def _show_measured(verdict: ClaimVerdict) -> Cell:
    if verdict.measured is None:
        return Cell(verdict.reason, emphasis=Emphasis.FAINT)
    shown = render_estimate(verdict.measured, render_ratio, verdict.claim.bounds)
    return Cell(shown, below=(verdict.reason,) if verdict.reason else ())


def _explain(verdicts: Sequence[ClaimVerdict]) -> list[Block]:
    """Why, for the verdicts against the advice, and how to read the numbers."""
    refuted = [verdict.claim for verdict in verdicts if verdict.kind is Ruling.REFUTED and verdict.claim.why]
    why = Lines(tuple(f"{claim.id}: {claim.why}" for claim in refuted))
    how = Lines(
        (
            count_verdicts(verdicts),
            (
                "predicted and measured: the case over its reference, or a value over a number;"
                f" [{CONFIDENCE:.0%} interval]"
            ),
            "HOLDS and REFUTED: the whole interval agrees with the prediction, or none of it does",
            "near 1 nothing is decided by less than equal cases of the run differ by (the A/A control)",
            "time, busy, accuracy: turn against turn of the same round; bytes: one reading and its known spread",
        )
    )
    return [why, Gap(), how]
