"""Planted bottlenecks: small pipelines and models in which one stage sleeps far longer than everything else takes.

``python tests/props/planted_traces.py`` captures them all and stores the traces that the tests read, so that no test
depends on how long a machine sleeps. The tests capture the same programs without sleep and compare all but the times.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.window import StepWindow

SLOW_S, EXAMPLE_S = 0.03, 0.004
BATCH = 8
STEPS_CAPTURED = 10
STORED = Path(__file__).parents[1] / "end_to_end" / "planted"
SUFFIX = ".xplane.pb"

Batch = tuple[tf.Tensor, tf.Tensor]
Step = Callable[..., tf.Tensor]


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


def make_generator(pace: float) -> tf.data.Dataset:
    def examples():
        while True:
            time.sleep(pace * EXAMPLE_S)
            yield np.zeros((28, 28), np.uint8), 0

    signature = (tf.TensorSpec((28, 28), tf.uint8), tf.TensorSpec((), tf.int32))
    return tf.data.Dataset.from_generator(examples, output_signature=signature)


def fast_step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(images, tf.float32)) + tf.cast(tf.reduce_sum(labels), tf.float32)


def make_slow_step(seconds: float) -> Step:
    def slow_step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        slept, _ = sleeping(seconds)(tf.cast(images, tf.uint8), labels)
        return tf.reduce_sum(tf.cast(slept, tf.float32))

    return slow_step


def capture(folder: Path, dataset: tf.data.Dataset, step: Step = fast_step, where: str = "inside") -> None:
    """Warm up, then capture marked steps; `where` the batch is fetched: inside the mark, outside, or without marks."""
    step = tf.function(step)
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


def capture_fit(folder: Path, dataset: tf.data.Dataset, steps_per_execution: int) -> None:
    model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, steps_per_execution=steps_per_execution)
    with ProfileSteps(folder, StepWindow(4, 28)) as profile:
        model.fit(dataset.repeat(), steps_per_epoch=32, verbose=0, shuffle=False, callbacks=[profile])


def slow_map(pace: float) -> tf.data.Dataset:
    return make_source().batch(BATCH).map(sleeping(pace * SLOW_S))


def slow_first_map(pace: float) -> tf.data.Dataset:
    slow = make_source().map(sleeping(pace * EXAMPLE_S)).shuffle(4)
    return as_written(slow.map(cast, num_parallel_calls=2).batch(BATCH).prefetch(1))


def slow_filter(pace: float) -> tf.data.Dataset:
    kept = make_source().filter(lambda images, labels: sleeping(pace * EXAMPLE_S)(images, labels)[1] == 0)
    return as_written(kept.batch(BATCH).prefetch(1))


def slow_examples(pace: float) -> tf.data.Dataset:
    return make_source().map(sleeping(pace * EXAMPLE_S)).batch(BATCH).prefetch(1)


def fast_map() -> tf.data.Dataset:
    return make_source().map(cast).batch(BATCH).prefetch(2)


# Each captures into a folder; `pace` is 1 to sleep as planted, and 0 not to.
PLANTED: dict[str, Callable[[Path, float], None]] = {
    "slow_map": lambda folder, pace: capture(folder, slow_map(pace).prefetch(1)),
    "slow_map_of_examples": lambda folder, pace: capture(folder, slow_examples(pace)),
    "slow_first_map": lambda folder, pace: capture(folder, slow_first_map(pace)),
    "slow_source": lambda folder, pace: capture(folder, make_generator(pace).map(cast).batch(BATCH).prefetch(1)),
    "slow_filter": lambda folder, pace: capture(folder, slow_filter(pace)),
    "fit_by_1": lambda folder, pace: capture_fit(folder, slow_map(pace).prefetch(1), 1),
    "fit_by_4": lambda folder, pace: capture_fit(folder, slow_map(pace).prefetch(1), 4),
    "without_prefetch": lambda folder, pace: capture(
        folder, as_written(slow_map(pace)), make_slow_step(pace * 1.5 * SLOW_S)
    ),
    "with_prefetch": lambda folder, pace: capture(
        folder, as_written(slow_map(pace).prefetch(2)), make_slow_step(pace * 1.5 * SLOW_S)
    ),
    "slow_model": lambda folder, pace: capture(folder, fast_map(), make_slow_step(pace * 5 * SLOW_S)),
    "fetched_outside": lambda folder, pace: capture(folder, slow_map(pace).prefetch(1), where="outside"),
    "unmarked": lambda folder, pace: capture(folder, slow_map(pace).prefetch(1), where="unmarked"),
}


def unpack(name: str, folder: Path) -> Path:
    """The stored trace of that name, as a file in `folder`."""
    file = folder / f"{name}{SUFFIX}"
    file.write_bytes(gzip.decompress((STORED / f"{name}{SUFFIX}.gz").read_bytes()))
    return file


def main() -> None:
    STORED.mkdir(exist_ok=True)
    for name, plant in PLANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            plant(Path(folder), 1.0)
            (file,) = Path(folder).rglob(f"*{SUFFIX}")
            (STORED / f"{name}{SUFFIX}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
