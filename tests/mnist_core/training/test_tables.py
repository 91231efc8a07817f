"""Tables of an evaluation, of predictions and of the orderings, in terminals of every width."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import RenderableType
from widths import WIDTHS, check_lines, check_table, draw, watch_tables

from mnist_core.training.evaluate import EvalResult
from mnist_core.training.tables import render_confusion, render_evaluation, render_orderings, render_predictions

RESULT = EvalResult("model.keras", 9040, 0.1, 0.996, np.diag([900] * 10) + np.eye(10, k=1, dtype=np.int64) * 4)
TABLES: dict[str, RenderableType] = {
    "evaluation": render_evaluation(RESULT, "mnist.npz"),
    "confusion": render_confusion(RESULT),
    "predictions": render_predictions([Path("/some/where/" * 9 + "a.png"), Path("b.png")], np.eye(10)[:2] * 0.9 + 0.01),
    "orderings": render_orderings(),
}


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", TABLES)
def test_every_table_fits_every_width(name: str, columns: int) -> None:
    with watch_tables() as tables:
        check_lines(draw(TABLES[name], columns), columns)
    (table,) = tables
    check_table(table, columns)
