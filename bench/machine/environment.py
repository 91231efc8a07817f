"""What this machine is, from ``/proc``, ``/sys`` and the control groups, where there are any."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

from bench.machine.cores import count_cores, find_allowed_cores
from reports.record.machine import UNKNOWN_PROCESSOR, Environment, Machine

CPU_INFO = Path("/proc/cpuinfo")
ROOT = Path("/")
SAYS_NO_LIMIT_BYTES = 2**60  # version 1 writes "none" as the largest page-aligned int64
VARIABLES = (  # not every TF_ name: other tools keep passwords in TF_VAR_ and TF_HTTP_
    *("TF_CPP_", "TF_CPU_", "TF_CUDNN_", "TF_DATA_EXPERIMENT_", "TF_DETERMINISTIC_", "TF_DISABLE_", "TF_ENABLE_"),
    *("TF_FORCE_", "TF_GPU_", "TF_MKL_", "TF_NUM_", "TF_ONEDNN_", "TF_OVERRIDE_", "TF_RUN_HANDLER_", "TF_USE_"),
    *("TF_XLA_", "XLA_FLAGS", "OMP_", "KMP_", "MKL_", "MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD"),
    "CUDA_VISIBLE_DEVICES",
)
CONTAINERS = ("kubepods", "docker", "libpod", "lxc", "containerd")  # in the names of control groups


@dataclass(frozen=True, kw_only=True)
class Surroundings(Environment):
    """The environment, and how busy the machine is at this moment, which is not recorded.

    Args:
        num_cores_allowed: Number of cores that this process may use.
        memory_available_bytes: Memory that can be had without swapping.
        load: Runnable and blocked tasks of the whole machine, the mean of about the last minute.
        steal_share: Share of the CPU time asked for since the start that the hypervisor gave to others. A share of all
            time would be low on every machine that has mostly been idle.
    """

    num_cores_allowed: int
    memory_available_bytes: int | None
    load: float | None
    steal_share: float | None

    def to_dict(self) -> dict[str, Any]:
        """What is recorded, in types that JSON has."""
        recorded = {field.name: getattr(self, field.name) for field in fields(Environment)}
        return {**recorded, "governors": list(self.governors), "variables": dict(self.variables)}


def describe_machine(cpu_info: Path = CPU_INFO, *, read_brand: Callable[[], str] | None = None) -> Machine:
    """The processor, the cores that this process may use, and the system.

    Args:
        cpu_info: File in which Linux describes processors.
        read_brand: Gives the processor's name where that file has none; py-cpuinfo is asked if not given.
    """
    cpu = _first(r"^model name\s*:(.*)$", read_text(cpu_info)) or (read_brand or _read_brand)()
    return Machine(cpu=cpu or UNKNOWN_PROCESSOR, num_cores=count_cores(), system=platform.system())


def _read_brand() -> str:
    """What py-cpuinfo calls the processor; empty where it cannot tell. It takes a second."""
    import cpuinfo  # noqa: PLC0415  # only where nothing else has told

    try:
        return str(cpuinfo.get_cpu_info().get("brand_raw", ""))
    except Exception:  # noqa: BLE001  # it raises a bare Exception on a processor that it does not know
        return ""


def describe_environment(
    root: Path = ROOT,
    *,
    variables: Mapping[str, str] | None = None,
    allowed: Collection[int] | None = None,
) -> Surroundings:
    """What `root` tells of this machine; what cannot be read is None, and never an error.

    Args:
        root: Folder in which ``proc`` and ``sys`` are found.
        variables: Environment variables; this process's own if not given.
        allowed: Numbers of the cores that this process may use; asked of the system if not given.
    """
    cpu_info, memory = read_text(root / "proc/cpuinfo"), read_text(root / "proc/meminfo")
    release = read_text(root / "proc/sys/kernel/osrelease").strip() or platform.release()
    return Surroundings(
        num_cores_allowed=len(find_allowed_cores() if allowed is None else allowed),
        num_cores_present=_count_present(read_text(root / "sys/devices/system/cpu/online")),
        quota_cores=_find_quota_cores(root),
        memory_limit_bytes=_find_memory_limit_bytes(root),
        memory_bytes=_meminfo_bytes(memory, "MemTotal"),
        memory_available_bytes=_meminfo_bytes(memory, "MemAvailable"),
        load=_number(read_text(root / "proc/loadavg")),
        steal_share=_steal_share(root),
        governors=_find_governors(root),
        turbo=_find_turbo(root),
        virtual_machine=_find_virtual_machine(root, cpu_info, release),
        container=_find_container(root),
        variables=_select_variables(os.environ if variables is None else variables),
    )


def read_text(file: Path) -> str:
    """The text of a file without the NULs that firmware ends its strings with; "" if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").replace("\0", "")
    except (OSError, ValueError):  # ValueError: a NUL in the name, which can come out of a damaged file
        return ""


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else None


def _number(text: str) -> float | None:
    """The number that a text begins with, if it does."""
    found = _first(r"\A\s*(\d+(?:\.\d+)?)(?:\s|\Z)", text)
    return None if found is None else float(found)


def _count_present(online: str) -> int | None:
    """The number of cores in a list such as ``0-3,8``."""
    ranges = re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", online.strip())
    if ranges is None:
        return None
    ends = [part.split("-") for part in online.strip().split(",")]
    return sum(int(end[-1]) - int(end[0]) + 1 for end in ends)


def _meminfo_bytes(memory: str, name: str) -> int | None:
    found = _first(rf"^{name}:\s*(\d+) kB$", memory)
    return None if found is None else int(found) * 1024


def _find_group_folders(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's control group and of all above it, in both versions; a limit can be in any.

    Inside a container the path can be the host's, of which only the top exists here.
    """
    mounts = root / "sys/fs/cgroup"
    for line in read_text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        group = PurePosixPath(path.lstrip("/"))
        inside = [] if ".." in group.parts else [group, *group.parents]  # ".." lies outside of what is mounted here
        groups = dict.fromkeys([*inside, PurePosixPath()])
        if number == "0" and not controllers:
            yield from (mounts / each for each in groups)
        elif controller in controllers.split(","):
            yield from (mounts / mount / each for mount in {controllers, controller} for each in groups)


def _find_quota_cores(root: Path) -> float | None:
    quotas = []
    for folder in _find_group_folders(root, "cpu"):
        stated = read_text(folder / "cpu.max") or " ".join(
            read_text(folder / name).strip() for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        )
        found = re.fullmatch(r"(\d+) (\d+)", stated.strip())  # not "max 100000", and not "-1 100000"
        if found and int(found[1]) and int(found[2]):
            quotas.append(int(found[1]) / int(found[2]))
    return min(quotas, default=None)


def _find_memory_limit_bytes(root: Path) -> int | None:
    folders = _find_group_folders(root, "memory")
    stated = (
        read_text(folder / name).strip() for folder in folders for name in ("memory.max", "memory.limit_in_bytes")
    )
    limits = (int(text) for text in stated if re.fullmatch(r"\d+", text))
    return min((limit for limit in limits if 0 < limit < SAYS_NO_LIMIT_BYTES), default=None)


def read_machine_ticks(root: Path) -> tuple[int, ...] | None:
    """User, nice, system, idle, iowait, irq, softirq and steal ticks of all cores together."""
    found = _first(r"\Acpu ((?: \d+){8})", read_text(root / "proc/stat"))
    return None if found is None else tuple(map(int, found.split()))


def _steal_share(root: Path) -> float | None:
    ticks = read_machine_ticks(root)
    if ticks is None:
        return None
    user, nice, system, _, _, irq, softirq, steal = ticks
    asked_for = user + nice + system + irq + softirq + steal
    return steal / asked_for if asked_for else None


def _find_governors(root: Path) -> tuple[str, ...]:
    files = (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")
    return tuple(sorted({read_text(file).strip() for file in files} - {""}))


def _find_turbo(root: Path) -> bool | None:
    folder = root / "sys/devices/system/cpu"
    for name, on in (("intel_pstate/no_turbo", "0"), ("cpufreq/boost", "1")):
        stated = read_text(folder / name).strip()
        if stated in {"0", "1"}:
            return stated == on
    return None


def _find_virtual_machine(root: Path, cpu_info: str, release: str) -> str | None:
    if "microsoft" in release.lower():
        return "WSL"
    kind = read_text(root / "sys/hypervisor/type").strip()
    if not kind and _first(r"^flags\s*:.*\b(hypervisor)\b", cpu_info) is None:
        return None
    return kind or read_text(root / "sys/class/dmi/id/product_name").strip() or "virtual machine"


def _find_container(root: Path) -> str | None:
    for name, kind in (("run/.containerenv", "podman"), (".dockerenv", "docker")):
        if (root / name).exists():
            return kind
    groups = read_text(root / "proc/self/cgroup")
    return read_text(root / "run/systemd/container").strip() or next(
        (kind for kind in CONTAINERS if kind in groups), None
    )


def _select_variables(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in variables.items() if name.startswith(VARIABLES)))
