"""A cache in a file, which whoever reads it in part must leave alone."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

ROOT = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "cached_file"


def make():
    ROOT.mkdir(parents=True, exist_ok=True)
    words = tf.data.Dataset.range(20).map(tf.strings.as_string)
    return words.cache(str(ROOT / "words")).map(lambda word: tf.strings.join([word, "!"])).batch(4)
