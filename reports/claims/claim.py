"""A claim about tf.data, as data: a sentence that can be wrong."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language.errors import InputError
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

CLAIMED: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(TIME, FIRST_BATCH, BUSY_SHARE, TURN_TIME, ACCURACY, DISPLACEMENT, LABEL_RUNS),
        *(LIVE_BYTES, SOURCE_BYTES),
    )
}


class ClaimError(InputError):
    """The claims cannot be read, or one is asked for that is not there; the message is one line."""


@dataclass(frozen=True)
class Claim:
    """One sentence that can be wrong.

    Args:
        id: Short name, such as C19 of the notes on tf.data, with a letter where one sentence takes several comparisons.
        sentence: What people say.
        source: Who says it.
        metric: Name of what is compared. Of a turn: time (s per example), first_batch (s), busy (share of the time in
            which the consumer computed), seconds (of the whole turn), accuracy, displacement and label_runs
            (`reports.stats.mixing`).
            Of a reading: live_bytes and source_bytes.
        case: Name of the case that the sentence praises or blames.
        to: Name of the case that it is compared with: the ratio case / to is measured, turn against turn of a round.
        number: Number that the value is divided by where there is no `to`, in the metric's unit.
        at_least: Lower bound that the sentence predicts for the ratio; None is no bound.
        at_most: Upper bound, likewise; there is at least one of the two.
        consumer: Consumer of both cases.
        arm: Arm of both cases.
        to_arm: Arm of the other case, where the arms are what is compared.
        device: Device of both cases.
        data: SHA-256 of the digits that the sentence is about; None is any.
        why: One more sentence, for a verdict that surprises.

    Raises:
        ClaimError: A value cannot be.
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
    def bounds(self) -> tuple[float, ...]:
        """The one or two bounds that it predicts."""
        return tuple(bound for bound in (self.at_least, self.at_most) if bound is not None)

    @property
    def wanted_cases(self) -> tuple[tuple[str, str, str], ...]:
        """The name, consumer and arm of the cases that decide it."""
        consumer = "memory" if self.is_of_memory else self.consumer
        others = [] if self.to is None else [(self.to, consumer, self.to_arm or self.arm)]
        return ((self.case, consumer, self.arm), *others)
