"""What a user asks a gate for, and how a pair of processes is measured, as data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from bench.cases.gate import PACKAGE
from bench.machine.cores import find_allowed_cores
from bench.pipelines.arms import RAW, Arm
from reports.gate.plan import GatedMetric
from reports.record.case import Subject

CAN_PIN = hasattr(os, "sched_setaffinity")
AUTO = "auto"  # of the sources of digits: decided once, by base


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


@dataclass(frozen=True)
class GateOptions:
    """What a user asks for.

    Args:
        base: Revision to compare with, as git knows it.
        head: Revision to judge, as git knows it; None is the working tree.
        source: Where the digits come from.
        seed: Seed for every random choice of this run.
        patterns: Patterns of the ids of the cases to compare; empty means all.
        metrics: Metrics that are judged; empty leaves it to the settings.
        budget_s: Seconds for the measuring.
        design: How pairs are measured.
        package: Name of the package whose code is compared, a folder at the top of the repository.
        inside: Any folder of the repository; None is the present one.
        pipelines: Pipelines of the repository that are compared instead of the package; empty takes those that its
            pyproject.toml lists, if it has no such package.
        times_different: True to time pipelines that do not give the same on both sides.

    Example:
        >>> options = GateOptions(base="main", patterns=("post-*",), budget_s=120)
    """

    base: str
    head: str | None = None
    source: str = AUTO
    seed: int = 0
    patterns: tuple[str, ...] = ()
    metrics: tuple[GatedMetric, ...] = ()
    budget_s: float = 300.0
    design: PairDesign = field(default_factory=PairDesign)
    package: str = PACKAGE
    inside: Path | None = None
    pipelines: tuple[Subject, ...] = ()
    times_different: bool = False
