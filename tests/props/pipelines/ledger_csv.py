"""CSV files, line by line."""

import os
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

ROOT = pathlib.Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "ledger"
FILES, ROWS, COLS = 4, 5000, 9


def lay_out():
    if ROOT.exists():
        return
    ROOT.mkdir(parents=True)
    rng = np.random.default_rng(3)
    for f in range(FILES):
        body = "\n".join(",".join(f"{v:.4f}" for v in row) for row in rng.normal(size=(ROWS, COLS)))
        (ROOT / f"month-{f}.csv").write_text(",".join(f"c{i}" for i in range(COLS)) + "\n" + body + "\n")


def row(line):
    cells = tf.io.decode_csv(line, [[0.0]] * COLS)
    return tf.stack(cells[:-1], axis=-1), cells[-1]


def _lines():
    lay_out()
    names = tf.data.Dataset.list_files(str(ROOT / "month-*.csv"), shuffle=False)
    return names.interleave(lambda n: tf.data.TextLineDataset(n).skip(1), cycle_length=4)


def ledger(seed=None):
    return _lines().map(row).shuffle(10_000, seed=seed).batch(128).prefetch(1)


def ledger_better(seed=None):
    """Same sequence: decode_csv works on a vector of lines, so shuffle the lines and decode a batch at once."""
    return _lines().shuffle(10_000, seed=seed).batch(128).map(row).prefetch(1)


def ledger_by_the_book(seed=None):
    """The usual advice alone: parallel map, parallel interleave, prefetch auto; order kept."""
    lay_out()
    names = tf.data.Dataset.list_files(str(ROOT / "month-*.csv"), shuffle=False)
    lines = names.interleave(
        lambda n: tf.data.TextLineDataset(n).skip(1), cycle_length=4, num_parallel_calls=tf.data.AUTOTUNE
    )
    return (
        lines.map(row, num_parallel_calls=tf.data.AUTOTUNE)
        .shuffle(10_000, seed=seed)
        .batch(128)
        .prefetch(tf.data.AUTOTUNE)
    )
