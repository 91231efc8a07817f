"""The program that TensorFlow really runs for a pipeline, after its rewrites, and what AUTOTUNE chose."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import tensorflow as tf

from bench.pipelines.arms import Arm
from bench.pipelines.rewrites import apply_arm
from bench.subjects.failures import tell_reason
from reports.record.description import AUTO, RunStage
from reports.record.program import Choice, Program

SEPARATOR = " > "  # the consumer stands first, as in TensorFlow's own Iterator:: names
SHUFFLE = "Shuffle"
MAKES_DATASETS = re.compile(
    r"(Parallel|LegacyParallel)?(Interleave|FlatMap)(V\d)?"
)  # one for each element of its input
LIMIT_S = 20.0  # most seconds to the first element
MODEL = "get_model_proto"  # TensorFlow has it from 2.17 on
ATTEMPTS = 3  # how far a small dataset is used up by its first element is a matter of chance
GIVEN = ("cycle_length", "buffer_size", "parallelism")
"""Names of the numbers that a program may give to a stage, in the order in which TensorFlow's functions take them.

The others, such as an interleave's deterministic and max_buffered_elements, follow from what it gives.
"""
FED = ("Shuffle", "Batch", "Map", "Prefetch", "Repeat", "Zip", "Interleave", "Filter", "Cache", "Concatenate")
"""What the names of stages hold that have an input."""


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
    stages, choices = read_model(iterator)
    return Program(write_chain(name_buffers(stages, shuffle_sizes)), choices)


def read_run_stages(dataset: tf.data.Dataset, shuffle_sizes: Sequence[int]) -> tuple[tuple[RunStage, ...], str]:
    """The stages that TensorFlow runs, and in words why there are none or not all.

    Args:
        dataset: The dataset, with small shuffle buffers: one that has swallowed its input hides what feeds it.
        shuffle_sizes: Sizes that its shuffle buffers really have, in order.
    """
    if not hasattr(tf.data.experimental, MODEL):
        return (), f"TensorFlow {tf.__version__} does not tell which stages it runs: 2.17 and newer do"
    read: list[tuple[RunStage, ...]] = []
    problems: list[str] = []

    def look() -> None:
        try:
            for _ in range(ATTEMPTS):
                iterator = iter(keep_model(dataset))
                read.append(read_model(iterator)[0])  # what a first element would use up is there still
                next(iterator)
                read.append(read_model(iterator)[0])
                if not find_cut(max(read, key=len)):
                    break
        except StopIteration:
            problems.append("there is none")
        except Exception as error:  # noqa: BLE001  # whatever it is, there is no program to read
            problems.append(tell_reason(error))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(LIMIT_S)
    stages = max(read, key=len, default=())
    return name_buffers(stages, shuffle_sizes), _tell(stages, problems, is_slow=thread.is_alive())


def read_program(iterator: tf.data.Iterator) -> Program:
    """The stages that feed `iterator` at this moment, the last first, and the values that AUTOTUNE has set.

    Read it before a stage has used up its input: TensorFlow drops what is exhausted.

    Args:
        iterator: Eager iterator of a dataset whose autotune is on: only then TensorFlow keeps the model that is read
            here.
    """
    stages, choices = read_model(iterator)
    return Program(write_chain(stages), choices)


def read_model(iterator: tf.data.Iterator) -> tuple[tuple[RunStage, ...], tuple[Choice, ...]]:
    """The stages that feed `iterator` at this moment, what feeds a stage before it, and what AUTOTUNE has set.

    Of the datasets that an interleave or a flat map has open, the one of most stages stands for all.

    Source: ``tf.data.experimental.get_model_proto``.
    """
    model = tf.data.experimental.get_model_proto(iterator)
    stages: list[RunStage] = []
    choices: list[Choice] = []

    def add(node: Any) -> int:
        choices.extend(Choice(node.name, each.name, round(each.value)) for each in _list_given(node) if each.tunable)
        places = tuple(add(model.nodes[number]) for number in _select_inputs(model, node))
        stages.append(RunStage(describe_node(node), places))
        return len(stages) - 1

    root = model.nodes[model.output]  # has one input, always
    add(model.nodes[root.inputs[0]])
    return tuple(stages), tuple(choices)


def _select_inputs(model: Any, node: Any) -> list[int]:
    """What feeds a node; of the datasets that its function has made, one of each kind."""
    inputs = list(node.inputs)
    if not MAKES_DATASETS.fullmatch(node.name):
        return inputs
    kinds: dict[str, int] = {}
    for number in sorted(inputs[1:], key=lambda each: -_count_nodes(model, model.nodes[each])):
        kinds.setdefault(name_node(model.nodes[number]), number)
    return [*inputs[:1], *kinds.values()]


def _count_nodes(model: Any, node: Any) -> int:
    return 1 + sum(_count_nodes(model, model.nodes[number]) for number in node.inputs)


def name_buffers(stages: Sequence[RunStage], sizes: Sequence[int]) -> tuple[RunStage, ...]:
    """The stages with the sizes of the shuffle buffers, which TensorFlow's model does not tell."""
    left = [str(size) for size in sizes]
    named = []
    for stage in reversed(stages):
        shuffles = stage.name.startswith(SHUFFLE) and left
        named.append(replace(stage, name=f"{stage.name}({left.pop()})") if shuffles else stage)
    return tuple(reversed(named))


def write_chain(stages: Sequence[RunStage]) -> str:
    """The stages in one line, the last first, and the branches of one with several inputs in braces."""
    if not stages:
        return ""

    def write(stage: RunStage) -> str:
        branches = [write(stages[place]) for place in stage.inputs]
        after = branches[0] if len(branches) == 1 else f"{{{' | '.join(branches)}}}" if branches else ""
        return f"{stage.name}{SEPARATOR}{after}" if after else stage.name

    return write(stages[-1])


def describe_node(node: Any) -> str:
    """The stage with the numbers that it was given; one that AUTOTUNE sets is called auto, since it moves."""
    numbers = [AUTO if each.tunable else f"{each.value:g}" for each in _list_given(node)]
    return f"{name_node(node)}({', '.join(numbers)})" if numbers else name_node(node)


def name_node(node: Any) -> str:
    """The stage without its numbers: all the files that a snapshot reads, "/_0", "/_1" and so on, are one stage."""
    return str(node.name).partition("/")[0]


def _list_given(node: Any) -> list[Any]:
    """The numbers that a stage was given, in order: the model has them in another one each time."""
    return [each for name in GIVEN for each in node.parameters if each.name == name]


def keep_model(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The dataset with AUTOTUNE on, without which TensorFlow keeps no model; it moves numbers, not stages."""
    if dataset.options().autotune.enabled is not False:
        return dataset
    options = tf.data.Options()
    options.autotune.enabled = True
    return dataset.with_options(options)


def _tell(stages: Sequence[RunStage], problems: Sequence[str], *, is_slow: bool) -> str:
    if problems:
        return f"what TensorFlow runs was read before the first element: {problems[0]}"
    if is_slow:
        return f"what TensorFlow runs was read before the first element, which did not come within {LIMIT_S:g} s"
    cut = find_cut(stages)
    return f"what feeds {cut} was used up before TensorFlow could be asked for it" if cut else ""


def find_cut(stages: Sequence[RunStage]) -> str:
    """The name of a stage of which the input is missing; empty if there is none."""
    return next((one.name for one in stages if not one.inputs and any(word in one.name for word in FED)), "")
