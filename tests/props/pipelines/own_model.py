"""Models that train on the pipelines beside them, and some that cannot."""

import keras
import tensorflow as tf


def make(size=64, batch=8):
    inputs, labels = tf.random.normal([size, 5]), tf.zeros([size], tf.int64)
    return tf.data.Dataset.from_tensor_slices((inputs, labels)).batch(batch)


def make_weighted():
    return make().map(lambda inputs, labels: (inputs, labels, tf.ones_like(labels, tf.float32)))


def make_unlabelled():
    return make().map(lambda inputs, _labels: inputs)


def make_dictionary():
    return make().map(lambda inputs, labels: {"inputs": inputs, "labels": labels})


def build(**options):
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), **options)
    return model


def build_in_calls_of_four():
    return build(steps_per_execution=4)


built = build()


def build_raw():
    return keras.Sequential([keras.layers.Dense(3)])


def build_other():
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    return model


def build_none():
    build()


def build_badly():
    raise RuntimeError("no weights here")
