"""How long a turn of a person's pipeline is: a whole epoch if that is short, else as many batches on both sides."""

from __future__ import annotations

from dataclasses import dataclass

from bench.consumers.meter import MOST_BATCHES
from bench.gate.pairs import Length, Seats, ask_all, receive, send
from bench.workers.protocol import Done, FixBatches, Pin, Ready, Stop, TakeTurn, WarmedUp, WarmUp
from reports.gate.record import SideName
from reports.record.program import Extent
from reports.record.sample import Sample

LONGEST_WHOLE_S = 0.25  # of an epoch: a pair takes 18 turns, and a verdict some 30 pairs
TURN_S = 0.1  # of what is cut, from its first batch on, others' work left out; our orderings' epochs take no longer
MOST_S = 1.0  # likewise, where what precedes the first batch counts: what follows is to be twice as long
BEGIN_SHARE = 0.1  # of an epoch: if more precedes the first batch, a buffer may take in much of the epoch there
TRIED_S = 1.0  # of the turns that tell how fast batches come
NUM_TRIED = 2  # of these turns: the first one may fill a cache
FEWEST_TRIED = 8  # batches of them, as one alone cannot be told from what comes before it
NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Rate:
    """How fast a side's batches come.

    Args:
        num_batches: Number of batches in an epoch, or as many as there is time for.
        is_cut: True if there would be more.
        begin_s: Seconds before the first batch.
        batch_s: Seconds from one batch to the next.
    """

    num_batches: int
    is_cut: bool
    begin_s: float
    batch_s: float

    @property
    def epoch_s(self) -> float:
        """Seconds of all its batches."""
        return self.begin_s + self.batch_s * (self.num_batches - 1)

    @property
    def begins_short(self) -> bool:
        """True if an epoch loses little of its work with its first batch."""
        return self.num_batches > 1 and self.begin_s <= BEGIN_SHARE * self.epoch_s

    def count_fitting(self, *, leaves_first: bool) -> int:
        """The number of batches after the first that a turn has time for, at least one."""
        turn_s = TURN_S if leaves_first else min(MOST_S, max(TURN_S, 2 * self.begin_s))
        return max(1, round(turn_s / max(self.batch_s, 1e-9)))


@dataclass(frozen=True)
class Lengths:
    """How much a turn takes, and what memory is read of.

    Args:
        cut_at: Number of batches of a turn of both, where a turn is less than an epoch; None where it is a whole one.
        filled_by: Number of batches that either side takes before its memory is read: an epoch, which fills caches, or
            as many for both where one of them takes too long to be waited for.
        leaves_first: True if a turn's first batch, with all that precedes it, does not count.
    """

    cut_at: int | None = None
    filled_by: int = MOST_BATCHES
    leaves_first: bool = False

    @property
    def length(self) -> Length:
        """How much both sides are asked for."""
        return Length(self.cut_at or MOST_BATCHES, self.filled_by, self.leaves_first)


def measure_lengths(seats: Seats, core: int | None) -> Lengths:
    """How much a turn takes, from a first epoch of both sides at the same time, and then some turns one by one.

    Args:
        seats: Both sides.
        core: Core that both will be kept on; None leaves them free.

    Raises:
        SideFailedError: A side fails.
    """
    ask_all(seats, {name: seat.start for name, seat in seats.items()}, Ready)
    warmed = ask_all(seats, dict.fromkeys(seats, WarmUp(reads_program=False)), WarmedUp)
    if core is not None:
        ask_all(seats, dict.fromkeys(seats, Pin(core)), Done)
    rates = {name: _measure_rate(seats, name, each) for name, each in warmed.items()}
    ask_all(seats, dict.fromkeys(seats, Stop()), Done)
    return choose_lengths(rates)


def _measure_rate(seats: Seats, name: SideName, warmed: WarmedUp) -> Rate:
    """How fast the batches come once a cache is full, in the turn that others disturbed least."""
    extent = warmed.extent or Extent(1, is_cut=True)
    in_time = round(extent.num_batches * TRIED_S * NS_PER_S / warmed.sample.wall_ns)
    num_tried = min(extent.num_batches, max(FEWEST_TRIED, in_time))
    ask_all({name: seats[name]}, {name: FixBatches(num_tried)}, Done)
    tried = []
    for _ in range(NUM_TRIED):
        send(seats, name, TakeTurn())
        tried.append(estimate_rate(extent, receive(seats, name, Sample), num_tried))
    return min(tried, key=lambda rate: rate.batch_s)


def estimate_rate(extent: Extent, sample: Sample, num_tried: int) -> Rate:
    """How fast batches come.

    Args:
        extent: How much the first turn took.
        sample: A later turn.
        num_tried: Number of batches in it.
    """
    begin_ns = sample.first_batch_ns if sample.first_batch_ns and num_tried > 1 else 0
    batch_ns = (sample.wall_ns - begin_ns) / max(1, num_tried - 1)
    own = _find_own_share(sample)
    return Rate(extent.num_batches, extent.is_cut, own * begin_ns / NS_PER_S, own * batch_ns / NS_PER_S)


def _find_own_share(sample: Sample) -> float:
    """The share of a turn that it would take if no thread had to wait for a core, at least its CPU time.

    On a busy machine turns would else have few batches, and the more noise.
    """
    unwaited_ns = sample.wall_ns - (sample.run_queue_wait_ns or 0)
    return min(sample.wall_ns, max(sample.cpu_ns, unwaited_ns)) / sample.wall_ns


def choose_lengths(rates: dict[SideName, Rate]) -> Lengths:
    """Whole epochs if both sides have short ones; else as many batches for both as the slower one gives in a turn."""
    is_cut = any(each.is_cut for each in rates.values())
    if not is_cut and all(each.epoch_s <= LONGEST_WHOLE_S for each in rates.values()):
        return Lengths()
    leaves_first = all(each.begins_short for each in rates.values())
    fitting = min(each.count_fitting(leaves_first=leaves_first) for each in rates.values())
    cut_at = min(1 + fitting, *(each.num_batches for each in rates.values()))
    return Lengths(cut_at, cut_at if is_cut else MOST_BATCHES, leaves_first)
