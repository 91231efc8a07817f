"""The program that TensorFlow really runs for a pipeline, after its rewrites, and what AUTOTUNE chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from bench.pipelines.arms import Arm
from bench.pipelines.rewrites import apply_arm
from reports.record.program import Choice, Program

SEPARATOR = " > "  # the consumer stands first, as in TensorFlow's own Iterator:: names


def inspect_program(dataset: tf.data.Dataset, arm: Arm, shuffle_sizes: Sequence[int] = ()) -> Program:
    """The stages that TensorFlow runs for a dataset, its rewrites applied, read after the first batch.

    AUTOTUNE is on in every arm, since TensorFlow keeps no model otherwise; it moves numbers, not stages.

    Args:
        dataset: The dataset, from which no stage has used up its input after the first batch: TensorFlow drops what is
            exhausted, so large shuffle buffers must be made small.
        arm: The set of rewrites that it runs with.
        shuffle_sizes: Sizes that its shuffle buffers really have, in order; the chain then shows them.
    """
    iterator = iter(apply_arm(dataset, arm, autotune=True))
    next(iterator)
    program = read_program(iterator)
    return Program(_name_buffers(program.chain, shuffle_sizes), program.choices)


def _name_buffers(chain: str, sizes: Sequence[int]) -> str:
    """The chain with the sizes of the shuffle buffers, which TensorFlow's model does not tell."""
    left = [str(size) for size in sizes]
    stages = chain.split(SEPARATOR)
    for index, stage in enumerate(stages):
        if stage.startswith("Shuffle") and left:
            stages[index] = f"{stage}({left.pop()})"  # the chain begins with the consumer, so the last shuffle first
    return SEPARATOR.join(stages)


def read_program(iterator: tf.data.Iterator) -> Program:
    """The stages that feed `iterator` at this moment, the last first, and the values that AUTOTUNE has set.

    Read it before a stage has used up its input: TensorFlow drops what is exhausted.

    Args:
        iterator: eager, of a dataset whose autotune is on: only then TensorFlow keeps the model that is read here.

    Source: ``tf.data.experimental.get_model_proto``.
    """
    model = tf.data.experimental.get_model_proto(iterator)
    nodes = _walk(model)
    tuned = tuple(
        Choice(node.name, parameter.name, round(parameter.value))
        for node in nodes
        for parameter in node.parameters
        if parameter.tunable
    )
    return Program(SEPARATOR.join(_describe(node) for node in nodes[1:]), tuned)  # the first is Root, always


def _walk(model: Any) -> list[Any]:
    """The nodes from the output to the source; the pipelines here have one source."""
    nodes = [model.nodes[model.output]]
    while nodes[-1].inputs:
        nodes.append(model.nodes[nodes[-1].inputs[0]])
    return nodes


def _describe(node: Any) -> str:
    """The stage with its numbers; a number that AUTOTUNE sets is called auto, since it moves."""
    numbers = ["auto" if parameter.tunable else f"{parameter.value:g}" for parameter in node.parameters]
    return f"{node.name}({', '.join(numbers)})" if numbers else str(node.name)
