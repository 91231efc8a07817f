"""The device in use: asked for, found, hidden, and its memory taken only as needed. TensorFlow's GPUs are fakes."""

from dataclasses import dataclass

import pytest
import tensorflow as tf

from mnist_core.devices import choose as devices
from mnist_core.devices.choose import DeviceInUse, use_device
from mnist_core.devices.nvidia import GpuListing
from mnist_core.devices.support import DeviceError, GpuSupport
from mnist_core.language.errors import InputError


@dataclass(frozen=True)
class FakeDevice:
    name: str
    device_type: str


CPU = FakeDevice("/physical_device:CPU:0", "CPU")
GPUS = [FakeDevice(f"/physical_device:GPU:{number}", "GPU") for number in range(2)]


class FakeConfig:
    """As much of ``tf.config`` as is used; notes what was called in which order."""

    def __init__(self, gpus: list[FakeDevice], *, obeys: bool = True) -> None:
        self.log: list[tuple[str, object]] = []
        self._gpus, self._visible, self._obeys = gpus, list(gpus), obeys
        self.experimental = self

    def list_physical_devices(self, kind: str) -> list[FakeDevice]:
        assert kind == "GPU"
        return self._gpus

    def set_visible_devices(self, chosen: list[FakeDevice], kind: str) -> None:
        assert kind == "GPU"
        self.log.append(("visible", tuple(chosen)))
        self._visible = chosen if self._obeys else self._visible

    def get_visible_devices(self) -> list[FakeDevice]:
        return [CPU, *self._visible]

    def set_memory_growth(self, gpu: FakeDevice, on: bool) -> None:
        self.log.append(("growth", (gpu, on)))

    def get_device_details(self, gpu: FakeDevice) -> dict[str, object]:
        return {"device_name": "NVIDIA H200", "compute_capability": (9, 0)}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    def build(gpus: list[FakeDevice], listed: tuple[GpuListing, ...] = (), *, obeys: bool = True) -> FakeConfig:
        config = FakeConfig(gpus, obeys=obeys)
        monkeypatch.setattr(devices.tf, "config", config)
        monkeypatch.setattr(devices, "list_gpus", lambda: listed)
        monkeypatch.setattr(devices, "read_driver", lambda: None)
        return config

    return build


H200 = GpuListing("NVIDIA H200", "580.159.03", 150754820096)
SEEN = ("cpu", "gpu", "gpu")


@pytest.mark.parametrize("asked", ["gpu", "auto"])
def test_one_gpu_is_used_its_memory_growing_and_the_other_hidden(asked, machine) -> None:
    config = machine(GPUS, (GpuListing("Tesla T4", "580.159.03", 1), H200))
    used = use_device(asked)
    assert used == DeviceInUse(asked, SEEN, "gpu", "NVIDIA H200", "580.159.03", 150754820096)
    assert used.name == "GPU:0"
    assert config.log == [("visible", (GPUS[0],)), ("growth", (GPUS[0], True))]


def test_a_gpu_that_the_tool_does_not_know_is_used_all_the_same(machine) -> None:
    machine(GPUS)
    assert use_device("gpu") == DeviceInUse("gpu", SEEN, "gpu", "NVIDIA H200", None, None)


def test_for_the_cpu_every_gpu_is_hidden(machine) -> None:
    config = machine(GPUS, (H200,))
    assert use_device("cpu") == DeviceInUse("cpu", SEEN, "cpu")
    assert config.log == [("visible", ())]


def test_auto_takes_the_cpu_where_there_is_nothing_else(machine) -> None:
    machine([])
    used = use_device("auto")
    assert used == DeviceInUse("auto", ("cpu",), "cpu")
    assert used.name == "CPU:0"


def test_a_gpu_that_stays_visible_is_noticed(machine) -> None:
    machine(GPUS, obeys=False)
    with pytest.raises(RuntimeError, match=r"only \[\] should be visible, but TensorFlow sees .*GPU:1"):
        use_device("cpu")


@pytest.mark.parametrize(
    ("support", "reason"),
    [
        (GpuSupport(None, True, None), "no NVIDIA driver is loaded"),
        (GpuSupport("580", False, None), "this TensorFlow was built without CUDA"),
        (GpuSupport("580", True, "-1"), "CUDA_VISIBLE_DEVICES='-1' hides it"),
        (GpuSupport("580", True, None), "TensorFlow could not load CUDA's libraries"),
    ],
)
def test_a_gpu_that_is_not_there_is_an_error_with_its_reason(support, reason: str, machine, monkeypatch) -> None:
    config = machine([])
    monkeypatch.setattr(devices, "read_gpu_support", lambda: support)
    with pytest.raises(DeviceError, match=rf"^no GPU here: {reason}") as caught:
        use_device("gpu")
    assert "\n" not in str(caught.value)
    assert config.log == [], "nothing was changed"


def test_what_could_keep_a_gpu_away_is_read(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine([], (H200,))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert devices.read_gpu_support() == GpuSupport("580.159.03", tf.test.is_built_with_cuda(), "-1")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr(devices, "list_gpus", lambda: ())
    monkeypatch.setattr(devices, "read_driver", lambda: "1.2")
    assert devices.read_gpu_support() == GpuSupport("1.2", tf.test.is_built_with_cuda(), None)


def test_a_kind_of_device_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match=r"^the device must be one of auto, cpu, gpu, got 'tpu': did you mean gpu\?$"):
        use_device("tpu")
