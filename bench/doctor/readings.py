"""All that the rules look at, read from this machine: what is installed, the variables, the GPU, folders, answers."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.doctor.answer import Answer
from bench.doctor.installed import Installed, read_installed
from bench.machine.environment import ROOT, Surroundings, describe_environment, read_text
from mnist_core.devices.nvidia import GpuListing, list_gpus, read_driver
from mnist_core.devices.support import HIDES

VENDOR, DISPLAY = "0x10de", "0x03"  # NVIDIA, and the class of what draws or computes, on the PCI bus
DEVICE_FILES = ("dev/nvidia0", "dev/dxg")  # the second is Windows' own under WSL
SYS_ADMIN = 21  # the bit of CAP_SYS_ADMIN, which the driver asks for


@dataclass(frozen=True)
class Interpreter:
    """The Python that runs this.

    Args:
        version: Major and minor version.
        implementation: Such as CPython.
        is_musl: True for a build against musl, as in Alpine Linux.
        is_free_threaded: True for a build without the global lock.
    """

    version: tuple[int, int]
    implementation: str = "CPython"
    is_musl: bool = False
    is_free_threaded: bool = False


@dataclass(frozen=True)
class ByteCode:
    """Whether Python finds TensorFlow compiled to byte code, and may keep it where it does not.

    Args:
        num_sources: How many of TensorFlow's modules were looked at.
        num_compiled: How many of these have byte code.
        is_switched_off: True if this Python writes none.
        is_writable: True if it may be written where TensorFlow lies.
        folder: Where TensorFlow lies.
    """

    num_sources: int
    num_compiled: int
    is_switched_off: bool
    is_writable: bool
    folder: str


@dataclass(frozen=True)
class TempFolder:
    """Where temporary files go.

    Args:
        path: The folder; None if there is none that can be written to.
        free_bytes: How much may be written there.
        asked: What TMPDIR says; None if it is not set.
    """

    path: str | None
    free_bytes: int
    asked: str | None = None


@dataclass(frozen=True)
class GpuHardware:
    """What the system tells of NVIDIA's GPUs.

    Args:
        listed: Those that nvidia-smi lists.
        driver: Version of the driver that is loaded.
        num_on_bus: How many there are on the PCI bus.
        has_device_file: True if there is a device file by which programs reach one.
        visible: What CUDA_VISIBLE_DEVICES says; None if it is not set.
        is_admin_only: True if the driver lets only an administrator profile; None where it does not tell.
        is_admin: True if this process counts as one.
    """

    listed: tuple[GpuListing, ...] = ()
    driver: str | None = None
    num_on_bus: int = 0
    has_device_file: bool = False
    visible: str | None = None
    is_admin_only: bool | None = None
    is_admin: bool = False

    @property
    def is_there(self) -> bool:
        """True if anything tells of a GPU."""
        return bool(self.listed or self.driver or self.num_on_bus)


@dataclass(frozen=True, kw_only=True)
class Readings:
    """All that the rules look at.

    Args:
        interpreter: The Python that runs this.
        installed: The installed packages by name.
        variables: The environment variables.
        surroundings: The machine, its limits and how busy it is.
        byte_code: TensorFlow's byte code; None where TensorFlow cannot be found.
        temp: Where temporary files go.
        gpu: What the system tells of GPUs.
        answer: What TensorFlow says of itself.
        charts: True if the code of the Profile tab's charts can be had from the internet; None if a proxy may tell.
    """

    interpreter: Interpreter
    installed: Installed
    variables: Mapping[str, str]
    surroundings: Surroundings
    byte_code: ByteCode | None
    temp: TempFolder
    gpu: GpuHardware
    answer: Answer
    charts: bool | None


def read_all(ask: Callable[[], Answer], *, charts: bool | None) -> Readings:
    """The readings of this machine; TensorFlow is asked last, since it is itself a load.

    Args:
        ask: Gives TensorFlow's answer.
        charts: True if the code of the Profile tab's charts can be had; None where nobody knows.
    """
    return Readings(
        interpreter=read_interpreter(),
        installed=read_installed(),
        variables=dict(os.environ),
        surroundings=describe_environment(),
        byte_code=read_byte_code(),
        temp=read_temp_folder(),
        gpu=read_gpu(),
        charts=charts,
        answer=ask(),
    )


def read_interpreter() -> Interpreter:
    """The Python that runs this."""
    return Interpreter(
        sys.version_info[:2],
        platform.python_implementation(),
        "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE")),
        bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    )


def read_byte_code(package: str = "tensorflow") -> ByteCode | None:
    """Whether the modules of a package's largest folder are compiled; it is not imported."""
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # ValueError: a module that was put in its place by hand
        return None
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    sources = sorted(folder.glob("python/framework/*.py")) or [Path(found.origin)]
    num_compiled = sum(_is_compiled(source) for source in sources)
    is_writable = os.access(folder, os.W_OK)
    return ByteCode(len(sources), num_compiled, sys.dont_write_bytecode, is_writable, str(folder))


def _is_compiled(source: Path) -> bool:
    try:
        return Path(importlib.util.cache_from_source(str(source))).exists()
    except NotImplementedError:  # this Python has no place for it
        return False


def read_temp_folder() -> TempFolder:
    """Where temporary files go; a file is written there to be sure."""
    asked = os.environ.get("TMPDIR")
    try:
        with tempfile.NamedTemporaryFile(prefix="mnist-bench-doctor-") as file:
            file.write(b"0")
            folder = Path(file.name).parent
        return TempFolder(str(folder), shutil.disk_usage(folder).free, asked)
    except OSError:  # FileNotFoundError where no folder can be written to
        return TempFolder(None, 0, asked)


def read_gpu(root: Path = ROOT, variables: Mapping[str, str] | None = None) -> GpuHardware:
    """What the system tells of NVIDIA's GPUs.

    Args:
        root: Folder in which ``proc``, ``sys`` and ``dev`` are found.
        variables: Environment variables; this process's own if not given.
    """
    listed = list_gpus()
    names = os.environ if variables is None else variables
    devices = [each.parent for each in (root / "sys/bus/pci/devices").glob("*/vendor")]
    on_bus = [
        each
        for each in devices
        if read_text(each / "vendor").strip() == VENDOR and read_text(each / "class").startswith(DISPLAY)
    ]
    return GpuHardware(
        listed=listed,
        driver=listed[0].driver if listed else read_driver(root),
        num_on_bus=len(on_bus),
        has_device_file=any((root / name).exists() for name in DEVICE_FILES),
        visible=names.get(HIDES),
        is_admin_only=_is_admin_only(read_text(root / "proc/driver/nvidia/params")),
        is_admin=_is_admin(read_text(root / "proc/self/status")),
    )


def _is_admin_only(parameters: str) -> bool | None:
    """What the driver made of its parameter NVreg_RestrictProfilingToAdminUsers."""
    for line in parameters.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "RmProfilingAdminOnly":
            return value.strip() == "1"
    return None


def _is_admin(status: str) -> bool:
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return bool(int(value, 16) >> SYS_ADMIN & 1)
    return False
