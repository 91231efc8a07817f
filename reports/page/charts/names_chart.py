"""The names of marks, as a layer of a picture that is wide or narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from reports.page.charts.drawing import Picture
from reports.page.charts.labels import Label, Spot, place_labels

NARROWEST, LIMIT, WIDEST, STEP = 280, 480, 1000, 40  # pixels of the picture; below the limit another place is sought
WIDE, NARROW = range(LIMIT, WIDEST + 1, STEP), range(NARROWEST, LIMIT + 1, STEP)
IS_WIDE = f"width >= {LIMIT}"
NOWHERE = Label("left", 0, 0)


@dataclass(frozen=True)
class NamedMark:
    """A mark that has a name.

    Args:
        name: What stands beside it.
        spot: Where it stands.
        fields: What the picture's axes read of it.
    """

    name: str
    spot: Spot
    fields: Mapping[str, float]


def draw_names(
    marks: Sequence[NamedMark], lines: Sequence[tuple[Spot, Spot]], height: float, padding: float
) -> Picture:
    """The names, without the axes; one for which there is no place is left out.

    Args:
        marks: Marks of the picture, those first that should have a name first.
        lines: Ends of the lines that no name may cover.
        height: Height of the picture in pixels.
        padding: Pixels between its edges and the outermost marks.
    """
    names, spots = [mark.name for mark in marks], [mark.spot for mark in marks]
    wide, narrow = (
        place_labels(names, spots, lines, widths, height=height, padding=padding) for widths in (WIDE, NARROW)
    )
    values = [
        {**mark.fields, **_describe("wide", mark.name, here), **_describe("narrow", mark.name, there)}
        for mark, here, there in zip(marks, wide, narrow, strict=True)
    ]
    align, dx, dy = (_choose(f"datum.wide_{field}", f"datum.narrow_{field}") for field in ("align", "dx", "dy"))
    return (
        alt.Chart(alt.InlineData(values=values))
        .transform_calculate(label=_choose("datum.wide", "datum.narrow").expr)
        .mark_text(baseline="middle", align=align, dx=dx, dy=dy)
        .encode(text="label:N")
    )


def _describe(kind: str, name: str, label: Label | None) -> dict[str, object]:
    spot = label or NOWHERE
    return {
        kind: name if label else "",
        f"{kind}_align": spot.align,
        f"{kind}_dx": spot.dx,
        f"{kind}_dy": spot.dy,
    }


def _choose(wide: str, narrow: str) -> alt.ExprRef:
    return alt.ExprRef(expr=f"{IS_WIDE} ? {wide} : {narrow}")
