"""Where a run took place."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_PROCESSOR = "unknown processor"


@dataclass(frozen=True)
class Machine:
    """Where a run took place.

    Args:
        cpu: The processor's name.
        num_cores: Number of cores that the run was allowed to use; 0 where it is not known.
        system: Name of the operating system, such as Linux.
    """

    cpu: str
    num_cores: int
    system: str
