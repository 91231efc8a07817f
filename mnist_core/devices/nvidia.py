"""What NVIDIA's driver and its tool tell of the GPUs."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
TOOL = "nvidia-smi"
QUERY = ("--query-gpu=name,driver_version,memory.total", "--format=csv,noheader,nounits")
TOOL_LIMIT_S = 20.0  # it answers within a second, unless it has to wake the driver up
MEBIBYTE = 2**20


@dataclass(frozen=True)
class GpuListing:
    """A GPU as nvidia-smi lists it."""

    model: str
    driver: str
    memory_bytes: int


def list_gpus() -> tuple[GpuListing, ...]:
    """The GPUs of this machine, hidden ones included; none if the tool is not there or fails."""
    tool = shutil.which(TOOL)
    if tool is None:
        return ()
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command
            [tool, *QUERY],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TOOL_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_listing(done.stdout)


def parse_listing(text: str) -> tuple[GpuListing, ...]:
    """The GPUs in the tool's lines, such as ``NVIDIA H200, 580.159.03, 143771``; other lines are passed over."""
    found = re.findall(r"^([^,\n]+), *([\d.]+), *(\d+)$", text, re.MULTILINE)
    return tuple(GpuListing(model.strip(), driver, int(mebibytes) * MEBIBYTE) for model, driver, mebibytes in found)


def read_driver(root: Path = ROOT) -> str | None:
    """The version of the driver that is loaded; None if there is none, or the system does not tell.

    Example:
        >>> driver = read_driver() or "no NVIDIA driver"
    """
    try:
        text = (root / "proc/driver/nvidia/version").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"NVRM version:.*?\s(\d+\.\d+(?:\.\d+)*)\s", text)
    return found.group(1) if found else None
