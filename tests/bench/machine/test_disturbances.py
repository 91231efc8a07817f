"""What will disturb a run: each threshold from both sides, and the one line."""

from dataclasses import replace
from typing import Any

import pytest

from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import Surroundings, describe_environment

GIBIBYTE = 2**30


@pytest.fixture
def quiet() -> Surroundings:
    return replace(
        describe_environment(variables={}),
        num_cores_allowed=4,
        quota_cores=None,
        load=0.2,
        steal_share=0.0,
        governors=("performance",),
        memory_available_bytes=16 * GIBIBYTE,
        memory_limit_bytes=None,
        variables=(),
    )


def test_a_quiet_machine_has_no_line(quiet: Surroundings) -> None:
    assert find_disturbances(quiet) == []
    assert render_disturbances([]) == ""
    unknown = replace(quiet, load=None, steal_share=None, governors=(), memory_available_bytes=None)
    assert find_disturbances(unknown) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"load": 1.2}, None),
        ({"load": 1.21}, "load 1.2 on 4 cores (stop other programs)"),
        ({"steal_share": 0.02}, None),
        ({"steal_share": 0.03}, "3% of the CPU time asked for went to other machines on the host"),
        ({"quota_cores": 4.0}, None),
        ({"quota_cores": 0.5}, "a quota of 0.5 cores on 4 (it stops all threads in between)"),
        ({"num_cores_allowed": 1}, "only one core (producers and consumers take turns)"),
        ({"governors": ("powersave", "performance")}, "frequency governor powersave (set performance)"),
        ({"memory_available_bytes": 4 * GIBIBYTE}, None),
        (
            {"memory_available_bytes": 3 * GIBIBYTE},
            "3.0 GiB of memory available (close programs, or select fewer cases with -k)",
        ),
        (
            {"memory_limit_bytes": 1 * GIBIBYTE},
            "1.0 GiB of memory available (close programs, or select fewer cases with -k)",
        ),
        ({"num_cores_allowed": 3, "load": 0.9}, None),
        ({"variables": (("TF_CPP_MIN_LOG_LEVEL", "2"), ("CUDA_VISIBLE_DEVICES", "0"))}, None),
        ({"variables": (("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/usr/local/cuda"),)}, None),
        (
            {"variables": (("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/usr/local/cuda --xla_cpu_enable_fast_math"),)},
            "XLA_FLAGS set (they change what is measured)",
        ),
        (
            {"variables": (("TF_NUM_INTEROP_THREADS", "1"),)},
            "TF_NUM_INTEROP_THREADS set (they change what is measured)",
        ),
    ],
)
def test_each_threshold_from_both_sides(quiet: Surroundings, change: dict[str, Any], expected: str | None) -> None:
    found = [str(each) for each in find_disturbances(replace(quiet, **change))]
    assert found == ([] if expected is None else [expected])


def test_all_stand_in_one_line(quiet: Surroundings) -> None:
    line = render_disturbances(find_disturbances(replace(quiet, load=9.0, steal_share=0.5)))
    assert line == (
        "this run will be disturbed: load 9.0 on 4 cores (stop other programs); "
        "50% of the CPU time asked for went to other machines on the host"
    )
