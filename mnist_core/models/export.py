"""Exported models: versions for TensorFlow Serving, each checked in a fresh process before a server can see it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_core.files.locks import hold_folder
from mnist_core.files.parts import hold_scratch
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say, say_nothing
from mnist_core.language.shapes import SIDE
from mnist_core.models.classifier import SERVING_SIGNATURE, Classifier, list_versions, load_classifier, load_keras_model
from mnist_core.models.model import pixel_divisor
from mnist_core.models.saved_graph import GRAPH_FILE, SavedGraph
from mnist_core.models.warmup import write_warmup_requests

FLOAT_SIGNATURE = "serving_float"
SIGNATURES = {SERVING_SIGNATURE: "uint8", FLOAT_SIGNATURE: "float32"}
TOLERANCE = 1e-5  # of a probability; two runs of one float32 model on one machine differ by about 1e-7
NUM_CHECKED = 128
WORKSPACE = ".export-"  # how the name of a folder begins in which an export is made
GLOB_CHARACTERS = set("[]*?\\")  # TensorFlow looks for the variables' files by a pattern
CHECK_SEED = 20180707  # any; the same pictures every time make a failure repeatable
CHECK_TIMEOUT_S = 600.0  # a TensorFlow import takes seconds, on a loaded machine a minute
NUM_LAST_WORDS = 300  # characters of a failed check's stderr; the end of a traceback says it all


class ExportError(RuntimeError):
    """The export did not give what the Keras model gives, or could not be checked; nothing of it is left.

    Example:
        >>> try:
        ...     exported = export_model(Path("runs/linear"), Path("models/mnist"))
        ... except ExportError as error:
        ...     print(error)
    """


@dataclass(frozen=True)
class ExportResult:
    """One exported model.

    Args:
        path: Folder of the new version, or the converted file.
        signatures: Names under which the model is called; the input is ``input``, the output ``output``.
        num_checked: Number of random pictures that the model was checked on.
        max_difference: Largest difference from the Keras model's probabilities that was seen.
    """

    path: Path
    signatures: tuple[str, ...]
    num_checked: int
    max_difference: float


def export_model(source: Path, base: Path, *, say: Say = say_nothing) -> ExportResult:
    """The new version ``base/<next integer>/``: a SavedModel for TensorFlow Serving, with the tag ``serve``.

    Both signatures take raw pixels, 0 to 255 and white on black, under the name ``input``, shape (n, 28, 28), and give
    probabilities under the name ``output``, float32 of shape (n, 10): ``serving_default`` takes uint8 pixels,
    ``serving_float`` float32. A model trained with normalisation in the pipeline is no exception: its export divides
    by 255.

    The version is written under a name that no server looks at, reloaded in a fresh process and compared with the Keras
    model, and then renamed into place. Requests name no device, so a server may use any. TensorFlow Serving finds
    warm-up requests in it, one of 1 and one of 32 pictures for each signature; the fresh process has run them too.

    Args:
        source: Path of a run folder, a ``.keras`` or an ``.h5`` file.
        base: Folder of all versions; made if it is missing.
        say: Is given a line for each step.

    Raises:
        InputError: There is no such model, or `base` cannot hold versions.
        ExportError: The exported model differs by more than 1e-5, or the check itself failed.

    Example:
        >>> exported = export_model(Path("runs/linear"), Path("models/mnist"))
        >>> exported.path.name
        '1'
    """
    model = load_keras_model(source)
    with _hold_base(base), hold_scratch(WORKSPACE, base) as workspace:
        version = workspace / "version"
        say(f"writing {source} as a SavedModel")
        write_saved_model(model, version)
        write_warmup_requests(version, base.resolve().name, SIGNATURES, check_pictures())
        say(f"checking it in a fresh process on {NUM_CHECKED} pictures")
        difference = check_difference(_fresh_outputs(version, workspace), model)
        path = _claim_version(version, base)
    say(f"exported {path}")
    return ExportResult(path, tuple(SIGNATURES), NUM_CHECKED, difference)


def load_exported(path: Path) -> Classifier:
    """The exported model at `path`, a version or the folder of all versions, of which the newest counts.

    Raises:
        InputError: There is no SavedModel, or it does more than compute.
    """
    is_export = path.is_dir() and ((path / GRAPH_FILE).is_file() or bool(list_versions(path)))
    if not is_export:
        raise InputError(f"{path} holds no exported model: name the folder that mnist-core export wrote.")
    return load_classifier(path)


def write_saved_model(model: keras.Model, folder: Path) -> None:
    """Write `model` with the two signatures of `export_model`.

    Raises:
        ExportError: The graph names a device, which a server may not have.
    """
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, dtype in SIGNATURES.items():
        archive.add_endpoint(name, serving_function(model, dtype))
    archive.write_out(str(folder), verbose=False)
    if devices := SavedGraph(folder).serving_devices():
        raise ExportError(
            f"the exported graph is tied to {', '.join(sorted(devices))}: a server must be free to choose."
        )


def serving_function(model: keras.Model, dtype: str) -> Any:
    """A ``tf.function`` from raw pixels, `dtype` of shape (n, 28, 28), to {"output": probabilities}."""
    divisor = pixel_divisor(model)

    def serve(pixels: Any) -> dict[str, Any]:
        return {"output": model(tf.cast(pixels, tf.float32) / divisor, training=False)}

    return tf.function(serve, input_signature=[tf.TensorSpec((None, SIDE, SIDE), dtype, name="input")])


def check_pictures() -> np.ndarray:
    """The random pictures on which an export is checked, uint8 of shape (128, 28, 28)."""
    generator = np.random.default_rng(CHECK_SEED)
    return generator.integers(0, 256, (NUM_CHECKED, SIDE, SIDE), dtype=np.uint8)


def check_difference(outputs: dict[str, np.ndarray], model: keras.Model) -> float:
    """The largest difference between `outputs` for `check_pictures` and the Keras model's probabilities.

    Args:
        outputs: Outputs of the exported model, by signature.
        model: Keras model to compare with; it is run on the CPU, as the check of the export is.

    Raises:
        ExportError: It is above 1e-5, or an output has another shape or is not a number.
    """
    pixels = check_pictures().astype(np.float32) / np.float32(pixel_divisor(model))
    with tf.device("/CPU:0"):  # a GPU's matrix products are rounded more coarsely than the tolerance
        expected = np.asarray(model(pixels, training=False))
    differences = {}
    for signature, output in outputs.items():
        same_shape = output.shape == expected.shape
        differences[signature] = float(np.abs(output - expected).max()) if same_shape else float("inf")
        if not differences[signature] <= TOLERANCE:  # "not <=" catches NaN too
            raise ExportError(
                f"the exported model's {signature} differs from the Keras model by {differences[signature]:.2g}, more "
                f"than {TOLERANCE:g}: nothing was exported."
            )
    return max(differences.values())


@contextmanager
def _hold_base(base: Path) -> Iterator[None]:
    """Make the folder of all versions, and keep other exporters out of it."""
    if (base / GRAPH_FILE).exists():
        raise InputError(f"{base} is a SavedModel itself: name the folder that holds the versions.")
    if found := sorted(GLOB_CHARACTERS & set(str(base.resolve()))):
        raise InputError(f"{base} must not hold {' '.join(found)} in its path: TensorFlow takes them for a pattern.")
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_folder(base))
            tempfile.TemporaryFile(dir=base).close()
        except OSError as error:
            raise InputError(f"{base} cannot hold versions: {error.strerror}. Choose another folder.") from None
        yield


def _fresh_outputs(version: Path, workspace: Path) -> dict[str, np.ndarray]:
    """What each signature gives for `check_pictures` in a process that has loaded nothing but the exported version."""
    np.save(workspace / "pictures.npy", check_pictures(), allow_pickle=False)
    command = [sys.executable, "-m", "mnist_core.models.export_check", str(version), str(workspace), *SIGNATURES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise ExportError(f"the check of the export took over {CHECK_TIMEOUT_S:g} s: nothing was exported.") from None
    if done.returncode != 0:
        last_words = " ".join(done.stderr.split())[-NUM_LAST_WORDS:]
        raise ExportError(f"the exported model failed in a fresh process, nothing was exported: {last_words}")
    return {name: np.load(workspace / f"{name}.npy", allow_pickle=False) for name in SIGNATURES}


def _claim_version(version: Path, base: Path) -> Path:
    """Rename `version` to the next free integer in `base`; another exporter may take the same number first."""
    number = max(list_versions(base), default=0) + 1
    while not _rename_unless_taken(version, base / str(number)):
        number += 1
    return base / str(number)


def _rename_unless_taken(version: Path, target: Path) -> bool:
    try:
        version.rename(target)
    except OSError:
        if not target.exists():
            raise
        return False
    return True
