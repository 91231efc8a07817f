"""What was looked at and how it stands, the worst first, and the exit code that this comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from reports.summary.outcome import Outcome


class State(Enum):
    """How a thing stands, the worst first."""

    BAD = "bad"  # something that one will ask for will fail, be empty or be wrong
    WARN = "warn"  # numbers will be disturbed or something will be slow, or it is bad for some people alone
    OK = "ok"


WORST_FIRST = tuple(State)
OUTCOMES = {State.BAD: Outcome.REGRESSED, State.WARN: Outcome.FINE, State.OK: Outcome.FINE}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What was looked at, in a word or two.
        state: How it stands.
        found: What is there, such as a version.
        consequence: What will be wrong later; empty where it is fine.
        mend: Commands that mend it, or what to do where no command does; each is a line of its own.
    """

    name: str
    state: State
    found: str
    consequence: str = ""
    mend: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        is_fine = self.state is State.OK
        if is_fine == bool(self.consequence) or is_fine == bool(self.mend):
            raise ValueError(f"{self.name}: what is {self.state.value} must tell its consequence, unless it is ok.")


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, the worst first, and otherwise in the order in which they came."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.state)))


def find_worst(findings: Sequence[Finding]) -> State:
    """The state of the worst; OK where there is none."""
    return min((finding.state for finding in findings), key=WORST_FIRST.index, default=State.OK)


def find_exit_code(findings: Sequence[Finding]) -> int:
    """What the command ends with: as with every command that judges, 1 says that something was found to be bad."""
    return OUTCOMES[find_worst(findings)].exit_code
