"""What a pipeline starts from: the arrays themselves, normalised floats, or files written from them."""

from __future__ import annotations

import numpy as np

from mnist_core.language.say import Say, say_nothing
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.decode import scale_pixels
from mnist_core.pipeline.storage import store_pngs, store_records


def load_source(spec: PipelineSpec, images: np.ndarray, labels: np.ndarray, *, say: Say = say_nothing) -> np.ndarray:
    """What `build_dataset` takes for the source that the spec names.

    Args:
        spec: Pipeline that names the source.
        images: Pictures, uint8 of shape (num_examples, 28, 28).
        labels: Labels of the pictures, uint8 of shape (num_examples,).
        say: Is given a line when files are written, which is done once.

    Returns:
        The images, as uint8 or, normalised, as float32 (num_examples, 28, 28); the paths of the PNG files
        (num_examples,); or those of the TFRecord shards (num_shards,).

    Raises:
        InputError: The files cannot be written.

    Example:
        >>> spec, digits = PipelineSpec(find_ordering("post"), source="tfrecord"), load_digits()
        >>> shards = load_source(spec, digits.train_images, digits.train_labels)
        >>> dataset = build_dataset(spec, shards, digits.train_labels)
    """
    match spec.source:
        case "arrays" | "generator":
            return images
        case "floats":
            return scale_pixels(images)
        case "png":
            return store_pngs(images, labels, say=say)
        case "tfrecord":
            return store_records(images, labels, say=say)
