"""Turns over time: a row for each case, in which drift and outliers are seen."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from reports.drawing.blocks import Spec
from reports.page.charts.drawing import Picture, finish
from reports.page.charts.meanings import BAD, OPEN, find_arm_colour, paint

ROW_HEIGHT = 24  # pixels
POINT_AREA = 26  # square pixels
MOST_TURNS = 60  # drawn of a case
SCALES = (1.05, 1.1, 1.25, 1.5, 2.0, 4.0)  # what a row reaches up to, as a multiple of the case's median
WITHIN = 0.95  # of all turns: a row is so high that it shows them
DISTURBED, BEYOND = "disturbed by others", "farther off than the row is high"
FORMS = {DISTURBED: "cross", BEYOND: "triangle-up"}
DIGITS = 4  # of a ratio


@dataclass(frozen=True)
class Strip:
    """The turns of a case.

    Args:
        row: Name of the case, unique in a picture.
        arm: Name of its arm; empty for a case of another project, which has none.
        ratios: Time of each turn as a multiple of their median, above 0, by round.
        disturbed: Rounds of those that others had a part in.
    """

    row: str
    arm: str
    ratios: Mapping[int, float]
    disturbed: Collection[int] = ()

    @property
    def kind(self) -> str:
        """What its turns are called in the key."""
        return self.arm or "turn"

    @property
    def distance(self) -> float:
        """How far its farthest turn is from the median, as a factor of at least 1."""
        return max(measure_distance(ratio) for ratio in self.ratios.values())


def relate(times: Mapping[int, float]) -> dict[int, float]:
    """Each time as a multiple of their median, by round; none where a clock was too coarse for the median."""
    middle = statistics.median(times.values()) if times else 0
    return {number: time / middle for number, time in times.items() if time > 0} if middle > 0 else {}


def measure_distance(ratio: float) -> float:
    """How far a ratio is from 1 in either direction, as a factor of at least 1."""
    return max(ratio, 1 / ratio)


def find_scale(strips: Sequence[Strip]) -> float:
    """What a row must reach up to, so that nearly all turns stand in it."""
    distances = sorted(measure_distance(ratio) for strip in strips for ratio in strip.ratios.values())
    wanted = distances[math.ceil(WITHIN * len(distances)) - 1]
    return next((scale for scale in SCALES if scale >= wanted), SCALES[-1])


def thin(ratios: Mapping[int, float]) -> dict[int, float]:
    """At most `MOST_TURNS` of the turns: of half as many equal spans the middle one and the farthest."""
    if len(ratios) <= MOST_TURNS:
        return dict(ratios)
    rounds, count = sorted(ratios), MOST_TURNS // 2
    edges = [len(rounds) * place // count for place in range(count + 1)]
    kept: set[int] = set()
    for start, end in itertools.pairwise(edges):
        span = sorted(rounds[start:end], key=lambda number: ratios[number])
        kept |= {span[len(span) // 2], max(span, key=lambda number: measure_distance(ratios[number]))}
    return {number: ratios[number] for number in sorted(kept)}


def draw_turns(strips: Sequence[Strip], scale: float) -> Spec:
    """A row for each strip: a mark for each turn, up where it was slower than the median, along which a line is drawn.

    Args:
        strips: Strips to draw, at least one.
        scale: What a row reaches up to and, as 1 / scale, down to.
    """
    rows = [strip.row for strip in strips]
    y = alt.Y("row:N", sort=rows, title=None)
    middles = alt.Chart(alt.InlineData(values=[{"row": row} for row in rows])).mark_rule(opacity=0.4).encode(y=y)
    points = _draw_points(strips, scale).encode(
        x=alt.X(
            "round:Q",
            title="round",
            scale=alt.Scale(nice=False, zero=False, padding=8),
            axis=alt.Axis(format="d", tickMinStep=1),
        ),
        y=y,
        yOffset=alt.YOffset("height:Q", scale=alt.Scale(domain=[1, -1])),
    )
    return finish([middles, points], len(rows) * ROW_HEIGHT, "turns over time, as multiples of their median")


def _draw_points(strips: Sequence[Strip], scale: float) -> Picture:
    values = [value for strip in strips for value in _list_values(strip, scale)]
    colours = {strip.kind: find_arm_colour(strip.arm) for strip in strips} | {DISTURBED: BAD, BEYOND: OPEN}
    present = {value["kind"] for value in values}
    kinds = [kind for kind in colours if kind in present]
    color = alt.Scale(domain=kinds, range=[paint(colours[kind]) for kind in kinds])
    shape = alt.Scale(domain=kinds, range=[FORMS.get(kind, "circle") for kind in kinds])
    tooltip = [
        alt.Tooltip("row:N", title="case"),
        alt.Tooltip("round:Q"),
        alt.Tooltip("ratio:Q", title="times its median"),
        alt.Tooltip("kind:N", title="turn"),
    ]
    points = alt.Chart(alt.InlineData(values=values)).mark_point(filled=True, opacity=0.9, size=POINT_AREA)
    return points.encode(
        color=alt.Color("kind:N", title=None, scale=color),
        shape=alt.Shape("kind:N", title=None, scale=shape),
        tooltip=tooltip,
    )


def _list_values(strip: Strip, scale: float) -> list[dict[str, object]]:
    return [
        {
            "row": strip.row,
            "round": number,
            "ratio": float(f"{ratio:.{DIGITS}g}"),
            "height": round(max(-1.0, min(1.0, math.log(ratio) / math.log(scale))), 3),
            "kind": _name_kind(strip, number, scale),
        }
        for number, ratio in thin(strip.ratios).items()
    ]


def _name_kind(strip: Strip, number: int, scale: float) -> str:
    if number in strip.disturbed:
        return DISTURBED
    return BEYOND if measure_distance(strip.ratios[number]) > scale else strip.kind
