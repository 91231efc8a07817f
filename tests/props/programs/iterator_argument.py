"""A step that asks the iterator that it is given, inside of a tf.function."""

import tensorflow as tf
from pieces import build_examples

weight = tf.Variable([[1.0], [1.0]])
held_out = iter(build_examples().repeat().batch(2))
training = iter(build_examples().repeat().batch(7))


@tf.function
def train(iterator):
    features, labels = next(iterator)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(features @ weight - labels)
    weight.assign_sub(tape.gradient(loss, weight))


next(held_out)
while True:
    train(training)
