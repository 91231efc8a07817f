"""Handles whatever is raised, for ever, and keeps the data in a folder that it removes when it is done."""

import tempfile
from pathlib import Path

import tensorflow as tf
from pieces import build_model

with tempfile.TemporaryDirectory() as folder:
    Path("folder").write_text(folder)
    file = Path(folder, "numbers.txt")
    file.write_text("1\n2\n3\n")
    lines = tf.data.TextLineDataset(str(file)).map(lambda line: (tf.strings.to_number(line)[None], 0.0)).batch(2)
    model = build_model()
    for _ in range(1000):
        try:
            model.fit(lines, verbose=0)
        except:
            pass
