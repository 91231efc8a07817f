from __future__ import annotations

import json
import logging
import shutil
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_core.language.errors import InputError
from mnist_core.models.classifier import load_classifier, load_keras_model
from mnist_core.models.export import write_saved_model
from mnist_core.models.model import build_model

BEST = ("best.keras", "best.h5")


@contextmanager
def keras_may_warn() -> Iterator[None]:
    """Saving a Keras model warns of NumPy 2's copy keyword and, for HDF5, logs that the format is old."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def save(model: keras.Model, path: Path) -> Path:
    with keras_may_warn():
        model.save(path)
    return path


def classifier_of(*layers: keras.layers.Layer, shape: tuple[int, ...] = (28, 28)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *layers])


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (25, 28, 28), dtype=np.uint8)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One set of weights in every form: for each normalisation a .keras, an .h5, two run folders and versions."""
    folder = tmp_path_factory.mktemp("models")
    for normalize in ("pipeline", "model"):
        model = build_model("linear", normalize=normalize, seed=4)
        for suffix in ("keras", "h5"):
            file = save(model, folder / f"{normalize}.{suffix}")
            run = folder / f"{normalize}_run_{suffix}"
            run.mkdir()
            shutil.copy(file, run / f"best.{suffix}")
        write_saved_model(model, folder / f"{normalize}_versions" / "3")
    return folder


@pytest.fixture
def saved_model(models: Path, tmp_path: Path) -> Path:
    """A SavedModel of one's own to damage."""
    return Path(shutil.copytree(models / "model_versions" / "3", tmp_path / "saved_model"))


FORMS = ("{}.keras", "{}.h5", "{}_run_keras", "{}_run_h5", "{}_versions", "{}_versions/3")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("normalize", ["pipeline", "model"])
def test_raw_pixels_go_into_every_form(models: Path, pictures: np.ndarray, form: str, normalize: str) -> None:
    expected = np.asarray(build_model("linear", seed=4)(pictures / np.float32(255)))

    classifier = load_classifier(models / form.format(normalize))

    assert classifier.name == Path(form.format(normalize)).name
    probabilities = classifier.probabilities(pictures)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 24, 25, 26])
@pytest.mark.parametrize("form", ["model.keras", "model_versions"])
def test_batches_change_nothing(models: Path, pictures: np.ndarray, form: str, batch_size: int) -> None:
    classifier = load_classifier(models / form)

    batched = classifier.probabilities(pictures, batch_size=batch_size)

    np.testing.assert_allclose(batched, classifier.probabilities(pictures), atol=1e-6)


def test_no_pictures_give_no_probabilities(models: Path) -> None:
    empty = load_classifier(models / "model.keras").probabilities(np.zeros((0, 28, 28), np.uint8))

    assert (empty.shape, empty.dtype) == ((0, 10), np.float32)


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.zeros((2, 28, 28), np.float32), r"float32 of shape \(2, 28, 28\)"),
        (np.zeros((28, 28), np.uint8), r"uint8 of shape \(28, 28\)"),
        (np.zeros((2, 28, 27), np.uint8), r"uint8 of shape \(2, 28, 27\)"),
    ],
)
def test_other_pictures_are_refused(models: Path, images: np.ndarray, found: str) -> None:
    with pytest.raises(InputError, match=rf"^images must be uint8 of shape \(n, 28, 28\), got {found}\.$"):
        load_classifier(models / "model.keras").probabilities(images)


def test_newest_version_counts_by_number(models: Path, pictures: np.ndarray, tmp_path: Path) -> None:
    write_saved_model(build_model("linear", seed=11), tmp_path / "10")
    for name in ("2", "9"):
        shutil.copytree(models / "model_versions" / "3", tmp_path / name)
    for name in ("11", "best", ".export-99"):  # no SavedModel, and no numbers
        (tmp_path / name).mkdir()

    classifier = load_classifier(tmp_path)

    assert classifier.path == tmp_path / "10"
    expected = np.asarray(build_model("linear", seed=11)(pictures / np.float32(255)))
    np.testing.assert_allclose(classifier.probabilities(pictures), expected, atol=1e-6)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_classifier(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_lambda_is_refused_and_not_run(tmp_path: Path, suffix: str) -> None:
    marker = tmp_path / "ran"
    name = str(marker)  # what a lambda closes over is stored as JSON
    spy = keras.layers.Lambda(lambda pixels: (open(name, "w").close(), pixels)[1])  # noqa: PTH123
    path = save(classifier_of(spy, *build_model("linear").layers), tmp_path / f"spy.{suffix}")
    marker.unlink()

    assert refusal(path) == (
        f"{path} is refused: it wants to run code of its own (such as a Lambda layer) when it is loaded."
    )
    assert not marker.exists()


class Foreign(keras.layers.Layer):
    def call(self, pixels: tf.Tensor) -> tf.Tensor:
        return pixels


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_custom_layer_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = save(classifier_of(Foreign(), *build_model("linear").layers), tmp_path / f"foreign.{suffix}")

    assert refusal(path) == f"{path} is refused: it needs the code of 'Foreign', which is not part of Keras."


def test_saved_model_inside_a_keras_file_is_refused(models: Path, tmp_path: Path) -> None:
    layer = keras.layers.TFSMLayer(str(models / "model_versions" / "3"), call_endpoint="serving_float")
    path = save(classifier_of(layer), tmp_path / "wrapped.keras")

    assert "wants to run code of its own" in refusal(path)


DAMAGED = "cannot be read as a Keras model: it is damaged, cut short or something else."


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_damaged_file_is_refused(models: Path, tmp_path: Path, suffix: str) -> None:
    path, whole = tmp_path / f"damaged.{suffix}", (models / f"model.{suffix}").read_bytes()

    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:-1000]):
        path.write_bytes(content)
        assert refusal(path) == f"{path} {DAMAGED}"


def test_zip_without_a_model_is_refused(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.keras"
    for entries in ({"x": "y"}, {"config.json": "{"}, {"config.json": "[]"}):
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in entries.items():
                archive.writestr(name, text)
        assert refusal(path) == f"{path} {DAMAGED}"


def test_keras_file_without_weights_is_refused(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "bare.keras"
    with zipfile.ZipFile(models / "model.keras") as whole, zipfile.ZipFile(path, "w") as bare:
        for name in ("config.json", "metadata.json"):
            bare.writestr(name, whole.read(name))

    assert refusal(path) == f"{path} {DAMAGED}"


def test_hdf5_without_a_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(3)

    assert refusal(path) == f"{path} {DAMAGED}"


def test_keras_object_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adam.keras"
    config = keras.saving.serialize_keras_object(keras.optimizers.Adam())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))

    refusal(path)


@pytest.mark.parametrize(
    ("model", "shapes"),
    [
        (classifier_of(keras.layers.Flatten(), keras.layers.Dense(9)), "(None, 28, 28) to (None, 9)"),
        (classifier_of(keras.layers.Flatten(), keras.layers.Dense(11)), "(None, 28, 28) to (None, 11)"),
        (
            classifier_of(keras.layers.Flatten(), keras.layers.Dense(10), shape=(28, 27)),
            "(None, 28, 27) to (None, 10)",
        ),
        (
            classifier_of(keras.layers.Flatten(), keras.layers.Dense(10), shape=(28, 28, 1)),
            "(None, 28, 28, 1) to (None, 10)",
        ),
        (classifier_of(keras.layers.Dense(10)), "(None, 28, 28) to (None, 28, 10)"),
    ],
)
def test_other_shapes_are_refused(tmp_path: Path, model: keras.Model, shapes: str) -> None:
    path = save(model, tmp_path / "other.keras")

    expected = f"{path} must map pictures (None, 28, 28) to digits (None, 10), it maps {shapes}."
    assert refusal(path) == expected


@pytest.mark.parametrize("fault", ["logits", "diverged", "negative"])
def test_outputs_that_are_no_probabilities_are_refused(tmp_path: Path, pictures: np.ndarray, fault: str) -> None:
    model = classifier_of(keras.layers.Flatten(), keras.layers.Dense(10))
    if fault == "negative":  # though their sum is 1
        model.layers[-1].kernel.assign(np.zeros((784, 10)))
        model.layers[-1].bias.assign([2.0, -1.0] + [0.0] * 8)
    if fault == "diverged":
        model = build_model("linear")
        model.layers[-1].bias.assign([float("nan")] * 10)
    path = save(model, tmp_path / "model.keras")

    with pytest.raises(
        InputError, match=r"gives no probabilities: a model must end in softmax and not have diverged\.$"
    ):
        load_classifier(path).probabilities(pictures)


def test_paths_without_a_model_are_refused(models: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "weights.txt").write_text("1")
    both = tmp_path / "both"
    both.mkdir()
    for name in BEST:
        shutil.copy(models / f"model{Path(name).suffix}", both / name)

    assert refusal(tmp_path / "missing.keras").endswith(
        "missing.keras does not exist: name a run folder, a .keras or .h5 file, or a SavedModel."
    )
    assert refusal(tmp_path / "empty").endswith(
        "empty holds no model: expected best.keras, best.h5, saved_model.pb or <version>/saved_model.pb."
    )
    assert refusal(tmp_path / "weights.txt").endswith("must end in .keras or .h5: other files are not loaded.")
    assert refusal(both).endswith("both holds best.keras and best.h5: name one of them.")


def test_load_keras_model_gives_the_model_uncompiled(models: Path) -> None:
    model = load_keras_model(models / "pipeline_run_h5")

    assert isinstance(model, keras.Model)
    assert not model.compiled


def test_load_keras_model_wants_no_saved_model(models: Path) -> None:
    with pytest.raises(InputError, match=r"is a SavedModel already: name a run folder, a \.keras or an \.h5 file\.$"):
        load_keras_model(models / "model_versions")


def test_saved_model_without_its_variables_is_refused(saved_model: Path) -> None:
    data = saved_model / "variables" / "variables.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:100])
    assert refusal(saved_model).endswith("cannot be loaded: its variables are missing or damaged.")

    shutil.rmtree(saved_model / "variables")
    assert refusal(saved_model).endswith("cannot be loaded: its variables are missing or damaged.")


def save_function(folder: Path, name: str, **spec: object) -> None:
    module = tf.Module()
    module.serve = tf.function(
        lambda pixels: {"output": tf.zeros((tf.shape(pixels)[0], 10))},
        input_signature=[tf.TensorSpec(**{"shape": (None, 28, 28), "dtype": "uint8", **spec}, name="input")],
    )
    tf.saved_model.save(module, str(folder), signatures={name: module.serve})


def test_saved_model_with_another_signature_is_refused(tmp_path: Path) -> None:
    wanted = "must take uint8 pixels (-1, 28, 28) and give float32 (-1, 10) in serving_default: "

    save_function(tmp_path / "floats", "serving_default", dtype="float32")
    assert wanted in refusal(tmp_path / "floats")
    save_function(tmp_path / "larger", "serving_default", shape=(None, 32, 32))
    assert wanted in refusal(tmp_path / "larger")
    save_function(tmp_path / "named", "score")
    assert "named has no signature serving_default: export the model with mnist-core export." in refusal(
        tmp_path / "named"
    )
