"""Blocks as HTML, by the macros of `templates/blocks.html`; a page puts what they draw into its own template."""

from __future__ import annotations

from collections.abc import Iterable

import jinja2
from markupsafe import Markup, escape

from mnist_core.terminal.console import show_plainly
from reports.drawing.blocks import Block, Emphasis, Spec, Words, split_words

TEMPLATES = "templates"
AROUND = 50  # pixels of axes beside a picture's own height: kept free, so that links lead to where they should


class Figures:
    """The pictures of a page, in the order in which its template places them."""

    around = AROUND

    def __init__(self) -> None:
        self.specs: list[Spec] = []

    def place(self, spec: Spec) -> int:
        """Take the picture in; the number of it, for the element that it is drawn into."""
        self.specs.append(spec)
        return len(self.specs) - 1


def open_environment(*packages: str) -> jinja2.Environment:
    """An environment whose templates may import ``show`` from ``blocks.html``.

    Args:
        *packages: Packages that have a folder of templates of their own.
    """
    loaders = [jinja2.PackageLoader(package, TEMPLATES) for package in (*packages, "reports.drawing")]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["words"] = mark_up
    environment.filters["stages"] = break_between_stages
    return environment


def render_html(blocks: Iterable[Block], figures: Figures) -> Markup:
    """The blocks as HTML.

    Args:
        blocks: What is drawn, from top to bottom.
        figures: Takes in the pictures, of which the HTML holds the places alone.
    """
    macros = open_environment().get_template("blocks.html").module
    return Markup("").join(macros.show(block, figures) for block in blocks)  # type: ignore[attr-defined]


def mark_up(words: Words) -> Markup:
    """A line as HTML: nothing in it is taken for markup, and its emphasised parts have a class."""
    return Markup("").join(_mark_up(span.text, span.emphasis) for span in split_words(words))


def break_between_stages(markup: Markup) -> Markup:
    """The same, which a browser may break before each stage of an ordering, and so not within a word."""
    return markup.replace(").", Markup(")<wbr>."))


def _mark_up(text: str, emphasis: Emphasis) -> Markup:
    if emphasis is Emphasis.PLAIN:
        return escape(show_plainly(text))
    return Markup('<span class="{}">{}</span>').format(emphasis.value, show_plainly(text))
