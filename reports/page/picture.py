"""One picture of a page as a file of its own, drawn by the same library without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import vl_convert

from mnist_core.language.choice import explain_choice
from reports.drawing.blocks import Figure, Section
from reports.page.charts.themes import Theme, build_config
from reports.page.files import PageError
from reports.page.origin import tell_origin
from reports.page.sections.benchmarks import draw_benchmarks
from reports.page.sections.claims import describe_claims
from reports.page.sections.devices import describe_inference
from reports.page.sections.feeding import describe_feeding
from reports.page.sections.frontier import describe_frontier
from reports.page.sections.memory import describe_memory
from reports.page.sections.pipelines import describe_pipelines
from reports.page.sections.speed import describe_first_batch, describe_speed
from reports.page.sections.turns import describe_turns
from reports.summary.summary import Summary

WIDTH = 760  # pixels: what a README shows without shrinking it
SCALE = 2.0  # of a PNG, for screens with small pixels
MARGIN = 12  # pixels around it
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"  # letters as wide here as where the picture is looked at
CHARTS: dict[str, Callable[[Summary], Section | None]] = {
    "throughput": describe_speed,
    "frontier": describe_frontier,
    "first-batch": describe_first_batch,
    "memory": describe_memory,
    "feeding": describe_feeding,
    "inference": describe_inference,
    "claims": describe_claims,
    "pipelines": describe_pipelines,
    "benchmarks": draw_benchmarks,
    "turns": describe_turns,
}


def find_charts(summary: Summary) -> list[str]:
    """Names of the pictures that the run has, that of its headline first.

    Raises:
        PageError: It has none.
    """
    if found := [name for name in CHARTS if _find_figure(summary, name) is not None]:
        return found
    raise PageError("this run has nothing for a picture: run pytest bench/ --benchmark-only.")


def render_picture(summary: Summary, chart: str, suffix: str, theme: Theme, name: str) -> bytes:
    """The picture as SVG or PNG.

    Args:
        summary: Summary of one run.
        chart: Name of the picture, one of `CHARTS`.
        suffix: End of the file's name: ".svg" or ".png".
        theme: Colours, light or dark.
        name: Name of the run, which stands on the picture with its time and its machine.

    Raises:
        PageError: There is no such picture, or the run has nothing for it.
    """
    if chart not in CHARTS:
        raise PageError(explain_choice("--chart", CHARTS, chart))
    if (figure := _find_figure(summary, chart)) is None:
        raise PageError(f"this run has nothing for the picture {chart}: it has {', '.join(find_charts(summary))}.")
    title = {"text": figure.title, "subtitle": " · ".join((name, *tell_origin(summary)))}
    look = {"title": title, "width": WIDTH, "padding": MARGIN, "config": build_config(theme, FONT)}
    spec = json.dumps({**figure.spec, **look}, allow_nan=False)
    if suffix == ".png":
        return vl_convert.vegalite_to_png(spec, scale=SCALE)
    return vl_convert.vegalite_to_svg(spec).encode()


def _find_figure(summary: Summary, chart: str) -> Figure | None:
    section = CHARTS[chart](summary)
    return next((block for block in section.blocks if isinstance(block, Figure)), None) if section else None
