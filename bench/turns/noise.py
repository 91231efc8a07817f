"""How far two identical cases differ: what interleaving is worth on this machine."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing

from bench.workers.case_worker import CaseWorker
from reports.record.case import Case
from reports.record.sample import Sample


def measure_differences(
    case: Case,
    start_worker: Callable[[Case], CaseWorker],
    *,
    num_repetitions: int,
    num_turns: int,
    interleaved: bool,
    seed: int,
) -> Iterator[float]:
    """For each repetition, the median of ln(wall time of B / of A) over the turns of two fresh, equal workers.

    Args:
        case: The case that both workers measure.
        start_worker: Gives a fresh process for a case.
        num_repetitions: Number of pairs of workers.
        num_turns: Number of turns of each worker, after its warm-up.
        interleaved: True if the two take turns, and who goes first is random; else one takes all its turns and then
            the other.
        seed: Seed for the random order.
    """
    shuffler = random.Random(seed)  # noqa: S311  # an order, not a secret
    for _ in range(num_repetitions):
        with closing(start_worker(case)) as one, closing(start_worker(case)) as other:
            pair = (one, other)
            _level_turns(pair)
            samples = (
                _take_turns(pair, num_turns, shuffler)
                if interleaved
                else [[worker.measure_turn() for _ in range(num_turns)] for worker in pair]
            )
        yield statistics.median(math.log(b.wall_ns / a.wall_ns) for a, b in zip(*samples, strict=True))


def _level_turns(pair: tuple[CaseWorker, CaseWorker]) -> None:
    """Warm both up; where a turn is a part of an epoch, let it be the same part."""
    extents = [worker.warm_up().extent for worker in pair]
    cut = [each.num_batches for each in extents if each is not None and each.is_cut]
    for worker in pair:
        if cut:
            worker.fix_batches(min(cut))


def _take_turns(
    pair: tuple[CaseWorker, CaseWorker], num_turns: int, shuffler: random.Random
) -> tuple[list[Sample], list[Sample]]:
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    for _ in range(num_turns):
        for index in shuffler.sample((0, 1), 2):
            samples[index].append(pair[index].measure_turn())
    return samples
