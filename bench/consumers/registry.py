"""The table of consumers: a new one is a function or class and a row here. Building a meter imports TensorFlow."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench.consumers.meter import Build, Placed, Tools
from bench.machine.clock import Clock, MachineClock, ReadPressure
from bench.machine.pressure import read_pressure
from bench.pipelines.arms import check_arm
from bench.subjects.capabilities import (
    BuildsModel,
    GivesArrays,
    GivesPictures,
    NumbersExamples,
    Opened,
    OpensDataset,
    PredictsBytes,
)
from mnist_core import InputError
from reports.record.case import Case

if TYPE_CHECKING:  # it imports TensorFlow
    from bench.machine.device import ComputeDevice

CAPABILITIES: dict[type, str] = {
    OpensDataset: "a tf.data.Dataset",
    PredictsBytes: "a prediction of what it holds",
    NumbersExamples: "examples that can be numbered",
    BuildsModel: "a model to train",
    GivesArrays: "its examples as arrays and a test set",
    GivesPictures: "pictures to predict",
}
"""What only some subjects have, in words."""


@dataclass(frozen=True)
class Consumer:
    """Who takes the batches.

    Args:
        name: What ids and records call it.
        build: Where what makes its meter of a case, its opened subject and the tools is found, as ``module:name``.
        needs: What a subject must be able to do, beyond giving batches.
        is_timed: False if it takes no turns, but reads bytes or captures a trace; it then takes all examples.
        queues: True if its calls may return before the device has finished.
        computes: True if it has something to do that a GPU could do.
        trains: True if a turn is a whole training, which may take minutes.
        takes: Fields of a case that it cannot do without, and that only some have.
        may_take: Fields of another consumer that it can do with.
        preparation: Where what makes its process ready is found, before the subject is opened, as ``module:name``;
            empty where nothing does.
    """

    name: str
    build: str
    needs: tuple[type, ...] = ()
    is_timed: bool = True
    queues: bool = False
    computes: bool = False
    trains: bool = False
    takes: tuple[str, ...] = ()
    may_take: tuple[str, ...] = ()
    preparation: str = ""

    @property
    def module(self) -> str:
        """The module that `build` names; importing it imports TensorFlow."""
        return self.build.partition(":")[0]

    def load(self) -> Build:
        """What makes its meter."""
        build: Build = _find(self.build)
        return build

    def prepare(self) -> None:
        """Make this process ready for it, before the subject is opened."""
        if self.preparation:
            _find(self.preparation)()


def _find(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


CONSUMERS = {
    consumer.name: consumer
    for consumer in (
        Consumer("drain", "bench.consumers.drain:build_drain", (OpensDataset,)),
        Consumer("python", "bench.consumers.drain:build_python"),
        Consumer("emulated", "bench.consumers.step:build_emulated", takes=("step_ms",)),
        Consumer("step", "bench.consumers.step:build_step", (BuildsModel,), computes=True),
        Consumer("train", "bench.consumers.step:build_train", (BuildsModel,), queues=True, computes=True),
        Consumer("copy", "bench.consumers.copy:build_copy", queues=True, computes=True),
        Consumer("copy_ahead", "bench.consumers.copy:build_copy_ahead", (OpensDataset,), queues=True, computes=True),
        Consumer(
            *("fit", "bench.consumers.fit:FitMeter", (OpensDataset, BuildsModel, GivesArrays)),
            computes=True,
            trains=True,
            takes=("fitting",),
        ),
        Consumer("mixing", "bench.consumers.readings.mixing:MixingMeter", (NumbersExamples,)),
        Consumer(
            *("infer", "bench.consumers.infer:InferenceMeter", (GivesPictures,)),
            queues=True,
            computes=True,
            takes=("model", "batch_size"),
        ),
        Consumer(
            *("model", "bench.consumers.own_model:build_own_model", (OpensDataset,)), computes=True, takes=("model",)
        ),
        Consumer("memory", "bench.consumers.heap:build", (OpensDataset,), is_timed=False),
        Consumer(
            "observed", "bench.consumers.traced:ObservedMeter", (OpensDataset,), is_timed=False, may_take=("step_ms",)
        ),
        Consumer(
            *("contents", "bench.consumers.contents:ContentsReader", (OpensDataset,)),
            is_timed=False,
            preparation="bench.consumers.contents:prepare",
        ),
        Consumer("order", "bench.consumers.readings.order:MixingReader", (OpensDataset,), is_timed=False),
        Consumer("stages", "bench.consumers.readings.stages:StageReader", (OpensDataset,), is_timed=False),
        Consumer(
            *("traced", "bench.consumers.traced:TraceMeter", (OpensDataset, BuildsModel)),
            is_timed=False,
            computes=True,
        ),
    )
}


def find_consumer(name: str) -> Consumer:
    """The consumer of that name.

    Raises:
        InputError: There is none.
    """
    if name not in CONSUMERS:
        near = difflib.get_close_matches(name, CONSUMERS, n=1)  # the revision's `mnist_core` may not suggest any
        hint = f": did you mean {near[0]}?" if near else "."
        raise InputError(f"consumer must be one of {', '.join(CONSUMERS)}, got '{name}'{hint}")
    return CONSUMERS[name]


def check_case(case: Case) -> None:
    """Check that the case has what its consumer needs, and nothing that belongs to another one.

    Raises:
        InputError: Something is missing, too much, unknown or no number that can be measured.
    """
    consumer = find_consumer(case.consumer)
    check_arm(case.arm)
    if case.num_examples is not None and (type(case.num_examples) is not int or case.num_examples < 1):
        raise InputError(f"num_examples must be an int >= 1, got {case.num_examples!r}.")
    if case.step_ms is not None and not 0 < case.step_ms < math.inf:
        raise InputError(f"step_ms must be above 0, got {case.step_ms!r}.")
    for owner in CONSUMERS.values():
        for field in owner.takes:
            value = getattr(case, field)
            if consumer is owner and value is None:
                raise InputError(f"the consumer {case.consumer} needs {field}.")
            if consumer is not owner and value is not None and field not in (*consumer.takes, *consumer.may_take):
                raise InputError(f"{field} belongs to the consumer {owner.name}, got {value!r} with {case.consumer}.")
    if case.device != "cpu" and not consumer.computes:
        raise InputError(f"the consumer {case.consumer} takes batches on the CPU alone, got device {case.device}.")


def check_subject(case: Case, opened: Opened) -> None:
    """Check that the opened subject can do what the case's consumer needs.

    Raises:
        InputError: It cannot; the message names the first thing that is missing.
    """
    missing = [need for need in find_consumer(case.consumer).needs if not isinstance(opened, need)]
    if missing:
        raise InputError(
            f"the consumer {case.consumer} needs {CAPABILITIES[missing[0]]}, which {case.name} does not have."
        )


def build_meter(
    case: Case,
    opened: Opened,
    *,
    clock: Clock | None = None,
    pressure: ReadPressure = read_pressure,
    device: ComputeDevice | None = None,
) -> Placed:
    """The meter of the case's consumer.

    Args:
        case: What to measure.
        opened: Its subject.
        clock: The clock to read; the machine's own if not given.
        pressure: Reads what the machine and the scheduler did, before and after a turn.
        device: The device to compute on; the case's own if not given.

    Raises:
        InputError: The case or its subject lacks what the consumer needs.
    """
    from bench.machine.device import open_device  # noqa: PLC0415  # it imports TensorFlow

    check_case(case)
    check_subject(case, opened)
    build = find_consumer(case.consumer).load()
    return build(case, opened, Tools(device or open_device(case.device), clock or MachineClock(), pressure))
