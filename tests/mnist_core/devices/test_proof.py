"""Training's proof of where the model computes: its weights and its operations, both."""

from pathlib import Path

import pytest
import tensorflow as tf
from forked import ACCELERATOR, call_with_two_cpus

from mnist_core.devices.choose import DeviceInUse
from mnist_core.devices.placement import Placement
from mnist_core.devices.proof import ProvenDevice, prove_device
from mnist_core.devices.support import DeviceError
from mnist_core.digits.load import Digits
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec, TrainSpec
from mnist_core.models.model import build_model
from mnist_core.training.run_folder import RunFolder
from mnist_core.training.train import train

ON_CPU = DeviceInUse("auto", ("cpu",), "cpu")
H200 = DeviceInUse("auto", ("cpu", "gpu"), "gpu", "NVIDIA H200", "580.159.03", 150754820096)


@pytest.mark.parametrize("normalize", ["pipeline", "model"])
def test_weights_and_operations_are_seen(normalize) -> None:
    proven = prove_device(build_model("cnn", normalize=normalize), ON_CPU)
    assert proven.placement == Placement((("Conv2D", "CPU:0"), ("MatMul", "CPU:0"), ("weights", "CPU:0")))


def prove_elsewhere() -> str:
    with tf.device(ACCELERATOR):
        model = build_model("linear")
    with pytest.raises(DeviceError) as caught:
        prove_device(model, ON_CPU)
    return str(caught.value)


@pytest.mark.process
def test_weights_that_lie_elsewhere_are_found_out() -> None:
    assert "weights on CPU:1" in call_with_two_cpus(prove_elsewhere)


def test_a_gpu_that_was_asked_for_and_not_used_stops_the_training(digits: Digits, tmp_path: Path) -> None:
    spec = TrainSpec(PipelineSpec(parse_ordering("batch(32).map()")), model="linear", epochs=1)
    with pytest.raises(DeviceError, match=r"^asked for GPU:0, but ran MatMul on CPU:0, weights on CPU:0: .*\.$"):
        train(spec, digits, RunFolder(tmp_path / "run"), device=H200)
    assert not (tmp_path / "run/result.json").exists()


def test_what_the_result_keeps_and_shows() -> None:
    proven = ProvenDevice(H200, Placement((("MatMul", "GPU:0"),), xla=True))
    assert proven.to_dict() == {
        "asked": "auto",
        "found": ["cpu", "gpu"],
        "used": "gpu",
        "model": "NVIDIA H200",
        "driver": "580.159.03",
        "memory_bytes": 150754820096,
        "xla": True,
        "proof": "MatMul on GPU:0",
    }
    assert str(proven) == "on the gpu, NVIDIA H200, driver 580.159.03, 140 GiB"
    assert str(ProvenDevice(ON_CPU, proven.placement)) == "on the cpu"
