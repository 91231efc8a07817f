"""The digits: checked when made, and where they come from."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from archives import Arrays, check_one_line

from mnist_core.digits.load import SOURCES, Digits, choose_source, default_source, load_digits
from mnist_core.language.errors import InputError


def test_fingerprint_is_the_sha256_of_shapes_and_bytes(arrays: Arrays) -> None:
    digits = Digits("mine", *arrays.values())
    content = b""
    for array in arrays.values():
        content += str(array.shape).encode() + array.tobytes()
    assert digits.fingerprint == hashlib.sha256(content).hexdigest()


def test_fingerprint_sees_every_array_and_no_name(arrays: Arrays) -> None:
    before = Digits("mine", *arrays.values()).fingerprint
    assert Digits("other", *arrays.values()).fingerprint == before
    for key in arrays:
        changed = {name: array.copy() for name, array in arrays.items()}
        changed[key].flat[0] ^= 1
        assert Digits("mine", *changed.values()).fingerprint != before


def test_fingerprint_is_blind_to_memory_order_and_label_type(arrays: Arrays) -> None:
    before = Digits("mine", *arrays.values()).fingerprint
    arrays["x_train"] = np.asfortranarray(arrays["x_train"])
    arrays["y_test"] = arrays["y_test"].astype(">i8")
    assert Digits("mine", *arrays.values()).fingerprint == before


@pytest.mark.parametrize("dtype", ["uint8", "int8", ">u2", "int32", "int64", "uint64"])
def test_labels_of_any_integer_type_are_stored_as_uint8(arrays: Arrays, dtype: str) -> None:
    arrays["y_train"] = arrays["y_train"].astype(dtype)
    digits = Digits("mine", *arrays.values())
    assert digits.train_labels.dtype == np.uint8
    assert digits.train_labels.tolist() == [0, 1, 2, 3, 4]


def test_arrays_are_read_only_and_the_callers_are_left_alone(arrays: Arrays) -> None:
    digits = Digits("mine", *arrays.values())
    with pytest.raises(ValueError, match="read-only"):
        digits.train_images[0, 0, 0] = 1
    arrays["x_train"][0, 0, 0] = 1
    assert np.shares_memory(digits.train_images, arrays["x_train"])


IMAGES = r"'mine\.npz': train_images must be a uint8 array of shape \(n, 28, 28\), got "
LABELS = r"'mine\.npz': train_labels must be an integer array of shape \(5,\), "


@pytest.mark.parametrize(
    ("key", "array", "text"),
    [
        ("x_train", np.zeros((5, 28, 28), np.float32), IMAGES + r"float32 \(5, 28, 28\): store grey values .*"),
        ("x_train", np.zeros((5, 28, 28), np.int8), IMAGES + r"int8 \(5, 28, 28\): store grey values .*"),
        ("x_train", np.zeros((5, 784), np.uint8), IMAGES + r"uint8 \(5, 784\): reshape or resize the images\."),
        ("x_train", np.zeros((5, 28, 27), np.uint8), IMAGES + r"uint8 \(5, 28, 27\): reshape .*"),
        ("x_train", np.zeros((5, 28, 28, 1), np.uint8), IMAGES + r"uint8 \(5, 28, 28, 1\): reshape .*"),
        ("x_train", np.uint8(3), IMAGES + r"uint8 \(\): reshape .*"),
        (
            "x_train",
            np.zeros((0, 28, 28), np.uint8),
            r"'mine\.npz': train_images must hold at least one image, got none: the set is empty\.",
        ),
        ("y_train", np.zeros(5, np.float64), LABELS + r"got float64 \(5,\): store one class number for each image\."),
        ("y_train", np.zeros(5, bool), LABELS + r"got bool \(5,\): store one .*"),
        ("y_train", np.zeros((5, 10), np.uint8), LABELS + r"got uint8 \(5, 10\): store one .*"),
        ("y_train", np.array(["a"] * 5), LABELS + r"got <U1 \(5,\): store one .*"),
        ("y_train", np.zeros(4, np.uint8), LABELS + r"one for each image, got 4: images and labels do not belong .*"),
        ("y_train", np.zeros(6, np.uint8), LABELS + r"one for each image, got 6: images and labels do not belong .*"),
        ("y_train", np.array([0, 9, 10, 0, 0]), r"'mine\.npz': train_labels must be 0 to 9, got 10 at index 2\."),
        ("y_train", np.array([0, -1, 9, 0, 0]), r"'mine\.npz': train_labels must be 0 to 9, got -1 at index 1\."),
        ("y_train", np.array([0, 0, 0, 0, 256]), r"'mine\.npz': train_labels must be 0 to 9, got 256 at index 4\."),
    ],
)
def test_wrong_array_is_one_line(
    save: Callable[..., str], arrays: Arrays, key: str, array: np.ndarray, text: str
) -> None:
    arrays[key] = array
    check_one_line(save(arrays), text)


def test_the_test_set_is_checked_too(save: Callable[..., str], arrays: Arrays) -> None:
    arrays["y_test"] = np.array([0, 77])
    check_one_line(save(arrays), r"'mine\.npz': test_labels must be 0 to 9, got 77 at index 1\.")


def test_what_is_no_array_is_refused(arrays: Arrays) -> None:
    with pytest.raises(InputError, match=r"^'mine': train_images must be a uint8 array .*, got list\.$"):
        Digits("mine", arrays["x_train"].tolist(), *list(arrays.values())[1:])
    with pytest.raises(InputError, match=r"^'mine': train_labels must be an integer array .*, got list\.$"):
        Digits("mine", arrays["x_train"], [0, 1, 2, 3, 4], *list(arrays.values())[2:])  # type: ignore[arg-type]


def test_unknown_source_names_the_keywords(tmp_path: Path) -> None:
    for source in ("minst", str(tmp_path / "no" / "such.npz"), "a" * 5000, "nul\0", "two\nlines"):
        check_one_line(
            source,
            r"The source of the digits must be auto, mnist, synthetic, an \.npz file or a folder of IDX files, got "
            + re.escape(repr(source))
            + r": (no such file or folder|file name too long)\.",
        )
    assert SOURCES == ("auto", "mnist", "synthetic")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    check_one_line(str(path), r"The source of the digits .*: neither a file nor a folder\.")


def test_folder_named_like_an_archive(tmp_path: Path) -> None:
    (tmp_path / "x.npz").mkdir()
    check_one_line(str(tmp_path / "x.npz"), r"folder 'x\.npz' must hold the four IDX files of MNIST, .*")


def test_folder_closed_to_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    check_one_line(str(tmp_path / "closed" / "x.npz"), r"The source of the digits .*: permission denied\.")


def test_name_of_the_current_folder_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    check_one_line(".", r"folder 'here' must hold .*")


def test_default_source(monkeypatch: pytest.MonkeyPatch, save: Callable[..., str], arrays: Arrays) -> None:
    assert default_source() == "auto"
    monkeypatch.setenv("MNIST_CORE_DATA", "")
    assert default_source() == "auto"
    monkeypatch.setenv("MNIST_CORE_DATA", save(arrays))
    assert default_source() == save(arrays)
    assert load_digits().name == "mine.npz"


def test_a_source_is_checked_before_anything_reads_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, save: Callable[..., str], arrays: Arrays
) -> None:
    assert choose_source() == "auto"
    assert choose_source("synthetic") == "synthetic"
    assert choose_source(save(arrays)) == save(arrays)
    with pytest.raises(InputError, match=r"got 'nope\.npz': no such file or folder\.$"):
        choose_source("nope.npz")
    with pytest.raises(InputError, match=r"must hold the four IDX files"):
        choose_source(str(tmp_path / ""))
    with pytest.raises(InputError, match=r"must hold the array x_test"):
        choose_source(save({name: each for name, each in arrays.items() if name != "x_test"}))
    monkeypatch.setenv("MNIST_CORE_DATA", "nope.npz")
    with pytest.raises(InputError, match="nope"):
        choose_source()
    assert choose_source(is_read=False) == "nope.npz", "where nothing reads digits, a wrong default does not matter"
    with pytest.raises(InputError, match="other"):
        choose_source("other.npz", is_read=False)


def test_empty_source_is_not_the_default() -> None:
    with pytest.raises(InputError, match=r"must be auto, mnist, synthetic, .* got ''"):
        load_digits("")
