"""What people say of tf.data, and what this run says of it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reports.claims.file import load_claims
from reports.claims.tables import EMPHASES, count_verdicts, render_prediction
from reports.claims.verdict import ClaimVerdict, Kind, judge_claims
from reports.drawing.blocks import (
    Block,
    Cell,
    Figure,
    Fold,
    Lines,
    Section,
    Spec,
    Table,
    number_columns,
    text_columns,
)
from reports.drawing.numbers import render_estimate, render_ratio
from reports.page.charts.drawing import Picture, finish, list_tips
from reports.summary.summary import Summary

ROW_HEIGHT = 22  # pixels
MARGIN = 1.3  # beyond the farthest value on the logarithmic axis: what is predicted without a bound ends there
MARKS = {Kind.HOLDS: "✓", Kind.REFUTED: "✗", Kind.INCONCLUSIVE: "?", Kind.NOT_RUN: "-"}
SHAPES = {Kind.HOLDS: "circle", Kind.REFUTED: "cross", Kind.INCONCLUSIVE: "diamond"}
RATIO = "the case over its reference"
ORDER = (Kind.REFUTED, Kind.HOLDS, Kind.INCONCLUSIVE, Kind.NOT_RUN)
COLUMNS = (
    *text_columns("claim", "verdict", "what people say", "metric"),
    *number_columns("predicted", "measured"),
)


def describe_claims(summary: Summary) -> Section:
    """Every claim with its verdict; those that were not run stand folded."""
    verdicts = sorted(judge_claims(load_claims(), summary), key=lambda verdict: ORDER.index(verdict.kind))
    run = [verdict for verdict in verdicts if verdict.measured is not None]
    left = [verdict for verdict in verdicts if verdict.measured is None]
    blocks: list[Block] = [Lines((f"{tally(verdicts)}.",))]
    if any(_is_drawable(verdict) for verdict in run):
        blocks.append(draw_claims(run))
    blocks += [_list_verdicts("The claims that this run decides on", run)] if run else []
    blocks += [Fold(f"Not run here: {len(left)}", _list_verdicts(None, left))] if left else []
    return Section("claims", "Is what people say true here?", tuple(blocks))


def tally(verdicts: Sequence[ClaimVerdict]) -> str:
    """How many of each verdict there are."""
    return count_verdicts(verdicts).partition(";")[0]


def draw_claims(verdicts: Sequence[ClaimVerdict]) -> Figure:
    """The measured ratio of each claim beside what the claim predicts of it."""
    return Figure(
        "Measured ratio and predicted range",
        "A row is a claim; the table below has its sentence. The broad band is what the claim predicts of the ratio,"
        " the point with its line the measured one and its 95% interval. HOLDS: the whole line is within the band."
        " REFUTED: none of it is. INCONCLUSIVE: it crosses the edge. The axis is logarithmic.",
        _draw([verdict for verdict in verdicts if _is_drawable(verdict)]),
    )


def _is_drawable(verdict: ClaimVerdict) -> bool:
    measured = verdict.measured
    return measured is not None and measured.median > 0 and (measured.low is None or measured.low > 0)


def _draw(verdicts: Sequence[ClaimVerdict]) -> Spec:
    edges = _find_edges(verdicts)
    values = [_describe(verdict, edges) for verdict in verdicts]
    names = [kind.value for kind in SHAPES]
    scale = alt.Scale(type="log", domain=list(edges), nice=False)
    ends, low, median = (
        alt.X(f"{field}:Q", title=RATIO, scale=scale, axis=alt.Axis(format="~g"))
        for field in ("least", "low", "median")
    )
    color = alt.Color("verdict:N", title=None, scale=alt.Scale(domain=names))
    shape = alt.Shape("verdict:N", title=None, scale=alt.Scale(domain=names, range=list(SHAPES.values())))
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("id:N", sort=[verdict.claim.id for verdict in verdicts], title=None),
        tooltip=list_tips(id="claim", sentence="says", predicted="predicted", shown="measured", verdict="verdict"),
    )
    layers: list[Picture] = [base.mark_bar(height=12, opacity=0.3, color="gray").encode(x=ends, x2="most:Q")]
    if any(value["low"] is not None for value in values):
        known = base.transform_filter("datum.low !== null")
        layers.append(known.mark_rule(strokeWidth=2).encode(x=low, x2="high:Q", color=color))
    layers.append(base.mark_point(filled=True, size=70, opacity=1).encode(x=median, color=color, shape=shape))
    return finish(layers, len(verdicts) * ROW_HEIGHT, "claims: measured ratio and predicted range")


def _find_edges(verdicts: Sequence[ClaimVerdict]) -> tuple[float, float]:
    """The ends of the axis: all that is measured and predicted, and a margin."""
    found = [1.0]
    for verdict in verdicts:
        assert verdict.measured is not None  # noqa: S101  # for the type checker: such are drawable
        known = (verdict.measured.low, verdict.measured.median, verdict.measured.high)
        found += [value for value in (*known, verdict.claim.at_least, verdict.claim.at_most) if value]
    return min(found) / MARGIN, max(found) * MARGIN


def _describe(verdict: ClaimVerdict, edges: tuple[float, float]) -> dict[str, object]:
    claim, measured = verdict.claim, verdict.measured
    assert measured is not None  # noqa: S101  # for the type checker: such are drawable
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "least": claim.at_least or edges[0],
        "most": edges[1] if claim.at_most is None else claim.at_most,
        "median": measured.median,
        "low": measured.low,
        "high": measured.high,
        "predicted": render_prediction(claim),
        "shown": render_estimate(measured, render_ratio),
        "verdict": verdict.kind.value,
    }


def _list_verdicts(title: str | None, verdicts: Sequence[ClaimVerdict]) -> Table:
    return Table(title, COLUMNS, tuple(_list(verdict) for verdict in verdicts))


def _list(verdict: ClaimVerdict) -> tuple[Cell, ...]:
    claim, kind, measured = verdict.claim, verdict.kind, verdict.measured
    why = f" {claim.why}" if kind is Kind.REFUTED and claim.why else ""
    shown = Cell("") if measured is None else Cell(render_estimate(measured, render_ratio), measured.median)
    return (
        Cell(claim.id),
        Cell(
            f"{MARKS[verdict.kind]} {verdict.kind.value}",
            ORDER.index(verdict.kind),
            (verdict.reason,) if verdict.reason else (),
            EMPHASES[verdict.kind],
        ),
        Cell(claim.sentence, below=(f"{claim.source}.{why}",)),
        Cell(claim.metric),
        Cell(render_prediction(claim)),
        shown,
    )
