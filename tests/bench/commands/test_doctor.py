"""``mnist-bench doctor``: what a user and a script see, the exit code, and the real command once."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from command_lines import run_apart
from fresh_start import PROGRAM, start
from installations import install

from bench.commands import doctor
from bench.doctor.answer import Answer
from bench.doctor.installed import read_installed
from bench.doctor.readings import GpuHardware, Interpreter, Readings, TempFolder
from bench.machine.environment import describe_environment

Plant = Callable[..., None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Lets the command read a sound machine, changed."""

    def plant_readings(**changes: object) -> None:
        sound = Readings(
            interpreter=Interpreter((3, 11)),
            installed=install(),
            variables={},
            surroundings=replace(describe_environment(Path("/nowhere"), variables={}), num_cores_allowed=2),
            byte_code=None,
            temp=TempFolder("/tmp", 2**40),  # noqa: S108
            gpu=GpuHardware(),
            answer=Answer(tensorflow="2.21.0", keras="3.15.1", backend="tensorflow"),
            charts=True,
        )
        monkeypatch.setattr(doctor, "read_here", lambda _console, is_offline: replace(sound, **changes))

    return plant_readings


def test_where_nothing_is_wrong_it_ends_with_zero(plant: Plant) -> None:
    plant()
    output, errors, code = run_apart("mnist-bench doctor")
    assert (output.splitlines()[0], errors, code) == ("nothing is wrong here", "", 0)


def test_a_warning_ends_with_zero_too(plant: Plant) -> None:
    plant(charts=False)
    output, _, code = run_apart("mnist-bench doctor")
    assert (output.splitlines()[0], code) == ("0 bad, 1 to heed; what mends it stands below each", 0)


def test_a_fault_ends_with_one_and_no_traceback_and_fits_a_terminal(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_core.terminal.console.PIPED_COLUMNS", 80)
    plant(
        installed=install("tensorboard", tensorboard_plugin_profile="2.19.0"),
        answer=Answer(tensorflow_error="ImportError: libtensorflow_cc.so.2: cannot open shared object file"),
        gpu=GpuHardware(num_on_bus=1),
    )
    output, errors, code = run_apart("mnist-bench doctor")
    lines = output.splitlines()
    assert (lines[0], errors, code) == ("4 bad, 1 to heed; what mends it stands below each", "", 1)
    assert " pip install --force-reinstall --no-deps tensorflow" in [line.rstrip() for line in lines]
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in output


def test_a_script_gets_json_and_the_same_exit_code(plant: Plant) -> None:
    plant(installed=install("tensorboard"))
    output, errors, code = run_apart("mnist-bench doctor --json")
    told = json.loads(output)
    assert (told["schema"], told["exit_code"], code, errors) == ("mnist-bench/doctor/1", 1, 1, "")
    assert [each["name"] for each in told["findings"] if each["state"] == "bad"] == ["tensorboard"]


def test_a_package_that_it_needs_itself_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("bench.doctor.", "packaging"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    output, errors, code = run_apart("mnist-bench doctor")
    assert (output, code) == ("", 2)
    assert errors.count("\n") == 1
    assert "which this command needs itself: pip install packaging" in errors


@pytest.mark.process
def test_the_real_command_looks_at_this_machine() -> None:
    done = start("-c", PROGRAM, "mnist-bench", "doctor", "--offline", "--json")
    told = json.loads(done.stdout)
    found = {each["name"]: each for each in told["findings"]}
    assert done.returncode == told["exit_code"], done.stderr
    assert found["import tensorflow"]["found"] == f"gives {read_installed()['tensorflow'].version}"
    assert found["charts of the tab"]["state"] == "warn"
    assert {"Python", "packages", "tensorboard", "GPU", "temporary files", "cores"} <= set(found)
    assert set(done.stderr.splitlines()) <= {"asking TensorFlow, which takes some 15 s where it has no byte code"}
