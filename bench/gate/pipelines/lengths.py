"""How long a turn of a person's pipeline is: a whole epoch if that is short, else as many batches on both sides."""

from __future__ import annotations

from dataclasses import dataclass

from bench.gate.pairs import Seats, ask_all, receive, send
from bench.workers.protocol import Done, FixBatches, Pin, Ready, Stop, TakeTurn, WarmedUp, WarmUp
from reports.gate.record import SideName
from reports.record.program import Extent
from reports.record.sample import Sample

LONGEST_WHOLE_S = 0.25  # of an epoch: a pair takes 18 turns, and a verdict some 30 pairs
TURN_S = 0.1  # of what is cut; those of our orderings take no longer
MOST_S = 1.0  # likewise, where it takes long until the first batch comes: what follows is to be twice as long
TRIED_S = 1.0  # of the turns that tell how fast batches come
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
    def turn_s(self) -> float:
        """Seconds that batches should come for in a turn, what precedes them left out."""
        return min(MOST_S, max(TURN_S, 2 * self.begin_s))

    @property
    def epoch_s(self) -> float:
        """Seconds of all its batches."""
        return self.begin_s + self.batch_s * (self.num_batches - 1)


@dataclass(frozen=True)
class Lengths:
    """How much a turn takes.

    Args:
        num_batches: Number of batches that each side is asked for; one more than it has where it takes whole epochs,
            whose end is then seen, which completes a cache.
        cut_at: Number of batches of a turn of both, where a turn is less than an epoch; None where it is a whole one.
    """

    num_batches: dict[SideName, int]
    cut_at: int | None


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
    """How fast the batches come once a cache is full, in a turn that is not the first of its kind."""
    extent = warmed.extent or Extent(1, is_cut=True)
    in_time = round(extent.num_batches * TRIED_S * NS_PER_S / warmed.sample.wall_ns)
    num_tried = min(extent.num_batches, max(FEWEST_TRIED, in_time))
    ask_all({name: seats[name]}, {name: FixBatches(num_tried)}, Done)
    for _ in range(2):
        send(seats, name, TakeTurn())
        sample = receive(seats, name, Sample)
    return estimate_rate(extent, sample, num_tried)


def estimate_rate(extent: Extent, sample: Sample, num_tried: int) -> Rate:
    """How fast batches come.

    Args:
        extent: How much the first turn took.
        sample: A later turn.
        num_tried: Number of batches in it.
    """
    begin_ns = sample.first_batch_ns if sample.first_batch_ns and num_tried > 1 else 0
    batch_ns = (sample.wall_ns - begin_ns) / max(1, num_tried - 1)
    return Rate(extent.num_batches, extent.is_cut, begin_ns / NS_PER_S, batch_ns / NS_PER_S)


def choose_lengths(rates: dict[SideName, Rate]) -> Lengths:
    """Whole epochs if both sides have short ones; else as many batches for both as the slower one gives in a turn."""
    if all(not each.is_cut and each.epoch_s <= LONGEST_WHOLE_S for each in rates.values()):
        return Lengths({name: each.num_batches + 1 for name, each in rates.items()}, None)
    fitting = min(round(each.turn_s / max(each.batch_s, 1e-9)) for each in rates.values())
    cut_at = max(1, min(fitting, *(each.num_batches for each in rates.values())))
    return Lengths(dict.fromkeys(rates, cut_at), cut_at)
