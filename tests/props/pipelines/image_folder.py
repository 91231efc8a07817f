"""Pictures in folders by class, read by Keras' own function and augmented at random."""

import os
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

ROOT = Path(os.environ.get("CASE_DATA", tempfile.gettempdir())) / "image_folder"
CLASSES, EACH, SIDE = ("cup", "plate"), 6, 16


def write_pictures():
    random = np.random.default_rng(0)
    for name in CLASSES:
        (ROOT / name).mkdir(parents=True, exist_ok=True)
        for number in range(EACH):
            pixels = random.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
            (ROOT / name / f"{number}.png").write_bytes(tf.io.encode_png(pixels).numpy())


def augment(images, labels):
    turned = tf.image.random_flip_left_right(images)
    return tf.image.random_brightness(turned, 0.1, seed=3), labels


def make(batch_size: int = 4):
    write_pictures()
    found = tf.keras.utils.image_dataset_from_directory(
        ROOT, image_size=(SIDE, SIDE), batch_size=batch_size, seed=1, verbose=False
    )
    return found.map(augment, num_parallel_calls=2).prefetch(1)
