"""What is found out of each pipeline before any pair is measured: whether both sides agree, and how long a turn is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.gate.draws import Lot
from bench.gate.pairs import Job, Seats, SideFailedError
from bench.gate.pipelines.lengths import Lengths, measure_lengths
from bench.gate.pipelines.same_work import SameWork
from bench.gate.slots import Slots
from reports.gate.record import PairKind, SideName
from reports.gate.stages import PairRequest
from reports.gate.work import GatedPipeline, Work
from reports.record.machine import Setting

Say = Callable[[str], None]


@dataclass
class Compared:
    """What was found out.

    Args:
        settings: Data and versions that each side told.
        works: Whether both sides give the same, by the case's id.
        lengths: How long turns are, by the case's id; none where nothing will be timed.
    """

    settings: dict[SideName, Setting] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    lengths: dict[str, Lengths] = field(default_factory=dict)

    def describe(self, texts: Mapping[str, str]) -> tuple[GatedPipeline, ...]:
        """Every pipeline as the record has it.

        Args:
            texts: The pipelines as their owner types them, by the case's id.
        """
        cuts = {case: each.cut_at for case, each in self.lengths.items()}
        return tuple(GatedPipeline(case, texts[case], work, cuts.get(case)) for case, work in self.works.items())

    def read_lengths(self, side: SideName) -> dict[str, int]:
        """The number of batches that a side is asked for in a turn, by the case's id."""
        return {case: each.num_batches[side] for case, each in self.lengths.items()}


def compare_pipelines(
    slots: Slots, texts: Mapping[str, str], *, core: int | None, times_different: bool, say: Say
) -> Compared:
    """Whether both sides of every case give the same and, if they do, how long their turns will be.

    Args:
        slots: The processes of both sides.
        texts: The pipelines as their owner types them, by the ids of their cases.
        core: Core that both sides will be kept on; None leaves them free.
        times_different: True if what is not the same will be timed all the same.
        say: Is given a line before each pipeline is read.

    Raises:
        SideFailedError: A side fails or gives nothing.
    """
    compared = Compared()
    for case, text in texts.items():
        say(f"reading what both sides of {text} give")
        with _named(case, text):
            compared.works[case], settings = SameWork(_sit(slots, case), slots.close).compare()
        compared.settings |= settings
    if times_different or all(work.is_same for work in compared.works.values()):
        for case, text in texts.items():
            with _named(case, text):
                compared.lengths[case] = measure_lengths(_sit(slots, case)("gate"), core)
    return compared


@contextmanager
def _named(case: str, text: str) -> Iterator[None]:
    """Let a failure within name the pipeline as its owner types it."""
    try:
        yield
    except SideFailedError as error:
        reason = str(error).removeprefix(f"{case}: ")
        raise SideFailedError(error.side, reason if text in reason else f"{text}: {reason}") from None


def _sit(slots: Slots, case: str) -> Callable[[PairKind], Seats]:
    lot = Lot(0, "base")
    return lambda kind: slots.seat(Job(PairRequest(case, kind, "screen", 1), 0, lot))


def tell_refusal(pipelines: Sequence[GatedPipeline]) -> str:
    """Why nothing is timed, in one line; empty if all pipelines do the same work."""
    parts = [
        f"{each.text}: {'; '.join(each.work.differences + each.work.remarks)}"
        for each in pipelines
        if not each.work.is_same
    ]
    return f"not the same work: {'; '.join(parts)}" if parts else ""


def tell_failure(error: SideFailedError, names: Mapping[SideName, str], folders: Mapping[SideName, str]) -> str:
    """Which side failed and why, in one line, with files as the repository has them.

    Args:
        error: What happened.
        names: What the user calls each side.
        folders: Where each side was checked out.
    """
    reason = str(error).replace(f"{folders[error.side]}/", "").replace(folders[error.side], ".")
    return f"{error.side}, {names[error.side]}: {reason}"
