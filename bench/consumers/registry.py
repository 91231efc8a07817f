"""The table of consumers, and the meter that a case's consumer needs. TensorFlow is imported when a meter is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mnist_core import Digits, Say
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.program import Program
from reports.record.sample import Sample

if TYPE_CHECKING:  # it imports TensorFlow
    from mnist_core import Placement


class Meter(Protocol):
    """Measures one case, turn by turn."""

    def measure_turn(self) -> Sample:
        """The sample of one turn."""

    def find_placement(self) -> Placement | None:
        """Where a first batch is computed on, before any turn; None where nothing but the pipeline runs."""

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them; None where there is no tf.data pipeline of ours."""


@dataclass(frozen=True)
class Consumer:
    """Who takes the batches.

    Args:
        name: What ids and records call it.
        is_timed: False if it takes no turns, but reads bytes or captures a trace.
        queues: True if its calls may return before the device has finished.
        computes: True if it has something to do that a GPU could do.
        trains: True if a turn is a whole training, which may take minutes.
        takes: Fields of a case that it cannot do without, and that no other consumer has.
    """

    name: str
    is_timed: bool = True
    queues: bool = False
    computes: bool = False
    trains: bool = False
    takes: tuple[str, ...] = ()


CONSUMERS = {
    consumer.name: consumer
    for consumer in (
        Consumer("drain"),
        Consumer("python"),
        Consumer("step", computes=True),
        Consumer("emulated", takes=("step_ms",)),
        Consumer("fit", computes=True, trains=True, takes=("fitting",)),
        Consumer("mixing"),
        Consumer("memory", is_timed=False),
        Consumer("traced", is_timed=False, computes=True),
        Consumer("copy", queues=True, computes=True),
        Consumer("copy_ahead", queues=True, computes=True),
        Consumer("train", queues=True, computes=True),
        Consumer("infer", queues=True, computes=True, takes=("model", "batch_size")),
    )
}


def find_consumer(name: str) -> Consumer:
    """The consumer of that name.

    Raises:
        InputError: There is none.
    """
    if name not in CONSUMERS:
        raise InputError(f"consumer must be one of {', '.join(CONSUMERS)}, got '{name}'.")
    return CONSUMERS[name]


def check_case(case: Case) -> None:
    """Check that the case has what its consumer needs, and nothing that belongs to another one.

    Raises:
        InputError: Something is missing, or too much.
    """
    consumer = find_consumer(case.consumer)
    for owner in CONSUMERS.values():
        for field in owner.takes:
            value = getattr(case, field)
            if (value is not None) != (consumer is owner):
                raise InputError(f"{field} belongs to the consumer {owner.name}, got {value!r} with {case.consumer}.")
    if case.device != "cpu" and not consumer.computes:
        raise InputError(f"the consumer {case.consumer} takes batches on the CPU alone, got device {case.device}.")


def build_meter(case: Case, digits: Digits, *, say: Say) -> Meter:
    """The meter for `case`; `say` is given a line when files are written for its source."""
    from bench.consumers.epochs import EpochMeter  # noqa: PLC0415  # they import TensorFlow
    from bench.consumers.fit import FitMeter  # noqa: PLC0415
    from bench.consumers.infer import InferenceMeter  # noqa: PLC0415
    from bench.consumers.mixing import MixingMeter  # noqa: PLC0415

    check_case(case)
    if case.consumer == "fit":
        return FitMeter(case, digits, say=say)
    if case.consumer == "mixing":
        return MixingMeter(case, digits)
    if case.consumer == "infer":
        return InferenceMeter(case, digits)
    return EpochMeter(case, digits, say=say)
