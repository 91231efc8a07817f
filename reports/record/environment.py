"""What lasts of a machine, beyond its processor and system, and could explain a difference between two runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """What a run took place in; None where the system does not tell.

    Args:
        num_cores_present: Number of cores of the machine.
        quota_cores: CPU time per time that the control groups allow, in cores.
        memory_limit_bytes: The lowest limit of the control groups.
        memory_bytes: Memory of the machine.
        governors: Frequency governors in use on any core; empty where none can be seen.
        turbo: Whether a core may run above its base frequency.
        virtual_machine: Name of the virtual machine, "virtual machine" if it has none to tell; None can also mean a
            real machine.
        container: Kind of the container; None can also mean that there is none.
        variables: Names and values of the environment variables that change what TensorFlow or the allocator does.
    """

    num_cores_present: int | None = None
    quota_cores: float | None = None
    memory_limit_bytes: int | None = None
    memory_bytes: int | None = None
    governors: tuple[str, ...] = ()
    turbo: bool | None = None
    virtual_machine: str | None = None
    container: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
