from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from mnist_core.language.errors import InputError
from mnist_core.models import convert
from mnist_core.models.convert import export_litert, export_onnx
from mnist_core.models.export import ExportError
from mnist_core.models.model import build_model


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    for normalize in ("pipeline", "model"):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
            build_model("linear", normalize=normalize).save(folder / f"{normalize}.keras")
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("normalize", ["pipeline", "model"])
def test_litert_file_is_checked_and_replaces_an_earlier_one(sources: Path, tmp_path: Path, normalize: str) -> None:
    path = tmp_path / "digits.tflite"
    path.write_text("old")
    said: list[str] = []

    result = export_litert(sources / f"{normalize}.keras", path, say=said.append)

    assert (result.path, result.signatures, result.num_checked) == (path, ("serving_default", "serving_float"), 128)
    assert 0 <= result.max_difference <= 1e-5
    assert names_in(tmp_path) == ["digits.tflite"]
    assert path.read_bytes()[4:8] == b"TFL3"
    assert said[-1] == f"exported {path}"


def test_wrong_conversion_leaves_the_earlier_file(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "digits.tflite"
    path.write_text("old")

    def convert_badly(_model: object, written: Path) -> dict[str, np.ndarray]:
        written.write_text("new")
        return {"serving_default": np.zeros((128, 10), np.float32)}

    monkeypatch.setattr(convert, "_convert_to_litert", convert_badly)
    with pytest.raises(ExportError, match="serving_default differs from the Keras model"):
        export_litert(sources / "model.keras", path)
    assert names_in(tmp_path) == ["digits.tflite"]
    assert path.read_text() == "old"


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in convert.ONNX_PACKAGES), reason="needs the extra onnx"
)
def test_onnx_file_is_checked_and_nothing_else_is_left(sources: Path, tmp_path: Path) -> None:
    for normalize in ("pipeline", "model"):
        result = export_onnx(sources / f"{normalize}.keras", tmp_path / "digits.onnx")

        assert result.signatures == ("serving_default",)
        assert 0 <= result.max_difference <= 1e-5
    assert names_in(tmp_path) == ["digits.onnx"]


@pytest.mark.parametrize(("chosen", "seen"), [(None, "1"), ("0", "0")], ids=["no_choice", "users_choice"])
def test_onnxruntime_is_imported_with_telemetry_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str | None, seen: str
) -> None:
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", chosen or "")
    if chosen is None:
        monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    name = f"runtime_{seen}"
    (tmp_path / f"{name}.py").write_text('import os\nSEEN = os.environ["ORT_DISABLE_TELEMETRY"]\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(convert, "ONNX_PACKAGES", (name, "json"))

    runtime, _converter = convert._import_onnx_packages()

    assert seen == runtime.SEEN


def test_onnx_without_its_extra_says_what_to_install(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "ONNX_PACKAGES", ("json", "no_such_onnx"))

    with pytest.raises(InputError, match=r"^ONNX needs no_such_onnx: pip install 'mnist-bench\[onnx\]'\.$"):
        export_onnx(sources / "model.keras", tmp_path / "digits.onnx")


def test_bad_paths_are_refused(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.tflite").mkdir()
    (tmp_path / "file").write_text("")

    for name in ("digits.onnx", "digits", "folder.tflite"):
        with pytest.raises(InputError, match=r"must be a file name that ends in \.tflite\.$"):
            export_litert(sources / "model.keras", tmp_path / name)
    with pytest.raises(InputError, match=r"digits\.tflite cannot be written: .*\. Choose another folder\.$"):
        export_litert(sources / "model.keras", tmp_path / "file" / "digits.tflite")
    with pytest.raises(InputError, match=r"missing\.keras does not exist"):
        export_litert(tmp_path / "missing.keras", tmp_path / "digits.tflite")
