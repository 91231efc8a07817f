"""What people say of tf.data, and what this run says of it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.claims.file import load_claims
from reports.claims.tables import EMPHASES, count_verdicts, render_prediction
from reports.claims.verdict import ClaimVerdict, Ruling, judge_claims
from reports.drawing.blocks import Block, Cell, Figure, Fold, Lines, Section, Table, number_columns, text_columns
from reports.page.charts.claims_chart import draw_ranges, is_drawable
from reports.summary.summary import Summary
from reports.tables.cells import show_estimate

MARKS = {Ruling.HOLDS: "✓", Ruling.REFUTED: "✗", Ruling.INCONCLUSIVE: "?", Ruling.NOT_RUN: "-"}
ORDER = (Ruling.REFUTED, Ruling.HOLDS, Ruling.INCONCLUSIVE, Ruling.NOT_RUN)
MOST_ROWS = 14  # of a picture, which then fits on a sheet of paper
COLUMNS = (
    *text_columns("claim", "verdict", "what people say", "metric"),
    *number_columns("predicted", "measured"),
)


def describe_claims(summary: Summary) -> Section | None:
    """Every claim with its verdict, those that were not run folded; None where the run decides on none."""
    if summary.pipelines:
        return None
    verdicts = sorted(judge_claims(load_claims(), summary), key=lambda verdict: ORDER.index(verdict.kind))
    run = [verdict for verdict in verdicts if verdict.measured is not None]
    if not run:
        return None
    left = [verdict for verdict in verdicts if verdict.measured is None]
    drawn = [verdict for verdict in run if is_drawable(verdict)]
    pages = [drawn[place : place + MOST_ROWS] for place in range(0, len(drawn), MOST_ROWS)]
    blocks: list[Block] = [Lines((f"{count_verdicts(verdicts)}.",))]
    blocks += [draw_claims(each, place, len(pages)) for place, each in enumerate(pages, start=1)]
    blocks.append(_list_verdicts("The claims that this run decides on", run))
    blocks += [Fold(f"Not run here: {len(left)}", _list_verdicts(None, left))] if left else []
    return Section("claims", "Is what people say true here?", tuple(blocks))


def draw_claims(verdicts: Sequence[ClaimVerdict], place: int = 1, count: int = 1) -> Figure:
    """The measured ratio of each claim beside what the claim predicts of it.

    Args:
        verdicts: Verdicts to draw, at least one, all of them drawable.
        place: Number of the picture among those that show all of the run's, from 1.
        count: Number of these pictures.
    """
    return Figure(
        f"Measured ratio and predicted range{f', {place} of {count}' if count > 1 else ''}",
        "Below each sentence the broad band is what it predicts of the ratio, the point with its line the measured one"
        " and its 95% interval. HOLDS: the whole line is within the band. REFUTED: none of it is. INCONCLUSIVE: it"
        " crosses the edge. The axis is logarithmic.",
        draw_ranges(verdicts),
    )


def _list_verdicts(title: str | None, verdicts: Sequence[ClaimVerdict]) -> Table:
    return Table(title, COLUMNS, tuple(_list(verdict) for verdict in verdicts))


def _list(verdict: ClaimVerdict) -> tuple[Cell, ...]:
    claim, kind = verdict.claim, verdict.kind
    why = f" {claim.why}" if kind is Ruling.REFUTED and claim.why else ""
    return (
        Cell(claim.id),
        Cell(
            f"{MARKS[kind]} {kind.value}",
            ORDER.index(kind),
            (verdict.reason,) if verdict.reason else (),
            EMPHASES[kind],
        ),
        Cell(claim.sentence, below=(f"{claim.source}.{why}",)),
        Cell(claim.metric),
        Cell(render_prediction(claim)),
        show_estimate(verdict.measured, verdict.claim.bounds),
    )
