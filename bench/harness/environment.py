"""What this machine is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from reports.record import Machine

CPU_INFO = Path("/proc/cpuinfo")


def describe_machine(cpu_info: Path = CPU_INFO) -> Machine:
    """The processor, the cores that this process may use, and the system."""
    return Machine(cpu=_cpu_name(cpu_info), num_cores=count_cores(), system=platform.system())


def count_cores() -> int:
    """The cores that this process may use, which a container or ``taskset`` can make fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_name(cpu_info: Path) -> str:
    try:
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine())
