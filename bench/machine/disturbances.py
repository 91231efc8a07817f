"""What will disturb a run, told in one line before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.machine.environment import Surroundings

MAX_LOAD_PER_CORE = 0.3  # a third of a core is what a desktop with a browser takes; more, and turns wait for others
MAX_STEAL_SHARE = 0.02  # beyond it a neighbour on the same host shows in the intervals
QUIET_VARIABLES = ("TF_CPP_", "CUDA_VISIBLE_DEVICES")  # what is logged, and a device, which a case names itself
QUIET_FLAG = "--xla_gpu_cuda_data_dir="  # of XLA_FLAGS: where CUDA's files are
MIN_AVAILABLE_BYTES = 4 * 2**30  # the workers of one group hold some 3 GiB together


@dataclass(frozen=True)
class Disturbance:
    """One thing that will disturb a run.

    Args:
        kind: What it is about: load, steal, cores, governor, memory or variables.
        found: What there is, with its number.
        advice: What to do, or what it does; empty where there is nothing more to say.
    """

    kind: str
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.found} ({self.advice})" if self.advice else self.found


def find_disturbances(
    environment: Surroundings, *, min_available_bytes: int = MIN_AVAILABLE_BYTES
) -> list[Disturbance]:
    """What will disturb the run, each with its number and what to do."""
    checks = (
        _check_load(environment),
        _check_steal(environment),
        _check_cores(environment),
        _check_governor(environment),
        _check_memory(environment, min_available_bytes),
        _check_variables(environment),
    )
    return [each for each in checks if each]


def render_disturbances(found: Sequence[Disturbance]) -> str:
    """All in one line, or nothing."""
    return f"this run will be disturbed: {'; '.join(map(str, found))}" if found else ""


def find_available_bytes(environment: Surroundings) -> int | None:
    """The memory that workers can have: what is free, or what a control group allows if that is less."""
    known = (environment.memory_available_bytes, environment.memory_limit_bytes)
    return min((each for each in known if each is not None), default=None)


def _check_load(environment: Surroundings) -> Disturbance | None:
    cores, load = environment.num_cores_allowed, environment.load
    if load is None or load / cores <= MAX_LOAD_PER_CORE:
        return None
    return Disturbance("load", f"load {load:.1f} on {cores} cores", "stop other programs")


def _check_steal(environment: Surroundings) -> Disturbance | None:
    share = environment.steal_share
    if share is None or share <= MAX_STEAL_SHARE:
        return None
    return Disturbance("steal", f"{share:.0%} of the CPU time asked for went to other machines on the host")


def _check_cores(environment: Surroundings) -> Disturbance | None:
    allowed, quota = environment.num_cores_allowed, environment.quota_cores
    if quota is not None and quota < allowed:
        return Disturbance("cores", f"a quota of {quota:g} cores on {allowed}", "it stops all threads in between")
    if allowed == 1:
        return Disturbance("cores", "only one core", "producers and consumers take turns")
    return None


def _check_governor(environment: Surroundings) -> Disturbance | None:
    slow = sorted(set(environment.governors) - {"performance"})
    return Disturbance("governor", f"frequency governor {', '.join(slow)}", "set performance") if slow else None


def _check_memory(environment: Surroundings, min_available_bytes: int) -> Disturbance | None:
    available = find_available_bytes(environment)
    if available is None or available >= min_available_bytes:
        return None
    advice = "close programs, or select fewer cases with -k"
    return Disturbance("memory", f"{available / 2**30:.1f} GiB of memory available", advice)


def _check_variables(environment: Surroundings) -> Disturbance | None:
    names = [name for name, value in environment.variables if not is_quiet(name, value)]
    return Disturbance("variables", f"{', '.join(names)} set", "they change what is measured") if names else None


def is_quiet(name: str, value: str) -> bool:
    """True for an environment variable that changes nothing of what is measured."""
    if name == "XLA_FLAGS":
        return all(flag.startswith(QUIET_FLAG) for flag in value.split())
    return name.startswith(QUIET_VARIABLES)
