"""Describes a dataset without running an epoch: its stages as written, what they hold, and what TensorFlow runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.pipelines.arguments import find_arguments, find_is_seeded, find_set_options
from bench.pipelines.building import Built, build_small, find_asked, writes_files
from bench.pipelines.bytes import Sampler
from bench.pipelines.chain import Stage, count_elements, find_endless
from bench.pipelines.functions import describe_function, find_functions
from bench.pipelines.holdings import find_holding
from bench.pipelines.inspect import read_run_stages
from bench.pipelines.rowwise.proof import describe_batching
from bench.pipelines.specs import write_spec
from bench.programs.dropped import is_dropped
from bench.subjects.elements import is_batched
from bench.subjects.origins import find_call, find_origin
from reports.record.case import Subject
from reports.record.description import Description, ElementBytes, Loss, Origin, RunStage, StageDescription

AS_IT_IS = "the dataset was there already, so what is sampled behind a shuffle has to fill it"


def describe_dataset(subject: Subject, build: Callable[[], Any]) -> Description:
    """What is known of a dataset without running an epoch: at most some elements of it are looked at.

    Args:
        subject: What is described, as text.
        build: Makes the dataset; called once, while shuffles are small and files are kept apart. A dataset that was
            there before is looked at as it is.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-bench-") as folder:
        built = build_small(build, Path(folder))
        sampler = Sampler(built.stages, _find_untouched(built))
        stages = _describe_stages(built.stages, sampler.find_all(), sampler.find_losses())
        program, problem = _read_program(built, stages)
    notes = [*([] if built.is_own else [AS_IT_IS]), *sampler.notes, *([problem] if problem else [])]
    return Description(
        subject=subject,
        tensorflow=tf.__version__,
        stages=stages,
        options=find_set_options(built.dataset),
        program=program,
        notes=tuple(notes),
        others=_describe_others(built.others),
    )


def _find_untouched(built: Built) -> frozenset[int]:
    """The places of the stages that must not be iterated, since that would write a person's files."""
    found: set[int] = set()
    for stage in built.stages:
        writes = stage.can_run and writes_files(stage.dataset) and not built.is_own
        if writes or found & set(stage.inputs):
            found.add(stage.number)
    return frozenset(found)


def _read_program(built: Built, stages: Sequence[StageDescription]) -> tuple[tuple[RunStage, ...], str]:
    if _find_untouched(built):
        return (), "what TensorFlow runs is not read, since a stage of it writes files"
    sizes = [stage.find_argument("buffer_size") for stage in stages if stage.name == "shuffle"]
    return read_run_stages(built.dataset, [size for size in sizes if isinstance(size, int)])


def _describe_stages(
    stages: Sequence[Stage], element_bytes: Sequence[ElementBytes | None], losses: Sequence[Loss | None]
) -> tuple[StageDescription, ...]:
    endless = find_endless(stages)
    counts = [count_elements(stage) for stage in stages]
    described = []
    for stage in stages:
        arguments = find_arguments(stage.dataset, find_asked(stage.dataset))
        origin = find_origin(stage.dataset)
        described.append(
            StageDescription(
                number=stage.number,
                name=stage.name,
                kind=stage.kind,
                call=_find_call(stage),
                origin=None if origin is None else Origin(*origin),
                arguments=arguments,
                is_seeded=find_is_seeded(stage.dataset),
                inputs=stage.inputs,
                inner=stage.inner,
                functions=tuple(describe_function(role, each) for role, each in find_functions(stage.dataset).items()),
                spec=write_spec(stage.dataset.element_spec),
                num_elements=counts[stage.number],
                is_endless=endless[stage.number],
                element_bytes=element_bytes[stage.number],
                holding=find_holding(stage, stages, arguments, element_bytes, counts),
                is_told=stage.can_run and int(stage.dataset.cardinality()) != tf.data.UNKNOWN_CARDINALITY,
                loss=losses[stage.number],
                takes_batches=_takes_batches(stage, stages),
            )
        )
    return tuple(described)


def _takes_batches(stage: Stage, stages: Sequence[Stage]) -> bool:
    """True for a map of single elements of which it is proved that its function may take batches."""
    function = find_functions(stage.dataset).get("map_func")
    if stage.name != "map" or function is None or not stage.can_run:
        return False
    before = stages[stage.inputs[0]].dataset
    return not is_batched(before) and describe_batching(function, before.element_spec)[0] is True


def _describe_others(others: Sequence[Stage]) -> tuple[StageDescription, ...]:
    """What is known of stages that the dataset does not hold; their elements and functions are not looked at."""
    fed = {place for stage in others for place in stage.inputs}
    return tuple(_describe_other(stage, is_leaf=stage.number not in fed) for stage in others)


def _describe_other(stage: Stage, *, is_leaf: bool) -> StageDescription:
    origin = find_origin(stage.dataset)
    return StageDescription(
        number=stage.number,
        name=stage.name,
        kind=stage.kind,
        call=_find_call(stage),
        origin=None if origin is None else Origin(*origin),
        arguments=find_arguments(stage.dataset, find_asked(stage.dataset)),
        is_seeded=find_is_seeded(stage.dataset),
        inputs=stage.inputs,
        inner=(),
        functions=(),
        spec=write_spec(stage.dataset.element_spec),
        num_elements=count_elements(stage),
        is_endless=int(stage.dataset.cardinality()) == tf.data.INFINITE_CARDINALITY,
        element_bytes=None,
        holding=None,
        is_dropped=is_leaf and origin is not None and is_dropped(*origin, find_call(stage.dataset)),
    )


def _find_call(stage: Stage) -> str | None:
    """The function of TensorFlow that the person called, if it is neither the stage's own nor its owner's."""
    call = find_call(stage.dataset).removesuffix("_v2").removesuffix("_v1")
    return None if call in {"", stage.name, stage.owner} else call
