"""The stages of a dataset, as a tree: what feeds each, and the datasets that its functions make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from bench.pipelines.arguments import find_kind, find_name, is_reader
from bench.pipelines.functions import GENERATOR, find_functions, list_nodes

FROM_GENERATOR = "from_generator"
TAKES = ("take",)  # what ends an endless dataset
ENDS_WITH_FIRST = ("zip",)  # ends with its shortest input
SELECTING = ("sample_from_datasets", "choose_from_datasets")  # their first input says which of the others is next
FOREVER = -1


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage and its place in the tree.

    Args:
        number: Its place in the list of all stages; what feeds it stands before it.
        dataset: The stage itself.
        inputs: Places of what feeds it.
        inner: Places of the last stages of the datasets that its functions make.
        owner: Name of the stage in whose function it is made; empty for others.
    """

    number: int
    dataset: Any
    inputs: tuple[int, ...]
    inner: tuple[int, ...]
    owner: str

    @property
    def name(self) -> str:
        """What tf.data calls it."""
        return FROM_GENERATOR if is_generator(self.dataset) else find_name(self.dataset)

    @property
    def kind(self) -> str:
        """The name of its class, such as ParallelMap."""
        return "Generator" if is_generator(self.dataset) else find_kind(self.dataset)

    @property
    def can_run(self) -> bool:
        """False for one inside a function, which no iterator can be had of."""
        return hasattr(self.dataset._variant_tensor, "numpy")


def list_stages(dataset: Any, made: Sequence[Any]) -> list[Stage]:
    """All stages of a dataset, what feeds a stage before it; one that is used twice stands there once.

    Args:
        dataset: The dataset.
        made: Every dataset that was made while it was built, those in functions too; see `note_origins`.
    """
    stages: list[Stage] = []
    places: dict[int, int] = {}

    def add(each: Any, owner: str) -> int:
        each = getattr(each, "_dataset", each) if "V1Adapter" in type(each).__name__ else each
        if id(each) in places:
            return places[id(each)]
        inputs = tuple(add(one, owner) for one in _find_inputs(each))
        inner = tuple(add(one, find_name(each)) for one in _find_inner(each, made))
        places[id(each)] = len(stages)
        stages.append(Stage(len(stages), each, inputs, inner, owner))
        return places[id(each)]

    add(dataset, "")
    return stages


def list_others(stages: Sequence[Stage], made: Sequence[Any]) -> list[Stage]:
    """What the program made of these stages and the dataset does not hold: of other datasets, or thrown away.

    Args:
        stages: The stages of the dataset.
        made: Every dataset that was made while it was built.
    """
    places = {id(stage.dataset): stage.number for stage in stages}
    tensors = {id(stage.dataset._variant_tensor) for stage in stages}
    others: list[Stage] = []
    for each in made:
        if id(each) in places or id(each._variant_tensor) in tensors or not hasattr(each._variant_tensor, "numpy"):
            continue
        inputs = tuple(places[id(one)] for one in _find_inputs(each) if id(one) in places)
        if inputs:
            places[id(each)] = len(stages) + len(others)
            others.append(Stage(places[id(each)], each, inputs, (), ""))
    return others


def is_generator(dataset: Any) -> bool:
    """True for what `Dataset.from_generator` gives: a stage over a single number, whose function is a generator."""
    function = find_functions(dataset).get("map_func") if find_kind(dataset) == "FlatMap" else None
    return function is not None and any(name == GENERATOR for name, _ in list_nodes(function))


def find_endless(stages: Sequence[Stage]) -> list[bool]:
    """For each stage whether it never ends: as TensorFlow says, or else as the repeats without a number tell."""
    endless: list[bool] = []
    for stage in stages:
        endless.append(_is_endless(stage, endless))
    return endless


def count_elements(stage: Stage) -> int | None:
    """The number of a stage's elements, as TensorFlow says; None for unknown, endless or one inside a function."""
    known = _read_cardinality(stage)
    return known if known is not None and known >= 0 else None


def _is_endless(stage: Stage, known: Sequence[bool]) -> bool:
    cardinality = _read_cardinality(stage)
    if cardinality == tf.data.INFINITE_CARDINALITY:
        return True
    if cardinality is not None and cardinality >= 0:
        return False
    fed = [known[place] for place in stage.inputs]
    count = tf.get_static_value(getattr(stage.dataset, "_count", None)) if stage.name in {"repeat", *TAKES} else None
    if stage.name == "repeat" and count == FOREVER:
        return True
    if stage.name in TAKES and count != FOREVER:
        return False
    if stage.name in ENDS_WITH_FIRST:
        return bool(fed) and all(fed)
    if stage.name in SELECTING:
        return all(fed) if getattr(stage.dataset, "_stop_on_empty_dataset", False) else any(fed[1:])
    loops = stage.name in {"interleave", "flat_map"} and any(known[place] for place in stage.inner)
    return any(fed) or loops


def _read_cardinality(stage: Stage) -> int | None:
    return int(stage.dataset.cardinality()) if stage.can_run else None


def _find_inputs(dataset: Any) -> Sequence[Any]:
    """What feeds a stage; nothing for a source, though TensorFlow makes some sources of several stages."""
    return () if is_reader(dataset) or is_generator(dataset) else dataset._inputs()


def _find_inner(dataset: Any, made: Sequence[Any]) -> Iterator[Any]:
    """The datasets that a stage's functions give."""
    if is_reader(dataset) or is_generator(dataset):
        return
    for function in find_functions(dataset).values():
        graph = function.function.graph
        given = {id(output.op) for output in graph.outputs}
        inside = [each for each in made if getattr(each._variant_tensor, "graph", None) is graph]
        last = [each for each in inside if id(each._variant_tensor.op) in given or _leads_out(each, graph)]
        yield from last[-1:]


def _leads_out(dataset: Any, graph: Any) -> bool:
    """True if a function gives this dataset: its outputs are, maybe by identities, this one."""
    for output in graph.outputs:
        tensor = output
        while tensor.op.type == "Identity":
            tensor = tensor.op.inputs[0]
        if tensor is dataset._variant_tensor:
            return True
    return False
