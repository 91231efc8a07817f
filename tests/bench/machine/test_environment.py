"""What the machine tells, from fake /proc, /sys and control group trees; what is not there is None, never an error."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bench.machine.cores import count_cores
from bench.machine.environment import describe_environment, describe_machine
from reports.record.machine import UNKNOWN_PROCESSOR, Environment

GIBIBYTE = 2**30


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


MACHINE = {
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Test CPU 3000\nflags\t\t: fpu hypervisor sse\n",
    "proc/meminfo": "MemTotal:       8388608 kB\nMemFree:  1 kB\nMemAvailable:   4194304 kB\n",
    "proc/loadavg": "1.25 0.50 0.25 3/200 4242\n",
    "proc/stat": "cpu  60 0 30 500 10 0 0 10 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n",
    "proc/sys/kernel/osrelease": "6.1.0-test\n",
    "proc/self/cgroup": "0::/user/run\n",
    "sys/devices/system/cpu/online": "0-3,8\n",
}


def describe(root: Path, files: dict[str, str] | None = None, **choices: Any) -> Any:
    plant(root, {**MACHINE, **(files or {})})
    return describe_environment(root, variables=choices.pop("variables", {}), allowed=range(4), **choices)


def test_a_whole_machine(tmp_path: Path) -> None:
    found = describe(tmp_path)
    assert (found.num_cores_allowed, found.num_cores_present) == (4, 5)
    assert (found.memory_bytes, found.memory_available_bytes) == (8 * GIBIBYTE, 4 * GIBIBYTE)
    assert found.load == 1.25
    assert found.steal_share == pytest.approx(10 / (60 + 30 + 10))
    assert found.virtual_machine == "virtual machine"
    assert (found.quota_cores, found.memory_limit_bytes, found.governors, found.turbo) == (None, None, (), None)
    recorded = json.loads(json.dumps(found.to_dict()))
    assert recorded["memory_bytes"] == 8 * GIBIBYTE
    assert recorded.keys() == {field.name for field in fields(Environment)}, "how busy it is at a moment is not kept"


def test_an_empty_machine_is_no_error(tmp_path: Path) -> None:
    found = describe_environment(tmp_path, variables={}, allowed=[0])
    assert (found.load, found.steal_share, found.memory_bytes, found.num_cores_present) == (None, None, None, None)


@pytest.mark.parametrize(
    ("files", "quota", "limit"),
    [
        ({"sys/fs/cgroup/user/run/cpu.max": "50000 100000\n"}, 0.5, None),
        ({"sys/fs/cgroup/user/run/cpu.max": "max 100000\n"}, None, None),
        ({"sys/fs/cgroup/user/cpu.max": "150000 100000\n"}, 1.5, None),  # of the group above
        ({"sys/fs/cgroup/user/run/memory.max": f"{GIBIBYTE}\n"}, None, GIBIBYTE),
        ({"sys/fs/cgroup/user/run/memory.max": "max\n"}, None, None),
        ({"sys/fs/cgroup/user/run/memory.max": "garbage\n"}, None, None),
    ],
)
def test_limits_of_control_groups_version_2(tmp_path: Path, files: dict[str, str], quota, limit) -> None:
    found = describe(tmp_path, files)
    assert (found.quota_cores, found.memory_limit_bytes) == (quota, limit)


@pytest.mark.parametrize(
    ("quota_us", "limit_bytes", "quota", "limit"),
    [("200000", str(GIBIBYTE), 2.0, GIBIBYTE), ("-1", "9223372036854771712", None, None)],
)
def test_limits_of_control_groups_version_1(tmp_path: Path, quota_us, limit_bytes, quota, limit) -> None:
    files = {
        "proc/self/cgroup": "4:memory:/job\n3:cpu,cpuacct:/job\n",
        "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": quota_us,
        "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/job/memory.limit_in_bytes": limit_bytes,
    }
    found = describe(tmp_path, files)
    assert (found.quota_cores, found.memory_limit_bytes) == (quota, limit)


def test_governor_turbo_and_container(tmp_path: Path) -> None:
    found = describe(
        tmp_path,
        {
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
            "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave\n",
            "sys/devices/system/cpu/intel_pstate/no_turbo": "1\n",
            ".dockerenv": "",
        },
    )
    assert (found.governors, found.turbo, found.container) == (("powersave",), False, "docker")


def test_only_variables_that_change_what_is_measured_are_kept(tmp_path: Path) -> None:
    variables = {"TF_NUM_INTEROP_THREADS": "1", "TF_VAR_password": "secret", "HOME": "/x", "OMP_NUM_THREADS": "2"}
    found = describe(tmp_path, variables=variables)
    assert dict(found.variables) == {"TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "2"}


@pytest.mark.parametrize("text", ["cpu\n", "cpu a b\n", "", "cpu  0 0 0 5 0 0 0 0 0 0\n"])
def test_malformed_counts_are_unknown(tmp_path: Path, text: str) -> None:
    assert describe(tmp_path, {"proc/stat": text}).steal_share is None


def test_two_processors_of_one_architecture_are_told_apart_by_what_py_cpuinfo_calls_them(tmp_path: Path) -> None:
    plant(tmp_path, {"arm": "processor\t: 0\nCPU implementer\t: 0x41\n", "x86": MACHINE["proc/cpuinfo"]})
    assert describe_machine(tmp_path / "arm", read_brand=lambda: "Neoverse-N1").cpu == "Neoverse-N1"
    assert describe_machine(tmp_path / "arm", read_brand=lambda: "Neoverse-V2").cpu == "Neoverse-V2"
    assert describe_machine(tmp_path / "x86", read_brand=lambda: "never asked").cpu == "Test CPU 3000"
    assert describe_machine(tmp_path / "arm", read_brand=lambda: "").cpu == UNKNOWN_PROCESSOR, "not the architecture"


@pytest.mark.process
def test_py_cpuinfo_is_asked_where_linux_tells_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpuinfo.get_cpu_info", lambda: {"brand_raw": "Apple M1"})
    assert describe_machine(tmp_path / "none").cpu == "Apple M1"

    def refuse() -> dict[str, str]:
        raise Exception("py-cpuinfo currently only works on X86 and some ARM CPUs.")  # as it does

    monkeypatch.setattr("cpuinfo.get_cpu_info", refuse)
    assert describe_machine(tmp_path / "none").cpu == UNKNOWN_PROCESSOR


def test_this_machine_has_a_name_and_cores() -> None:
    machine = describe_machine()
    assert machine.cpu
    assert machine.num_cores == count_cores() >= 1
