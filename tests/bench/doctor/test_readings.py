"""What is read of a machine: packages' metadata, also damaged ones, byte code, the temporary folder, GPUs."""

import tempfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from bench.doctor import readings
from bench.doctor.installed import list_requirements, read_installed
from bench.doctor.readings import read_byte_code, read_gpu, read_interpreter, read_temp_folder

PARAMETERS = "RegisterForACPIEvents: 1\nRmProfilingAdminOnly: {value}\n"
VERSION = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.03  Wed Oct 29\n"


def plant(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def plant_package(folder: Path, name: str, metadata: str, entry_points: str = "") -> PathDistribution:
    plant(folder, f"{name}.dist-info/METADATA", metadata)
    plant(folder, f"{name}.dist-info/entry_points.txt", entry_points)
    return PathDistribution(folder / f"{name}.dist-info")


def test_packages_are_read_from_their_metadata(tmp_path: Path) -> None:
    board = plant_package(
        tmp_path,
        "a",
        "Name: TensorBoard_Plugin.Profile\nVersion: 2.19.0\nRequires-Dist: six\nRequires-Dist: jax; extra == 'test'\n"
        "Requires-Dist: not a requirement at all !!\nRequires-Dist: numpy<2; python_version < '3'\n",
        "[tensorboard_plugins]\nprofile = it:It\n",
    )
    other = plant_package(tmp_path, "b", "Name: six\nVersion: 1.0\n", "[tensorboard_plugins]\nprojector = it:It\n")
    shadowed = plant_package(tmp_path / "behind", "c", "Name: Six\nVersion: 0.9\n")
    second = plant_package(tmp_path, "e", "Name: tensorboard-plugin-profile\nVersion: 2.18.0\n")
    left_over = plant_package(tmp_path, "d", "")
    installed = read_installed([board, other, shadowed, left_over, second])
    assert set(installed) == {"tensorboard-plugin-profile", "six"}
    assert (installed["six"].version, installed["six"].leftovers) == ("1.0", ()), "the first on the path is imported"
    assert installed["tensorboard-plugin-profile"].leftovers == ("2.18.0",)
    package = installed["tensorboard-plugin-profile"]
    assert package.has_profile
    assert not installed["six"].has_profile
    assert [str(each) for each in list_requirements(package)] == ["six"]
    assert [each.name for each in list_requirements(package, "test")] == ["jax"]


def test_this_environment_can_be_read() -> None:
    installed = read_installed()
    assert {"mnist-bench", "tensorflow", "keras", "xprof"} <= set(installed)
    assert installed["xprof"].has_profile
    assert read_interpreter().implementation == "CPython"


def test_a_gpu_is_read_from_the_bus_the_driver_and_the_device_files(tmp_path: Path) -> None:
    assert not read_gpu(tmp_path, {}).is_there
    for slot, vendor, kind in (("0", "0x10de", "0x030200"), ("1", "0x10de", "0x040300"), ("2", "0x8086", "0x030000")):
        plant(tmp_path, f"sys/bus/pci/devices/{slot}/vendor", f"{vendor}\n")
        plant(tmp_path, f"sys/bus/pci/devices/{slot}/class", f"{kind}\n")
    bare = read_gpu(tmp_path, {"CUDA_VISIBLE_DEVICES": "-1"})
    assert (bare.num_on_bus, bare.driver, bare.has_device_file, bare.visible) == (1, None, False, "-1")
    assert bare.is_there
    plant(tmp_path, "proc/driver/nvidia/version", VERSION)
    plant(tmp_path, "dev/nvidia0", "")
    loaded = read_gpu(tmp_path, {})
    assert (loaded.driver, loaded.has_device_file, loaded.visible) == ("580.159.03", True, None)


@pytest.mark.parametrize(
    ("parameters", "status", "is_admin_only", "is_admin"),
    [
        (PARAMETERS.format(value=1), "CapEff:\t0000000000000000\n", True, False),
        (PARAMETERS.format(value=0), "CapEff:\t000001ffffffffff\n", False, True),
        (PARAMETERS.format(value=1), "CapEff:\t0000000000200000\n", True, True),
        ("", "", None, False),
    ],
)
def test_who_may_profile_is_read_from_the_driver_and_the_process(
    tmp_path: Path, parameters: str, status: str, is_admin_only: bool | None, is_admin: bool
) -> None:
    plant(tmp_path, "proc/driver/nvidia/params", parameters)
    plant(tmp_path, "proc/self/status", status)
    read = read_gpu(tmp_path, {})
    assert (read.is_admin_only, read.is_admin) == (is_admin_only, is_admin)


def test_byte_code_is_counted_without_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two", "three"):
        plant(tmp_path, f"made_up/python/framework/{name}.py", "")
    plant(tmp_path, "made_up/__init__.py", "raise RuntimeError('it was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    before = read_byte_code("made_up")
    assert before is not None
    assert (before.num_sources, before.num_compiled, before.is_switched_off) == (3, 0, True)
    assert before.folder == str(tmp_path / "made_up")
    cached = readings.importlib.util.cache_from_source(str(tmp_path / "made_up/python/framework/one.py"))
    Path(cached).parent.mkdir(parents=True)
    Path(cached).touch()
    after = read_byte_code("made_up")
    assert after is not None
    assert after.num_compiled == 1
    assert read_byte_code("nothing_of_this_name") is None


def test_a_temporary_folder_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    read = read_temp_folder()
    assert (read.path, read.asked) == (str(tmp_path), "/elsewhere")
    assert read.free_bytes > 0
    assert list(tmp_path.iterdir()) == [], "nothing is left there"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert read_temp_folder().path is None
