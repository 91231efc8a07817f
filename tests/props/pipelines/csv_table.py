"""A table in CSV files, by the function that TensorFlow has for them: dictionaries of columns, and a label."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

ROOT = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "csv_table"
NUM_ROWS = 40


def write_tables():
    ROOT.mkdir(parents=True, exist_ok=True)
    for number in range(2):
        rows = [f"{row},{row / 2},word{row % 3},{row % 2}" for row in range(NUM_ROWS)]
        (ROOT / f"{number}.csv").write_text("\n".join(["count,price,name,label", *rows]) + "\n")


def make(batch_size: int = 5, shuffle: bool = True):
    write_tables()
    return tf.data.experimental.make_csv_dataset(
        str(ROOT / "*.csv"),
        batch_size,
        label_name="label",
        num_epochs=1,
        shuffle=shuffle,
        shuffle_buffer_size=20,
        shuffle_seed=2,
    )
