"""Shuffles and caches in several places, also inside of an interleave."""

import tensorflow as tf

tf.random.set_seed(3)
numbers = tf.data.Dataset.range(4).shuffle(100).cache()
mixed = numbers.interleave(lambda start: tf.data.Dataset.range(start, start + 5).shuffle(50).prefetch(1))
for _ in mixed.shuffle(30).batch(2):
    pass
