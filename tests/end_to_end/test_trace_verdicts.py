"""Planted bottlenecks: TensorFlow captures, reports reads, and the verdict must name the stage that was made slow.

The slowness is sleep inside the traced pipeline, far longer than everything else; no absolute time is compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_core.profiling.profiler import ProfileSteps
from mnist_core.profiling.window import StepWindow
from reports.traces.trace import CAPTURE, STEPS, Trace, load_trace

pytestmark = pytest.mark.process

SLOW_S, EXAMPLE_S = 0.03, 0.004
BATCH = 8
STEPS_CAPTURED = 10
ROOT = Path(__file__).parents[2]

Batch = tuple[tf.Tensor, tf.Tensor]


def sleeping(seconds: float) -> Callable[..., Batch]:
    def sleep(images: np.ndarray) -> np.ndarray:
        time.sleep(seconds)
        return images

    def function(images: tf.Tensor, labels: tf.Tensor) -> Batch:
        slept = tf.numpy_function(sleep, [images], tf.uint8)
        slept.set_shape(images.shape)
        return slept, labels

    return function


def cast(images: tf.Tensor, labels: tf.Tensor) -> Batch:
    return tf.cast(images, tf.float32) / 255.0, labels


def as_written(dataset: tf.data.Dataset) -> tf.data.Dataset:
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.autotune.enabled = False
    return dataset.with_options(options)


def make_source() -> tf.data.Dataset:
    images, labels = np.zeros((400, 28, 28), np.uint8), np.zeros(400, np.int32)
    return tf.data.Dataset.from_tensor_slices((images, labels))


def make_generator() -> tf.data.Dataset:
    def examples():
        while True:
            time.sleep(EXAMPLE_S)
            yield np.zeros((28, 28), np.uint8), 0

    signature = (tf.TensorSpec((28, 28), tf.uint8), tf.TensorSpec((), tf.int32))
    return tf.data.Dataset.from_generator(examples, output_signature=signature)


@tf.function
def fast_step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(images, tf.float32)) + tf.cast(tf.reduce_sum(labels), tf.float32)


@tf.function
def slow_step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    slept, _ = sleeping(1.5 * SLOW_S)(tf.cast(images, tf.uint8), labels)
    return tf.reduce_sum(tf.cast(slept, tf.float32))


@tf.function
def slowest_step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """So slow that handing a batch over is nothing beside it on a busy machine either."""
    slept, _ = sleeping(5 * SLOW_S)(tf.cast(images, tf.uint8), labels)
    return tf.reduce_sum(tf.cast(slept, tf.float32))


def capture(folder: Path, dataset: tf.data.Dataset, step: Callable[..., object], where: str = "inside") -> Trace:
    """Warm up, then capture marked steps; `where` the batch is fetched: inside the mark, outside, or without marks."""
    iterator = iter(dataset)
    for _ in range(3):
        step(*next(iterator))
    tf.profiler.experimental.start(str(folder))
    for number in range(STEPS_CAPTURED):
        if where == "unmarked":
            step(*next(iterator))
            continue
        batch = next(iterator) if where == "outside" else None
        with tf.profiler.experimental.Trace("train", step_num=number, _r=1):
            step(*(batch or next(iterator)))
    tf.profiler.experimental.stop()
    return load_trace(folder)


DATASETS = {
    "slow_map": lambda: make_source().batch(BATCH).map(sleeping(SLOW_S)).prefetch(1),
    "slow_map_of_examples": lambda: make_source().map(sleeping(EXAMPLE_S)).batch(BATCH).prefetch(1),
    "slow_first_map": lambda: as_written(
        make_source().map(sleeping(EXAMPLE_S)).shuffle(4).map(cast, num_parallel_calls=2).batch(BATCH).prefetch(1)
    ),
    "slow_source": lambda: make_generator().map(cast).batch(BATCH).prefetch(1),
    "slow_filter": lambda: as_written(
        make_source()
        .filter(lambda images, labels: sleeping(EXAMPLE_S)(images, labels)[1] == 0)
        .batch(BATCH)
        .prefetch(1)
    ),
}


@pytest.mark.parametrize(
    ("case", "stage"),
    [
        ("slow_map", "Map"),
        ("slow_map_of_examples", "MapAndBatch"),
        ("slow_first_map", "Map"),
        ("slow_source", "Generator"),
        ("slow_filter", "Filter"),
    ],
)
def test_the_stage_that_was_made_slow_is_named(tmp_path: Path, case: str, stage: str) -> None:
    trace = capture(tmp_path, DATASETS[case](), fast_step)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", STEPS)
    assert trace.pipelines[0].slowest.name == stage
    assert trace.pipelines[0].slowest.share_ps > 0.5 * trace.pipelines[0].wait_ps
    assert trace.remarks == ()


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_keras_fit_with_our_marks_is_blamed_alike(tmp_path: Path, steps_per_execution: int) -> None:
    """In fit a thread of its own fetches the batch, and only arguments of events tell for which step."""
    model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, steps_per_execution=steps_per_execution)
    dataset = DATASETS["slow_map"]().repeat()
    with ProfileSteps(tmp_path, StepWindow(4, 28)) as profile:
        model.fit(dataset, steps_per_epoch=32, verbose=0, shuffle=False, callbacks=[profile])
    trace = load_trace(tmp_path)
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", STEPS)
    assert trace.verdict.input_share > 0.5
    assert trace.pipelines[0].slowest.name == "Map"
    assert trace.remarks == ()


def test_without_prefetch_a_slow_step_and_a_slow_map_take_turns(tmp_path: Path) -> None:
    dataset = make_source().batch(BATCH).map(sleeping(SLOW_S))
    trace = capture(tmp_path / "without", as_written(dataset), slow_step)
    assert trace.verdict is not None
    assert trace.verdict.is_input_bound
    assert trace.pipelines[0].chain == "Map > BatchV2 > TensorSlice"
    assert trace.pipelines[0].slowest.name == "Map"
    assert [remark.partition(":")[0] for remark in trace.remarks] == ["The pipeline does not end with prefetch"]
    ahead = capture(tmp_path / "with", as_written(dataset.prefetch(2)), slow_step)
    assert ahead.verdict is not None
    assert ahead.verdict.input_share < trace.verdict.input_share
    assert ahead.remarks == ()


def test_a_slow_model_is_not_input_bound(tmp_path: Path) -> None:
    trace = capture(tmp_path, make_source().map(cast).batch(BATCH).prefetch(2), slowest_step)
    assert trace.verdict is not None
    assert trace.verdict.bound == "not input-bound"
    assert trace.split is not None
    assert trace.split.host > 0.5
    assert [operation.kind for operation in trace.operations[:1]] == ["PyFunc"]


def test_steps_that_do_not_hold_the_fetch_leave_the_verdict_to_the_capture(tmp_path: Path) -> None:
    trace = capture(tmp_path, DATASETS["slow_map"](), fast_step, where="outside")
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", CAPTURE)
    assert trace.pipelines[0].slowest.name == "Map"
    assert [remark[:40] for remark in trace.remarks] == ["The input is fetched outside the marked "]


def test_a_trace_without_marks_still_names_the_slow_stage(tmp_path: Path) -> None:
    trace = capture(tmp_path, DATASETS["slow_map"](), fast_step, where="unmarked")
    assert trace.verdict is not None
    assert (trace.verdict.bound, trace.verdict.of) == ("highly input-bound", CAPTURE)
    assert (trace.steps, trace.pipelines[0].slowest.name) == ((), "Map")
    assert [remark[:29] for remark in trace.remarks] == ["No event has a step number, s"]


@pytest.fixture(scope="module")
def stock_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of Keras' own TensorBoard callback."""
    folder = tmp_path_factory.mktemp("stock")
    model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    callback = keras.callbacks.TensorBoard(str(folder), profile_batch=(10, 20), write_graph=False)
    dataset = make_source().map(cast).batch(BATCH).prefetch(2).repeat()
    model.fit(dataset, steps_per_epoch=30, verbose=0, shuffle=False, callbacks=[callback])
    return folder


def test_the_stock_callbacks_trace_gets_its_steps_and_the_reason_for_the_empty_tab(stock_logs: Path) -> None:
    trace = load_trace(stock_logs)
    assert len(trace.steps) >= 8
    assert all(step.name.startswith("Profiled batch") for step in trace.steps)
    assert trace.verdict is not None
    assert trace.verdict.of == STEPS
    (remark,) = trace.remarks
    assert 'calls Trace("Profiled batch", step_num=batch) without _r=1' in remark
    assert "mnist-core train --profile START:STOP" in remark


def test_the_command_reads_it_without_tensorflow_and_leaves_the_folder_as_it_was(stock_logs: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in stock_logs.rglob("*")}
    script = (
        "import sys; from reports.commands import cli; sys.argv = ['mnist-report', 'trace', sys.argv[1]]\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n"
        "    sys.exit(end.code or 3 * bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(stock_logs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert "without _r=1" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in stock_logs.rglob("*")} == before
