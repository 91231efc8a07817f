"""What all pictures share: their width, and their form without a theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from reports.drawing.blocks import Spec

UNUSED = ("config", "$schema")  # the theme is another; the script is of the same major version
Picture = Any  # an alt.Chart; Altair's methods are not typed to give one


def finish(layers: Sequence[Picture], height: int, description: str) -> Spec:
    """The picture in Vega-Lite's form, checked against its schema; the page or the file brings the theme.

    Args:
        layers: Pictures from the back to the front, each with data: an empty one has no extent.
        height: Height in pixels; the width is that of what the picture stands in.
        description: What the picture shows, for those who hear the page.
    """
    chart = alt.layer(*layers).properties(
        width="container",
        height=height,
        description=description,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    spec: dict[str, Any] = chart.to_dict()
    return {key: value for key, value in spec.items() if key not in UNUSED}


def list_tips(**fields: str) -> list[alt.Tooltip]:
    """What is shown to who points at a mark: the titles of text fields, by their names."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in fields.items()]
