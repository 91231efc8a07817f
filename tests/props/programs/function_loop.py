"""A loop inside of a tf.function, which never calls __iter__."""

import tensorflow as tf
from pieces import build_examples, build_model

model = build_model()
model.build((None, 2))
batches = build_examples().batch(4)


@tf.function
def train():
    for features, labels in batches.take(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(features) - labels)
        model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


for _ in range(10_000):
    train()
