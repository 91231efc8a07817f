"""A data set from a catalog: a builder with splits, shards read in its own way, and dictionaries with boxes."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

ROOT = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "catalog"
SIZES = {"train": (10, 10, 12), "test": (8,)}  # of the shards
SIDE = 8
FEATURES = {"image": tf.io.FixedLenFeature([], tf.string), "boxes": tf.io.VarLenFeature(tf.float32)}


class Builder:
    """Knows its splits and how many examples they have, and reads them in an order that its caller does not see."""

    def download_and_prepare(self):
        ROOT.mkdir(parents=True, exist_ok=True)
        for split, sizes in SIZES.items():
            for shard, size in enumerate(sizes):
                with tf.io.TFRecordWriter(str(ROOT / f"{split}-{shard}.tfrecord")) as file:
                    for number in range(size):
                        file.write(make_example(number))

    def as_dataset(self, split, *, shuffle_files=False):
        options = tf.data.Options()
        options.deterministic = not shuffle_files
        options.experimental_optimization.map_parallelization = False
        names = [str(ROOT / f"{split}-{shard}.tfrecord") for shard in range(len(SIZES[split]))]
        files = tf.data.Dataset.from_tensor_slices(names)
        if shuffle_files:
            files = files.shuffle(len(names))
        records = files.interleave(
            tf.data.TFRecordDataset, cycle_length=16, block_length=16, num_parallel_calls=tf.data.AUTOTUNE
        )
        counted = records.apply(tf.data.experimental.assert_cardinality(sum(SIZES[split]))).with_options(options)
        return counted.map(self.decode, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    def decode(self, record):
        parsed = tf.io.parse_single_example(record, FEATURES)
        boxes = tf.reshape(tf.sparse.to_dense(parsed["boxes"]), [-1, 4])
        return {"image": tf.ensure_shape(tf.io.decode_png(parsed["image"], 3), [SIDE, SIDE, 3]), "boxes": boxes}


def make_example(number):
    pixels = tf.cast(tf.fill([SIDE, SIDE, 3], number), tf.uint8)
    image = tf.train.Feature(bytes_list=tf.train.BytesList(value=[tf.io.encode_png(pixels).numpy()]))
    boxes = tf.train.Feature(float_list=tf.train.FloatList(value=[0.5] * 4 * (number % 3)))
    features = tf.train.Features(feature={"image": image, "boxes": boxes})
    return tf.train.Example(features=features).SerializeToString()


def load(split, *, with_info=False, **reading):
    builder = Builder()
    builder.download_and_prepare()
    dataset = builder.as_dataset(split, **reading)
    return (dataset, {"num_examples": sum(SIZES[split])}) if with_info else dataset


def make(split: str = "train"):
    dataset, info = load(split, with_info=True, shuffle_files=split == "train")
    return dataset.shuffle(info["num_examples"]).ragged_batch(4, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
