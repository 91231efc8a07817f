"""How a person's own model trains on their pipelines: how fast, and how long it waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Cell, Column, Table, build_row, number_columns
from reports.drawing.numbers import render_seconds
from reports.summary.case import CaseSummary
from reports.summary.summary import Summary
from reports.tables.cells import show_busy, show_rate, show_waiting

NONE = Cell("-")
PIPELINE = Column("pipeline", least=12)
EXPLAINED_TRAINING = "AU: share of the time after the first batch in which it computes; waits: the rest"


def tabulate_training(summary: Summary) -> list[Table]:
    """How a person's own model trains on each pipeline, a table a model; none where none was trained."""
    trained = [case for case in summary.timed if case.consumer == "model"]
    models = dict.fromkeys(dict(case.choices).get("model", "") for case in trained)
    return [_tabulate_training(model, trained) for model in models]


def explain_training(summary: Summary) -> list[str]:
    """What the columns of the training mean; no line where nothing was trained."""
    return [EXPLAINED_TRAINING] if any(case.consumer == "model" for case in summary.timed) else []


def _tabulate_training(model: str, trained: Sequence[CaseSummary]) -> Table:
    own = [case for case in trained if dict(case.choices).get("model") == model]
    rows = [
        build_row(
            case.name,
            show_rate(case),
            NONE if case.step_s is None else Cell(render_seconds(case.step_s), case.step_s),
            show_waiting(case),
            show_busy(case),
        )
        for case in own
    ]
    devices = ", ".join(dict.fromkeys(case.device for case in own))
    title = f"training {model} on the {devices}, every step waited for"
    return Table(title, (PIPELINE, *number_columns("examples/s", "a step", "waits %", "AU %")), tuple(rows))
