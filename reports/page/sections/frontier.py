"""Speed against memory: which orderings nobody beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from reports.drawing.blocks import Cell, Emphasis, Figure, Section, Spec, Table, number_columns, text_columns
from reports.drawing.numbers import MEBIBYTE, render_estimate, render_mebibytes, render_ratio
from reports.page.charts.drawing import Picture, finish, list_tips
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
LOGARITHMIC = alt.Scale(type="log", nice=False, padding=24)


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
    front = [place for place in places if not any(other.beats(place) for other in places)]
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
        " front, joined by a line: nobody has a shorter median time with as little memory. Hollow points are beaten in"
        f" both; the table says by whom. Readings closer than {SAME_BYTES - 1:.0%} count as the same memory. Vertical"
        f" lines are {CONFIDENCE:.0%} intervals. Both axes are logarithmic.",
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
    on, off = ([place for place in places if (place in front) is wanted] for wanted in (True, False))
    x = alt.X("mebibytes:Q", title=MEMORY_TITLE, scale=LOGARITHMIC, axis=alt.Axis(format="~r"))
    y = alt.Y("time:Q", title=TIME_TITLE, scale=LOGARITHMIC, axis=alt.Axis(format="~r", grid=True, domain=True))
    known = [place for place in places if place.time_us.low is not None]
    layers = [_hold(on, ON).mark_line(interpolate="step-after", strokeDash=[6, 4]).encode(x=x, y=y)]
    if known:
        layers.append(_hold(known, "").mark_rule().encode(x=x, y=alt.Y("low:Q", title=TIME_TITLE), y2="high:Q"))
    look = {
        "x": x,
        "y": y,
        "shape": alt.Shape("place:N", title=None, scale=alt.Scale(domain=[ON, OFF], range=["circle", "square"])),
        "color": alt.Color("place:N", title=None, scale=alt.Scale(domain=[ON, OFF])),
        "tooltip": list_tips(name="ordering", shown_time="µs per example", shown_memory="live MiB", place="place"),
    }
    if off:
        layers.append(_hold(off, OFF).mark_point(size=POINT_AREA, opacity=1, strokeWidth=2).encode(**look))
    layers.append(_hold(on, ON).mark_point(size=POINT_AREA, opacity=1, filled=True).encode(**look))
    for place in on:
        is_left = _is_left(place, places)
        texts = _hold([place], ON).mark_text(
            align="left" if is_left else "right", dx=10 if is_left else -10, dy=-10, fontWeight="bold"
        )
        layers.append(texts.encode(x=x, y=y, text="name:N"))
    return finish(layers, HEIGHT, f"{TIME_TITLE} against {MEMORY_TITLE}")


def _hold(places: Sequence[Place], where: str) -> Picture:
    return alt.Chart(alt.InlineData(values=[_describe(place, where) for place in places]))


def _is_left(place: Place, places: Sequence[Place]) -> bool:
    """True if the place is nearer to the left edge of the logarithmic axis: its name goes to the right."""
    least, most = (edge(each.live_bytes for each in places) for edge in (min, max))
    return place.live_bytes**2 <= least * most


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
