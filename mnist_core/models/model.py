"""The ready-made models, by name: the post's `mlp`, the smallest that learns, `linear`, and a `cnn` with 99 %."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import get_args

import keras
import numpy as np

from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from mnist_core.language.shapes import NUM_CLASSES, SIDE
from mnist_core.language.spec import ModelName, Normalize

PIXEL_LIMIT = 255.0  # raw pixels are 0 to 255, the models were designed for 0 to 1
PIXEL_SCALE = 1.0 / PIXEL_LIMIT
MAX_SEEDED_LAYERS = 8

Seeds = Iterator[int]


def build_model(name: ModelName, *, normalize: Normalize = "pipeline", seed: int = 0) -> keras.Model:
    """A new, uncompiled model that maps pixels (batch, 28, 28) to probabilities, float32 of shape (batch, 10).

    Every initializer and dropout layer has a seed of its own, drawn from `seed`, instead of
    ``keras.utils.set_random_seed``: two builds with one seed are equal bit for bit, whatever else has drawn random
    numbers in the process, and nothing global changes for the caller.

    Args:
        name: Name of the model: "mlp" is the post's, "linear" is one softmax layer, "cnn" two convolutions that reach
            99 % on MNIST.
        normalize: Where pixels are scaled: for "pipeline" the model expects them from 0 to 1; for "model" it takes raw
            ones from 0 to 255, and its first layer rescales them.
        seed: Seed of the initial weights and of dropout, in [0, 2**32 - 1].

    Raises:
        InputError: There is no model of that name.

    Example:
        >>> model = build_model("mlp", seed=1)
        >>> model.output_shape
        (None, 10)
    """
    if name not in MODELS:
        raise InputError(explain_choice("model", MODELS, name))
    if normalize not in get_args(Normalize):
        raise InputError(explain_choice("normalize", get_args(Normalize), normalize))
    scale = [keras.layers.Rescaling(PIXEL_SCALE, name="rescale")] if normalize == "model" else []
    pixels = keras.Input((SIDE, SIDE), name="input")
    return keras.Sequential([pixels, *scale, *MODELS[name](_layer_seeds(seed))], name=name)


def takes_raw_pixels(model: keras.Model) -> bool:
    """True if the model's first layer rescales pixels from 0 to 255 to 0 to 1, as ``normalize="model"`` builds it."""
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not layers or not isinstance(layers[0], keras.layers.Rescaling):
        return False
    return bool(math.isclose(layers[0].scale, PIXEL_SCALE, rel_tol=1e-6)) and layers[0].offset == 0


def pixel_divisor(model: keras.Model) -> float:
    """What raw pixels must be divided by before `model` gets them: 1 where it rescales them itself, else 255."""
    return 1.0 if takes_raw_pixels(model) else PIXEL_LIMIT


def _layer_seeds(seed: int) -> Seeds:
    """Different, well-mixed seeds, one a layer: equal seeds would start equally shaped layers with equal weights."""
    return iter(np.random.SeedSequence(seed).generate_state(MAX_SEEDED_LAYERS).tolist())


def _dense(units: int, activation: str, name: str, seeds: Seeds) -> keras.layers.Layer:
    initializer = keras.initializers.GlorotUniform(seed=next(seeds))
    return keras.layers.Dense(units, activation=activation, kernel_initializer=initializer, name=name)


def _convolution(filters: int, name: str, seeds: Seeds) -> keras.layers.Layer:
    initializer = keras.initializers.GlorotUniform(seed=next(seeds))
    return keras.layers.Conv2D(filters, 5, activation="relu", kernel_initializer=initializer, name=name)


def _linear(seeds: Seeds) -> list[keras.layers.Layer]:
    return [keras.layers.Flatten(name="flatten"), _dense(NUM_CLASSES, "softmax", "output", seeds)]


def _mlp(seeds: Seeds) -> list[keras.layers.Layer]:
    return [
        keras.layers.Flatten(name="flatten"),
        _dense(512, "relu", "hidden", seeds),
        keras.layers.Dropout(0.2, seed=next(seeds), name="dropout"),
        _dense(NUM_CLASSES, "softmax", "output", seeds),
    ]


def _cnn(seeds: Seeds) -> list[keras.layers.Layer]:
    return [
        keras.layers.Reshape((SIDE, SIDE, 1), name="add_channel"),
        _convolution(32, "convolution_1", seeds),
        keras.layers.MaxPooling2D(name="pool_1"),
        _convolution(64, "convolution_2", seeds),
        keras.layers.MaxPooling2D(name="pool_2"),
        keras.layers.Flatten(name="flatten"),
        _dense(128, "relu", "hidden", seeds),
        keras.layers.Dropout(0.5, seed=next(seeds), name="dropout"),
        _dense(NUM_CLASSES, "softmax", "output", seeds),
    ]


MODELS: dict[str, Callable[[Seeds], list[keras.layers.Layer]]] = {"mlp": _mlp, "linear": _linear, "cnn": _cnn}
