"""What of the machine and the variables disturbs or changes results: each rule from both sides."""

from dataclasses import replace

import pytest
from installations import only, wrong

from bench.doctor.findings import State
from bench.doctor.machine_rules import check_machine, check_temp_folder, check_turbo, check_variables
from bench.doctor.readings import TempFolder
from bench.machine.environment import Surroundings, describe_environment

GIBIBYTE, MEBIBYTE = 2**30, 2**20


@pytest.fixture
def quiet() -> Surroundings:
    return replace(
        describe_environment(variables={}),
        num_cores_allowed=4,
        num_cores_present=8,
        quota_cores=None,
        load=0.2,
        steal_share=0.0,
        governors=("performance",),
        turbo=False,
        container=None,
        memory_available_bytes=16 * GIBIBYTE,
        memory_limit_bytes=None,
        variables=(),
    )


def test_a_quiet_machine_is_fine(quiet: Surroundings) -> None:
    assert [(finding.name, finding.found) for finding in check_machine(quiet)] == [
        ("other programs", "load 0.2"),
        ("cores", "4 of 8, no quota below that"),
        ("CPU frequency", "governor performance"),
        ("memory", "16.0 GiB available"),
    ]
    assert wrong(check_machine(quiet)) == []


def test_what_the_system_does_not_tell_is_left_out(quiet: Surroundings) -> None:
    unknown = replace(quiet, load=None, steal_share=None, governors=(), memory_available_bytes=None)
    assert [finding.name for finding in check_machine(unknown)] == ["cores"]


@pytest.mark.parametrize(
    ("change", "name", "found"),
    [
        ({"load": 1.2}, None, ""),
        ({"load": 1.21}, "other programs", "load 1.2 on 4 cores"),
        ({"steal_share": 0.02}, None, ""),
        ({"steal_share": 0.03}, "the host", "3% of the CPU time asked for went to other machines on the host"),
        ({"quota_cores": 4.0, "container": "docker"}, None, ""),
        ({"quota_cores": 3.5, "container": "docker"}, "cores", "a quota of 3.5 cores on 4"),
        ({"governors": ("performance", "powersave")}, "CPU frequency", "frequency governor powersave"),
        ({"memory_limit_bytes": 4 * GIBIBYTE}, None, ""),
        ({"memory_limit_bytes": 3 * GIBIBYTE}, "memory", "3.0 GiB of memory available"),
    ],
)
def test_a_disturbance_is_told_by_the_rules_of_a_run(
    quiet: Surroundings, change: dict[str, object], name: str | None, found: str
) -> None:
    findings = list(check_machine(replace(quiet, **change)))
    assert wrong(findings) == ([] if name is None else [(name, State.WARN)])
    assert name is None or found in [finding.found for finding in findings]


def test_a_container_is_told(quiet: Surroundings) -> None:
    found = {finding.name: finding.found for finding in check_machine(replace(quiet, container="docker"))}
    assert found["cores"] == "4 of 8, no quota below that, in a container (docker)"


@pytest.mark.parametrize(("turbo", "expected"), [(True, [State.WARN]), (False, [State.OK]), (None, [])])
def test_turbo(quiet: Surroundings, turbo: bool | None, expected: list[State]) -> None:
    assert [finding.state for finding in check_turbo(replace(quiet, turbo=turbo))] == expected


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("TF_ENABLE_ONEDNN_OPTS", "oneDNN's kernels"),
        ("XLA_FLAGS", "XLA compiles otherwise"),
        ("TF_XLA_FLAGS", "XLA may compile"),
        ("TF_DATA_EXPERIMENT_OPT_OUT", "tf.data's rewrites"),
        ("TF_NUM_INTEROP_THREADS", "TensorFlow's pools"),
        ("OMP_NUM_THREADS", "another number of threads"),
        ("LD_PRELOAD", "another allocator"),
        ("TF_OVERRIDE_GLOBAL_THREADPOOL", "it changes what TensorFlow does"),
    ],
)
def test_a_variable_that_changes_results_is_told_with_what_it_changes(
    quiet: Surroundings, name: str, change: str
) -> None:
    finding = only(check_variables(replace(quiet, variables=((name, "0"),)), {}))
    assert (finding.state, finding.found, finding.mend) == (State.WARN, f"{name}=0", (f"unset {name}",))
    assert change in finding.consequence


@pytest.mark.parametrize("name", ["TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES", "TF_USE_LEGACY_KERAS"])
def test_a_variable_that_is_quiet_or_has_a_rule_of_its_own_is_not_told(quiet: Surroundings, name: str) -> None:
    assert list(check_variables(replace(quiet, variables=((name, "1"),)), {})) == []


@pytest.mark.parametrize(("value", "count"), [("python", 1), ("upb", 0)])
def test_protocol_buffers_in_python_are_slow(quiet: Surroundings, value: str, count: int) -> None:
    findings = check_variables(quiet, {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": value})
    assert len(list(findings)) == count


@pytest.mark.parametrize(
    ("temp", "state"),
    [
        (TempFolder("/tmp", GIBIBYTE), State.OK),  # noqa: S108
        (TempFolder("/tmp", GIBIBYTE - 1), State.WARN),  # noqa: S108
        (TempFolder("/tmp", 64 * MEBIBYTE), State.WARN),  # noqa: S108
        (TempFolder("/tmp", 64 * MEBIBYTE - 1), State.BAD),  # noqa: S108
        (TempFolder(None, 0), State.BAD),
        (TempFolder("/scratch", GIBIBYTE, "/scratch/"), State.OK),
        (TempFolder("/tmp", GIBIBYTE, "/scratch"), State.WARN),  # noqa: S108
    ],
)
def test_temporary_files_need_a_folder_with_room_where_one_asked_for_it(temp: TempFolder, state: State) -> None:
    assert only(check_temp_folder(temp)).state is state
