"""Speed against memory: which orderings nobody beats in both."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from reports.drawing.blocks import Cell, Emphasis, Figure, Section, Spec, Table, number_columns, text_columns
from reports.drawing.numbers import MEBIBYTE, render_estimate, render_mebibytes, render_ratio
from reports.page.charts.drawing import Picture, finish, list_tips
from reports.page.charts.labels import Spot
from reports.page.charts.meanings import GOOD, OPEN, paint
from reports.page.charts.names_chart import NamedMark, draw_names
from reports.page.names import name_row
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.case import CaseSummary
from reports.summary.fields import Ranked
from reports.summary.metric import LIVE_BYTES, TIME
from reports.summary.summary import Summary

HEIGHT = 340  # pixels
POINT_AREA = 110  # square pixels
SAME_BYTES = LIVE_BYTES.spread or 1.0  # two readings that differ by less are level
US_PER_S = 1_000_000
ON, OFF = "on the front", "beaten"
TIME_TITLE, MEMORY_TITLE = "microseconds per example", "live memory beyond the source, MiB"
PADDING = 24  # pixels between the outermost marks and the edges
LOGARITHMIC = alt.Scale(type="log", nice=False, padding=PADDING)
MOST_NAMED = 40  # of the marks; the table has all


@dataclass(frozen=True)
class Place:
    """Where a case stands.

    Args:
        case: Case that was drained.
        time_us: Microseconds per example.
        live_bytes: Live bytes that were read of the same case.
    """

    case: CaseSummary
    time_us: Estimate
    live_bytes: int

    def beats(self, other: Place) -> bool:
        """True if it is faster and needs no more memory, as far as one reading tells."""
        return self.time_us.median < other.time_us.median and self.live_bytes <= other.live_bytes * SAME_BYTES


def find_front(places: Sequence[Place]) -> list[Place]:
    """The places that no other beats, those with the least memory first."""
    front: list[Place] = []
    least = math.inf  # bytes of those that are faster
    ordered = sorted(places, key=lambda place: place.time_us.median)
    for _, level in itertools.groupby(ordered, key=lambda place: place.time_us.median):
        same = list(level)
        front += [place for place in same if least > place.live_bytes * SAME_BYTES]
        least = min(least, *(place.live_bytes for place in same))
    return sorted(front, key=lambda place: (place.live_bytes, place.time_us.median))


def describe_frontier(summary: Summary) -> Section | None:
    """The section; None where no drained case has a memory reading above 0."""
    blocks: list[Figure | Table] = []
    for places in _find_places(summary):
        blocks += [draw_frontier(places), _list_places(places)]
    return Section("frontier", "Which ordering gives the most for its memory?", tuple(blocks)) if blocks else None


def draw_frontier(places: Sequence[Place]) -> Figure:
    """Time against live memory, with the Pareto front."""
    return Figure(
        f"Time against live memory, {places[0].case.arm} arm",
        "Left is less memory, down is less time: the best corner is at the bottom left. Filled points are the Pareto"
        " front, joined by a line: nobody has a shorter median time with as little memory. Hollow ones are beaten in"
        " both; the table says by whom, and has those for whose name there is no room. Readings closer than"
        f" {SAME_BYTES - 1:.0%} count as the same memory. Vertical lines are {CONFIDENCE:.0%} intervals. Both axes are"
        " logarithmic.",
        _draw(places),
    )


def _find_places(summary: Summary) -> list[list[Place]]:
    """The places of each arm and device that has any."""
    fields = [[_place(ranked) for ranked in field.ranked] for field in summary.fields]
    known = [[place for place in field if place is not None] for field in fields]
    return [places for places in known if places]


def _place(ranked: Ranked) -> Place | None:
    memory = None if ranked.memory is None else ranked.memory.memory
    if memory is None or not memory.live_bytes:
        return None
    return Place(ranked.case, ranked.case.get(TIME).scale(US_PER_S), memory.live_bytes)


def _draw(places: Sequence[Place]) -> Spec:
    front = find_front(places)
    where = {id(place): OFF for place in places} | {id(place): ON for place in front}
    off = [place for place in places if where[id(place)] == OFF]
    x = alt.X("mebibytes:Q", title=MEMORY_TITLE, scale=LOGARITHMIC, axis=alt.Axis(format="~r"))
    y = alt.Y("time:Q", title=TIME_TITLE, scale=LOGARITHMIC, axis=alt.Axis(format="~r", grid=True, domain=True))
    known = [place for place in places if place.time_us.low is not None]
    layers = [
        _hold(front, ON).mark_line(interpolate="step-after", strokeDash=[6, 4], color=paint(GOOD)).encode(x=x, y=y)
    ]
    if known:
        layers.append(_hold(known, "").mark_rule().encode(x=x, y=alt.Y("low:Q", title=TIME_TITLE), y2="high:Q"))
    look = {
        "x": x,
        "y": y,
        "shape": alt.Shape("place:N", title=None, scale=alt.Scale(domain=[ON, OFF], range=["circle", "square"])),
        "color": alt.Color("place:N", title=None, scale=alt.Scale(domain=[ON, OFF], range=[paint(GOOD), paint(OPEN)])),
        "tooltip": list_tips(name="ordering", shown_time="µs per example", shown_memory="live MiB", place="place"),
    }
    if off:
        layers.append(_hold(off, OFF).mark_point(size=POINT_AREA, opacity=1, strokeWidth=2).encode(**look))
    layers.append(_hold(front, ON).mark_point(size=POINT_AREA, opacity=1, filled=True).encode(**look))
    layers.append(_name(places, front).encode(x=x, y=y))
    return finish(layers, HEIGHT, f"{TIME_TITLE} against {MEMORY_TITLE}")


def _name(places: Sequence[Place], front: Sequence[Place]) -> Picture:
    """The names of the reference, of those on the front, and of as many others as there is room for."""
    is_on = {id(place) for place in front}
    ordered = sorted(places, key=lambda place: (not place.case.is_reference, id(place) not in is_on))[:MOST_NAMED]
    sizes = [place.live_bytes for place in places]
    times = [each for place in places for each in _list_times(place)]

    def locate(num_bytes: float, time_us: float) -> Spot:
        return _share(num_bytes, min(sizes), max(sizes)), 1 - _share(time_us, min(times), max(times))

    marks = [
        NamedMark(
            name_row(place.case),
            locate(place.live_bytes, place.time_us.median),
            {"mebibytes": place.live_bytes / MEBIBYTE, "time": place.time_us.median},
        )
        for place in ordered
    ]
    lines = [
        (locate(place.live_bytes, min(found)), locate(place.live_bytes, max(found)))
        for place in ordered
        for found in (_list_times(place),)
    ]
    for one, other in itertools.pairwise(front[:MOST_NAMED]):
        corner = locate(other.live_bytes, one.time_us.median)
        lines += [
            (locate(one.live_bytes, one.time_us.median), corner),
            (corner, locate(other.live_bytes, other.time_us.median)),
        ]
    return draw_names(marks, lines, HEIGHT, PADDING)


def _list_times(place: Place) -> list[float]:
    estimate = place.time_us
    return [each for each in (estimate.low, estimate.median, estimate.high) if each]


def _share(value: float, least: float, most: float) -> float:
    """How far along a logarithmic axis a value stands that ends with the least and the most."""
    return math.log(value / least) / math.log(most / least) if most > least else 0.5


def _hold(places: Sequence[Place], where: str) -> Picture:
    return alt.Chart(alt.InlineData(values=[_describe(place, where) for place in places]))


def _describe(place: Place, where: str) -> dict[str, object]:
    return {
        "name": name_row(place.case),
        "mebibytes": place.live_bytes / MEBIBYTE,
        "time": place.time_us.median,
        "low": place.time_us.low,
        "high": place.time_us.high,
        "shown_time": render_estimate(place.time_us, render_ratio),
        "shown_memory": render_mebibytes(place.live_bytes),
        "place": where,
    }


def _list_places(places: Sequence[Place]) -> Table:
    front = find_front(places)
    rows = tuple(
        (
            Cell(place.case.name),
            _judge(place, front),
            Cell(render_estimate(place.time_us, render_ratio), place.time_us.median),
            Cell(render_mebibytes(place.live_bytes), float(place.live_bytes)),
        )
        for place in sorted(places, key=lambda place: (place not in front, place.time_us.median))
    )
    columns = (*text_columns("ordering", "place"), *number_columns("µs per example", "live MiB"))
    return Table("On the front, or beaten by whom", columns, rows)


def _judge(place: Place, front: Sequence[Place]) -> Cell:
    if place in front:
        return Cell(ON, emphasis=Emphasis.BEST)
    beaten_by = ", ".join(name_row(other.case) for other in front if other.beats(place))
    return Cell(f"beaten by {beaten_by}" if beaten_by else OFF)
