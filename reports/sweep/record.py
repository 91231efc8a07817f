"""A sweep as it is kept: what was asked, what was proposed, every turn, who is out and why, and the fresh pairs."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.case import Subject
from reports.record.proposal import Candidate, Proposal
from reports.record.record import CaseRecord


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep was asked for; what goes on with it was asked for the same.

    Args:
        subject: The pipeline as it is written; what its own name is in tables.
        code: SHA-256 of the file that holds it; empty where it is no file.
        step_ms: How long an emulated accelerator computes on a batch; None feeds none.
        memory_gib: What is predicted to hold more is not tried; None takes what the machine has.
        tolerance: By which share floats may differ.
    """

    subject: Subject
    code: str = ""
    step_ms: float | None = None
    memory_gib: float | None = None
    tolerance: float = 0.0


@dataclass(frozen=True)
class Dropped:
    """A candidate that no longer takes turns.

    Args:
        name: Name of the candidate.
        num_rounds: Number of rounds that it took part in.
        why: Why it is out, in words.
        has_failed: True if it could not be measured, and not if it was too slow.
    """

    name: str
    num_rounds: int
    why: str
    has_failed: bool = False


@dataclass(frozen=True)
class Confirmation:
    """Fresh pairs of processes: the winner of the race beside the pipeline as it is.

    Args:
        name: Name of the candidate.
        num_turns: Number of turns that each process of a pair takes after its warm-up.
        differences: Logarithm of the winner's rate over the original's, the median of a pair's turns, for each pair.
        why: Why there are no more pairs, in words; empty where that was their end.
    """

    name: str
    num_turns: int
    differences: tuple[float, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class SweepRecord:
    """One sweep, finished or not.

    Args:
        plan: What was asked.
        proposal: What was proposed, and what was not tried.
        seed: Seed of the random order of turns.
        names: The names of the cases: of the pipeline as it is, then of the candidates in their order.
        cases: Records of the race, of the pipeline as it is first, and then of the readings.
        num_rounds: Number of rounds of the race that are done.
        num_processes: How many processes, one after the other, have taken turns of a case: 1, and one more for every
            time that the sweep went on.
        dropped: The candidates that are out, in the order in which they left.
        has_raced: True if the race is over.
        confirmation: The fresh pairs; None as long as the race is not over, and where nobody won it.
        has_confirmed: True if there will be no more pairs.
        has_read: True if the readings are over.
        unread: What was not read any more, a line each.
        spent_s: Seconds that it has taken so far.
        is_done: True if all is done, and the code of a winner is written.
        patch: Patch of the person's file for the winner; empty where there is none.
        code: The winner's code.
    """

    plan: SweepPlan
    proposal: Proposal
    seed: int
    names: tuple[str, ...]
    cases: tuple[CaseRecord, ...] = ()
    num_rounds: int = 0
    num_processes: int = 0
    dropped: tuple[Dropped, ...] = ()
    has_raced: bool = False
    confirmation: Confirmation | None = None
    has_confirmed: bool = False
    has_read: bool = False
    unread: tuple[str, ...] = ()
    spent_s: float = 0.0
    is_done: bool = False
    patch: str = ""
    code: str = ""

    @property
    def original(self) -> str:
        """The name of the pipeline as it is."""
        return self.names[0]

    @property
    def left(self) -> tuple[str, ...]:
        """The names of the candidates that are not out."""
        out = {each.name for each in self.dropped}
        return tuple(name for name in self.names[1:] if name not in out)

    def find_candidate(self, name: str) -> Candidate | None:
        """The candidate of a name; None for the pipeline as it is."""
        return next((each for each in self.proposal.candidates if each.name == name), None)
