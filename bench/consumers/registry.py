"""The meter that a case's consumer needs."""

from __future__ import annotations

from typing import Protocol

from bench.cases.case import Case
from bench.consumers.epochs import EpochMeter
from bench.consumers.fit import FitMeter
from bench.consumers.infer import InferenceMeter
from bench.consumers.mixing import MixingMeter
from mnist_core import Digits, Say, say_nothing
from mnist_core.devices.placement import Placement
from reports.record.record import Program, Sample


class Meter(Protocol):
    """Measures one case, turn by turn."""

    def measure_turn(self) -> Sample:
        """The sample of one turn."""

    def find_placement(self) -> Placement | None:
        """Where a first batch is computed on, before any turn; None where nothing but the pipeline runs."""

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them; None where there is no tf.data pipeline of ours."""


def build_meter(case: Case, digits: Digits, *, say: Say = say_nothing) -> Meter:
    """The meter for `case`; `say` is given a line when files are written for its source."""
    if case.consumer == "fit":
        return FitMeter(case, digits, say=say)
    if case.consumer == "mixing":
        return MixingMeter(case, digits)
    if case.consumer == "infer":
        return InferenceMeter(case, digits)
    return EpochMeter(case, digits, say=say)
