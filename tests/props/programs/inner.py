"""Builds inside of a tf.function what it consumes there."""

import tensorflow as tf


@tf.function
def count():
    total = 0
    for _ in tf.data.Dataset.range(5):
        total += 1
    return total


count()
