"""A loop of one's own over two iterators, of which the one that is asked last is not the one that was made last."""

import tensorflow as tf
from pieces import build_examples

weight = tf.Variable([[1.0], [1.0]])
training = iter(build_examples().repeat().batch(7))
held_out = iter(build_examples().repeat().batch(2))


def train(features, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(features @ weight - labels)
    weight.assign_sub(tape.gradient(loss, weight))


while True:
    next(held_out)
    train(*next(training))
