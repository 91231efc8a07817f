"""A claim about tf.data, as data, and its verdict on the machine of a record."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import resources
from typing import Any

from mnist_core.language.errors import InputError
from reports.stats.median import Estimate, estimate_median
from reports.summary.case import CaseSummary
from reports.summary.metric import (
    ACCURACY,
    BUSY_SHARE,
    DISPLACEMENT,
    FIRST_BATCH,
    LABEL_RUNS,
    LIVE_BYTES,
    SOURCE_BYTES,
    TIME,
    TURN_TIME,
    Metric,
)
from reports.summary.readings import estimate_reading_ratio
from reports.summary.reference import estimate_shared
from reports.summary.summary import Summary

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CLAIMED: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(TIME, FIRST_BATCH, BUSY_SHARE, TURN_TIME, ACCURACY, DISPLACEMENT, LABEL_RUNS),
        *(LIVE_BYTES, SOURCE_BYTES),
    )
}
CLAIMS_FILE = "claims.toml"
ALL = "all"


class ClaimError(InputError):
    """The claims cannot be read, or one is asked for that is not there; the message is one line."""


class Kind(Enum):
    """What a record says of a claim."""

    HOLDS = "HOLDS"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True)
class Claim:
    """One sentence that can be wrong.

    Args:
        id: short, such as C19 of the notes on tf.data, with a letter where one sentence takes several comparisons.
        sentence: what people say.
        source: who says it.
        metric: what is compared. Of a turn: time (s per example), first_batch (s), busy (share of the time that the
            consumer computed), seconds (of the whole turn), accuracy, displacement and label_runs
            (`reports.stats.mixing`).
            Of a reading: live_bytes and source_bytes.
        case: the name of the case that the sentence praises or blames.
        to: the case that it is compared with: the ratio case / to is measured, turn against turn of a round.
        number: where there is no `to`: what the value is divided by, in the metric's unit.
        at_least: what the sentence predicts of the ratio; None is no lower bound.
        at_most: likewise from above; at least one of the two.
        consumer: of both cases.
        arm: of both cases.
        to_arm: of the other case, where the arms are what is compared.
        device: of both cases.
        data: the SHA-256 of the digits that the sentence is about; None is any.
        why: one more sentence, for a verdict that surprises.

    Raises:
        ClaimError: a value cannot be.
    """

    id: str
    sentence: str
    source: str
    metric: str
    case: str
    to: str | None = None
    number: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    consumer: str = "drain"
    arm: str = "default"
    to_arm: str | None = None
    device: str = "cpu"
    data: str | None = None
    why: str = ""

    def __post_init__(self) -> None:
        if self.metric not in CLAIMED:
            raise ClaimError(f"claim {self.id}: metric must be one of {', '.join(CLAIMED)}, got {self.metric!r}.")
        if (self.to is None) == (self.number is None):
            raise ClaimError(f"claim {self.id} must have either another case, to, or a number.")
        if self.number is not None and self.number <= 0:
            raise ClaimError(f"claim {self.id}: number must be above 0, got {self.number}.")
        if self.at_least is None and self.at_most is None:
            raise ClaimError(f"claim {self.id} predicts nothing: give at_least, at_most or both.")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ClaimError(f"claim {self.id}: at_least {self.at_least} is above at_most {self.at_most}.")

    @property
    def is_of_memory(self) -> bool:
        """True if it is about bytes, which are read once, rather than about turns."""
        return CLAIMED[self.metric].is_read_once

    @property
    def wanted_cases(self) -> tuple[tuple[str, str, str], ...]:
        """The name, consumer and arm of the cases that decide it."""
        consumer = "memory" if self.is_of_memory else self.consumer
        others = [] if self.to is None else [(self.to, consumer, self.to_arm or self.arm)]
        return ((self.case, consumer, self.arm), *others)


@dataclass(frozen=True)
class ClaimVerdict:
    """What a record says of a claim.

    Args:
        claim: the claim.
        kind: the verdict.
        measured: the ratio, or the value over the claim's number; None if it was not run.
        reason: why it was not run, or why it is not conclusive.
    """

    claim: Claim
    kind: Kind
    measured: Estimate | None = None
    reason: str = ""


def load_claims(text: str | None = None) -> tuple[Claim, ...]:
    """The claims of ``claims.toml``, or of a text in its format, in their order.

    Raises:
        ClaimError: the text is not TOML, or a claim in it is wrong.

    Example:
        >>> sentences = [claim.sentence for claim in load_claims()]
    """
    if text is None:
        text = resources.files("reports.claims").joinpath(CLAIMS_FILE).read_text(encoding="utf-8")
    try:
        rows = tomllib.loads(text).get("claim", [])
    except tomllib.TOMLDecodeError as error:
        raise ClaimError(f"the claims are not TOML: {error}.") from None
    claims = tuple(_parse(row) for row in rows)
    ids = [claim.id for claim in claims]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise ClaimError(f"claim {min(twice)} is there twice.")
    return claims


def _parse(row: dict[str, Any]) -> Claim:
    try:
        return Claim(**row)
    except TypeError as error:
        raise ClaimError(f"claim {row.get('id', '?')}: {error}.") from None


def select_claims(claims: tuple[Claim, ...], wanted: str) -> tuple[Claim, ...]:
    """The claims that a text such as ``C19,C20`` or ``all`` names; ``C15`` also stands for C15a and C15b.

    Raises:
        ClaimError: a name stands for none.
    """
    if wanted == ALL:
        return claims
    chosen: list[Claim] = []
    for name in wanted.split(","):
        found = [claim for claim in claims if name.strip() in (claim.id, claim.id.rstrip("abcdefghij"))]
        if not found:
            known = ", ".join(claim.id for claim in claims)
            raise ClaimError(f"there is no claim '{name.strip()}': use {ALL} or {known}.")
        chosen += found
    return tuple(dict.fromkeys(chosen))


def judge_claims(claims: tuple[Claim, ...], summary: Summary) -> tuple[ClaimVerdict, ...]:
    """A verdict on every claim, from the turns of one run.

    Example:
        >>> verdicts = judge_claims(load_claims(), load_summary(Path("runs/before")))
    """
    cases = {(case.name, case.consumer, case.arm, case.device): case for case in summary.cases}
    return tuple(_judge(claim, summary, cases) for claim in claims)


def _judge(claim: Claim, summary: Summary, cases: Mapping[tuple[str, str, str, str], CaseSummary]) -> ClaimVerdict:
    missing = _find_missing(claim, summary, cases)
    if missing:
        return ClaimVerdict(claim, Kind.NOT_RUN, reason=missing)
    found = [cases[(*wanted, claim.device)] for wanted in claim.wanted_cases]
    measured = _compare_bytes(claim, found) if claim.is_of_memory else _compare_turns(claim, found)
    if measured is None:
        return ClaimVerdict(claim, Kind.NOT_RUN, reason="this platform has no source for it")
    return _decide(claim, measured)


def _find_missing(claim: Claim, summary: Summary, cases: Mapping[tuple[str, str, str, str], CaseSummary]) -> str:
    """Why the run cannot decide the claim; empty if it can."""
    if claim.device != "cpu" and not any(case.device == claim.device for case in summary.cases):
        return f"no {claim.device.upper()} in this run"
    if claim.data is not None and claim.data != summary.data_fingerprint:
        return "needs the real MNIST"
    if any((*wanted, claim.device) not in cases for wanted in claim.wanted_cases):
        return f"slow: give --claims {claim.id} or all"
    return ""


def _decide(claim: Claim, measured: Estimate) -> ClaimVerdict:
    """HOLDS if the whole interval is as predicted, REFUTED if all of it is not, else INCONCLUSIVE."""
    if measured.low is None or measured.high is None:
        return ClaimVerdict(claim, Kind.INCONCLUSIVE, measured, "too few turns")
    least = float("-inf") if claim.at_least is None else claim.at_least
    most = float("inf") if claim.at_most is None else claim.at_most
    if least <= measured.low and measured.high <= most:
        return ClaimVerdict(claim, Kind.HOLDS, measured)
    if measured.high < least or measured.low > most:
        return ClaimVerdict(claim, Kind.REFUTED, measured)
    seen = measured.resolution
    return ClaimVerdict(
        claim, Kind.INCONCLUSIVE, measured, "" if seen is None else f"sees effects from {100 * seen:.2g} %"
    )


def _compare_bytes(claim: Claim, cases: list[CaseSummary]) -> Estimate | None:
    """The ratio of two readings, or of one to the number, with the spread that readings are known to have."""
    metric = CLAIMED[claim.metric]
    readings = [case.find(metric) for case in cases]
    if any(reading is None for reading in readings):
        return None
    values = [float(reading.median) for reading in readings if reading is not None]
    first, second = values[0], values[-1] if claim.to is not None else claim.number or 1.0
    return None if second == 0 else estimate_reading_ratio(metric, first, second, len(cases))


def _compare_turns(claim: Claim, cases: list[CaseSummary]) -> Estimate | None:
    """The median of the ratios turn against turn, or of the values over the number."""
    values = [case.values.get(claim.metric, {}) for case in cases]
    if not all(values):
        return None
    if claim.to is None:
        return estimate_median([value / (claim.number or 1.0) for value in values[0].values()])
    return estimate_shared(*values) if cases[0].group == cases[1].group else None
