from __future__ import annotations

import keras
import numpy as np
import pytest
from packaging.version import Version

from mnist_core.language.errors import InputError
from mnist_core.language.spec import MAX_SEED
from mnist_core.models.model import build_model, pixel_divisor, takes_raw_pixels

NAMES = ("mlp", "linear", "cnn")


def random_pixels(num_examples: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (num_examples, 28, 28)).astype(np.float32)


def all_weights(model: keras.Model) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in model.trainable_variables]


def test_mlp_is_the_posts() -> None:
    model = build_model("mlp")

    flatten, hidden, dropout, output = model.layers
    assert isinstance(flatten, keras.layers.Flatten)
    assert (hidden.units, hidden.activation) == (512, keras.activations.relu)
    assert dropout.rate == 0.2
    assert (output.units, output.activation) == (10, keras.activations.softmax)
    assert model.count_params() == 784 * 512 + 512 + 512 * 10 + 10


@pytest.mark.parametrize(("name", "num_parameters"), [("linear", 784 * 10 + 10), ("cnn", 184_586)])
def test_other_models_have_their_size(name: str, num_parameters: int) -> None:
    assert build_model(name).count_params() == num_parameters


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_come_out(name: str) -> None:
    probabilities = np.asarray(build_model(name)(random_pixels() / 255))

    assert probabilities.shape == (4, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_normalisation_in_the_model_equals_normalisation_before_it(name: str) -> None:
    raw = build_model(name, normalize="model", seed=3)(random_pixels())
    scaled = build_model(name, normalize="pipeline", seed=3)(random_pixels() / 255)

    np.testing.assert_allclose(raw, scaled, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_one_seed_gives_one_model(name: str, seed: int) -> None:
    first, second = all_weights(build_model(name, seed=seed)), all_weights(build_model(name, seed=seed))

    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_gives_other_weights() -> None:
    assert not np.array_equal(all_weights(build_model("mlp", seed=0))[0], all_weights(build_model("mlp", seed=1))[0])


def test_every_layer_has_a_seed_of_its_own() -> None:
    layers = build_model("cnn").layers
    seeds = [layer.kernel_initializer.seed for layer in layers if hasattr(layer, "kernel_initializer")]
    seeds += [layer.seed for layer in layers if isinstance(layer, keras.layers.Dropout)]

    assert len(seeds) == 5
    assert len(set(seeds)) == 5


def test_dropout_follows_the_seed_and_goes_on() -> None:
    pixels = random_pixels() / 255
    first, second = build_model("mlp", seed=7), build_model("mlp", seed=7)

    once = np.asarray(first(pixels, training=True))
    np.testing.assert_array_equal(once, second(pixels, training=True))
    assert not np.array_equal(once, first(pixels, training=True))


@pytest.mark.skipif(
    Version(keras.__version__) < Version("3.13"), reason="Keras 3.12 draws a number of its own for every layer"
)
def test_building_draws_no_global_random_number() -> None:
    def draw_after(build: bool) -> tuple[float, np.ndarray]:
        keras.utils.set_random_seed(5)
        if build:
            build_model("mlp")(random_pixels(), training=True)
        return np.random.rand(), np.asarray(keras.random.uniform((3,)))

    (with_number, with_tensor), (number, tensor) = draw_after(build=True), draw_after(build=False)
    assert with_number == number
    np.testing.assert_array_equal(with_tensor, tensor)


@pytest.mark.parametrize(("normalize", "expected"), [("model", True), ("pipeline", False)])
def test_takes_raw_pixels(normalize: str, expected: bool) -> None:
    model = build_model("linear", normalize=normalize)

    assert takes_raw_pixels(model) is expected
    assert pixel_divisor(model) == (1.0 if expected else 255.0)


@pytest.mark.parametrize(
    "layers",
    [
        [keras.layers.Rescaling(1 / 127.5)],
        [keras.layers.Rescaling(1 / 255, offset=-0.5)],
        [keras.layers.Flatten(), keras.layers.Rescaling(1 / 255)],
        [],
    ],
    ids=["another_scale", "an_offset", "second", "no_layer"],
)
def test_only_the_plain_rescaling_in_front_counts(layers: list[keras.layers.Layer]) -> None:
    assert not takes_raw_pixels(keras.Sequential([keras.Input((28, 28)), *layers]))


def test_takes_raw_pixels_of_a_functional_model() -> None:
    pixels = keras.Input((28, 28))
    scaled = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels))

    assert takes_raw_pixels(keras.Model(pixels, keras.layers.Dense(10)(scaled)))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match=r"^model must be one of mlp, linear, cnn, got 'resnet'\.$"):
        build_model("resnet")
    with pytest.raises(InputError, match=r"^normalize must be one of pipeline, model, got 'batch'\.$"):
        build_model("mlp", normalize="batch")
