"""What the rules ask of a description: what feeds a stage, what follows it, what an element of it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from reports.lint.finding import Basis, Price, Unit
from reports.record.description import Description, FunctionDescription, StageDescription
from reports.record.program import StageTime, StageTimes
from reports.tables.stage_text import write_stage

BATCHES = ("batch", "padded_batch", "ragged_batch", "sparse_batch", "dense_to_ragged_batch", "map_and_batch", "rebatch")
KEEPS = ("prefetch", "with_options", "cache", "snapshot", "assert_cardinality", "ignore_errors", "apply_options")
"""Stages that give the same elements in the same order."""
ONE_TO_ONE = ("map", *KEEPS)
LOOPING = ("interleave", "flat_map", "group_by_window")
NANOSECONDS = 1_000_000_000
FUSED = "AndBatch"  # in the name of a map that TensorFlow has made one stage with the batch behind it


@dataclass(frozen=True)
class Found:
    """What a rule found, before the rule's own name is put to it.

    Args:
        stage: The stage that is to blame.
        reason: What is wrong, in a sentence without its period.
        price: What it costs.
        mend: Code that mends it, line by line.
    """

    stage: StageDescription
    reason: str
    price: Price
    mend: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """A description, and what was measured of the dataset.

    Args:
        description: What is known of the dataset.
        times: What its stages take; None where that was not measured.
        is_compared: True if it is to be compared with another pipeline.
    """

    description: Description
    times: StageTimes | None = None
    is_compared: bool = False

    @cached_property
    def stages(self) -> tuple[StageDescription, ...]:
        """All stages, and those that the program made of them for other datasets, place by place."""
        return (*self.description.stages, *self.description.others)

    @cached_property
    def last(self) -> StageDescription:
        """The stage that is the dataset."""
        return self.description.stages[-1]

    @cached_property
    def chain(self) -> tuple[StageDescription, ...]:
        """The stages of the dataset itself, without those that are made anew for each element; sources first."""
        return tuple(sorted((self.last, *self.list_before(self.last)), key=lambda stage: stage.number))

    def list_before(self, stage: StageDescription) -> tuple[StageDescription, ...]:
        """All that feeds a stage, the nearest first, each once."""
        found: dict[int, StageDescription] = {}
        left = list(stage.inputs)
        while left:
            each = self.stages[left.pop(0)]
            if each.number not in found:
                found[each.number] = each
                left += each.inputs
        return tuple(found.values())

    def list_after(self, stage: StageDescription) -> tuple[StageDescription, ...]:
        """All stages of the dataset that a stage feeds, the nearest first."""
        return tuple(each for each in self.chain if any(one.number == stage.number for one in self.list_before(each)))

    def walk_back(self, stage: StageDescription) -> Iterator[StageDescription]:
        """What feeds a stage, as far as each has one input alone, the nearest first."""
        while len(stage.inputs) == 1:
            stage = self.stages[stage.inputs[0]]
            yield stage

    def walk_on(self, stage: StageDescription) -> Iterator[StageDescription]:
        """What a stage feeds, the nearest first, as far as each has one input alone."""
        for each in self.list_after(stage):
            if len(each.inputs) != 1:
                break
            yield each

    def get_before(self, stage: StageDescription) -> StageDescription | None:
        """What feeds a stage; None unless that is one stage alone."""
        return self.stages[stage.inputs[0]] if len(stage.inputs) == 1 else None

    def is_batched(self, stage: StageDescription) -> bool:
        """True if an element that a stage gives is a batch."""
        for each in (stage, *self.list_before(stage)):
            if each.name == "unbatch":
                return False
            if each.name in BATCHES:
                return True
            if each.name in LOOPING:
                return any(self.is_batched(self.stages[place]) for place in each.inner)
        return False

    def find_batch_size(self, stage: StageDescription) -> int:
        """Number of examples of an element that a stage gives; 1 for one that is no batch, or of unknown size."""
        size = 1
        for each in (stage, *self.walk_back(stage)):
            if each.name == "unbatch" or each.name in LOOPING:
                break
            if each.name in BATCHES:
                size *= read_count(each, "batch_size") or 1
        return size

    def count_examples(self, stage: StageDescription) -> int | None:
        """Number of examples that a stage gives in all its elements, which may be batches; None if not known."""
        batch = next((each for each in (stage, *self.walk_back(stage)) if each.name in BATCHES), None)
        before = None if batch is None else self.get_before(batch)
        if stage.num_elements is None or before is None or before.num_elements is None:
            return stage.num_elements
        return min(before.num_elements, stage.num_elements * self.find_batch_size(stage))

    def get_bytes(self, stage: StageDescription | None) -> float | None:
        """Bytes of an element that a stage gives; None where they are not known."""
        return None if stage is None or stage.element_bytes is None else stage.element_bytes.mean

    def find_time(self, stage: StageDescription) -> StageTime | None:
        """What a stage takes, if that was measured and nothing else stands on its line."""
        if self.times is None or stage.origin is None:
            return None
        place = f"{stage.origin.file}:{stage.origin.line}"
        found = [each for each in self.times.stages if each.place == place and is_same_kind(each.name, stage.kind)]
        return found[0] if len(found) == 1 else None

    def price_time(self, stage: StageDescription) -> Price | None:
        """The time of a stage: of an epoch where its size is known, else of an element; None if not measured."""
        time = self.find_time(stage)
        if time is None or not time.num_elements or not time.busy_ns:
            return None
        each_s = time.busy_ns / (time.num_elements * self._count_fused(stage, time)) / NANOSECONDS
        count = stage.num_elements
        what = "of an element" if count is None else "of an epoch, all threads together"
        return Price(each_s * (count or 1), Unit.SECONDS, Basis.MEASURED, what)

    def _count_fused(self, stage: StageDescription, time: StageTime) -> int:
        """Number of the stage's elements in one that TensorFlow counted: a batch's, where it made one stage of both."""
        batch = next((each for each in self.walk_on(stage) if each.name in BATCHES), None)
        return self.find_batch_size(batch) if FUSED in time.name and batch is not None else 1

    def find_time_share(self, stage: StageDescription) -> float:
        """The stage's share of the time of all stages; 0 where it was not measured."""
        time = self.find_time(stage)
        total = 0 if self.times is None else sum(each.busy_ns for each in self.times.stages)
        return time.busy_ns / total if time is not None and total else 0.0


def is_same_kind(ran: str, kind: str) -> bool:
    """True if a stage that TensorFlow ran may be one of this kind: MapV2 and ParallelMapV2 are a Map."""
    return kind.removeprefix("Parallel").removesuffix("V2") in ran


def read_count(stage: StageDescription, name: str) -> int | None:
    """A number that a stage was given, 0 or more; None where it was given none, or one that nobody knows."""
    value = stage.find_argument(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def write_code(stage: StageDescription) -> str:
    """The stage as code that could stand in a program; a function without a name is left open."""
    return write_stage(stage).replace("(lambda", "(...")


def list_operations(function: FunctionDescription) -> frozenset[str]:
    """The names of the operations of a function."""
    return frozenset(each.name for each in function.operations)


def has_operation(stage: StageDescription, *parts: str) -> bool:
    """True if a function of the stage calls an operation whose name holds one of these."""
    names = {name for function in stage.functions for name in list_operations(function)}
    return any(part in name for name in names for part in parts)


def compute(amount: float, unit: Unit, what: str) -> Price:
    """A price that was computed."""
    return Price(amount, unit, Basis.COMPUTED, what)


def price_bytes(num_bytes: float, what: str, *elements: StageDescription) -> Price:
    """A price in bytes: measured where one of these stages' elements were looked at for their bytes."""
    is_seen = any(each.element_bytes is not None and each.element_bytes.num_sampled for each in elements)
    return Price(num_bytes, Unit.BYTES, Basis.MEASURED if is_seen else Basis.COMPUTED, what)
