"""Counts an endless dataset."""

import tensorflow as tf

batches = tf.data.Dataset.range(3).repeat().batch(4)
batches.reduce(tf.constant(0), lambda total, _: total + 1)
