"""Light and dark: the colours of the pictures, in Vega-Lite's configuration, and of the page around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.page.charts.meanings import COLOURS, INK

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
FONT_PIXELS = 12


@dataclass(frozen=True)
class Theme:
    """Colours in CSS' form.

    Args:
        ground: Colour behind everything.
        ink: Colour of text.
        muted: Colour of axes, and of what matters less.
        grid: Colour of the lines behind a picture.
        colours: Colour of each name in `COLOURS`; those that meet in a picture are told apart by people who see no red
            or no green, too.

    Source: Okabe and Ito, Color Universal Design, https://jfly.uni-koeln.de/color/, for the arms; the others were
    searched for so that each stands out from the ground and from those that it meets, as the tests compute it.
    """

    ground: str
    ink: str
    muted: str
    grid: str
    colours: Mapping[str, str]


LIGHT = Theme(
    ground="#ffffff",
    ink="#1b1f24",
    muted="#57606a",
    grid="#e4e7eb",
    colours={
        "default": "#0072B2",
        "raw": "#D55E00",
        "cpu": "#9A8E12",
        "gpu": "#B526C9",
        "good": "#0CA34F",
        "bad": "#7A1030",
        "open": "#576272",
        "spare0": "#9A5B3A",
        "spare1": "#3330A6",
    },
)
DARK = Theme(
    ground="#14181d",
    ink="#e8ecf0",
    muted="#a3adb8",
    grid="#2d343c",
    colours={
        "default": "#56B4E9",
        "raw": "#E69F00",
        "cpu": "#F3F08E",
        "gpu": "#E06AF0",
        "good": "#9FE8B8",
        "bad": "#F2304A",
        "open": "#78818E",
        "spare0": "#CEB095",
        "spare1": "#8E8CE4",
    },
)
VARIABLES = ("ground", "ink", "muted", "grid", *COLOURS)


def list_variables(theme: Theme) -> dict[str, str]:
    """The theme as CSS variables of a page, without their hyphens."""
    return {name: theme.colours.get(name) or getattr(theme, name) for name in VARIABLES}


ON_PAGE = Theme(  # drawn once, and light or dark as the page is
    ground="var(--ground)",
    ink="var(--ink)",
    muted="var(--muted)",
    grid="var(--grid)",
    colours={name: f"var(--{name})" for name in COLOURS},
)


def build_config(theme: Theme, font: str = FONT) -> dict[str, Any]:
    """Vega-Lite's configuration for a theme; `font` in CSS' form."""
    label = {"labelColor": theme.ink, "titleColor": theme.muted, "labelFontSize": FONT_PIXELS}
    title = {"titleFontWeight": "normal", "titleFontSize": FONT_PIXELS}
    layout = {"top": {"anchor": "start", "bounds": "full"}}
    axis = {"gridColor": theme.grid, "domainColor": theme.muted, "tickColor": theme.muted}
    return {
        "params": [{"name": "colours", "value": {**theme.colours, INK: theme.ink, "muted": theme.muted}}],
        "background": theme.ground,
        "font": font,
        "view": {"stroke": None},
        "axis": {**label, **title, **axis, "titlePadding": 10, "labelOverlap": True, "labelSeparation": 6},
        "axisXQuantitative": {"tickCount": 8},
        "axisY": {"grid": False, "ticks": False, "labelPadding": 8, "domain": False, "labelLimit": 280},
        "legend": {
            **label,
            "labelLimit": 320,
            "orient": "top",
            "titleFontWeight": "normal",
            "titleFontSize": FONT_PIXELS,
            "symbolSize": 90,
            "layout": layout,
        },
        "mark": {"color": theme.colours["default"]},
        "rule": {"color": theme.muted},
        "text": {"color": theme.ink, "fontSize": FONT_PIXELS},
        "title": {
            "color": theme.ink,
            "fontSize": FONT_PIXELS + 1,
            "anchor": "start",
            "offset": 14,
            "subtitleColor": theme.muted,
            "subtitleFontSize": FONT_PIXELS - 1,
            "subtitlePadding": 6,
        },
    }
