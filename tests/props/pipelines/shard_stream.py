"""TFRecord shards, endless, interleaved; parsed one by one before the shuffle."""

import os
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

ROOT = pathlib.Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "shards"
SHARDS, EACH = 8, 1500
LAYOUT = {"px": tf.io.FixedLenFeature([], tf.string), "y": tf.io.FixedLenFeature([], tf.int64)}


def lay_out():
    if ROOT.exists():
        return
    ROOT.mkdir(parents=True)
    rng = np.random.default_rng(2)
    for s in range(SHARDS):
        with tf.io.TFRecordWriter(str(ROOT / f"part-{s}.rec")) as out:
            for _ in range(EACH):
                px = rng.integers(0, 255, 784).astype(np.uint8).tobytes()
                f = {
                    "px": tf.train.Feature(bytes_list=tf.train.BytesList(value=[px])),
                    "y": tf.train.Feature(int64_list=tf.train.Int64List(value=[int(rng.integers(10))])),
                }
                out.write(tf.train.Example(features=tf.train.Features(feature=f)).SerializeToString())


def one(raw):
    r = tf.io.parse_single_example(raw, LAYOUT)
    return tf.cast(tf.io.decode_raw(r["px"], tf.uint8), tf.float32) / 255.0, r["y"]


def many(raw):
    r = tf.io.parse_example(raw, LAYOUT)
    return tf.cast(tf.io.decode_raw(r["px"], tf.uint8), tf.float32) / 255.0, r["y"]


def _files(seed):
    lay_out()
    return tf.data.Dataset.list_files(str(ROOT / "part-*.rec"), shuffle=seed is None)


def shard_stream(seed=None):
    return (
        _files(seed)
        .repeat()
        .interleave(tf.data.TFRecordDataset, cycle_length=4)
        .map(one)
        .shuffle(1000, seed=seed)
        .batch(64)
        .prefetch(tf.data.AUTOTUNE)
    )


def shard_stream_better(seed=None):
    """Same sequence element for element: parsing commutes with shuffling; parse_example takes the batch."""
    return (
        _files(seed)
        .repeat()
        .interleave(tf.data.TFRecordDataset, cycle_length=4)
        .shuffle(1000, seed=seed)
        .batch(64)
        .map(many)
        .prefetch(tf.data.AUTOTUNE)
    )


def shard_stream_by_the_book(seed=None):
    """The usual advice alone: parallel map and parallel interleave."""
    return (
        _files(seed)
        .repeat()
        .interleave(tf.data.TFRecordDataset, cycle_length=4, num_parallel_calls=tf.data.AUTOTUNE)
        .map(one, num_parallel_calls=tf.data.AUTOTUNE)
        .shuffle(1000, seed=seed)
        .batch(64)
        .prefetch(tf.data.AUTOTUNE)
    )
