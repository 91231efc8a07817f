"""Where and on what a run took place: the machine, what else could explain a difference, the data and the versions."""

from __future__ import annotations

from dataclasses import dataclass

FINGERPRINT_DIGITS = 12  # shown of a SHA-256: as many as git users are used to; the record has all 64
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


@dataclass(frozen=True)
class Setting:
    """On what a case was measured. Only what was measured on equal data may be compared.

    Args:
        data_name: What the data are called, such as mnist.npz.
        data_fingerprint: SHA-256 of the data, in hexadecimal digits.
        versions: Names of packages and of Python, each with its version.
    """

    data_name: str
    data_fingerprint: str
    versions: tuple[tuple[str, str], ...]
