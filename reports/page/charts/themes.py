"""Light and dark: the colours of the pictures, in Vega-Lite's configuration, and of the page around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
        series: Colours of series in the order of their use; told apart by people who see no red or no green.

    Source: Okabe and Ito, Color Universal Design, https://jfly.uni-koeln.de/color/: the eight colours, those first that
    stand out from the ground.
    """

    ground: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]


LIGHT = Theme(
    ground="#ffffff",
    ink="#1b1f24",
    muted="#57606a",
    grid="#e4e7eb",
    series=("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1b1f24"),
)
DARK = Theme(
    ground="#14181d",
    ink="#e8ecf0",
    muted="#a3adb8",
    grid="#2d343c",
    series=("#56B4E9", "#E69F00", "#2fbf93", "#CC79A7", "#F0E442", "#ff8a3d", "#e8ecf0"),
)


def build_config(theme: Theme, font: str = FONT) -> dict[str, Any]:
    """Vega-Lite's configuration for a theme; `font` in CSS' form."""
    label = {"labelColor": theme.ink, "titleColor": theme.muted, "labelFontSize": FONT_PIXELS}
    title = {"titleFontWeight": "normal", "titleFontSize": FONT_PIXELS}
    layout = {"top": {"anchor": "start", "bounds": "full"}}
    axis = {"gridColor": theme.grid, "domainColor": theme.muted, "tickColor": theme.muted}
    return {
        "background": theme.ground,
        "font": font,
        "view": {"stroke": None},
        "axis": {**label, **title, **axis, "titlePadding": 10, "labelOverlap": True},
        "axisXQuantitative": {"tickCount": 8},
        "axisY": {"grid": False, "ticks": False, "labelPadding": 8, "domain": False},
        "legend": {
            **label,
            "labelLimit": 320,
            "orient": "top",
            "titleFontWeight": "normal",
            "titleFontSize": FONT_PIXELS,
            "symbolSize": 90,
            "layout": layout,
        },
        "range": {"category": list(theme.series)},
        "mark": {"color": theme.series[0]},
        "rule": {"color": theme.muted},
        "text": {"color": theme.ink, "fontSize": FONT_PIXELS},
        "title": {"color": theme.ink, "fontSize": FONT_PIXELS + 1, "anchor": "start", "offset": 14},
    }
