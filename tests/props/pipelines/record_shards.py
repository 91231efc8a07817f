"""TFRecord shards, interleaved in parallel, endless, with options of its own."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

ROOT = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "record_shards"
NUM_SHARDS, EACH = 3, 20
FEATURES = {"values": tf.io.FixedLenFeature([4], tf.float32), "label": tf.io.FixedLenFeature([], tf.int64)}


def write_shards():
    ROOT.mkdir(parents=True, exist_ok=True)
    for shard in range(NUM_SHARDS):
        with tf.io.TFRecordWriter(str(ROOT / f"{shard}.tfrecord")) as file:
            for number in range(EACH):
                values = tf.train.Feature(float_list=tf.train.FloatList(value=[number] * 4))
                label = tf.train.Feature(int64_list=tf.train.Int64List(value=[shard]))
                features = tf.train.Features(feature={"values": values, "label": label})
                file.write(tf.train.Example(features=features).SerializeToString())


def make():
    write_shards()
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = 2
    return (
        tf.data.Dataset.list_files(str(ROOT / "*.tfrecord"), seed=5)
        .interleave(tf.data.TFRecordDataset, cycle_length=2, block_length=4, num_parallel_calls=2)
        .shuffle(16, seed=5)
        .repeat()
        .batch(8)
        .map(lambda records: tf.io.parse_example(records, FEATURES), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )
