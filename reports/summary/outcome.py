"""What a command that judges comes to, and its exit code: one table for all of them, which says what comes first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum

from reports.drawing.blocks import Emphasis


class Outcome(Enum):
    """What a whole comparison comes to, the heaviest first: it decides where several things were found."""

    REGRESSED = "regressed"
    FAILED = "failed"
    NOT_COMPARED = "not-compared"
    ALL_CHANGED = "all-changed"
    INCONCLUSIVE = "inconclusive"
    FINE = "fine"

    @property
    def exit_code(self) -> int:
        """What the command ends with; something that should have been compared and could not be is never 0."""
        return EXIT_CODES[self]

    @property
    def emphasis(self) -> Emphasis:
        """How it stands out in a report."""
        return EMPHASES.get(self, Emphasis.WORST)


HEAVIEST_FIRST = tuple(Outcome)
EXIT_CODES = {
    Outcome.REGRESSED: 1,
    Outcome.FAILED: 2,
    Outcome.NOT_COMPARED: 2,
    Outcome.ALL_CHANGED: 4,
    Outcome.INCONCLUSIVE: 3,
    Outcome.FINE: 0,
}
EMPHASES = {Outcome.FINE: Emphasis.BEST, Outcome.INCONCLUSIVE: Emphasis.UNDECIDED}  # the others are bad
FAILING = (Outcome.REGRESSED, Outcome.FAILED, Outcome.INCONCLUSIVE)  # what fails unless a user says otherwise


def find_heaviest(found: Iterable[Outcome]) -> Outcome:
    """What decides where several things were found: the heaviest of them, and FINE where nothing was."""
    return min(found, key=HEAVIEST_FIRST.index, default=Outcome.FINE)


def find_exit_code(outcome: Outcome, failing: Collection[Outcome] = FAILING) -> int:
    """The exit code where only some outcomes are to fail; where nothing was compared, it is never 0.

    Args:
        outcome: What the comparison came to.
        failing: The outcomes that fail.
    """
    passes = outcome not in failing and outcome is not Outcome.NOT_COMPARED
    return 0 if passes else outcome.exit_code
