"""A classifier: any saved model behind one call, from raw pictures to probabilities; none that runs code is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_core.files.run_kinds import BEST, explain_record
from mnist_core.language.errors import InputError
from mnist_core.language.shapes import NUM_CLASSES, SIDE
from mnist_core.models.keras_file import check_keras_file
from mnist_core.models.model import pixel_divisor
from mnist_core.models.saved_graph import GRAPH_FILE, SavedGraph

KERAS_SUFFIXES = (".keras", ".h5")
SERVING_SIGNATURE = "serving_default"
SUM_TOLERANCE = 1e-3  # float32 softmax sums to 1 within 1e-6; half precision within 1e-3


@dataclass(frozen=True)
class Classifier:
    """A model that recognises digits, whatever file it came from.

    Args:
        name: Name of the file or folder, for tables.
        path: File or folder that was loaded.
        predict_batch: Gives probabilities of shape (n, 10) for raw uint8 pixels of shape (n, 28, 28).
    """

    name: str
    path: Path
    predict_batch: Callable[[np.ndarray], np.ndarray]

    def probabilities(self, images: np.ndarray, *, batch_size: int = 1000) -> np.ndarray:
        """The probability of each digit, float32 of shape (n, 10).

        Args:
            images: Raw pixels, uint8 of shape (n, 28, 28), white on black.
            batch_size: Pictures in one call of the model; bounds the memory, not the result.

        Raises:
            InputError: The pictures have another type or shape, or the model's outputs are no probabilities.
        """
        if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            raise InputError(f"images must be uint8 of shape (n, 28, 28), got {images.dtype} of shape {images.shape}.")
        starts = range(0, len(images), batch_size)
        batches = [self.predict_batch(images[start : start + batch_size]) for start in starts]
        result = np.concatenate([np.zeros((0, NUM_CLASSES), np.float32), *batches])
        if not (np.all(result >= 0) and np.all(np.abs(result.sum(axis=1) - 1) <= SUM_TOLERANCE)):
            raise InputError(f"{self.path} gives no probabilities: a model must end in softmax and not have diverged.")
        return result


def load_classifier(path: Path) -> Classifier:
    """The model at `path`, loaded without running any code of the file's.

    A Keras model whose first layer does not rescale the pixels gets them divided by 255, as the pipelines do it.

    Args:
        path: Path of a run folder, a ``.keras`` or ``.h5`` file, a SavedModel, or a folder of its versions (the newest
            counts).

    Raises:
        InputError: There is no such model, it maps no 28x28 pictures to 10 digits, or it wants to run code.

    Example:
        >>> classifier = load_classifier(Path("runs/linear"))
        >>> probabilities = classifier.probabilities(load_digits().test_images)
    """
    found = _find_model(path)
    load = _saved_model_predictor if found.is_dir() else _keras_predictor
    return Classifier(path.resolve().name, found, load(found))


def load_keras_model(path: Path) -> keras.Model:
    """The uncompiled Keras model in a run folder, a ``.keras`` or an ``.h5`` file, loaded in safe mode.

    Raises:
        InputError: There is no such model, it maps no 28x28 pictures to 10 digits, or it wants to run code.
    """
    found = _find_model(path)
    if found.is_dir():
        raise InputError(f"{path} is a SavedModel already: name a run folder, a .keras or an .h5 file.")
    return _load_keras_file(found)


def list_versions(folder: Path) -> dict[int, Path]:
    """The entries of `folder` whose names are integers, as TensorFlow Serving reads them, by number."""
    return {int(entry.name): entry for entry in folder.iterdir() if entry.name.isascii() and entry.name.isdigit()}


def _find_model(path: Path) -> Path:
    """The file, or the SavedModel's folder, that `path` stands for."""
    if not path.exists():
        raise InputError(f"{path} does not exist: name a run folder, a .keras or .h5 file, or a SavedModel.")
    if path.is_file():
        if path.suffix not in KERAS_SUFFIXES:
            raise InputError(explain_record(path) or f"{path} must end in .keras or .h5: other files are not loaded.")
        return path
    if (path / GRAPH_FILE).is_file():
        return path
    best = [path / name for name in BEST if (path / name).is_file()]
    if len(best) > 1:
        raise InputError(f"{path} holds {' and '.join(BEST)}: name one of them.")
    versions = {number: entry for number, entry in list_versions(path).items() if (entry / GRAPH_FILE).is_file()}
    if not best and not versions:
        raise InputError(
            explain_record(path)
            or f"{path} holds no model: expected best.keras, best.h5, {GRAPH_FILE} or <version>/{GRAPH_FILE}."
        )
    return best[0] if best else versions[max(versions)]


def _load_keras_file(path: Path) -> keras.Model:
    check_keras_file(path)
    try:
        model = keras.saving.load_model(path, safe_mode=True, compile=False)
    except Exception as error:  # a damaged or hostile file can fail anywhere inside Keras
        raise InputError(_explain_refusal(path, str(error))) from error
    inputs, outputs = _shapes(model)
    if inputs != (None, SIDE, SIDE) or outputs != (None, NUM_CLASSES):
        raise InputError(
            f"{path} must map pictures (None, 28, 28) to digits (None, 10), it maps {inputs} to {outputs}."
        )
    return model


def _shapes(model: Any) -> tuple[object, object]:
    """The shapes of the model's input and output; "unknown" for a file that holds something else than a built model."""
    return getattr(model, "input_shape", "unknown"), getattr(model, "output_shape", "unknown")


def _explain_refusal(path: Path, reason: str) -> str:
    """One line out of Keras' many."""
    if "safe_mode" in reason:
        return f"{path} is refused: it wants to run code of its own (such as a Lambda layer) when it is loaded."
    if foreign := re.search(r"(?:Unknown layer: |Could not locate (?:class|function) )'(\w+)'", reason):
        return f"{path} is refused: it needs the code of '{foreign[1]}', which is not part of Keras."
    return f"{path} cannot be read as a Keras model: it is damaged, cut short or something else."


def _keras_predictor(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    model = _load_keras_file(path)
    divisor = np.float32(pixel_divisor(model))

    def predict(images: np.ndarray) -> np.ndarray:
        return np.asarray(model.predict_on_batch(images.astype(np.float32) / divisor), np.float32)

    return predict


def _saved_model_predictor(folder: Path) -> Callable[[np.ndarray], np.ndarray]:
    graph = SavedGraph(folder)
    graph.check_computes_only()
    input_name, output_name = _check_serving_signature(folder, graph)
    try:
        loaded = tf.saved_model.load(str(folder))
        serve = loaded.signatures[SERVING_SIGNATURE]
    except Exception as error:  # a damaged folder can fail anywhere inside TensorFlow
        raise InputError(f"{folder} cannot be loaded: its variables are missing or damaged.") from error

    def predict(images: np.ndarray, *, _keep: object = loaded) -> np.ndarray:  # the variables live as long as `loaded`
        return np.asarray(serve(**{input_name: tf.constant(images)})[output_name])

    return predict


def _check_serving_signature(folder: Path, graph: SavedGraph) -> tuple[str, str]:
    """The names of the one input and the one output.

    Only uint8 input is accepted: of float pixels a SavedModel does not say whether they go to 1 or to 255.
    """
    signature = graph.signature(SERVING_SIGNATURE)
    inputs = [(name, *_describe(info)) for name, info in signature.inputs.items()]
    outputs = [(name, *_describe(info)) for name, info in signature.outputs.items()]
    wanted_in, wanted_out = ("uint8", (-1, SIDE, SIDE)), ("float32", (-1, NUM_CLASSES))
    if [entry[1:] for entry in inputs] != [wanted_in] or [entry[1:] for entry in outputs] != [wanted_out]:
        raise InputError(
            f"{folder} must take uint8 pixels (-1, 28, 28) and give float32 (-1, 10) in {SERVING_SIGNATURE}: "
            "export the model with mnist-core export."
        )
    return inputs[0][0], outputs[0][0]


def _describe(info: Any) -> tuple[str, tuple[int, ...]]:
    shape = tuple(int(dimension.size) for dimension in info.tensor_shape.dim)
    return tf.dtypes.as_dtype(info.dtype).name, shape
