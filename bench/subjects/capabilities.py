"""What an opened subject can do: what every one can, and what only some can, each as a capability of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:  # both import TensorFlow
    import keras
    import numpy as np
    import tensorflow as tf

Batch = Any
"""What a subject gives at a time: a tensor or an array, or a tuple of them; the first dimension counts examples."""


class FailedPipelineError(Exception):
    """A person's pipeline failed; the message says where and why, in one line."""


class WrongModelError(Exception):
    """A person's own model cannot be trained, whatever the pipeline; the message says why, in one line."""


@runtime_checkable
class Opened(Protocol):
    """A subject in the process that measures it. Whatever it is, it gives batches.

    Args:
        data_name: What its data are called.
        num_batches: Number of batches in an epoch; None where only taking one tells.
    """

    data_name: str
    num_batches: int | None

    @property
    def data_fingerprint(self) -> str:
        """SHA-256 of its data, in hexadecimal digits."""

    def open(self) -> Iterable[Batch]:
        """The batches from the beginning, of at least an epoch."""


@runtime_checkable
class OpensDataset(Opened, Protocol):
    """A subject that is a ``tf.data.Dataset``, and so has a chain of stages, arms, memory and traces.

    Args:
        shuffle_sizes: Sizes of its shuffle buffers, in order, which TensorFlow's model does not tell.
    """

    shuffle_sizes: tuple[int, ...]

    def build(self, seed: int | None = None) -> tf.data.Dataset:
        """The dataset, built anew.

        Args:
            seed: Seed of its random stages; None leaves it to the subject.
        """

    def build_sample(self) -> tf.data.Dataset:
        """The same stages, from which no stage has used up its input after the first batch."""


@runtime_checkable
class CountsExamples(Protocol):
    """A subject whose batches do not tell by their first dimension how many examples they hold.

    Args:
        batched: True if their first dimension counts examples; else a batch is an example.
    """

    batched: bool

    def count_examples(self, batch: Batch) -> int:
        """How many examples a batch holds."""

    def read_bytes(self, batch: Batch) -> int:
        """How many bytes a batch holds."""


@runtime_checkable
class KnowsEnd(Protocol):
    """A subject that says whether it ends, though not when.

    Args:
        is_endless: True if it surely never does.
    """

    is_endless: bool


@runtime_checkable
class ExplainsFailure(Protocol):
    """A subject that can say which of its stages fails, and at which element."""

    def explain_failure(self, error: Exception) -> str:
        """What failed, in one line."""


@runtime_checkable
class ForgetsFiles(Protocol):
    """A subject that can be read as if for the first time."""

    def forget_files(self) -> bool:
        """Drop its files from the page cache; False if this platform cannot. Without files there is nothing to do."""


@runtime_checkable
class PredictsBytes(Protocol):
    """A subject that says what its pipeline will hold, and that can be built without what holds it.

    Args:
        fills_cache: True if a whole pass fills a cache.
    """

    fills_cache: bool

    def predict_live_bytes(self) -> int:
        """Bytes that the iterator and the cache will hold when they hold most."""

    def build_without_buffers(self, *, tiny: bool = False) -> tf.data.Dataset:
        """The same stages without caches and with the smallest buffers.

        Args:
            tiny: True for a few examples only, enough for a batch.
        """


class Numbered(OpensDataset, Protocol):
    """A subject over examples that carry their numbers, of which the labels are sorted."""

    labels: np.ndarray

    def read_numbers(self, batch: Batch) -> np.ndarray:
        """The numbers of a batch's examples, int64."""


@runtime_checkable
class NumbersExamples(Protocol):
    """A subject whose order of examples can be read back."""

    def number_examples(self) -> Numbered:
        """The same stages over as many examples that carry their numbers."""


@runtime_checkable
class BuildsModel(Opened, Protocol):
    """A subject for which there is a model to train.

    Args:
        labels_are_sparse: True if its labels are numbers of classes, False if they are one-hot.
    """

    labels_are_sparse: bool

    def build_model(self, seed: int = 0) -> keras.Model:
        """A model that takes its batches and knows nothing yet."""


@runtime_checkable
class GivesArrays(Protocol):
    """A subject that Keras can be given as arrays too, and whose models can be tested.

    Args:
        batch_size: Number of examples in a batch.
    """

    batch_size: int

    def sort_by_label(self) -> TrainsOnArrays:
        """The same stages over the same examples, which come sorted by label: the worst order for training."""

    def give_training_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Examples and one-hot labels, ready for the model."""

    def give_test_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Examples that no model has been trained on, as its model takes them, and the numbers of their classes."""


class TrainsOnArrays(OpensDataset, BuildsModel, GivesArrays, Protocol):
    """A subject that Keras' fit can be given as a dataset and as arrays."""


@runtime_checkable
class GivesPictures(Protocol):
    """A subject with pictures that an exported model could be asked about.

    Args:
        test_pictures: Raw pictures, uint8 of shape (number, height, width).
    """

    test_pictures: np.ndarray


def find_counter(opened: Opened) -> Callable[[Batch], int]:
    """What counts the examples of a subject's batches."""
    return opened.count_examples if isinstance(opened, CountsExamples) else count_examples


def count_examples(batch: Batch) -> int:
    """How many examples a batch holds: the first dimension of its first component."""
    return int(find_first(batch).shape[0])


def find_first(batch: Batch) -> Any:
    """The first component of a batch, however deep it lies."""
    while isinstance(batch, tuple | list | dict):
        batch = next(iter(batch.values() if isinstance(batch, dict) else batch))
    return batch
