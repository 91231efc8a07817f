"""IDX files: the exact bytes, both spellings, gzipped or not, and every way in which one can be wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from mnist_core.digits import idx
from mnist_core.digits.idx import read_idx, read_idx_folder
from mnist_core.digits.load import Digits, load_digits
from mnist_core.language.errors import InputError

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
LABELS = b"\x00\x00\x08\x01" + b"\x00\x00\x00\x03" + b"\x07\x00\x09"


def encode_idx(array: np.ndarray) -> bytes:
    return struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def write_folder(folder: Path, digits: Digits, *, zipped: bool = False, joint: str = "-") -> Path:
    folder.mkdir()
    arrays = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    for name, array in zip(NAMES, arrays, strict=True):
        content = encode_idx(array)
        path = folder / (name.replace("-idx", f"{joint}idx") + (".gz" if zipped else ""))
        path.write_bytes(gzip.compress(content, 1) if zipped else content)
    return folder


def test_reads_bytes_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(LABELS)
    assert read_idx(path, 1).tolist() == [7, 0, 9]
    assert read_idx(path, 1).dtype == np.uint8


def test_images_are_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "images"
    pixels = bytes(i % 251 for i in range(2 * 784))
    path.write_bytes(b"\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x1c\x00\x00\x00\x1c" + pixels)
    images = read_idx(path, 3)
    assert images.shape == (2, 28, 28)
    assert images[0, 0, 1] == 1
    assert images[0, 1, 0] == 28
    assert images[1, 0, 0] == 784 % 251


@pytest.mark.parametrize("joint", ["-", "."])
@pytest.mark.parametrize("zipped", [False, True])
def test_folder_in_every_spelling_has_the_same_fingerprint(
    tmp_path: Path, digits: Digits, joint: str, zipped: bool
) -> None:
    folder = write_folder(tmp_path / "mine", digits, zipped=zipped, joint=joint)
    loaded = load_digits(str(folder))
    assert loaded.name == "mine"
    assert loaded.fingerprint == digits.fingerprint


def test_gzip_is_told_by_the_content_not_by_the_name(tmp_path: Path) -> None:
    (tmp_path / "unpacked.gz").write_bytes(LABELS)
    (tmp_path / "packed").write_bytes(gzip.compress(LABELS))
    assert read_idx(tmp_path / "unpacked.gz", 1).tolist() == [7, 0, 9]
    assert read_idx(tmp_path / "packed", 1).tolist() == [7, 0, 9]


def test_plain_file_goes_before_the_zipped_one(tmp_path: Path, digits: Digits) -> None:
    folder = write_folder(tmp_path / "both", digits)
    (folder / f"{NAMES[1]}.gz").write_bytes(b"\x1f\x8bnever read")
    assert load_digits(str(folder)).fingerprint == digits.fingerprint


def test_folder_names_every_missing_file(tmp_path: Path, digits: Digits) -> None:
    folder = write_folder(tmp_path / "part", digits)
    (folder / NAMES[1]).unlink()
    (folder / NAMES[2]).unlink()
    (folder / NAMES[2]).mkdir()
    text = f"folder 'part' must hold the four IDX files of MNIST, .gz or not, but lacks {NAMES[1]}, {NAMES[2]}."
    with pytest.raises(InputError, match=f"^{re.escape(text)}$"):
        read_idx_folder(folder)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\x00\x00\x08\x03" + LABELS[4:], "'f' must begin with the IDX magic number 0x00000801, got 0x00000803."),
        (b"just some text", "'f' must begin with the IDX magic number 0x00000801, got 0x6a757374."),
        (b"", "'f' must have a header of 8 bytes, got 0: it is truncated."),
        (LABELS[:7], "'f' must have a header of 8 bytes, got 7: it is truncated."),
        (LABELS[:-1], "'f' must hold 3 bytes after its header, got 2: it is truncated."),
        (LABELS + b"\x01", "'f' must end after the 3 bytes its header states, but has more: fetch it again."),
        (LABELS[:4] + bytes(4), "'f' must state 1 to 1000000 examples, got 0: it is empty or damaged."),
        (LABELS[:4] + b"\xff" * 4, "'f' must state 1 to 1000000 examples, got 4294967295: it is empty or damaged."),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_bad_content_is_one_line(tmp_path: Path, content: bytes, text: str, zipped: bool) -> None:
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(InputError, match=f"^{re.escape(text)}$"):
        read_idx(path, 1)


@pytest.mark.parametrize(("count", "reads"), [(1_000_000, True), (1_000_001, False)])
def test_count_is_bounded_on_both_sides(tmp_path: Path, count: int, reads: bool) -> None:
    path = tmp_path / "f"
    path.write_bytes(encode_idx(np.zeros(count, np.uint8)))
    if reads:
        assert len(read_idx(path, 1)) == count
    else:
        with pytest.raises(InputError, match="got 1000001"):
            read_idx(path, 1)


def test_images_of_another_size_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(struct.pack(">4I", 0x803, 1, 28, 2**31))
    with pytest.raises(InputError, match=r"^'f' must hold images of 28 x 28 pixels, got 28 x 2147483648\.$"):
        read_idx(path, 3)


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (lambda packed: packed[:-9], "Compressed file ended before the end-of-stream marker was reached"),
        (lambda packed: packed[:-8] + bytes(4) + packed[-4:], "CRC check failed"),
        (lambda packed: packed[:10] + b"\xff" * 8 + packed[18:], "Error -3 while decompressing data"),
    ],
)
def test_damaged_gzip_is_one_line(tmp_path: Path, damage: object, text: str) -> None:
    path = tmp_path / "f.gz"
    path.write_bytes(damage(gzip.compress(LABELS)))  # type: ignore[operator]
    with pytest.raises(InputError, match=rf"^'f\.gz' must be a whole IDX file, got .*{text}.*: fetch it again\.$"):
        read_idx(path, 1)


class Endless(io.RawIOBase):
    """A stream without end, which counts what is taken from it."""

    def __init__(self, start: bytes) -> None:
        self.start, self.taken = start, 0

    def read(self, size: int = -1) -> bytes:
        assert 0 <= size <= idx.READ_BYTES, "reads without a bound"
        piece = (self.start + bytes(size))[:size]
        self.start = self.start[size:]
        self.taken += len(piece)
        return piece


def test_stream_without_end_is_read_one_byte_past_what_its_header_states() -> None:
    stream = Endless(LABELS)
    with pytest.raises(InputError, match="but has more"):
        idx._read_stream(stream, "bomb", 1)  # type: ignore[arg-type]
    assert stream.taken == len(LABELS) + 1


def test_header_that_claims_a_gigabyte_takes_no_memory(tmp_path: Path) -> None:
    tracemalloc = pytest.importorskip("tracemalloc")
    path = tmp_path / "f"
    path.write_bytes(struct.pack(">4I", 0x803, 1_000_000, 28, 28) + bytes(100))
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="must hold 784000000 bytes after its header, got 100"):
            read_idx(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 10 * idx.READ_BYTES
    finally:
        tracemalloc.stop()


def test_unreadable_file_and_folder_are_one_line(
    tmp_path: Path, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "closed", digits)

    def refuse(self: Path, *_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match=rf"^'{NAMES[0]}' must be a whole IDX file, got .*Permission denied"):
            read_idx_folder(folder)
    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(
        InputError, match="^folder 'closed' must be readable, got 'Permission denied': check its rights"
    ):
        read_idx_folder(folder)


def test_real_mnist_as_idx_is_the_known_file_and_reads_back(tmp_path: Path, real_mnist_path: Path) -> None:
    digits = load_digits(str(real_mnist_path))
    assert digits.train_images.shape == (60000, 28, 28)
    assert digits.test_images.shape == (10000, 28, 28)
    train_images = encode_idx(digits.train_images)
    known = "6bbc9ace898e44ae57da46a324031adb"  # of train-images-idx3-ubyte, as published
    assert hashlib.md5(train_images, usedforsecurity=False).hexdigest() == known
    for zipped in (False, True):
        folder = write_folder(tmp_path / f"zipped-{zipped}", digits, zipped=zipped)
        assert load_digits(str(folder)).fingerprint == digits.fingerprint
