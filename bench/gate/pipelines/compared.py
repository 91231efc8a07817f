"""What is found out of each pipeline before any pair is measured: whether both sides agree, and how long a turn is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from bench.gate.draws import Lot
from bench.gate.pairs import Job, Length, Seats, SideFailedError
from bench.gate.pipelines.lengths import Lengths, measure_lengths
from bench.gate.pipelines.same_work import SIDES, SameWork
from bench.gate.slots import Slots
from reports.gate.record import PairKind, SideName
from reports.gate.stages import PairRequest
from reports.gate.work import GatedPipeline, Work
from reports.record.machine import Setting

Say = Callable[[str], None]
Failures = dict[SideName, str]
"""Why sides give nothing that can be compared."""

Found = TypeVar("Found")


@dataclass
class Compared:
    """What was found out.

    Args:
        settings: Data and versions that each side told.
        works: Whether both sides give the same, by the case's id; none where a side fails.
        lengths: How long turns are, by the case's id; none where nothing will be timed.
        failures: Why a case cannot be compared, by its id and by the sides that fail.
    """

    settings: dict[SideName, Setting] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    lengths: dict[str, Lengths] = field(default_factory=dict)
    failures: dict[str, Failures] = field(default_factory=dict)

    @property
    def new(self) -> tuple[str, ...]:
        """Ids of the cases that head alone has, or that work in head alone: there is nothing to compare them with."""
        return tuple(case for case, failures in self.failures.items() if "head" not in failures)

    def describe(self, texts: Mapping[str, str], tell: Callable[[Failures], str]) -> tuple[GatedPipeline, ...]:
        """Every pipeline that is judged, as the record has it.

        Args:
            texts: The pipelines as their owner types them, by the case's id.
            tell: Says in one line which sides failed, and why.
        """
        cuts = {case: each.cut_at for case, each in self.lengths.items()}
        judged = [case for case in texts if case not in self.new]
        return tuple(
            GatedPipeline(case, texts[case], self.works[case], cuts.get(case))
            if case in self.works
            else GatedPipeline(case, texts[case], None, failure=tell(self.failures[case]))
            for case in judged
        )

    def read_lengths(self) -> dict[str, Length]:
        """How much either side is asked for, by the case's id."""
        return {case: each.length for case, each in self.lengths.items()}


def compare_pipelines(
    slots: Slots, texts: Mapping[str, str], *, core: int | None, times_different: bool, say: Say
) -> Compared:
    """Whether both sides of every case give the same and, if they do, how long their turns will be.

    A case of which a side fails or gives nothing stops no other.

    Args:
        slots: The processes of both sides.
        texts: The pipelines as their owner types them, by the ids of their cases.
        core: Core that both sides will be kept on; None leaves them free.
        times_different: True if what is not the same will be timed all the same.
        say: Is given a line before each pipeline is read.
    """
    compared = Compared()
    for case, text in texts.items():
        say(f"reading what both sides of {text} give")
        same_work = SameWork(_sit(slots, case), slots.close)
        found = _find(same_work.compare, same_work.check, slots.close)
        if isinstance(found, dict):
            compared.failures[case] = _name(found, case, text)
        else:
            compared.works[case], settings = found
            compared.settings |= settings
    if times_different or all(work.is_same for work in compared.works.values()):
        for case in tuple(compared.works):
            measure = partial(_measure, slots, case, core)
            length = _find(partial(measure, *SIDES), measure, slots.close)
            if isinstance(length, dict):
                compared.failures[case] = _name(length, case, texts[case])
                del compared.works[case]
            else:
                compared.lengths[case] = length
    return compared


def _measure(slots: Slots, case: str, core: int | None, *sides: SideName) -> Lengths:
    """How long a turn of a case is, by these sides of it."""
    seats = _sit(slots, case)("gate")
    return measure_lengths({name: seats[name] for name in sides}, core)


def _find(
    both: Callable[[], Found], alone: Callable[[SideName], object], reset: Callable[[], None]
) -> Found | Failures:
    """What both sides together say; if one fails, why it does, and why the other does if it fails too.

    Args:
        both: Asks both sides.
        alone: Asks one side the same.
        reset: Ends the processes of both, which are in any state after a failure.
    """
    try:
        return both()
    except SideFailedError as error:
        failures: Failures = {error.side: str(error)}
    reset()
    (other,) = (side for side in SIDES if side not in failures)
    try:
        alone(other)
    except SideFailedError as error:
        failures[other] = str(error)
    reset()
    return failures


def _name(failures: Failures, case: str, text: str) -> Failures:
    """The reasons with the pipeline as its owner types it, unless they name it."""
    bare = text.partition(" ")[0].partition("[")[0]
    reasons = {side: reason.removeprefix(f"{case}: ") for side, reason in failures.items()}
    return {side: reason if bare in reason else f"{text}: {reason}" for side, reason in reasons.items()}


def _sit(slots: Slots, case: str) -> Callable[[PairKind], Seats]:
    lot = Lot(0, "base")
    return lambda kind: slots.seat(Job(PairRequest(case, kind, "screen", 1), 0, lot))


def tell_refusal(pipelines: Sequence[GatedPipeline]) -> str:
    """Why nothing is timed, in one line; empty if all pipelines do the same work."""
    works = {each.text: each.work for each in pipelines if each.work is not None}
    parts = [
        f"{text}: {'; '.join(work.differences + work.remarks)}" for text, work in works.items() if not work.is_same
    ]
    return f"not the same work: {'; '.join(parts)}" if parts else ""


def tell_failures(failures: Failures, names: Mapping[SideName, str], folders: Mapping[SideName, str]) -> str:
    """Which sides failed and why, in one line, with files as the repository has them.

    Args:
        failures: What happened.
        names: What the user calls each side.
        folders: Where each side was checked out.
    """
    sides: dict[str, list[str]] = {}
    for side in SIDES:
        if side in failures:
            reason = failures[side].replace(f"{folders[side]}/", "").replace(folders[side], ".")
            sides.setdefault(reason, []).append(f"{side}, {names[side]}")
    return "; ".join(f"{' and '.join(who)}: {reason}" for reason, who in sides.items())
