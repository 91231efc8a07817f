"""Rich tables of training, evaluation and prediction."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from mnist_core.language.named_orderings import NAMED_ORDERINGS
from mnist_core.language.shapes import NUM_CLASSES
from mnist_core.terminal.console import show_plainly
from mnist_core.terminal.fitted_table import FittedTable
from mnist_core.training.evaluate import EvalResult

if TYPE_CHECKING:  # it imports TensorFlow, which the list of orderings does not need
    from mnist_core.models.reading import Reading
    from mnist_core.profiling.step_trace import StepTrace
    from mnist_core.training.train import TrainResult

NOTHING = "-"
NOT_SURE = "not sure"
FINGERPRINT_DIGITS = 12  # as many as git users are used to; result.json has all 64


def render_training(result: TrainResult) -> Group:
    """One row an epoch; the test score, the data and the versions below."""
    spec = result.spec
    table = _build_table("epoch", "loss", "accuracy", "learning rate", "seconds")
    for epoch in result.epochs:
        rate = f"{epoch.learning_rate:.2g}"
        table.add_row(f"{epoch.epoch}", f"{epoch.loss:.4f}", f"{epoch.accuracy:.2%}", rate, f"{epoch.seconds:.1f}")
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    where = f", {result.device}" if result.device else ""
    return _group(
        table,
        f"test accuracy {result.test_accuracy:.2%}, test loss {result.test_loss:.4f}, best model {result.model}",
        f"{spec.model} by the {spec.loop} loop{where}, seed {spec.seed}: {spec.pipeline.ordering}",
        f"{result.num_train} + {result.num_test} digits of {result.data_name} "
        f"(sha256 {result.data_fingerprint[:FINGERPRINT_DIGITS]}); {versions}",
    )


def render_trace(trace: StepTrace) -> str:
    """Which steps were traced, and the commands that show them."""
    folder = shlex.quote(str(trace.folder))
    return (
        f" trace of steps {trace.first_step} to {trace.last_step}; to look at it:\n"
        f"    mnist-report trace {folder}\n"
        f"    tensorboard --logdir {folder}"
    )


def render_evaluation(result: EvalResult, data_name: str) -> Group:
    """One row a digit; loss and accuracy over all below."""
    table = _build_table("digit", "examples", "correct", "recall", "precision", "most often taken for")
    for score in result.digits:
        confused = NOTHING if score.confused_with is None else f"{score.confused_with} ({score.num_confused} times)"
        shares = [NOTHING if share is None else f"{share:.2%}" for share in (score.recall, score.precision)]
        table.add_row(f"{score.digit}", f"{score.num_examples}", f"{score.num_correct}", *shares, confused)
    return _group(
        table,
        f"{result.model}: accuracy {result.accuracy:.2%}, loss {result.loss:.4f} "
        f"on {result.num_examples} digits of {data_name}",
    )


def render_confusion(result: EvalResult) -> Group:
    """The confusion matrix: rows are true digits, columns what they were taken for; zeros are dots."""
    table = _build_table("", *(f"{digit}" for digit in range(NUM_CLASSES)))
    for digit, row in enumerate(result.confusion):
        cells = ["." if count == 0 else f"{count}" for count in row]
        cells[digit] = f"[bold]{cells[digit]}[/]"
        table.add_row(f"[bold]{digit}[/]", *cells)
    return _group(table, "confusion matrix: a row is the true digit, a column what it was taken for")


def render_predictions(paths: Sequence[Path], readings: Sequence[Reading]) -> Group:
    """One row a picture: the digit, its probability and the runner-up; below, why one is not sure."""
    table = _build_table("digit", "probability", "next", "picture")
    table.columns[-1].justify, table.columns[-1].no_wrap = "left", False
    for path, reading in zip(paths, readings, strict=True):
        row, (first, second, *_) = reading.probabilities, reading.ranking
        shares = [NOTHING, NOTHING] if reading.ink.doubt else [f"{row[first]:.2%}", f"{second} ({row[second]:.2%})"]
        table.add_row(NOT_SURE if reading.digit is None else f"{reading.digit}", *shares, Text(show_plainly(str(path))))
    doubts = [(path, reading.doubt) for path, reading in zip(paths, readings, strict=True) if reading.doubt]
    return _group(table, *(f"{show_plainly(str(path))}: {NOT_SURE}, {doubt}" for path, doubt in doubts))


def render_orderings() -> Group:
    """The named orderings: a line with the text, a line with what it stands for."""
    table = _build_table("name", "ordering")
    for column in table.columns:
        column.justify, column.no_wrap = "left", False
    for named in NAMED_ORDERINGS.values():
        table.add_row(f"[bold]{named.name}[/]", named.text)
        table.add_row("", f"[dim]{named.meaning}[/]")
    return _group(table, "any other chain of these stages works too")


def _build_table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _group(table: Table, *lines: str) -> Group:
    """The table with lines below it, which unlike a caption may be wider than the table."""
    return Group(FittedTable(table), *(Text(f" {line}") for line in lines))
