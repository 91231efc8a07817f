"""Measures pairs of equal processes in several designs, in random order, as long as the budget lasts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import mnist_core
from bench.cases.gate import build_gate_cases
from bench.gate.design import PairDesign
from bench.gate.lots import Lots
from bench.gate.pairs import Job, Seat, Talker, measure_pair
from bench.gate.revisions import make_folder
from bench.gate.rounds import Seating
from bench.gate.slots import Slots
from bench.pipelines.arms import RAW
from bench.trials.ground import build_slots
from bench.workers.answers import Wanted
from bench.workers.protocol import Request
from mnist_core.language.errors import InputError
from reports.gate import stages
from reports.gate.record import Failure, Pair, SideName
from reports.record.case import DEFAULT
from reports.record.record import Sample
from reports.trials.designs import TURNS, DesignPair, Neighbours

NUM_EXAMPLES = (800, 1600, 3200, 6400)
# Slow and quick, with a large and a small buffer, with a consumer that computes.
CASES = ("post", "map_before_shuffle", "batch_before_map", "batch_before_map-step")
NUM_WARM_UPS = 2  # turns before those that count, one a side


def list_designs() -> list[PairDesign]:
    """Those that are compared, each with the most turns; fewer are a part of them."""
    return [
        PairDesign(arm=arm, num_examples=num_examples, num_turns=max(TURNS), is_pinned=is_pinned)
        for arm, num_examples, is_pinned in itertools.product((RAW, DEFAULT), NUM_EXAMPLES, (False, True))
    ]


def choose_cases(patterns: Sequence[str]) -> tuple[str, ...]:
    """The names that match.

    Raises:
        InputError: a pattern matches none.
    """
    names = [case.tell(arm=False, device=False) for case in build_gate_cases(RAW, min(NUM_EXAMPLES))]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise InputError(f"no case matches '{pattern}': there are {', '.join(names)}.")
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


@contextmanager
def open_slots(source: str, lots: Lots) -> Iterator[Slots]:
    """Slots with this very code on both sides, until the block ends."""
    ours = Path(str(mnist_core.__file__)).parents[1]
    sides: dict[SideName, Path] = {"base": ours, "head": ours}
    with (
        make_folder() as folder,
        closing(build_slots(folder, sides, source=source, design=PairDesign(), lots=lots)) as slots,
    ):
        yield slots


def measure_designs(
    designs: Sequence[PairDesign],
    cases: Sequence[str],
    slots: Seating,
    *,
    lots: Lots,
    budget_s: float,
    clock_s: Callable[[], float],
    notice: Callable[[str], None],
) -> Iterator[DesignPair]:
    """A pair of each design and case, in random order, again and again until the budget ends; at least one.

    Args:
        designs: to compare.
        cases: their names.
        slots: with the same code on both sides.
        lots: decide on orders; other lots go on where former ones ended.
        budget_s: no pair is begun after it.
        clock_s: seconds.
        notice: is told of a pair that failed.
    """
    begin_s = clock_s()
    for number in itertools.count():
        entries = lots.shuffle(itertools.product(designs, cases), "designs", number)
        _measure(entries[0], number, slots, lots, clock_s)  # starts the processes, which is no part of a pair's time
        for entry in entries:
            measured = _measure(entry, number, slots, lots, clock_s)
            if isinstance(measured, Failure):
                notice(f"{measured.case}: {measured.reason}")
                slots.close()  # a failure leaves them in any state
            else:
                yield measured
            if clock_s() - begin_s >= budget_s:
                return
        slots.close()


def _measure(
    entry: tuple[PairDesign, str], number: int, slots: Seating, lots: Lots, clock_s: Callable[[], float]
) -> DesignPair | Failure:
    design, case = entry
    job, elapsed = _plan(design, case, number, lots), _Elapsed(clock_s)
    seats = {side: _change(seat, design, elapsed) for side, seat in slots.seat(job).items()}
    measured = measure_pair(job, seats, design.num_turns)
    return measured if isinstance(measured, Failure) else _read(measured, design, case, elapsed.of_turns)


def _plan(design: PairDesign, case: str, number: int, lots: Lots) -> Job:
    name = f"{case}-{design.arm}-cpu"
    (lot,) = lots.draw(1, f"lot of {name}", number)
    return Job(stages.Request(name, "control", "screen", number + 1), number, lot, design.choose_core())


class _Elapsed:
    """When each turn ended, since this was made; the warm-ups too."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s, self._begin_s = clock_s, clock_s()
        self.of_turns: list[float] = []

    def mark(self) -> None:
        """A turn has ended."""
        self.of_turns.append(self._clock_s() - self._begin_s)


class _Timed:
    """The process of a slot, watched: marks the end of every turn."""

    def __init__(self, process: Talker, elapsed: _Elapsed) -> None:
        self._process, self._elapsed = process, elapsed

    def send(self, request: Request) -> None:
        self._process.send(request)

    def receive(self, kind: type[Wanted]) -> Wanted:
        answer = self._process.receive(kind)
        if isinstance(answer, Sample):
            self._elapsed.mark()
        return answer


def _change(seat: Seat, design: PairDesign, elapsed: _Elapsed) -> Seat:
    """The seat with the case as the design wants it."""
    case = {**seat.start.case, "arm": design.arm, "num_examples": design.num_examples}
    return replace(seat, process=_Timed(seat.process, elapsed), start=replace(seat.start, case=case))


def _read(pair: Pair, design: PairDesign, case: str, elapsed_s: Sequence[float]) -> DesignPair:
    ends_s = elapsed_s[NUM_WARM_UPS + 1 :: 2]
    turns = zip(pair.base.turns, pair.head.turns, ends_s, strict=True)
    return DesignPair(
        case, design.arm, design.num_examples, design.is_pinned, tuple(_compare(*neighbours) for neighbours in turns)
    )


def _compare(base: Sample, head: Sample, elapsed_s: float) -> Neighbours:
    return Neighbours(
        time=math.log(head.wall_ns / base.wall_ns),
        cpu=math.log(head.cpu_ns / base.cpu_ns) if head.cpu_ns and base.cpu_ns else None,
        contaminated=base.contaminated or head.contaminated,
        elapsed_s=elapsed_s,
    )
