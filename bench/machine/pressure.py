"""What the machine and the scheduler did during a turn, and whether others disturbed it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from bench.machine.cores import find_allowed_cores
from reports.record.sample import MIN_JUDGED_NS

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ROOT = Path("/")
NANOSECONDS = 1_000_000_000
BUSY_FIELDS = (0, 1, 2, 5, 6, 7)  # user, nice, system, irq, softirq, steal; idle and iowait are not busy
FOREIGN_SHARE = 0.10  # of the cores' time; a tenth taken away is more than what most orderings differ by


@dataclass(frozen=True)
class Pressure:
    """Counters at one moment, or their difference over a turn; None where the platform has no source.

    Args:
        busy_ns: CPU time of everybody on the cores that this process may use, stolen time included. The system counts
            in ticks, of 10 ms mostly, so it says little of a turn below 0.2 s.
        run_queue_wait_ns: Time in which threads of this process were ready and waited for a core; those that have ended
            since are not counted.
        involuntary_switches: How often the system took a core away from this process.
    """

    busy_ns: int | None
    run_queue_wait_ns: int | None
    involuntary_switches: int | None

    def __sub__(self, before: Pressure) -> Pressure:
        """The change since `before`."""
        pairs = [(getattr(self, field.name), getattr(before, field.name)) for field in fields(self)]
        return Pressure(*(None if now is None or then is None else max(0, now - then) for now, then in pairs))


def read_pressure(root: Path = ROOT) -> Pressure:
    """The counters now."""
    switches = None if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    return Pressure(_read_busy_ns(root, find_allowed_cores()), _read_run_queue_wait_ns(root), switches)


def is_contaminated(foreign_cpu_ns: int | None, wall_ns: int, num_cores: int) -> bool:
    """True if others used more than a tenth of the cores' time during a turn.

    The rule is fixed in advance and does not look at how long the turn took compared with others: dropping or marking
    slow turns would make every distribution look good.

    Args:
        foreign_cpu_ns: CPU time of everybody else; None, where it cannot be known, is not held against a turn.
        wall_ns: How long the turn took; below 0.2 s it is not judged.
        num_cores: Number of cores that this process may use.
    """
    if foreign_cpu_ns is None or wall_ns < MIN_JUDGED_NS:
        return False
    return foreign_cpu_ns > FOREIGN_SHARE * wall_ns * num_cores


def _read_busy_ns(root: Path, cores: Iterable[int]) -> int | None:
    names = {f"cpu{core}" for core in cores}
    try:
        lines = (root / "proc/stat").read_text(encoding="ascii").splitlines()
        counts = [line.split()[1:] for line in lines if line.partition(" ")[0] in names]
        ticks = sum(int(each[index]) for each in counts for index in BUSY_FIELDS)
    except (OSError, ValueError, IndexError):
        return None
    return ticks * NANOSECONDS // os.sysconf("SC_CLK_TCK") if counts else None


def _read_run_queue_wait_ns(root: Path) -> int | None:
    waits = [_read_wait_ns(file) for file in (root / "proc/self/task").glob("*/schedstat")]
    known = [wait for wait in waits if wait is not None]
    return sum(known) if known else None


def _read_wait_ns(file: Path) -> int | None:
    """The second number of a thread's schedstat; None if the thread has ended since it was listed."""
    try:
        return int(file.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
