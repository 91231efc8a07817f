"""A program of TensorFlow 1."""

import tensorflow as tf

tf.compat.v1.disable_eager_execution()
iterator = tf.compat.v1.data.make_one_shot_iterator(tf.data.Dataset.range(3))
with tf.compat.v1.Session() as session:
    session.run(iterator.get_next())
