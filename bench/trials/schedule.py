"""Which trial comes when: blocks of a fixed mix in random order, so that every slice of the proof is a fair sample."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.gate.draws import HASH_SEEDS, Lots
from bench.trials.gains import Gain
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.trials.trial import KINDS, TrialKind

# How often each comes in a block of 32: mostly 5 %, the smallest change that most projects act on.
MIX: tuple[tuple[TrialKind, float, int], ...] = (
    ("A/A same", 0.0, 10),
    ("A/A rebuilt", 0.0, 10),
    ("A/B", 0.02, 2),
    ("A/B", 0.03, 2),
    ("A/B", 0.05, 4),
    ("A/B", 0.10, 2),
    ("A/B", 0.20, 2),
)

MOST_MISSED = 0.1  # of a share; a batch is 2 % of a case's epoch, so 3 % may be out of its reach


@dataclass(frozen=True)
class Assignment:
    """What a trial is.

    Args:
        number: Number of the trial, from 0.
        kind: What head is.
        seed: Seed for the gate run.
        share: CPU time that head's case takes more, as a share, such as 0.05; 0 for A/A.
        case: Id of the case that is slower in head; empty for A/A.
        added: Number of batches that head computes and drops, by ordering.
    """

    number: int
    kind: TrialKind
    seed: int
    share: float = 0.0
    case: str = ""
    added: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind} {100 * self.share:.3g}% in {self.case}" if self.case else self.kind


class Schedule:
    """Assigns to each number the same trial, whenever it is asked.

    Args:
        seed: Seed for all that is drawn.
        kinds: Kinds of trials that are wanted; blocks have only these.
        gains: What more work is worth, for each case that it can be added to.
    """

    def __init__(self, seed: int, kinds: Sequence[TrialKind] = KINDS, gains: Sequence[Gain] = ()) -> None:
        self._seed, self._gains = seed, tuple(gains)
        self._block = [(kind, share) for kind, share, count in MIX if kind in kinds for _ in range(count)]

    def assign(self, number: int) -> Assignment:
        """The trial of this number."""
        block, rank = divmod(number, len(self._block))
        kind, share = Lots(self._seed).shuffle(self._block, "trials", block)[rank]
        source = random.Random(f"{self._seed} trial {number}")  # noqa: S311  # an order, not a secret
        seed = source.randrange(HASH_SEEDS)
        if not share:
            return Assignment(number, kind, seed)
        gain = source.choice(self._find_fitting(share))
        return Assignment(number, kind, seed, share, gain.case, {gain.ordering: gain.count_more(share)})

    def _find_fitting(self, share: float) -> list[Gain]:
        """The cases of which whole batches make nearly this share; else the one that comes nearest."""
        fitting = [gain for gain in self._gains if gain.misses_by(share) <= MOST_MISSED]
        return fitting or [min(self._gains, key=lambda gain: gain.misses_by(share))]


def find_slowable(cases: Sequence[Case]) -> list[Case]:
    """The cases whose ordering no other case has: more work in it changes them alone.

    Raises:
        InputError: There are none.
    """
    counts = Counter(case.subject.text for case in cases)
    found = [case for case in cases if counts[case.subject.text] == 1]
    if not found:
        raise InputError("no case has an ordering of its own, so none can be slowed down alone: choose others.")
    return found
