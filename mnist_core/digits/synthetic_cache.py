"""The synthetic digits, drawn once and kept on disk, from where they load in a fraction of a second."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np

from mnist_core.digits.archive import KEYS, describe, read_arrays
from mnist_core.digits.arrays import AnyArray, RawDigits, fingerprint_arrays
from mnist_core.digits.synthetic import GENERATOR_VERSION, NUM_TEST, NUM_TRAIN, draw_digits
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say

SEAL = "seal"


def cache_file(seed: int) -> Path:
    """The file for this seed and this version of the generator, in the user's cache folder."""
    import platformdirs  # noqa: PLC0415  # only the drawn digits are kept there

    name = f"synthetic-v{GENERATOR_VERSION}-seed{seed}.npz"
    return platformdirs.user_cache_path("mnist-bench") / name


def load_synthetic(seed: int = 0, *, say: Say) -> RawDigits:
    """The synthetic digits from the cache, or drawn and cached; a cache that cannot be used is no error.

    Args:
        seed: Seed of the drawing, an int >= 0.
        say: Is given a line when the digits are drawn.
    """
    path = cache_file(seed)
    cached = _read_sealed(path, seed)
    if cached is not None:
        return cached
    say(f"drawing {NUM_TRAIN} + {NUM_TEST} synthetic digits, once: a few seconds")
    digits = draw_digits(seed=seed)
    try:
        write_whole(path, _encode_sealed(digits, seed))
    except OSError as error:
        say(f"the synthetic digits cannot be cached ({describe(error)}): they will be drawn anew each time")
    return digits


def _make_seal(digits: RawDigits, seed: int) -> AnyArray:
    """A SHA-256 as uint8 (32,) over the digits and what they were drawn from: another seed's file does not pass."""
    text = f"{GENERATOR_VERSION} {seed} {fingerprint_arrays(digits)}"
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)


def _encode_sealed(digits: RawDigits, seed: int) -> bytes:
    file, arrays = io.BytesIO(), dict(zip(KEYS, digits, strict=True))
    np.savez(file, allow_pickle=False, **arrays, **{SEAL: _make_seal(digits, seed)})
    return file.getvalue()


def _read_sealed(path: Path, seed: int) -> RawDigits | None:
    """The digits in the file; None if it is missing, damaged, or not what this version wrote for this seed."""
    try:
        *arrays, seal = read_arrays(path, path.name, (*KEYS, SEAL))
    except InputError:
        return None
    digits = RawDigits(*arrays)
    return digits if np.array_equal(seal, _make_seal(digits, seed)) else None
