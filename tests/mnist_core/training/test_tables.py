"""Tables of an evaluation, of predictions and of the orderings, in terminals of every width."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import RenderableType
from widths import WIDTHS, check_lines, check_table, draw, watch_tables

from mnist_core.digits.ink import NO_INK, Ink
from mnist_core.models.reading import Reading
from mnist_core.training.evaluate import EvalResult
from mnist_core.training.tables import render_confusion, render_evaluation, render_orderings, render_predictions

BLACK = np.zeros((28, 28), np.uint8)
RESULT = EvalResult("model.keras", 9040, 0.1, 0.996, np.diag([900] * 10) + np.eye(10, k=1, dtype=np.int64) * 4)
TABLES: dict[str, RenderableType] = {
    "evaluation": render_evaluation(RESULT, "mnist.npz"),
    "confusion": render_confusion(RESULT),
    "predictions": render_predictions(
        [Path("/some/where/" * 9 + "a.png"), Path("b.png"), Path("c.png")],
        [Reading(Ink(BLACK), row) for row in np.eye(10)[:2] * 0.9 + 0.01]
        + [Reading(Ink(BLACK, NO_INK), np.eye(10)[5])],
    ),
    "orderings": render_orderings(),
}


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", TABLES)
def test_every_table_fits_every_width(name: str, columns: int) -> None:
    with watch_tables() as tables:
        check_lines(draw(TABLES[name], columns), columns)
    (table,) = tables
    check_table(table, columns)


def test_predictions_say_what_is_not_sure_and_why() -> None:
    hesitant = np.zeros(10)
    hesitant[[3, 5]] = 0.6, 0.4
    readings = [
        Reading(Ink(BLACK), np.eye(10)[7]),
        Reading(Ink(BLACK), hesitant),
        Reading(Ink(BLACK, NO_INK), np.eye(10)[5]),
    ]

    lines = draw(render_predictions([Path("a.png"), Path("b.png"), Path("c\x1b.png")], readings), 80).splitlines()

    assert [line.split() for line in lines if "─" not in line] == [
        [],
        ["digit", "probability", "next", "picture"],
        ["7", "100.00%", "0", "(0.00%)", "a.png"],
        ["not", "sure", "60.00%", "5", "(40.00%)", "b.png"],
        ["not", "sure", "-", "-", "c\\x1b.png"],
        [],
        ["b.png:", "not", "sure,", "it", "may", "be", "a", "3", "or", "a", "5"],
        ["c\\x1b.png:", "not", "sure,", "no", "ink", "stands", "out", "from", "the", "ground"],
    ]
