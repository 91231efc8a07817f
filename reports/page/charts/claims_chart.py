"""Claims beside each other: the range that each predicts, and the ratio that was measured."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import altair as alt

from reports.claims.tables import render_prediction
from reports.claims.verdict import ClaimVerdict, Ruling
from reports.drawing.blocks import Spec
from reports.drawing.numbers import render_estimate, render_ratio
from reports.page.charts.drawing import Picture, finish, list_tips
from reports.page.charts.meanings import BAD, GOOD, OPEN, paint

LINE_HEIGHT, BAND_HEIGHT, SPACE = 15, 12, 12  # pixels: of the sentence, of what is predicted, between two rows
LINE_LENGTH, MOST_LINES = 52, 2  # characters, which fit on a phone
MARGIN = 1.3  # beyond the farthest value on the logarithmic axis: what is predicted without a bound ends there
SHAPES = {Ruling.HOLDS: "circle", Ruling.REFUTED: "cross", Ruling.INCONCLUSIVE: "diamond"}
COLOURS = {Ruling.HOLDS: GOOD, Ruling.REFUTED: BAD, Ruling.INCONCLUSIVE: OPEN}
RATIO = "the case over its reference"


def is_drawable(verdict: ClaimVerdict) -> bool:
    """True if the verdict has a measured ratio that a logarithmic axis can show."""
    measured = verdict.measured
    return measured is not None and measured.median > 0 and (measured.low is None or measured.low > 0)


def draw_ranges(verdicts: Sequence[ClaimVerdict]) -> Spec:
    """A row for each verdict: its sentence, below it what it predicts as a band, and what was measured on that.

    Args:
        verdicts: Verdicts to draw, at least one, all of them drawable.
    """
    edges = _find_edges(verdicts)
    values = [_describe(verdict, edges) for verdict in verdicts]
    names = [kind.value for kind in SHAPES]
    scale = alt.Scale(type="log", domain=list(edges), nice=False)
    ends, low, median = (
        alt.X(f"{field}:Q", title=RATIO, scale=scale, axis=alt.Axis(format="~g"))
        for field in ("least", "low", "median")
    )
    colours = [paint(COLOURS[kind]) for kind in SHAPES]
    color = alt.Color("verdict:N", title=None, scale=alt.Scale(domain=names, range=colours))
    shape = alt.Shape("verdict:N", title=None, scale=alt.Scale(domain=names, range=list(SHAPES.values())))
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("id:N", sort=[verdict.claim.id for verdict in verdicts], axis=None),
        tooltip=list_tips(id="claim", sentence="says", predicted="predicted", shown="measured", verdict="verdict"),
    )
    num_lines = max(str(value["label"]).count("\n") + 1 for value in values)
    height = num_lines * LINE_HEIGHT + BAND_HEIGHT + SPACE
    below = (height - BAND_HEIGHT - SPACE) / 2  # of the middle of a row
    rise = f"{below - BAND_HEIGHT / 2 - 2} - datum.more * {LINE_HEIGHT}"  # of the first line, to end above the band
    layers: list[Picture] = [
        base.mark_text(
            align="left", baseline="bottom", lineBreak="\n", lineHeight=LINE_HEIGHT, dy=alt.ExprRef(expr=rise)
        ).encode(x=alt.value(0), text="label:N"),
        base.mark_bar(height=BAND_HEIGHT, opacity=0.25, color=paint(OPEN), yOffset=below).encode(x=ends, x2="most:Q"),
    ]
    if any(value["low"] is not None for value in values):
        known = base.transform_filter("datum.low !== null")
        layers.append(known.mark_rule(strokeWidth=2, yOffset=below).encode(x=low, x2="high:Q", color=color))
    points = base.mark_point(filled=True, size=70, opacity=1, yOffset=below)
    layers.append(points.encode(x=median, color=color, shape=shape))
    return finish(layers, len(verdicts) * height, "claims: measured ratio and predicted range")


def shorten(sentence: str) -> str:
    """The sentence on as many lines as a row has; whole words of it where it is longer."""
    lines = textwrap.wrap(sentence, LINE_LENGTH, max_lines=MOST_LINES, placeholder=" …")
    return "\n".join(lines)


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
        "label": (label := shorten(claim.sentence)),
        "more": label.count("\n"),
        "least": claim.at_least or edges[0],
        "most": edges[1] if claim.at_most is None else claim.at_most,
        "median": measured.median,
        "low": measured.low,
        "high": measured.high,
        "predicted": render_prediction(claim),
        "shown": render_estimate(measured, render_ratio, verdict.claim.bounds),
        "verdict": verdict.kind.value,
    }
