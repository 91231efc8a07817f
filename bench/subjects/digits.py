"""An ordering of our digits, opened: it has every capability that there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from bench.subjects.capabilities import Batch
from bench.subjects.orderings import parse_subject
from mnist_core import (
    NUM_CLASSES,
    SIDE,
    Cache,
    Digits,
    Ordering,
    PipelineSpec,
    Prefetch,
    Say,
    Shuffle,
    build_dataset,
    build_model,
    drop_from_page_cache,
    load_digits,
    load_source,
    predict_live_bytes,
    say_nothing,
    scale_pixels,
)
from reports.record.case import Subject

SMALL_BUFFER = 8  # of a shuffle under inspection: a large one would use up its input, which TensorFlow then drops
SPARE_BATCHES = 8  # what prefetches and fused maps may have pulled before the chain is read
MAX_INSPECTED = 100_000  # examples; only an ordering with huge prefetch buffers would want more
NUM_DIGITS = 3  # pixels that hold an example's number, to the base 256: enough for 16 million
BASE = 256
NUM_TINY = 64  # examples that load the kernels before anything is read


def open_subject(subject: Subject, source: str, num_examples: int | None, say: Say) -> OpenedOrdering:
    """The ordering over the digits of a source; the arguments are those of `bench.subjects.open.open_subject`."""
    return OpenedOrdering(parse_subject(subject), load_digits(source, say=say), num_examples, say=say)


class OpenedOrdering:
    """An ordering over digits.

    Args:
        spec: The stages, and what they prepare.
        digits: The data; the training set, or its beginning, feeds the pipeline.
        num_examples: Number of training examples that make an epoch; None takes all.
        say: Is given a line when files are written for the source.
    """

    def __init__(
        self, spec: PipelineSpec, digits: Digits, num_examples: int | None = None, *, say: Say = say_nothing
    ) -> None:
        self.spec, self._digits, self._say = spec, digits, say
        self.data_name = digits.name
        self._images, self.labels = digits.train_images[:num_examples], digits.train_labels[:num_examples]
        self._examples = load_source(spec, self._images, self.labels, say=say)
        self.num_batches = spec.ordering.num_batches(len(self.labels))
        self.batch_size = spec.ordering.batch.batch_size
        self.shuffle_sizes = tuple(stage.buffer_size for stage in spec.ordering.stages if isinstance(stage, Shuffle))
        self.fills_cache = spec.ordering.has_cache
        self.labels_are_sparse = spec.labels == "sparse"
        self.test_pictures = digits.test_images

    @property
    def data_fingerprint(self) -> str:
        """SHA-256 of the digits."""
        return self._digits.fingerprint

    def open(self) -> Iterable[Batch]:
        """The batches from the beginning."""
        batches: Iterable[Batch] = self.build()
        return batches

    def build(self, seed: int | None = None) -> tf.data.Dataset:
        """The dataset of (pictures, labels), built anew; without a seed the shuffles have the spec's."""
        spec = self.spec if seed is None else replace(self.spec, seed=seed)
        return build_dataset(spec, self._examples, self.labels)

    def build_sample(self) -> tf.data.Dataset:
        """The same stages on blank pictures, with small shuffle buffers."""
        stages = (Shuffle(SMALL_BUFFER) if isinstance(s, Shuffle) else s for s in self.spec.ordering.stages)
        count = self._count_inspected()
        return build_dataset(
            replace(self.spec, ordering=Ordering(tuple(stages))), self._take_blank(count), np.zeros(count, np.uint8)
        )

    def forget_files(self) -> bool:
        """Drop the source's files from the page cache; False if this platform cannot."""
        return not self.spec.starts_from_files or drop_from_page_cache(self._examples)

    def predict_live_bytes(self) -> int:
        """Bytes that the iterator and the cache will hold, predicted from the spec alone."""
        return predict_live_bytes(self.spec, len(self.labels), self._count_file_bytes())

    def build_without_buffers(self, *, tiny: bool = False) -> tf.data.Dataset:
        """The same stages without caches and with the smallest buffers: what every iterator over the data costs.

        The first iterator over a large source leaves some 140 MB behind, once in a process, which no buffer holds.
        """
        stages = self.spec.ordering.stages
        small = (type(stage)(1) if isinstance(stage, Shuffle | Prefetch) else stage for stage in stages)
        spec = replace(self.spec, ordering=Ordering(tuple(stage for stage in small if not isinstance(stage, Cache))))
        if not tiny:
            return build_dataset(spec, self._examples, self.labels)
        some = self._examples if spec.source == "tfrecord" else self._examples[:NUM_TINY]
        return build_dataset(spec, some, self.labels[: max(NUM_TINY, self.batch_size)])

    def number_examples(self) -> OpenedOrdering:
        """The same stages over numbered pictures, as many as there are examples, the labels sorted."""
        numbered = replace(
            self._digits, train_images=number_images(len(self.labels)), train_labels=np.sort(self.labels)
        )
        return OpenedOrdering(self.spec, numbered, say=self._say)

    def read_numbers(self, batch: Batch) -> np.ndarray:
        """The numbers of a batch's pictures, which came from `number_examples`."""
        return read_numbers(batch[0].numpy())

    def build_model(self, seed: int = 0) -> keras.Model:
        """The post's mlp, with a first layer that scales raw pixels where the pipeline does not."""
        return build_model("mlp", normalize=self.spec.normalize, seed=seed)

    def sort_by_label(self) -> OpenedOrdering:
        """The same stages over the same pictures, sorted by label."""
        order = np.argsort(self.labels, kind="stable")
        ordered = replace(self._digits, train_images=self._images[order], train_labels=self.labels[order])
        return OpenedOrdering(self.spec, ordered, say=self._say)

    def give_training_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Float32 pictures in [0, 1] and one-hot labels, as the post's program has them."""
        return scale_pixels(self._images), np.eye(NUM_CLASSES, dtype=np.float32)[self.labels]

    def give_test_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The test pictures, raw where the model scales them itself, and the numbers of their classes."""
        images = self._digits.test_images
        return images if self.spec.normalize == "model" else scale_pixels(images), self._digits.test_labels

    def _take_blank(self, count: int) -> np.ndarray:
        """So many elements for the spec's source: all shards, paths from the beginning again, or blank pictures."""
        if self.spec.starts_from_files:
            return self._examples if self.spec.source == "tfrecord" else np.resize(self._examples, count)
        return np.zeros((count, SIDE, SIDE), np.float32 if self.spec.source == "floats" else np.uint8)

    def _count_inspected(self) -> int:
        """Examples enough that no stage has used up its input after the first batch."""
        stages = self.spec.ordering.stages
        ahead = sum(
            stage.buffer_size for stage in stages if isinstance(stage, Prefetch) and stage.buffer_size != "auto"
        )
        return min(MAX_INSPECTED, (ahead + SPARE_BATCHES) * self.batch_size)

    def _count_file_bytes(self) -> int:
        """Bytes of a mean TFRecord; 0 for other sources."""
        if self.spec.source != "tfrecord":
            return 0
        return round(sum(Path(path.decode()).stat().st_size for path in self._examples) / len(self.labels))


def number_images(count: int) -> np.ndarray:
    """Black pictures, uint8 of shape (count, 28, 28), whose first pixels tell their number."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    numbers = np.arange(count)
    for place in range(NUM_DIGITS):
        images[:, 0, place] = numbers // BASE**place % BASE
    return images


def read_numbers(images: np.ndarray) -> np.ndarray:
    """The numbers of pictures that may have been scaled to 0 to 1, int64 of shape (batch,)."""
    pixels = images[:, 0, :NUM_DIGITS]
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels * (BASE - 1))
    return pixels.astype(np.int64) @ BASE ** np.arange(NUM_DIGITS)
