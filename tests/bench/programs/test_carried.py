"""A dataset that a program has made: what it is like where it was carried to, and where it stayed."""

import pytest
import tensorflow as tf

from bench.programs.carried import LOST, CarriedPipeline, HeldPipeline
from bench.programs.graph import read_dataset
from bench.subjects.capabilities import FailedPipelineError


def make(limit: int = 5) -> tf.data.Dataset:
    return tf.data.Dataset.range(40).shuffle(30, seed=1).map(lambda x: 1 // tf.where(x < limit, x + 1, 0)).batch(2)


def test_a_carried_dataset_says_which_element_fails_but_not_where() -> None:
    opened = CarriedPipeline("mine", read_dataset(tf.data.Dataset.range(9).map(lambda x: 1 // (x - 4)).batch(2)))
    with pytest.raises(tf.errors.InvalidArgumentError) as failed:
        list(opened.build())
    assert opened.explain_failure(failed.value) == (
        f"mine fails, element 2 counted from 0: InvalidArgumentError: Integer division by zero; {LOST}"
    )


def test_a_graph_that_cannot_be_made_here_is_told_in_one_line() -> None:
    graph = read_dataset(tf.data.Dataset.range(3))
    graph.graph.node[0].op = "FromSomebodysLibrary"
    with pytest.raises(FailedPipelineError, match="^mine cannot be built.*: .*FromSomebodysLibrary"):
        CarriedPipeline("mine", graph)


def test_both_tell_the_buffers_that_a_program_asked_for() -> None:
    dataset = make()
    for opened in (CarriedPipeline("mine", read_dataset(dataset)), HeldPipeline("mine", dataset)):
        assert opened.shuffle_sizes == (30,)
        assert (opened.batched, opened.is_endless) == (True, False)
        assert read_dataset(opened.build_sample()).shuffle_sizes == (8,)
        assert read_dataset(opened.build()).shuffle_sizes == (30,)


def test_what_stays_here_is_not_made_anew() -> None:
    dataset = make()
    opened = HeldPipeline("mine", dataset)
    assert opened.build() is dataset
    assert opened.build() is dataset
