"""The HTML of a page: everything in one file, nothing asked of any network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import vl_convert
from markupsafe import Markup

from reports.drawing.blocks import Section
from reports.drawing.html import Figures, open_environment
from reports.page.charts.themes import DARK, LIGHT, ON_PAGE, build_config, list_variables
from reports.page.files import PageError
from reports.page.headline import Headline, write_headline
from reports.page.order import list_sections
from reports.page.origin import list_origin, tell_when
from reports.page.runs import Run

PACKAGE, TEMPLATES = "reports.page", "templates"
CLOSING = ("</script", "<!--")  # what would end a script early


@dataclass(frozen=True)
class Chapter:
    """One run on the page.

    Args:
        anchor: Name of its place, unique on the page.
        name: Name of the run.
        when: Time of the run; empty where nothing tells.
        headline: What a reader should know who reads nothing else.
        origin: Where the run comes from, by name.
        sections: Sections that the run has something for.
    """

    anchor: str
    name: str
    when: str
    headline: Headline
    origin: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def render_page(runs: Sequence[Run]) -> str:
    """The whole page as HTML; at least one run.

    Example:
        >>> html = render_page(load_runs([Path("runs/before")]))
        >>> html[:15]
        '<!doctype html>'
    """
    chapters = tuple(_build_chapter(number, run) for number, run in enumerate(runs, start=1))
    figures = Figures()
    library, script = _load_library(), _read("page.js")
    environment = open_environment(PACKAGE)
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment.get_template("page.html").render(
        chapters=chapters,
        figures=figures,
        config=build_config(ON_PAGE),
        light=list_variables(LIGHT),
        dark=list_variables(DARK),
        style=Markup(_read("page.css")),  # noqa: S704  # files of this package
        scripts=[Markup(library), Markup(script)],  # noqa: S704  # likewise, and of a library; checked below
        hashes=[_hash(library), _hash(script)],
    )


def _build_chapter(number: int, run: Run) -> Chapter:
    when = tell_when(run.summary) if run.summary else ""
    origin = list_origin(run.summary) if run.summary else ()
    return Chapter(f"run-{number}", run.name, when, write_headline(run), origin, list_sections(run))


@cache
def _load_library() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script."""
    library = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if any(text in library for text in CLOSING):
        raise PageError("vl-convert's script cannot stand in a page: install the version of constraints.txt.")
    return library


def _read(name: str) -> str:
    return resources.files(PACKAGE).joinpath(TEMPLATES, name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
