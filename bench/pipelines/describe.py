"""Describes a dataset without running an epoch: its stages as written, what they hold, and what TensorFlow runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.pipelines.arguments import find_arguments, find_is_seeded, find_set_options
from bench.pipelines.bytes import Sampler
from bench.pipelines.chain import Stage, count_elements, find_endless, list_stages
from bench.pipelines.files_apart import keep_files_apart, writes_files
from bench.pipelines.functions import describe_function, find_functions
from bench.pipelines.holdings import find_holding
from bench.pipelines.inspect import read_run_stages
from bench.pipelines.specs import write_spec
from bench.subjects.origins import find_call, find_origin, note_origins
from bench.subjects.shrinking import shrink_buffers
from reports.record.case import Subject
from reports.record.description import Description, ElementBytes, Origin, RunStage, StageDescription

SMALL_BUFFER = 2  # elements of a shuffle under inspection: a large one would use up its input, which is then dropped
NOT_AGAIN = (
    "the dataset cannot be built again with small shuffle buffers, so what is sampled behind a shuffle has to fill it"
)


@dataclass(frozen=True, eq=False)
class Built:
    """A dataset that was built under observation.

    Args:
        dataset: The dataset.
        stages: Its stages.
        shuffle_sizes: The sizes that its shuffles asked for, in order.
        is_apart: True if what it writes goes into a folder of ours.
    """

    dataset: Any
    stages: list[Stage]
    shuffle_sizes: tuple[int, ...]
    is_apart: bool


def describe_dataset(subject: Subject, build: Callable[[], Any]) -> Description:
    """What is known of a dataset without running an epoch: at most some elements of it are looked at.

    Args:
        subject: What is described, as text.
        build: Makes the dataset; it is called twice, the second time while shuffles are small. One that gives the same
            object again is looked at as it is.
    """
    written = _build(build, small=None)
    with tempfile.TemporaryDirectory(prefix="mnist-bench-") as folder:
        small = _build(build, small=Path(folder))
        notes = []
        if not _is_like(small, written):
            small = written
            notes.append(NOT_AGAIN)
        sampler = Sampler(written.stages, small.stages, _find_untouched(small))
        element_bytes = sampler.find_all()
        program, problem = _read_program(small, written.shuffle_sizes)
    notes += sampler.notes + ([problem] if problem else [])
    return Description(
        subject=subject,
        tensorflow=tf.__version__,
        stages=_describe_stages(written.stages, element_bytes),
        options=find_set_options(written.dataset),
        program=program,
        notes=tuple(notes),
    )


def _build(build: Callable[[], Any], small: Path | None) -> Built:
    """The dataset, with small shuffles if a folder for its files is given."""
    with note_origins() as made:
        if small is None:
            with shrink_buffers() as asked:
                dataset = build()
        else:
            with keep_files_apart(small), shrink_buffers(shuffle=SMALL_BUFFER) as asked:
                dataset = build()
    return Built(dataset, list_stages(dataset, made), tuple(asked), small is not None)


def _is_like(small: Built, written: Built) -> bool:
    """True if both have the same stages, and are not one and the same."""
    names = [[(stage.name, stage.inputs) for stage in built.stages] for built in (small, written)]
    return small.dataset is not written.dataset and names[0] == names[1]


def _find_untouched(built: Built) -> frozenset[int]:
    """The places of the stages that must not be iterated, since that would write a person's files."""
    found: set[int] = set()
    for stage in built.stages:
        writes = stage.can_run and writes_files(stage.dataset) and not built.is_apart
        if writes or found & set(stage.inputs):
            found.add(stage.number)
    return frozenset(found)


def _read_program(small: Built, shuffle_sizes: Sequence[int]) -> tuple[tuple[RunStage, ...], str]:
    if any(stage.can_run and writes_files(stage.dataset) for stage in small.stages) and not small.is_apart:
        return (), "what TensorFlow runs is not read, since a stage of it writes files"
    return read_run_stages(small.dataset, shuffle_sizes)


def _describe_stages(
    stages: Sequence[Stage], element_bytes: Sequence[ElementBytes | None]
) -> tuple[StageDescription, ...]:
    endless = find_endless(stages)
    counts = [count_elements(stage) for stage in stages]
    described = []
    for stage in stages:
        arguments = find_arguments(stage.dataset)
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
            )
        )
    return tuple(described)


def _find_call(stage: Stage) -> str | None:
    """The function of TensorFlow that the person called, if it is neither the stage's own nor its owner's."""
    call = find_call(stage.dataset).removesuffix("_v2").removesuffix("_v1")
    return None if call in {"", stage.name, stage.owner} else call
