"""Opens a subject in the process that measures it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from bench.subjects.capabilities import Opened
from mnist_core import InputError, Say, say_nothing
from reports.record.case import GRAPH, ORDERING, PIPELINE, RUN, Subject

KINDS = {
    ORDERING: "bench.subjects.digits",
    PIPELINE: "bench.subjects.opened_pipeline",
    RUN: "bench.programs.caught",
    GRAPH: "bench.programs.carried",
}
"""By the kind of subject, the module whose function ``open_subject`` opens it."""


def open_subject(subject: Subject, source: str, *, num_examples: int | None = None, say: Say = say_nothing) -> Opened:
    """The subject, ready to give batches. An ordering needs TensorFlow, which this imports.

    Args:
        subject: What to open.
        source: Where its data come from; for an ordering of our digits as `load_digits` takes it.
        num_examples: Number of examples that make an epoch; None takes all that there are.
        say: Is given a line when files are written or fetched.

    Raises:
        InputError: There is no such kind of subject, or it cannot be opened.

    Example:
        >>> opened = open_subject(build_case("post").subject, "mnist.npz")
        >>> images, labels = next(iter(opened.open()))
        >>> images.shape
        TensorShape([32, 28, 28])
    """
    if subject.kind not in KINDS:
        raise InputError(f"subject kind must be one of {', '.join(KINDS)}, got '{subject.kind}'.")
    open_kind: Callable[..., Opened] = import_module(KINDS[subject.kind]).open_subject
    return open_kind(subject, source, num_examples, say)
