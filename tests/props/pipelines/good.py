"""Two pipelines that must get no finding."""

import numpy as np
import tensorflow as tf


def tidy():
    rng = np.random.default_rng(9)
    x, y = rng.integers(0, 255, (4000, 28, 28)).astype(np.uint8), rng.integers(0, 10, 4000)
    return (
        tf.data.Dataset.from_tensor_slices((x, y))
        .shuffle(4000)
        .batch(32)
        .map(lambda a, b: (tf.cast(a, tf.float32) / 255.0, b), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def shrinking():
    """map before shuffle is right here: 12 KB become 16 bytes."""
    raw = np.random.default_rng(9).normal(size=(4000, 3000)).astype(np.float32)
    return (
        tf.data.Dataset.from_tensor_slices(raw)
        .map(
            lambda r: tf.stack([tf.reduce_mean(r), tf.math.reduce_std(r), tf.reduce_min(r), tf.reduce_max(r)]),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .shuffle(4000)
        .batch(32)
        .prefetch(tf.data.AUTOTUNE)
    )
