"""Why there is no GPU, in one line with what to do, and what NVIDIA's driver and tool tell."""

from pathlib import Path

import pytest

from mnist_core.devices import nvidia
from mnist_core.devices.nvidia import GpuListing, list_gpus, parse_listing, read_driver
from mnist_core.devices.support import GpuSupport, explain_fallback, explain_missing_gpu

READY = GpuSupport("580.159.03", is_cuda_build=True, visible=None)
NO_DRIVER = "no NVIDIA driver is loaded (nvidia-smi must list the GPU)"
CPU_WHEEL = "this TensorFlow was built without CUDA (pip install 'tensorflow[and-cuda]')"


@pytest.mark.parametrize(
    ("support", "reason"),
    [
        (GpuSupport(None, True, None), NO_DRIVER),
        (GpuSupport("1.2", False, None), CPU_WHEEL),
        (GpuSupport("1.2", True, ""), "CUDA_VISIBLE_DEVICES='' hides it (unset it)"),
        (GpuSupport("1.2", True, "-1"), "CUDA_VISIBLE_DEVICES='-1' hides it (unset it)"),
        (GpuSupport("1.2", True, "7"), "CUDA_VISIBLE_DEVICES='7' may name one that is not there (unset it)"),
        (GpuSupport(None, False, None), f"{NO_DRIVER}; {CPU_WHEEL}"),
    ],
)
def test_every_reason_that_holds_is_told(support: GpuSupport, reason: str) -> None:
    assert explain_missing_gpu(support) == reason
    assert explain_fallback(support) == reason


def test_where_none_of_them_holds_the_one_that_is_left_is_told() -> None:
    libraries = "TensorFlow could not load CUDA's libraries (pip install 'tensorflow[and-cuda]')"
    assert explain_missing_gpu(READY) == libraries
    assert explain_fallback(READY) == "an operation without a GPU kernel, or a tf.device around it"


def test_the_tools_lines_are_read_and_others_passed_over() -> None:
    text = "NVIDIA H200, 580.159.03, 143771\nFailed to initialize NVML\nTesla T4, 535.104.05, 15360\n, , \n"
    assert parse_listing(text) == (
        GpuListing("NVIDIA H200", "580.159.03", 143771 * 2**20),
        GpuListing("Tesla T4", "535.104.05", 15360 * 2**20),
    )
    assert parse_listing("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") == ()


@pytest.mark.process
@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 9\n", "#!/bin/sh\necho 'NVIDIA A2, 1.2, [N/A]'\n", "no program"])
def test_a_tool_that_fails_lists_nothing(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(script)
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus() == ()


@pytest.mark.process
def test_a_tool_that_hangs_or_is_not_there_lists_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus() == ()
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nread nothing < /dev/zero\n")
    tool.chmod(0o700)
    monkeypatch.setattr(nvidia, "TOOL_LIMIT_S", 0.1)
    assert list_gpus() == ()


@pytest.mark.process
def test_the_tool_is_asked_for_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        '#!/bin/sh\n[ "$*" = "--query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits" ] '
        "&& echo 'NVIDIA H200, 580.159.03, 2'\n"
    )
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus() == (GpuListing("NVIDIA H200", "580.159.03", 2 * 2**20),)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.03  Tue Sep\nGCC version: 12.2.0\n", "580.159.03"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54  Release\n", "550.54"),
        ("something else\n", None),
    ],
)
def test_the_driver_is_read_from_the_system(text: str, driver: str | None, tmp_path: Path) -> None:
    file = tmp_path / "proc/driver/nvidia/version"
    file.parent.mkdir(parents=True)
    assert read_driver(tmp_path) is None
    file.write_text(text)
    assert read_driver(tmp_path) == driver
