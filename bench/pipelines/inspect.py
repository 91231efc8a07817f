"""The program that TensorFlow really runs for a pipeline, after its rewrites, and what AUTOTUNE chose."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from bench.pipelines.rewrites import apply_arm
from bench.subjects.orderings import parse_subject
from mnist_core import SIDE
from mnist_core.language.ordering import Ordering, Prefetch, Shuffle
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.build import build_dataset
from reports.record.case import Case
from reports.record.record import Choice, Program

SEPARATOR = " > "  # the consumer stands first, as in TensorFlow's own Iterator:: names

SMALL_BUFFER = 8  # of a shuffle under inspection: a large one would use up its input, which TensorFlow then drops
SPARE_BATCHES = 8  # what prefetches and fused maps may have pulled before the chain is read
MAX_INSPECTED = 100_000  # examples; only an ordering with huge prefetch buffers would want more


def inspect_program(case: Case, examples: np.ndarray | None = None) -> Program:
    """The stages that TensorFlow runs for a case, its rewrites applied, with the numbers of the ordering.

    The same ordering runs on blank pictures, its shuffle buffers made small, and is read after the first batch.
    AUTOTUNE is on in every arm, since TensorFlow keeps no model otherwise; it moves numbers, not stages.

    Args:
        case: whose pipeline.
        examples: what its source gives; needed where it starts from files, whose paths are then repeated as needed.
    """
    spec = parse_subject(case.subject)
    ordering = spec.ordering
    small = Ordering(tuple(Shuffle(SMALL_BUFFER) if isinstance(s, Shuffle) else s for s in ordering.stages))
    num_blank = _count_wanted(ordering)
    spec, labels = dataclasses.replace(spec, ordering=small), np.zeros(num_blank, np.uint8)
    dataset = build_dataset(spec, _take(spec, num_blank, examples), labels)
    iterator = iter(apply_arm(dataset, case.arm, autotune=True))
    next(iterator)
    program = read_program(iterator)
    return Program(_name_buffers(program.chain, ordering), program.choices)


def _take(spec: PipelineSpec, count: int, examples: np.ndarray | None) -> np.ndarray:
    """So many elements for the spec's source: all shards, paths from the beginning again, or blank pictures."""
    if spec.starts_from_files and examples is not None:
        return examples if spec.source == "tfrecord" else np.resize(examples, count)
    return np.zeros((count, SIDE, SIDE), np.float32 if spec.source == "floats" else np.uint8)


def _count_wanted(ordering: Ordering) -> int:
    """Examples enough that no stage has used up its input after the first batch."""
    ahead = sum(
        stage.buffer_size for stage in ordering.stages if isinstance(stage, Prefetch) and stage.buffer_size != "auto"
    )
    return min(MAX_INSPECTED, (ahead + SPARE_BATCHES) * ordering.batch.batch_size)


def _name_buffers(chain: str, ordering: Ordering) -> str:
    """The chain with the sizes of the shuffle buffers, which TensorFlow's model does not tell."""
    sizes = [str(stage.buffer_size) for stage in ordering.stages if isinstance(stage, Shuffle)]
    stages = chain.split(SEPARATOR)
    for index, stage in enumerate(stages):
        if stage.startswith("Shuffle") and sizes:
            stages[index] = f"{stage}({sizes.pop()})"  # the chain begins with the consumer, so the last shuffle first
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
