from __future__ import annotations

import stat
import subprocess
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_core.language.errors import InputError
from mnist_core.models import export, export as export_module, export_check
from mnist_core.models.export import (
    ExportError,
    ExportResult,
    check_difference,
    check_pictures,
    export_model,
    load_exported,
    write_saved_model,
)
from mnist_core.models.model import build_model, pixel_divisor
from mnist_core.models.saved_graph import SavedGraph
from mnist_core.models.warmup import WARMUP_FILE, write_warmup_requests

SIGNATURES = ("serving_default", "serving_float")


def expected_probabilities(model: keras.Model) -> np.ndarray:
    return np.asarray(model(check_pictures() / np.float32(pixel_divisor(model)), training=False))


@pytest.fixture(scope="module", params=["pipeline", "model"])
def model(request: pytest.FixtureRequest) -> keras.Model:
    return build_model("linear", normalize=request.param, seed=6)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained, in effect, with normalisation in the pipeline."""
    path = tmp_path_factory.mktemp("source") / "linear.keras"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
        build_model("linear", seed=6).save(path)
    return path


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check runs in this process: what it does in a fresh one is tested once, below."""

    def outputs(version: Path, workspace: Path) -> dict[str, np.ndarray]:
        np.save(workspace / "pictures.npy", check_pictures())
        export_check.run_signatures(version, workspace, SIGNATURES)
        return {name: np.load(workspace / f"{name}.npy") for name in SIGNATURES}

    monkeypatch.setattr(export, "_fresh_outputs", outputs)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture(scope="module")
def exported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[ExportResult, list[str]]:
    """The one export that is checked in a fresh process, beside older versions and other entries."""
    base = tmp_path_factory.mktemp("served")
    for name in ("2", "9", "12.bak", "v13", "-14"):
        (base / name).mkdir()
    said: list[str] = []
    return export_model(source, base, say=said.append), said


@pytest.mark.process
def test_export_takes_the_next_integer(exported: tuple[ExportResult, list[str]], source: Path) -> None:
    result, said = exported

    assert result.path.name == "10"
    assert names_in(result.path.parent) == ["-14", "10", "12.bak", "2", "9", "v13"]
    assert result.signatures == SIGNATURES
    assert result.num_checked == 128
    assert 0 <= result.max_difference <= 1e-5
    assert said == [
        f"writing {source} as a SavedModel",
        "checking it in a fresh process on 128 pictures",
        f"exported {result.path}",
    ]


@pytest.mark.process
def test_other_users_may_read_the_version(exported: tuple[ExportResult, list[str]], tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    assert stat.S_IMODE(exported[0].path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.process
def test_export_has_warm_up_requests_under_the_name_of_its_folder(exported: tuple[ExportResult, list[str]]) -> None:
    (record, *others) = tf.data.TFRecordDataset(str(exported[0].path / WARMUP_FILE))

    assert len(others) == 3
    assert exported[0].path.parent.name.encode() in record.numpy()


def test_warm_up_request_that_fails_is_found_by_the_check(model: keras.Model, tmp_path: Path) -> None:
    write_saved_model(model, tmp_path / "1")
    write_warmup_requests(tmp_path / "1", "linear", {"serving_text": "uint8"}, check_pictures())
    np.save(tmp_path / "pictures.npy", check_pictures())

    with pytest.raises(KeyError, match="serving_text"):
        export_check.run_signatures(tmp_path / "1", tmp_path, SIGNATURES)


@pytest.mark.process
def test_exported_model_loads_as_a_classifier(exported: tuple[ExportResult, list[str]]) -> None:
    expected = expected_probabilities(build_model("linear", seed=6))

    for path in (exported[0].path, exported[0].path.parent):
        np.testing.assert_allclose(load_exported(path).probabilities(check_pictures()), expected, atol=1e-5)


def test_load_exported_wants_an_export(source: Path, tmp_path: Path) -> None:
    for path in (source, tmp_path, tmp_path / "missing"):
        with pytest.raises(
            InputError, match=r"holds no exported model: name the folder that mnist-core export wrote\.$"
        ):
            load_exported(path)


def test_both_signatures_take_raw_pixels(model: keras.Model, tmp_path: Path) -> None:
    write_saved_model(model, tmp_path / "1")

    signatures = tf.saved_model.load(str(tmp_path / "1"), tags=["serve"]).signatures
    expected = expected_probabilities(model)
    for name, dtype in zip(SIGNATURES, (tf.uint8, tf.float32), strict=True):
        inputs = signatures[name].structured_input_signature[1]
        assert {key: (spec.dtype, spec.shape.as_list()) for key, spec in inputs.items()} == {
            "input": (dtype, [None, 28, 28])
        }
        outputs = signatures[name](input=tf.cast(check_pictures(), dtype))
        assert list(outputs) == ["output"]
        assert outputs["output"].dtype == tf.float32
        np.testing.assert_allclose(outputs["output"], expected, atol=1e-5)


def test_graph_has_the_serve_tag_and_names_no_device(model: keras.Model, tmp_path: Path) -> None:
    with tf.device("/CPU:0"):  # as where a model was trained on one device
        write_saved_model(model, tmp_path / "1")

    assert SavedGraph(tmp_path / "1").tags == ["serve"]
    assert SavedGraph(tmp_path / "1").serving_devices() == set()


class Pinned(keras.layers.Layer):
    def call(self, pixels: Any) -> Any:
        with tf.device("/CPU:0"):
            return tf.identity(pixels)


def test_graph_tied_to_a_device_is_not_exported(tmp_path: Path) -> None:
    layers = [keras.Input((28, 28)), Pinned(), keras.layers.Flatten(), keras.layers.Dense(10)]

    with pytest.raises(ExportError, match=r"^the exported graph is tied to /device:CPU:0: a server must be free"):
        write_saved_model(keras.Sequential(layers), tmp_path / "1")


@pytest.mark.parametrize("excess", [0.9e-5, -0.9e-5, 0.0])
def test_difference_within_the_tolerance_passes(model: keras.Model, excess: float) -> None:
    expected = expected_probabilities(model)

    assert check_difference({"a": expected, "b": expected + np.float32(excess)}, model) == pytest.approx(
        abs(excess), abs=2e-7
    )


@pytest.mark.parametrize(
    ("spoil", "shown"),
    [
        (lambda output: output + np.float32(1.1e-5), "1.1e-05"),
        (lambda output: output * np.float32(np.nan), "nan"),
        (lambda output: output[:-1], "inf"),
        (lambda output: output[:, :9], "inf"),
    ],
    ids=["too_far", "nan", "a_row_less", "a_column_less"],
)
def test_difference_above_the_tolerance_is_an_error(model: keras.Model, spoil: Any, shown: str) -> None:
    expected = expected_probabilities(model)

    with pytest.raises(ExportError) as failure:
        check_difference({"serving_default": expected, "serving_float": spoil(expected)}, model)
    assert str(failure.value) == (
        f"the exported model's serving_float differs from the Keras model by {shown}, more than 1e-05: "
        "nothing was exported."
    )


def test_first_version_is_1(source: Path, tmp_path: Path, no_process: None) -> None:
    result = export_model(source, tmp_path / "new" / "base")

    assert result.path == tmp_path / "new" / "base" / "1"
    assert names_in(result.path.parent) == ["1"]


def test_file_with_a_number_for_a_name_counts_as_taken(source: Path, tmp_path: Path, no_process: None) -> None:
    (tmp_path / "5").write_text("")

    assert export_model(source, tmp_path).path.name == "6"


def test_number_taken_meanwhile_gives_the_next(
    source: Path, tmp_path: Path, no_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
        (tmp_path / number / "saved_model.pb").write_text("")
    monkeypatch.setattr(export, "list_versions", lambda folder: {})

    assert export_model(source, tmp_path).path.name == "3"
    assert names_in(tmp_path / "1") == ["saved_model.pb"]


@pytest.mark.parametrize("error", [ExportError("differs"), KeyboardInterrupt(), OSError("disk full")])
@pytest.mark.parametrize("made", [True, False], ids=["new_base", "old_base"])
def test_failed_or_interrupted_check_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, made: bool
) -> None:
    base = tmp_path / "base"
    if not made:
        base.mkdir()
        (base / "1").mkdir()

    def fail(version: Path, workspace: Path) -> dict[str, np.ndarray]:
        raise error

    monkeypatch.setattr(export, "_fresh_outputs", fail)
    with pytest.raises(type(error)):
        export_model(source, base)
    assert names_in(tmp_path) == ([] if made else ["base"])
    assert made or names_in(base) == ["1"]


def test_wrong_outputs_leave_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {name: np.full((128, 10), 0.1, np.float32) for name in SIGNATURES}
    monkeypatch.setattr(export, "_fresh_outputs", lambda version, workspace: wrong)

    with pytest.raises(
        ExportError, match=r"serving_default differs from the Keras model by .* nothing was exported\.$"
    ):
        export_model(source, tmp_path)
    assert names_in(tmp_path) == []


def test_export_killed_at_any_step_leaves_no_version(source: Path, tmp_path: Path, no_process: None) -> None:
    """A killed process leaves what is there at that moment: until the last step no name that a server reads."""
    seen: list[list[str]] = []

    export_model(source, tmp_path, say=lambda _line: seen.append(names_in(tmp_path)))

    *before, after = seen
    assert len(before) == 2
    for names in before:
        assert len(names) == 1
        assert names[0].startswith(".export-")
    assert after == ["1", next(iter(before))[0]] or after == ["1"]


def fake_python(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.process
def test_last_words_of_a_failed_check_are_shown(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "printf '%0500d\\n' 0 >&2; echo 'NotFoundError: no\n  such op' >&2; exit 3"
    monkeypatch.setattr(export.sys, "executable", fake_python(tmp_path, script))

    with pytest.raises(ExportError) as failure:
        export_model(source, tmp_path / "base")
    message = str(failure.value)
    assert message.startswith("the exported model failed in a fresh process, nothing was exported: 000")
    assert message.endswith("NotFoundError: no such op")
    assert len(message) < 400
    assert not (tmp_path / "base").exists()


def test_check_that_hangs_is_an_error(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(export.subprocess, "run", hang)
    with pytest.raises(ExportError, match=r"^the check of the export took over 600 s: nothing was exported\.$"):
        export_model(source, tmp_path / "base")


def test_check_hides_the_gpus(model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    write_saved_model(model, tmp_path / "1")
    write_warmup_requests(tmp_path / "1", "linear", {"serving_float": "float32"}, check_pictures())
    np.save(tmp_path / "pictures.npy", check_pictures())

    export_check.main([str(tmp_path / "1"), str(tmp_path), "serving_default"])

    assert export_check.os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
    np.testing.assert_allclose(np.load(tmp_path / "serving_default.npy"), expected_probabilities(model), atol=1e-5)


def test_base_that_cannot_hold_versions_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "version").mkdir()
    (tmp_path / "version" / "saved_model.pb").write_text("")

    for base in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=r"cannot hold versions: .*\. Choose another folder\.$"):
            export_model(source, base)
    with pytest.raises(InputError, match=r"is a SavedModel itself: name the folder that holds the versions\.$"):
        export_model(source, tmp_path / "version")


def test_missing_source_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.keras does not exist"):
        export_model(tmp_path / "missing.keras", tmp_path / "base")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["exp [b]", "what?", "all*"])
def test_a_path_that_tensorflow_takes_for_a_pattern_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in its path: TensorFlow takes them for a pattern"):
        export_module._hold_base(tmp_path / name).__enter__()
    assert not (tmp_path / name).exists()
