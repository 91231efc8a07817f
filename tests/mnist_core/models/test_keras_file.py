"""Model files that would take memory or read other files are refused before Keras sees them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from mnist_core.language.errors import InputError
from mnist_core.models import keras_file
from mnist_core.models.keras_file import check_keras_file
from mnist_core.models.model import build_model

LIMIT = 4096


@pytest.fixture(autouse=True)
def _low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_file, "MAX_UNPACKED_BYTES", LIMIT)


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def make_weights(fill: Callable[[h5py.File], object]) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as content:
        fill(content)
    return file.getvalue()


@pytest.mark.parametrize(("size", "refused"), [(LIMIT, False), (LIMIT + 1, True)])
def test_the_members_together_have_a_limit(size: int, refused: bool, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.keras", {"config.json": b"x" * (size - 1000), "metadata.json": b"y" * 1000})
    if not refused:
        check_keras_file(path)
        return
    with pytest.raises(InputError, match=r"a\.keras is refused: it unpacks to 0 MiB, above 0\."):
        check_keras_file(path)


@pytest.mark.parametrize(("count", "refused"), [(LIMIT, False), (LIMIT + 1, True)])
def test_the_arrays_together_have_a_limit_though_they_are_compressed(count: int, refused: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(
        make_weights(lambda file: file.create_dataset("a/b/c", data=np.zeros(count, np.uint8), compression="gzip"))
    )
    if not refused:
        check_keras_file(path)
        return
    with pytest.raises(InputError, match="it unpacks to"):
        check_keras_file(path)


def test_what_refers_to_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x" * 8)
    linked = make_weights(lambda file: file.__setitem__("a", h5py.ExternalLink(str(tmp_path / "secret"), "/x")))
    stored = make_weights(
        lambda file: file.create_dataset("a", (8,), "u1", external=[(str(tmp_path / "secret"), 0, 8)])
    )
    for weights in (linked, stored):
        (tmp_path / "a.h5").write_bytes(weights)
        with pytest.raises(InputError, match="is refused: it refers to the file"):
            check_keras_file(tmp_path / "a.h5")
        with pytest.raises(InputError, match="is refused: it refers to the file"):
            check_keras_file(pack(tmp_path / "a.keras", {"model.weights.h5": weights}))


def test_a_member_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"its member '\.\./evil' would lie outside of it"):
        check_keras_file(pack(tmp_path / "a.keras", {"../evil": b""}))


def test_groups_that_hold_themselves_are_read_once(tmp_path: Path) -> None:
    def fill(file: h5py.File) -> None:
        file["a/b"] = np.zeros(8, np.uint8)
        file["a/up"] = file["/"]
        file["a/soft"] = h5py.SoftLink("/a")

    (tmp_path / "a.h5").write_bytes(make_weights(fill))
    check_keras_file(tmp_path / "a.h5")


def test_damage_is_left_to_keras(tmp_path: Path) -> None:
    for name in ("a.h5", "a.keras"):
        (tmp_path / name).write_bytes(b"nothing")
        check_keras_file(tmp_path / name)
    check_keras_file(pack(tmp_path / "b.keras", {"model.weights.h5": b"nothing"}))


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_models_of_our_own_pass(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / f"model.{suffix}"
    build_model("cnn", normalize="pipeline", seed=0).save(path)
    check_keras_file(path)
