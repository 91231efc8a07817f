"""The .npz archive: nothing is unpickled, and nothing bad gets through."""

from __future__ import annotations

import io
import pickle
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from archives import Arrays, check_one_line

from mnist_core.digits.archive import MAX_ARRAY_BYTES
from mnist_core.digits.load import Digits, load_digits
from mnist_core.language.errors import InputError


@pytest.mark.parametrize("compressed", [False, True])
def test_archive_reads_back(save: Callable[..., str], arrays: Arrays, compressed: bool) -> None:
    digits = load_digits(save(arrays | {"more": np.zeros(3)}, compressed=compressed))
    assert digits.name == "mine.npz"
    assert digits.train_labels.tolist() == [0, 1, 2, 3, 4]
    assert digits.test_labels.tolist() == [9, 8]
    assert digits.train_images[0, 1, 2] == 30
    assert digits.fingerprint == Digits("", *arrays.values()).fingerprint


def test_column_order_reads_back(save: Callable[..., str], arrays: Arrays) -> None:
    expected = Digits("", *arrays.values()).fingerprint
    arrays["x_train"] = np.asfortranarray(arrays["x_train"])
    assert load_digits(save(arrays)).fingerprint == expected


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_missing_key(save: Callable[..., str], arrays: Arrays, key: str) -> None:
    del arrays[key]
    found = ", ".join(arrays)
    check_one_line(save(arrays), rf"'mine\.npz' must hold the array {key}, got '{found}': save x_train, .*")


def test_key_without_npy_is_missing(save: Callable[..., str], arrays: Arrays) -> None:
    source = save(arrays)
    content = Path(source).read_bytes().replace(b"x_test.npy", b"x_test.npx")
    Path(source).write_bytes(content)
    check_one_line(source, r"'mine\.npz' must hold the array x_test, got 'x_train, y_train, x_test\.npx, y_test': .*")


def test_endless_reason_is_cut(save: Callable[..., str], arrays: Arrays) -> None:
    text = b"{'" + b"x" * 8994 + b"':1}"
    header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    with pytest.raises(InputError) as caught:
        load_digits(replace_member(save(arrays), "x_train", header))
    assert 200 < len(str(caught.value)) < 400


class Trap:
    """An object whose unpickling is noticed."""

    sprung = False

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return Trap.spring, ()

    @staticmethod
    def spring() -> None:
        Trap.sprung = True


@pytest.mark.parametrize("key", ["x_train", "y_test"])
def test_pickled_array_is_refused_and_not_unpickled(save: Callable[..., str], arrays: Arrays, key: str) -> None:
    arrays[key] = np.array([Trap()] * 2, dtype=object)
    source = save(arrays)
    with np.load(source, allow_pickle=True) as archive:
        assert archive[key].shape == (2,)
    assert Trap.sprung, "the trap works"
    Trap.sprung = False
    check_one_line(source, rf"'mine\.npz': {key} must be numbers, got pickled Python objects, which are never loaded\.")
    assert not Trap.sprung


def encode_header(shape: tuple[int, ...], dtype: str = "|u1") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (
            (2**31, 28, 28),
            rf"x_train must fit {MAX_ARRAY_BYTES} bytes, got uint8 \(2147483648, 28, 28\): use at most .*",
        ),
        (
            (1_000_001, 28, 28),
            r"x_train must fit 784000000 bytes, got uint8 \(1000001, 28, 28\): use at most 1000000 .*",
        ),
    ],
)
def test_absurd_header_is_refused_before_memory_is_taken(
    save: Callable[..., str], arrays: Arrays, shape: tuple[int, ...], text: str
) -> None:
    source = replace_member(save(arrays), "x_train", encode_header(shape) + bytes(100))
    check_one_line(source, rf"'mine\.npz': {text}")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (encode_header((1_000_000, 28, 28)) + bytes(100), "x_train: truncated, 228 bytes for 784000000"),
        (encode_header((5, 28, 28)) + bytes(5 * 784 - 1), "EOF: reading array data"),
        (encode_header((5, 28, 28)) + bytes(5 * 784 + 1), "x_train: bytes after the array"),
        (encode_header((-5, 28, 28)) + bytes(5 * 784), ""),
        (encode_header((5, 28, 28))[:50], "EOF"),
        (b"\x93NUMPY\x03\x00" + encode_header((5, 28, 28))[8:], r"x_train: \.npy version \(3, 0\)"),
        (encode_header((5, 28, 28)).replace(b"}  ", b"}( "), "EOF in multi-line statement"),
        (b"no header", "the magic string is not correct"),
        (b"", "EOF"),
    ],
)
def test_damaged_member(save: Callable[..., str], arrays: Arrays, content: bytes, text: str) -> None:
    source = replace_member(save(arrays), "x_train", content)
    check_one_line(source, rf"'mine\.npz' must be a whole \.npz archive, got .*{text}.*: save x_train, .*")


def replace_member(source: str, key: str, content: bytes) -> str:
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(source, "w") as archive:
        for name, old in members.items():
            archive.writestr(name, content if name == f"{key}.npy" else old)
    return source


def test_flipped_pixel_of_an_uncompressed_archive_is_noticed(save: Callable[..., str], arrays: Arrays) -> None:
    path = Path(save(arrays))
    content = bytearray(path.read_bytes())
    content[content.index(bytes(range(100, 150)))] ^= 1
    path.write_bytes(content)
    check_one_line(str(path), r"'mine\.npz' must be a whole .* got .*Bad CRC-32 for file 'x_train\.npy'.*")


@pytest.mark.parametrize("compressed", [False, True])
def test_one_damaged_byte_is_an_input_error_or_harmless(
    save: Callable[..., str], arrays: Arrays, compressed: bool
) -> None:
    path = Path(save(arrays, compressed=compressed))
    whole, fingerprint = path.read_bytes(), load_digits(str(path)).fingerprint
    places = random.Random(0)  # noqa: S311 - places of damage, no secret
    lines: list[str] = []
    for _ in range(400):
        content = bytearray(whole)
        content[places.randrange(len(content))] = places.randrange(256)
        path.write_bytes(content)
        try:
            assert load_digits(str(path)).fingerprint == fingerprint
        except InputError as error:
            lines.append(str(error))
    assert len(lines) > 100
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("kept", [0, 1, 100, 5000, -1])
def test_truncated_archive(save: Callable[..., str], arrays: Arrays, kept: int) -> None:
    path = Path(save(arrays))
    path.write_bytes(path.read_bytes()[:kept])
    check_one_line(str(path), r"'mine\.npz' must be a whole \.npz archive, got 'File is not a zip file': save .*")


def test_bare_npy_text_and_pickle_are_no_archives(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    bare = io.BytesIO()
    np.save(bare, np.zeros(3))
    for content in (bare.getvalue(), b"5, 0, 4, 1\n", pickle.dumps([1])):
        path.write_bytes(content)
        check_one_line(str(path), r"'digits\.npz' must be a whole \.npz archive, got 'File is not a zip file': save .*")


def test_encrypted_archive(save: Callable[..., str], arrays: Arrays) -> None:
    path = Path(save(arrays))
    content = path.read_bytes()
    content, num_local = re.subn(rb"(PK\x03\x04..)\x00", b"\\1\x01", content, flags=re.DOTALL)  # the flag "encrypted"
    content, num_central = re.subn(rb"(PK\x01\x02....)\x00", b"\\1\x01", content, flags=re.DOTALL)
    assert num_local == num_central == 4
    path.write_bytes(content)
    check_one_line(str(path), r"'mine\.npz' must be a whole .* got .*is encrypted, password required.*: save .*")


def test_unreadable_file(save: Callable[..., str], arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_args: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    source = save(arrays)
    monkeypatch.setattr(zipfile.io, "open", refuse)
    check_one_line(source, r"'mine\.npz' must be a whole \.npz archive, got .*Permission denied.*: save .*")


def test_running_out_of_memory_has_a_text(
    save: Callable[..., str], arrays: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhaust(*_args: object, **_options: object) -> None:
        raise MemoryError

    source = save(arrays)
    monkeypatch.setattr(np.lib.format, "read_array", exhaust)
    check_one_line(source, r"'mine\.npz' must be a whole \.npz archive, got 'MemoryError': save .*")
