"""A loop over a dataset that a tf.function is given."""

import tensorflow as tf
from pieces import build_examples

weight = tf.Variable([[1.0], [1.0]])


@tf.function
def train(dataset, held_out):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(features @ weight - labels)
        weight.assign_sub(tape.gradient(loss, weight))


for _ in range(10_000):
    train(build_examples().batch(3), held_out=build_examples().batch(6, drop_remainder=True))
