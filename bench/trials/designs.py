"""Measures pairs of equal processes in several designs, in random order, as long as the budget lasts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import mnist_core
from bench.cases.gate import build_gate_cases, is_chosen
from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.gate.pairs import Job, measure_pair
from bench.gate.revisions import make_folder
from bench.gate.slots import Slots
from bench.pipelines.arms import RAW
from bench.trials.checkouts import build_slots
from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from reports.gate.pairs import read_difference
from reports.gate.record import Failure
from reports.gate.stages import PairRequest
from reports.record.case import DEFAULT
from reports.trials.designs import Design, DesignPair

NUM_EXAMPLES = (800, 1600, 3200, 6400)


def list_designs() -> list[PairDesign]:
    """The designs that are compared: rewrites off and on, shorter and longer epochs, free and on one core."""
    return [
        PairDesign(arm=arm, num_examples=num_examples, is_pinned=is_pinned)
        for arm, num_examples, is_pinned in itertools.product((RAW, DEFAULT), NUM_EXAMPLES, (False, True))
    ]


def choose_cases(patterns: Sequence[str]) -> tuple[str, ...]:
    """The names that match.

    Raises:
        InputError: A pattern matches none.
    """
    names = [case.tell(arm=False, device=False) for case in build_gate_cases(RAW, min(NUM_EXAMPLES))]
    for pattern in patterns:
        if not any(is_chosen([pattern], name) for name in names):
            raise InputError(explain_choice("a case", names, pattern))
    return tuple(name for name in names if is_chosen(patterns, name))


@contextmanager
def open_slots(source: str, lots: Lots) -> Iterator[Slots]:
    """Slots with this very code on both sides, until the block ends."""
    cases = [case for arm in (RAW, DEFAULT) for case in build_gate_cases(arm, min(NUM_EXAMPLES))]
    ours = Path(str(mnist_core.__file__)).parents[1]
    with (
        make_folder() as folder,
        closing(build_slots(folder, ours, ours, source=source, cases=cases, lots=lots)) as slots,
    ):
        yield slots


def measure_designs(
    designs: Sequence[PairDesign],
    cases: Sequence[str],
    slots: Slots,
    *,
    lots: Lots,
    budget_s: float,
    clock_s: Callable[[], float],
    notice: Callable[[str], None],
) -> Iterator[DesignPair]:
    """A pair of each design and case, in random order, again and again until the budget ends; at least one.

    Args:
        designs: Designs to compare.
        cases: Names of the cases, without arm and device.
        slots: Two processes with the same code, from which workers are forked.
        lots: Decide on every order; other lots go on where former ones ended.
        budget_s: Seconds after which no pair is begun.
        clock_s: The present moment in seconds.
        notice: Is told of a pair that failed.
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
    entry: tuple[PairDesign, str], number: int, slots: Slots, lots: Lots, clock_s: Callable[[], float]
) -> DesignPair | Failure:
    design, case = entry
    name = f"{case}-{design.arm}-cpu"
    (lot,) = lots.draw(1, f"lot of {name}", number)
    request, begin_s = PairRequest(name, "control", "screen", number + 1), clock_s()
    job = Job(request, number, lot, design.choose_core())
    seats = {
        side: replace(seat, start=replace(seat.start, case=replace(seat.start.case, num_examples=design.num_examples)))
        for side, seat in slots.seat(job).items()
    }
    measured = measure_pair(job, seats, design.num_turns)
    if isinstance(measured, Failure):
        return measured
    time = read_difference(measured, "time")
    if time is None:
        return Failure(name, "control", "screen", number, "base", "its turns tell no time")
    return DesignPair(describe_design(design), case, time, read_difference(measured, "cpu"), clock_s() - begin_s)


def describe_design(design: PairDesign) -> Design:
    """What a file and a table say of a design."""
    return Design(design.arm, design.num_examples, design.num_turns, design.is_pinned)
