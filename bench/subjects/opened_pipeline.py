"""A person's pipeline, opened in a worker: built anew as often as its function can be called."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tensorflow as tf

from bench.subjects.capabilities import Batch
from bench.subjects.elements import count_bytes, count_examples, is_batched
from bench.subjects.origins import find_origin, note_origins
from bench.subjects.person_code import make_dataset
from bench.subjects.pipeline_text import parse_pipeline
from bench.subjects.shrinking import shrink_buffers
from mnist_core import Say
from reports.record.case import Subject

SMALL_BUFFER = 8  # of a shuffle under inspection: a large one would use up its input, which TensorFlow then drops
DATA_NAME = "the pipelines' own data"
MOST_RETRIED = 1_000_000  # elements that are asked for again to find the one that fails

Make = Callable[[], tf.data.Dataset]


def open_subject(subject: Subject, _source: str, _num_examples: int | None, _say: Say) -> OpenedPipeline:
    """The pipeline of a subject's text; the arguments are those of `bench.subjects.open.open_subject`."""
    pipeline = parse_pipeline(subject)
    return OpenedPipeline(subject.text, lambda: make_dataset(pipeline))


class OpenedPipeline:
    """A pipeline that somebody else wrote.

    Args:
        text: What a user calls it.
        make: Makes its dataset; anew at every call, if it can.
    """

    data_name = DATA_NAME
    num_batches: int | None = None
    """An epoch's length is only known when one has been taken."""

    def __init__(self, text: str, make: Make) -> None:
        self.text, self._make = text, make
        with note_origins(), shrink_buffers() as sizes:
            self._dataset = make()
        self.shuffle_sizes = tuple(size for size in sizes if size)
        self.batched = is_batched(self._dataset)

    @property
    def data_fingerprint(self) -> str:
        """SHA-256 of a name: what a pipeline reads is its own affair."""
        return hashlib.sha256(self.data_name.encode()).hexdigest()

    def open(self) -> Iterable[Batch]:
        """The batches from the beginning."""
        batches: Iterable[Batch] = self.build()
        return batches

    def build(self, seed: int | None = None) -> tf.data.Dataset:
        """The dataset, built anew; a seed becomes TensorFlow's global one, from which unseeded stages draw theirs."""
        if seed is not None:
            tf.random.set_seed(seed)
        with note_origins():
            return self._make()

    def build_sample(self) -> tf.data.Dataset:
        """The same stages with small shuffle buffers, repeated so that none has used up its input."""
        with shrink_buffers(shuffle=SMALL_BUFFER):
            return self._make()

    def count_examples(self, batch: Batch) -> int:
        """How many examples a batch holds."""
        return int(count_examples(batch, batched=self.batched))

    def read_bytes(self, batch: Batch) -> int:
        """How many bytes a batch holds."""
        return count_bytes(batch)

    def explain_failure(self, error: Exception) -> str:
        """What failed, in one line: the stage with its file and line, the number of the element, the error's own words.

        The elements are asked for again, stage by stage from the source on: the first stage that fails is to blame.
        """
        reason = f"{type(error).__name__}: {_read_first_line(error)}"
        for stage in list_stages(self.build()):
            number = _find_failing(stage)
            if number is not None:
                where = find_origin(stage)
                place = f" at {where[0]}:{where[1]}" if where else ""
                return f"{self.text} fails in {name_stage(stage)}{place}, element {number}: {reason}"
        return f"{self.text} fails: {reason}"


def list_stages(dataset: tf.data.Dataset) -> list[tf.data.Dataset]:
    """The datasets that lead to one, sources first, and itself last."""
    stages: dict[int, tf.data.Dataset] = {}

    def visit(each: tf.data.Dataset) -> None:
        for below in each._inputs():  # there is no other way to the stages
            visit(below)
        stages.setdefault(id(each), each)

    visit(dataset)
    return list(stages.values())


def name_stage(dataset: tf.data.Dataset) -> str:
    """What TensorFlow calls a stage, without what all have: Map for _MapDataset."""
    name = type(dataset).__name__.strip("_")
    return name.replace("DatasetV2", "").replace("DatasetV1", "").replace("Dataset", "") or "Dataset"


def _find_failing(stage: tf.data.Dataset) -> int | None:
    """The number of the first element, from 0, that a stage cannot give; None if it gives them all."""
    number = 0
    try:
        for _ in itertools.islice(stage, MOST_RETRIED):
            number += 1
    except Exception:  # noqa: BLE001  # whatever the person's code raises
        return number
    return None


def _read_first_line(error: Exception) -> str:
    """The error's first line with words in it; TensorFlow's messages go on with nodes and traces."""
    text = str(getattr(error, "message", None) or error)
    lines: Sequence[Any] = [line.strip() for line in text.splitlines() if line.strip()]
    return str(lines[0]) if lines else "without a message"
