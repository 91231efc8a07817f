"""A script that makes its datasets at module level, as many tutorials do; sparse elements, and a cache in memory."""

import numpy as np
import tensorflow as tf

values = np.eye(12, 8, dtype=np.float32)
sparse = tf.sparse.from_dense(values)
train_ds = (
    tf.data.Dataset.from_tensor_slices((sparse, np.arange(12))).cache().shuffle(12, reshuffle_each_iteration=False)
)
train_ds = train_ds.batch(3, drop_remainder=True)
both = (train_ds, tf.data.Dataset.from_tensors(values).repeat(3))
