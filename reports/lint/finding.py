"""A finding: what is wrong with a stage or dear about it, with the price, and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from reports.drawing.numbers import render_bytes, render_seconds
from reports.record.description import Origin
from reports.summary.outcome import Outcome


class Severity(Enum):
    """How bad it is, the worst first."""

    ERROR = "error"  # the pipeline gives something else than its author meant, and TensorFlow says nothing
    COST = "cost"  # it gives the right thing for more memory or time, or shuffles worse, than it need


class Unit(Enum):
    """What a price counts."""

    BYTES = "bytes"
    SECONDS = "seconds"
    SCORE = "score"  # of mixing, 0 unmoved to 1 a uniform permutation
    EXAMPLES = "examples"
    SHARE = "share"


class Basis(Enum):
    """Where a price comes from."""

    COMPUTED = "computed"
    MEASURED = "measured"


FAIL_ON = ("error", "cost", "none")
"""What may make the command fail: errors alone, costs too, or nothing."""


@dataclass(frozen=True)
class Price:
    """What a finding costs.

    Args:
        amount: How much, 0 or more.
        unit: What it counts.
        basis: Whether it was computed from the description or measured on elements.
        what: What the number is, in a few words, such as "in the buffer".
    """

    amount: float
    unit: Unit
    basis: Basis
    what: str

    def __post_init__(self) -> None:
        if not 0 <= self.amount < float("inf"):
            raise ValueError(f"Price.amount must be a number, 0 or more, got {self.amount!r}.")


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found.

    Args:
        rule: Name of the rule.
        severity: How bad it is.
        stage: The stage as one would write it.
        origin: File and line that made it; None where nothing tells.
        reason: What is wrong, in a sentence without its period.
        price: What it costs.
        mend: Code that mends it, line by line.
        claim: Id of the claim that backs it, which ``mnist-report claims`` judges; None where there is none.
    """

    rule: str
    severity: Severity
    stage: str
    origin: Origin | None
    reason: str
    price: Price
    mend: tuple[str, ...]
    claim: str | None = None


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, errors first, and otherwise in the order in which they came."""
    worst_first = tuple(Severity)
    return tuple(sorted(findings, key=lambda each: worst_first.index(each.severity)))


def find_exit_code(findings: Iterable[Finding], fail_on: str) -> int:
    """What the command ends with: 1 if there is a finding that is as bad as what is to fail.

    Args:
        findings: All findings.
        fail_on: One of `FAIL_ON`.
    """
    failing = {"error": (Severity.ERROR,), "cost": tuple(Severity), "none": ()}[fail_on]
    is_bad = any(each.severity in failing for each in findings)
    return (Outcome.REGRESSED if is_bad else Outcome.FINE).exit_code


def render_price(price: Price) -> str:
    """The price with its unit, such as "28.1 MiB"."""
    render: dict[Unit, Callable[[float], str]] = {
        Unit.BYTES: render_bytes,
        Unit.SECONDS: lambda amount: render_seconds(amount) if amount else "0 s",
        Unit.SCORE: lambda amount: f"score {amount:.2f}",
        Unit.EXAMPLES: lambda amount: "1 example" if amount == 1 else f"{amount:,.0f} examples",
        Unit.SHARE: lambda amount: f"{100 * amount:.0f} %",
    }
    return render[price.unit](price.amount)
