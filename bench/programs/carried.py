"""A dataset that a program of one's own has made: carried here by its graph, or measured in that very program."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

from bench.programs.graph import DatasetGraph, NotCarriedError, load_graph, read_dataset
from bench.subjects.opened_pipeline import SMALL_BUFFER, OpenedPipeline
from mnist_core import Say
from reports.record.case import Subject

LOST = "it came here by its graph, which does not say in which stage: give a function of a file to have that told"


def open_subject(subject: Subject, source: str, _num_examples: int | None, _say: Say) -> CarriedPipeline:
    """The dataset whose graph lies in the folder `source`; as `bench.subjects.open.open_subject` has it else."""
    return CarriedPipeline(subject.name, load_graph(Path(source)))


class CarriedPipeline(OpenedPipeline):
    """A dataset that another process made.

    Args:
        text: What a user calls it.
        graph: What it is made from again.
    """

    def __init__(self, text: str, graph: DatasetGraph) -> None:
        super().__init__(text, graph.build)
        self._graph = graph
        self.shuffle_sizes, self.batched, self.is_endless = graph.shuffle_sizes, graph.batched, graph.is_endless

    def build_sample(self) -> tf.data.Dataset:
        """The same stages with small shuffle buffers."""
        return self._graph.shrink(SMALL_BUFFER).build()

    def explain_failure(self, error: Exception) -> str:
        """What failed, in one line: the element, the error's own words, and why not the stage."""
        return f"{super().explain_failure(error)}; {LOST}"


class HeldPipeline(OpenedPipeline):
    """A dataset of this process, as it is: it is not built anew.

    Args:
        text: What a user calls it.
        dataset: The dataset.
    """

    def __init__(self, text: str, dataset: tf.data.Dataset) -> None:
        super().__init__(text, lambda: dataset)
        self._sample = dataset
        try:
            graph = read_dataset(dataset)
        except NotCarriedError:
            return  # what TensorFlow runs is read behind shuffles as they are
        self.shuffle_sizes, self._sample = graph.shuffle_sizes, graph.shrink(SMALL_BUFFER).build()

    def build_sample(self) -> tf.data.Dataset:
        """The same stages with small shuffle buffers, where its graph can be had; else the dataset itself."""
        return self._sample
