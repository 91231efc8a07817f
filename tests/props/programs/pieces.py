"""What the programs here share: a neighbour that they import, as people's programs do."""

import keras
import numpy as np
import tensorflow as tf


def build_examples(count=12):
    """`count` examples of two numbers, with labels."""
    return tf.data.Dataset.from_tensor_slices((np.ones((count, 2), np.float32), np.zeros(count, np.float32)))


def build_model():
    """A compiled model of one layer."""
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model
