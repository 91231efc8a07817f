"""What will disturb a run, told in one line before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from bench.machine.environment import Surroundings

MAX_LOAD_PER_CORE = 0.3  # a third of a core is what a desktop with a browser takes; more, and turns wait for others
MAX_STEAL_SHARE = 0.02  # beyond it a neighbour on the same host shows in the intervals
QUIET_VARIABLES = ("TF_CPP_", "CUDA_VISIBLE_DEVICES")  # what is logged, and a device, which a case names itself
MIN_AVAILABLE_BYTES = 4 * 2**30  # the workers of one group hold some 3 GiB together


def find_disturbances(environment: Surroundings, *, min_available_bytes: int = MIN_AVAILABLE_BYTES) -> list[str]:
    """What will disturb the run, each with its number and what to do."""
    checks = (
        _check_load(environment),
        _check_steal(environment),
        _check_cores(environment),
        _check_governor(environment),
        _check_memory(environment, min_available_bytes),
        _check_variables(environment),
    )
    return [line for line in checks if line]


def render_disturbances(found: Sequence[str]) -> str:
    """All in one line, or nothing."""
    return f"this run will be disturbed: {'; '.join(found)}" if found else ""


def _check_load(environment: Surroundings) -> str:
    cores, load = environment.num_cores_allowed, environment.load
    if load is None or load / cores <= MAX_LOAD_PER_CORE:
        return ""
    return f"load {load:.1f} on {cores} cores (stop other programs)"


def _check_steal(environment: Surroundings) -> str:
    share = environment.steal_share
    if share is None or share <= MAX_STEAL_SHARE:
        return ""
    return f"{share:.0%} of the CPU time asked for went to other machines on the host"


def _check_cores(environment: Surroundings) -> str:
    allowed, quota = environment.num_cores_allowed, environment.quota_cores
    if quota is not None and quota < allowed:
        return f"a quota of {quota:g} cores on {allowed} (it stops all threads in between)"
    if allowed == 1:
        return "only one core (producers and consumers take turns)"
    return ""


def _check_governor(environment: Surroundings) -> str:
    slow = sorted(set(environment.governors) - {"performance"})
    return f"frequency governor {', '.join(slow)} (set performance)" if slow else ""


def _check_memory(environment: Surroundings, min_available_bytes: int) -> str:
    known = (environment.memory_available_bytes, environment.memory_limit_bytes)
    available = min((each for each in known if each is not None), default=None)
    if available is None or available >= min_available_bytes:
        return ""
    return f"{available / 2**30:.1f} GiB of memory available (close programs, or select fewer cases with -k)"


def _check_variables(environment: Surroundings) -> str:
    names = [name for name, _ in environment.variables if not name.startswith(QUIET_VARIABLES)]
    return f"{', '.join(names)} set (they change what is measured)" if names else ""
