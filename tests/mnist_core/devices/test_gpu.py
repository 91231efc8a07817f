"""What only a GPU can show: that its cases run there, are waited for and leave the pipeline on the CPU."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from forked import call_forked

from bench.cases.devices import build_device_cases, build_inference_case
from bench.cases.orderings import build_fed_cases
from bench.cases.selection import Selection
from bench.workers.fork_server import Worker, build_context
from mnist_core.devices.choose import use_device
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.build import build_dataset
from reports.record.case import Case

pytestmark = [pytest.mark.gpu, pytest.mark.process]

ROOT = Path(__file__).parents[3]
ON_GPU = Selection(devices=("gpu",))
CASES = [
    *build_device_cases(ON_GPU),
    build_fed_cases(ON_GPU)[0],
    *(replace(build_inference_case(model, 32), device="gpu") for model in ("mlp", "cnn")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_runs_on_the_gpu_and_is_waited_for(case: Case, digits_file: str) -> None:
    with Worker(case, digits_file, build_context()) as worker:
        use = worker.ready.device_use
        assert (use.asked, use.used) == ("gpu", "gpu")
        assert use.model
        assert all(part.endswith(" on GPU:0") for part in use.proof.split(", "))
        worker.warm_up()
        sample = worker.measure_turn()
    assert sample.unsynced_ns is None or sample.unsynced_ns <= sample.wall_ns


def measure_dataset() -> int:
    use_device("gpu")
    images = np.zeros((60_000, 28, 28), np.uint8)
    dataset = build_dataset(PipelineSpec(parse_ordering("batch(32).map()")), images, np.zeros(60_000, np.uint8))
    next(iter(dataset))
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def test_the_data_set_stays_on_the_cpu() -> None:
    assert call_forked(measure_dataset) < 60_000 * 28 * 28 / 10


def test_training_says_that_it_used_the_gpu(tmp_path: Path, digits_file: str) -> None:
    arguments = ("train", "--device", "gpu", "--data", digits_file, "--epochs", "1", "--out", str(tmp_path / "run"))
    command = [sys.executable, "-c", "from mnist_core.cli import main; main()", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)
    device = json.loads((tmp_path / "run/result.json").read_text())["device"]
    assert (device["asked"], device["used"]) == ("gpu", "gpu")
    assert "MatMul on GPU:0" in device["proof"]
