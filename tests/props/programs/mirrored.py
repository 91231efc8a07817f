"""A dataset given to a strategy, which takes it apart for its replicas."""

import tensorflow as tf
from pieces import build_examples

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
batches = build_examples().batch(4)
distributed = strategy.experimental_distribute_dataset(batches)


@tf.function
def train(iterator):
    return strategy.run(lambda batch: tf.reduce_sum(batch[0]), args=(next(iterator),))


iterator = iter(distributed)
for _ in range(3):
    train(iterator)
