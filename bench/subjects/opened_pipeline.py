"""A person's pipeline, opened in a worker: built anew as often as its function can be called."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import tensorflow as tf

from bench.subjects.capabilities import Batch, FailedPipelineError
from bench.subjects.elements import count_bytes, count_examples, is_batched
from bench.subjects.failures import tell_build, tell_iteration
from bench.subjects.length import is_endless
from bench.subjects.origins import note_origins
from bench.subjects.person_code import make_dataset
from bench.subjects.pipeline_text import parse_pipeline
from bench.subjects.rewriting.remake import find_make
from bench.subjects.shrinking import shrink_buffers
from mnist_core import InputError, Say
from reports.record.case import Subject

SMALL_BUFFER = 8  # of a shuffle under inspection: a large one would use up its input, which TensorFlow then drops
DATA_NAME = "the pipelines' own data"

Make = Callable[[], tf.data.Dataset]


def open_subject(subject: Subject, _source: str, _num_examples: int | None, _say: Say) -> OpenedPipeline:
    """The pipeline of a subject's text; the arguments are those of `bench.subjects.open.open_subject`."""
    pipeline = parse_pipeline(subject)
    return OpenedPipeline(subject.text, find_make(subject, lambda: make_dataset(pipeline)))


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
            dataset = self._build()
        self._unused: tf.data.Dataset | None = dataset  # making it may have cost the person's function a while
        self.shuffle_sizes = tuple(size for size in sizes if size)
        self.batched, self.is_endless = is_batched(dataset), is_endless(dataset)

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
        elif self._unused is not None:
            dataset, self._unused = self._unused, None
            return dataset
        with note_origins():
            return self._build()

    def build_sample(self) -> tf.data.Dataset:
        """The same stages with small shuffle buffers; the first batch uses up only an input of a few elements."""
        with shrink_buffers(shuffle=SMALL_BUFFER):
            return self._build()

    def count_examples(self, batch: Batch) -> int:
        """How many examples a batch holds."""
        return int(count_examples(batch, batched=self.batched))

    def read_bytes(self, batch: Batch) -> int:
        """How many bytes a batch holds."""
        return count_bytes(batch)

    def explain_failure(self, error: Exception) -> str:
        """What failed, in one line: the stage with its file and line, the element, the error's own words."""
        return tell_iteration(self.text, self.build(), error)

    def _build(self) -> tf.data.Dataset:
        """What the person's code makes.

        Raises:
            FailedPipelineError: It raised, or ended the program; the message says where, in one line.
        """
        try:
            return self._make()
        except InputError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever the person's code does
            raise FailedPipelineError(tell_build(self.text, error)) from None
