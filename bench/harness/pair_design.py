"""How a pair of processes is measured, as data."""

from __future__ import annotations

from dataclasses import dataclass

from bench.harness.cases import RAW, Arm


@dataclass(frozen=True)
class PairDesign:
    """How a pair is measured; what decides the noise of its difference, and what it costs.

    Args:
        arm: of all cases.
        num_examples: of a turn's epoch.
        num_turns: of each side, after the warm-up; even, so that each side is first in half of them.
        is_pinned: both workers stay on one and the same core once they are warm.
        num_shared_rounds: of pairs whose workers are forked from the same two processes. What these drew at their
            start is the same in so many pairs of a case; which revision it meets is drawn for every pair.
    """

    arm: Arm = RAW
    num_examples: int = 3200
    num_turns: int = 8
    is_pinned: bool = False
    num_shared_rounds: int = 6

    def __post_init__(self) -> None:
        if self.num_turns < 2 or self.num_turns % 2:  # noqa: PLR2004  # each side is first once
            raise ValueError(f"PairDesign.num_turns must be even and at least 2, got {self.num_turns}.")
        for name in ("num_examples", "num_shared_rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"PairDesign.{name} must be at least 1, got {getattr(self, name)}.")
