"""Lines of text of different lengths: looked up in a table, then padded, or sorted into buckets by length."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

FILE = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "sentences.txt"
WORDS = ("a", "bird", "cat", "dog", "eats", "fish")


def write_lines():
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(
        "".join(" ".join(WORDS[(line + word) % 6] for word in range(1 + line % 9)) + "\n" for line in range(60))
    )


def find_numbers():
    write_lines()
    keys = tf.lookup.KeyValueTensorInitializer(tf.constant(WORDS), tf.range(len(WORDS), dtype=tf.int64))
    table = tf.lookup.StaticHashTable(keys, default_value=-1)
    lines = tf.data.TextLineDataset(str(FILE)).filter(lambda line: tf.strings.length(line) > 0)
    return lines.map(lambda line: table.lookup(tf.strings.split(line)))


def make():
    return find_numbers().cache().shuffle(30).padded_batch(8)


def make_buckets():
    return find_numbers().bucket_by_sequence_length(tf.size, bucket_boundaries=[4, 7], bucket_batch_sizes=[6, 4, 2])


def make_ragged():
    return find_numbers().ragged_batch(4, drop_remainder=True)
