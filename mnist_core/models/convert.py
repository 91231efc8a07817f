"""Other runtimes' formats: one file for LiteRT or ONNX, checked with that runtime before it is renamed into place."""

from __future__ import annotations

import importlib.util
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_core.files.locks import hold_folder
from mnist_core.files.parts import remove_part
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say, say_nothing
from mnist_core.language.shapes import SIDE
from mnist_core.models.classifier import SERVING_SIGNATURE, load_keras_model
from mnist_core.models.export import (
    NUM_CHECKED,
    SIGNATURES,
    WORKSPACE,
    ExportResult,
    check_difference,
    check_pictures,
    serving_function,
    write_saved_model,
)

OutputsBySignature = dict[str, np.ndarray]
ONNX_PACKAGES = ("onnxruntime", "tf2onnx")  # imported by name: they are there only with the extra


def export_litert(source: Path, path: Path, *, say: Say = say_nothing) -> ExportResult:
    """The model as one LiteRT (TensorFlow Lite) file, with both signatures of `export_model`.

    It is converted by TensorFlow's own converter and checked with its interpreter. An earlier file at `path` is
    replaced at once.

    Args:
        source: Path of a run folder, a ``.keras`` or an ``.h5`` file.
        path: Path of the new file, which must end in ``.tflite``.
        say: Is given a line for each step.

    Raises:
        InputError: There is no such model, or `path` cannot be written.
        ExportError: The converted model's probabilities differ by more than 1e-5.

    Example:
        >>> exported = export_litert(Path("runs/linear"), Path("models/mnist.tflite"))
    """
    return _export_file(source, path, ".tflite", _convert_to_litert, say)


def export_onnx(source: Path, path: Path, *, say: Say = say_nothing) -> ExportResult:
    """The model as one ONNX file that takes uint8 pixels ``input`` and gives probabilities ``output``.

    It needs the extra ``onnx``: the converter tf2onnx works with TensorFlow 2.21 and is what Keras itself calls, but
    its project looks for a new maintainer. So nothing is taken on trust: the file is checked with onnxruntime. An
    earlier file at `path` is replaced at once.

    Args:
        source: Path of a run folder, a ``.keras`` or an ``.h5`` file.
        path: Path of the new file, which must end in ``.onnx``.
        say: Is given a line for each step.

    Raises:
        InputError: The extra is not installed, there is no such model, or `path` cannot be written.
        ExportError: The converted model's probabilities differ by more than 1e-5.

    Example:
        >>> exported = export_onnx(Path("runs/linear"), Path("models/mnist.onnx"))
    """
    _check_onnx_installed()
    return _export_file(source, path, ".onnx", _convert_to_onnx, say)


Converter = Callable[[keras.Model, Path], OutputsBySignature]


def _export_file(source: Path, path: Path, suffix: str, convert: Converter, say: Say) -> ExportResult:
    if path.suffix != suffix or path.is_dir():
        raise InputError(f"{path} must be a file name that ends in {suffix}.")
    model = load_keras_model(source)
    with _workspace_beside(path) as workspace:
        written = workspace / path.name
        say(f"converting {source} and checking it on {NUM_CHECKED} pictures")
        outputs = convert(model, written)
        difference = check_difference(outputs, model)
        written.replace(path)
    say(f"exported {path}")
    return ExportResult(path, tuple(outputs), NUM_CHECKED, difference)


@contextmanager
def _workspace_beside(path: Path) -> Iterator[Path]:
    """A folder on the same file system, gone in the end, from which a file can be renamed to `path`; nobody else's."""
    folder = path.with_name(f"{WORKSPACE}{path.name}")
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_folder(folder, path))
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from None
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for left in folder.iterdir():  # by an export that was killed
            remove_part(left)
        yield folder


def _convert_to_litert(model: keras.Model, path: Path) -> OutputsBySignature:
    folder = path.parent / "saved_model"
    write_saved_model(model, folder)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=list(SIGNATURES))
    path.write_bytes(converter.convert())
    with warnings.catch_warnings():
        # TensorFlow 2.21 still has the interpreter that it says 2.20 deletes; its successor is one more package.
        for said in (r"tf\.lite\.Interpreter is deprecated", "Please use the LiteRT interpreter"):  # the latter in 2.18
            warnings.filterwarnings("ignore", message=rf"\s*Warning: {said}", category=UserWarning)
        plain = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # the default one logs to stderr
        interpreter = tf.lite.Interpreter(str(path), experimental_op_resolver_type=plain)
    pictures = check_pictures()
    run = {name: interpreter.get_signature_runner(name) for name in SIGNATURES}
    return {name: run[name](input=pictures.astype(dtype))["output"] for name, dtype in SIGNATURES.items()}


def _check_onnx_installed() -> None:
    missing = [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(f"ONNX needs {' and '.join(missing)}: pip install 'mnist-bench[onnx]'.")


def _import_onnx_packages() -> list[Any]:
    """The modules of the extra, with onnxruntime's telemetry off unless the user has chosen.

    Since 1.29 its Linux builds store a device id and report each session, the model's hash and file name included, from
    the moment of the import. Source: Privacy.md in onnxruntime 1.32.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    return [importlib.import_module(name) for name in ONNX_PACKAGES]


def _convert_to_onnx(model: keras.Model, path: Path) -> OutputsBySignature:
    onnxruntime, tf2onnx = _import_onnx_packages()
    signature = [tf.TensorSpec((None, SIDE, SIDE), "uint8", name="input")]
    tf2onnx.convert.from_function(serving_function(model, "uint8"), signature, output_path=str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (output,) = session.run(["output"], {"input": check_pictures()})
    return {SERVING_SIGNATURE: output}
