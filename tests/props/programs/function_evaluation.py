"""A loop of a tf.function that trains nothing, does not end, and could not be stopped once it runs."""

import tensorflow as tf
from pieces import build_examples

batches = build_examples().repeat().batch(4)


@tf.function
def add_up():
    total = 0.0
    for features, _ in batches:
        total += tf.reduce_sum(features)
    return total


add_up()
