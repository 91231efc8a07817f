"""A function that makes a dataset for each of a strategy's workers."""

import tensorflow as tf
from pieces import build_examples

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def make(context):
    batch_size = context.get_per_replica_batch_size(8)
    return build_examples().shard(context.num_input_pipelines, context.input_pipeline_id).batch(batch_size)


for _ in strategy.distribute_datasets_from_function(make):
    pass
