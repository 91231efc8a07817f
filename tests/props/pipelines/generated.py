"""Elements from Python: a generator, a NumPy function, and a method of a class that keeps its state in Python."""

import numpy as np
import tensorflow as tf


def draw_waves():
    for number in range(50):
        yield np.sin(np.arange(1 + number % 4, dtype=np.float32)), number


def normalize(wave):
    return (wave - wave.mean()).astype(np.float32)


def make():
    waves = tf.data.Dataset.from_generator(
        draw_waves, output_signature=(tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.int32))
    )
    return waves.map(lambda wave, label: (tf.numpy_function(normalize, [wave], tf.float32), label)).padded_batch(
        5, padded_shapes=([4], [])
    )


class Loader:
    """Makes its dataset in a method of its own."""

    size = 6

    @classmethod
    def make(cls, count: int = 30):
        return tf.data.Dataset.range(count).map(cls.widen).batch(4)

    @classmethod
    def widen(cls, number):
        return tf.py_function(lambda value: tf.fill([cls.size], value), [number], tf.int64)
