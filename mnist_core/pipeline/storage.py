"""The digits as PNG files and as TFRecord shards, written once, for pipelines that start from paths."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_core.devices.quiet import import_tensorflow
from mnist_core.digits.archive import describe
from mnist_core.digits.arrays import fingerprint_arrays
from mnist_core.files.stored_folder import MANIFEST, Listing, find_fault, write_stored_folder
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say

STORAGE_VERSION = 1  # of names, encoding and manifest; folders of another version are written anew
MAX_FILES_PER_FOLDER = 1000  # file browsers and some file systems get slow beyond
NUM_SHARDS = 10
NUM_SAMPLED_PNGS = 64  # read again at every reuse; all 60000 would take seconds
OURS = re.compile(rf"\d{{2,}}|digits-\d{{5}}-of-\d{{5}}\.tfrecord|{re.escape(MANIFEST)}")


@dataclass(frozen=True)
class _Kind:
    """A way to store digits: its folder's name, its name in a line, and what a slow machine writes of it."""

    folder: str
    files: str
    examples_per_s: int


PNGS = _Kind("png", "PNG files", 3000)
RECORDS = _Kind("tfrecord", "TFRecords", 20000)


def store_pngs(images: np.ndarray, labels: np.ndarray, *, say: Say, folder: Path | None = None) -> np.ndarray:
    """The paths of the images as PNG files, one a picture, as bytes of shape (n,), in the order of `images`.

    Files that are there from an earlier call are checked and used: all by their size, a sample by its bytes.

    Args:
        images: Pictures, uint8 of shape (n, 28, 28).
        labels: Labels, uint8 of shape (n,); they are not in the files, but tell these digits from others.
        say: Is given a line when files are found damaged and before they are written.
        folder: Folder in which `png/` is to be; by default one in the user's cache, named after the digits'
            fingerprint.

    Raises:
        InputError: The folder cannot be written, or `png/` holds files that are not of this kind.
    """
    count = len(images)
    names = [f"{index // MAX_FILES_PER_FOLDER:02d}/{index:05d}.png" for index in range(count)]
    sample = names[:: max(1, -(-count // NUM_SAMPLED_PNGS))]
    listing = Listing(STORAGE_VERSION, fingerprint_arrays((images, labels)), count, names, sample)

    def write(part: Path) -> None:
        for name, image in zip(names, images, strict=True):
            (part / name).write_bytes(_encode_png(image))

    return _store(PNGS, listing, write, say=say, folder=folder)


def store_records(images: np.ndarray, labels: np.ndarray, *, say: Say, folder: Path | None = None) -> np.ndarray:
    """The paths of the ten TFRecord shards, as bytes of shape (10,); each holds a contiguous range, in order.

    Each record is a serialised `tf.train.Example` with the features 'image' (bytes, the 784 pixels row by row) and
    'label' (int64). With fewer than ten images some shards are empty. Shards that are there from an earlier call are
    checked byte for byte and used.

    Args:
        images: Pictures, uint8 of shape (n, 28, 28).
        labels: Labels, uint8 of shape (n,).
        say: Is given a line when shards are found damaged and before they are written.
        folder: Folder in which `tfrecord/` is to be; by default one in the user's cache, named after the digits'
            fingerprint.

    Raises:
        InputError: The folder cannot be written, or `tfrecord/` holds files that are not of this kind.
    """
    count = len(images)
    names = [f"digits-{shard:05d}-of-{NUM_SHARDS:05d}.tfrecord" for shard in range(NUM_SHARDS)]
    listing = Listing(STORAGE_VERSION, fingerprint_arrays((images, labels)), count, names, names)
    bounds = [count * shard // NUM_SHARDS for shard in range(NUM_SHARDS + 1)]

    def write(part: Path) -> None:
        for name, start, stop in zip(names, bounds[:-1], bounds[1:], strict=True):
            _write_shard(part / name, images[start:stop], labels[start:stop])

    return _store(RECORDS, listing, write, say=say, folder=folder)


def _store(
    kind: _Kind, listing: Listing, write: Callable[[Path], None], *, say: Say, folder: Path | None
) -> np.ndarray:
    """The paths below the folder of this kind, which is written first unless it is there and whole."""
    place = (folder or _default_folder(listing.fingerprint)).absolute() / kind.folder
    there = os.path.lexists(place)
    fault = find_fault(place, listing) if there else "missing"
    if fault is not None:
        _check_ours(place)
        if there:
            say(f"the stored {kind.files} are {fault}: writing them anew")
        say(_announce(kind, listing.num_examples))
        _write(place, listing, write)
    return np.array([os.fsencode(f"{place}/{name}") for name in listing.names], dtype=np.bytes_)


def _announce(kind: _Kind, count: int) -> str:
    return f"writing {count} {kind.files}, once: some {max(1, round(count / kind.examples_per_s))} s"


def _write(place: Path, listing: Listing, write: Callable[[Path], None]) -> None:
    try:
        write_stored_folder(place, listing, write)
    except OSError as error:
        raise _unwritable(place, error) from error


def _default_folder(fingerprint: str) -> Path:
    import platformdirs  # noqa: PLC0415  # a process that only measures has no need of it

    return platformdirs.user_cache_path("mnist-bench") / "stored" / fingerprint[:16]


def _check_ours(place: Path) -> None:
    """Raise rather than replace a folder in which somebody else keeps files."""
    try:
        foreign = sorted(path.name for path in place.iterdir() if not OURS.fullmatch(path.name))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(place, error) from error
    if foreign:
        raise InputError(f"{place} must hold stored digits only, got {foreign[0]!r}: move it away.")


def _unwritable(place: Path, error: OSError) -> InputError:
    return InputError(
        f"{place} must be a folder that can be written, got {error.strerror or describe(error)!r}: "
        "make room there, or set XDG_CACHE_HOME to a folder that can be written and has room."
    )


def _encode_png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    from PIL import Image  # noqa: PLC0415  # only who writes pictures needs it

    Image.fromarray(image).save(file, format="PNG")
    return file.getvalue()


def _write_shard(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    import_tensorflow()  # here, for who only stores PNG files or uses stored shards need not load it
    import tensorflow as tf  # noqa: PLC0415

    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for example in _serialise_examples(images, labels):
                writer.write(example)
    except tf.errors.OpError as error:
        raise OSError(error.message) from error


def _serialise_examples(images: np.ndarray, labels: np.ndarray) -> Iterator[bytes]:
    """One `tf.train.Example` an image; deterministic, so that the same digits give the same shards."""
    from tensorflow.train import BytesList, Example, Feature, Features, Int64List  # noqa: PLC0415 - as above

    for image, label in zip(images, labels, strict=True):
        features = {
            "image": Feature(bytes_list=BytesList(value=[image.tobytes()])),
            "label": Feature(int64_list=Int64List(value=[int(label)])),
        }
        yield Example(features=Features(feature=features)).SerializeToString(deterministic=True)
