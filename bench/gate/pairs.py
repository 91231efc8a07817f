"""Measures one pair: a fresh worker on each side, a warm-up each, then turns in lock-step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bench.gate.draws import Lot
from bench.slots.process import SlotError, SlotProcess
from bench.workers.answers import Wanted
from bench.workers.protocol import Done, FixBatches, Pin, ReadMemory, Ready, Request, Start, Stop, TakeTurn
from reports.gate.record import Failure, Pair, Side, SideName
from reports.gate.stages import PairRequest
from reports.record.memory import Memory
from reports.record.sample import Sample


@dataclass(frozen=True)
class Job:
    """A pair that is to be measured.

    Args:
        request: What the pair is for, and what it has to tell.
        number: Number of the pair in its series.
        lot: What was drawn for it: the slot that head sits in, and the side that has the first turn.
        core: Core that both workers are kept on; None leaves them free.
    """

    request: PairRequest
    number: int
    lot: Lot
    core: int | None = None


@dataclass(frozen=True)
class Length:
    """How much is asked of a side whose case does not say it.

    Args:
        turn: Number of batches in a turn, `MOST_BATCHES` for an epoch.
        filled_by: Number of batches that are taken before its memory is read, likewise.
        leaves_first: True if a turn's first batch, with all that precedes it, does not count.
    """

    turn: int
    filled_by: int
    leaves_first: bool


@dataclass(frozen=True)
class Seat:
    """A side of a pair: the slot that it sits in, the slot's process, and how its worker is started.

    Args:
        process: The slot's process.
        slot: Number of the slot, 0 or 1.
        start: How its worker is started.
        length: How much is asked of it; None where the case itself says it.
    """

    process: SlotProcess
    slot: int
    start: Start
    length: Length | None = None


Seats = Mapping[SideName, Seat]


class SideFailedError(Exception):
    """A side refused, or gave no answer; the message says why in one line.

    Args:
        side: The side.
        reason: Why.
    """

    def __init__(self, side: SideName, reason: str) -> None:
        super().__init__(reason)
        self.side = side


def measure_pair(job: Job, seats: Seats, num_turns: int) -> Pair | Failure:
    """The pair, or which side failed and why; the processes of a pair that failed are of no more use.

    The turn of one side is followed by that of the other, and the side that begins changes from turn to turn, so that
    neither drift nor being first favours one of them. What both are asked at a time, the lot's first is asked first.
    """
    of = job.request
    seats = {name: seats[name] for name in _order(job.lot.first, 0)}
    turns: dict[SideName, list[Sample]] = {"base": [], "head": []}
    held: dict[SideName, int | None] = {"base": None, "head": None}
    try:
        if of.reads_memory:
            held |= _read_memory(seats)
            _check_read(job, held)
        if of.takes_turns:
            _warm_up(job, seats)
            for number in range(num_turns):
                for name in _order(job.lot.first, number):
                    send(seats, name, TakeTurn())
                    turns[name].append(_count(seats[name], receive(seats, name, Sample)))
            ask_all(seats, dict.fromkeys(seats, Stop()), Done)
        base, head = (Side(seats[name].slot, tuple(turns[name]), held[name]) for name in ("base", "head"))
        return Pair(of.case, of.kind, of.stage, job.number, job.lot.first, base, head, job.core)
    except SideFailedError as error:
        return Failure(of.case, of.kind, of.stage, job.number, error.side, str(error))


def _read_memory(seats: Seats) -> dict[SideName, int | None]:
    """What each pipeline holds, read in fresh workers that take no turn."""
    starts = {
        name: replace(seat.start, case=replace(seat.start.case, consumer="memory")) for name, seat in seats.items()
    }
    ask_all(seats, starts, Ready)
    _fix_batches(seats, lambda length: length.filled_by)
    read = ask_all(seats, dict.fromkeys(seats, ReadMemory()), Memory)
    return {name: memory.live_bytes for name, memory in read.items()}


def _check_read(job: Job, held: Mapping[SideName, int | None]) -> None:
    for name, live_bytes in held.items():
        if live_bytes is None and not job.request.takes_turns:
            raise SideFailedError(name, "live memory cannot be read on this platform")


def _warm_up(job: Job, seats: Seats) -> None:
    """Fresh workers, both at the same time, each with a turn that is not counted."""
    ask_all(seats, {name: seat.start for name, seat in seats.items()}, Ready)
    _fix_batches(seats, lambda length: length.turn)
    ask_all(seats, dict.fromkeys(seats, TakeTurn()), Sample)
    if job.core is not None:
        ask_all(seats, dict.fromkeys(seats, Pin(job.core)), Done)


def _count(seat: Seat, sample: Sample) -> Sample:
    """The turn, with its first batch among what counts unless it is to be left out."""
    counts_all = seat.length is not None and not seat.length.leaves_first
    return replace(sample, num_set_apart=None) if counts_all else sample


def _fix_batches(seats: Seats, choose: Callable[[Length], int]) -> None:
    """Tell those how much to take whose case does not say it."""
    lengths = {name: seat.length for name, seat in seats.items()}
    fixed = {name: FixBatches(choose(length)) for name, length in lengths.items() if length is not None}
    ask_all(seats, fixed, Done)


def _order(first: SideName, number: int) -> tuple[SideName, SideName]:
    """Who takes the `number`-th turn first, and who second."""
    base_begins = (first == "base") == (number % 2 == 0)
    return ("base", "head") if base_begins else ("head", "base")


def ask_all(seats: Seats, requests: Mapping[SideName, Request], kind: type[Wanted]) -> dict[SideName, Wanted]:
    """What each side answers; all of them work at the same time.

    Raises:
        SideFailedError: A side failed.
    """
    for name, request in requests.items():
        send(seats, name, request)
    return {name: receive(seats, name, kind) for name in requests}


def send(seats: Seats, name: SideName, request: Request) -> None:
    """Ask a side for something; raises as `ask_all` does."""
    try:
        seats[name].process.send(request)
    except SlotError as error:
        raise SideFailedError(name, str(error)) from None


def receive(seats: Seats, name: SideName, kind: type[Wanted]) -> Wanted:
    """What a side answers to the oldest request that it has not answered; raises as `ask_all` does."""
    try:
        return seats[name].process.receive(kind)
    except SlotError as error:
        raise SideFailedError(name, str(error)) from None
