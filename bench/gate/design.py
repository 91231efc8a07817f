"""How a pair of processes is measured, as data."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench.machine.cores import find_allowed_cores
from bench.pipelines.arms import RAW, Arm

CAN_PIN = hasattr(os, "sched_setaffinity")


@dataclass(frozen=True)
class PairDesign:
    """How a pair is measured; what decides the noise of its difference, and what it costs.

    Args:
        arm: Set of TensorFlow's rewrites that every case runs with.
        num_examples: Number of examples in a turn's epoch.
        num_turns: Number of turns of each side after the warm-up; even, so that each side is first in half of them.
        is_pinned: True if both workers stay on one and the same core once they are warm, where the platform can do
            that. Their difference is then far less noisy, but says nothing of work that is spread over cores.
        num_shared_rounds: Number of rounds whose workers are forked from the same two processes. What these drew at
            their start is the same in so many pairs of a case; which revision it meets is drawn for every pair.
    """

    arm: Arm = RAW
    num_examples: int = 1600
    num_turns: int = 8
    is_pinned: bool = CAN_PIN
    num_shared_rounds: int = 6

    def __post_init__(self) -> None:
        if self.num_turns < 2 or self.num_turns % 2:  # noqa: PLR2004  # each side is first once
            raise ValueError(f"PairDesign.num_turns must be even and at least 2, got {self.num_turns}.")
        for name in ("num_examples", "num_shared_rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"PairDesign.{name} must be at least 1, got {getattr(self, name)}.")

    def choose_core(self) -> int | None:
        """The core that both workers stay on; None leaves them free."""
        return max(find_allowed_cores()) if self.is_pinned else None
