"""Synthetic digits: the same bytes whatever happens, digits that can be told apart, and a cache that cannot hurt."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from mnist_core.digits import synthetic, synthetic_cache
from mnist_core.digits.arrays import RawDigits, fingerprint_arrays
from mnist_core.digits.glyphs import GLYPHS, Glyph
from mnist_core.digits.load import Digits, load_digits
from mnist_core.digits.spline import WEIGHT_ONE, trace_glyph
from mnist_core.digits.synthetic import draw_digits
from mnist_core.digits.synthetic_cache import cache_file, load_synthetic
from mnist_core.language.errors import InputError

PINNED = "f8384d576769a1fe37fd5c10b0e926da0efe4fb6519a206c702dc183781da082"


@pytest.fixture(scope="module")
def drawn() -> RawDigits:
    return draw_digits(1200, 300)


def test_bytes_are_pinned() -> None:
    """A change here needs a new GENERATOR_VERSION, or caches and records of two kinds would share a name."""
    assert fingerprint_arrays(draw_digits(50, 20)) == PINNED
    assert synthetic.GENERATOR_VERSION == 1


def test_chunks_do_not_show(drawn: RawDigits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "CHUNK", 7)
    assert fingerprint_arrays(draw_digits(1200, 300)) == fingerprint_arrays(drawn)


def test_seeds_and_sets_differ(drawn: RawDigits) -> None:
    other = draw_digits(1200, 300, seed=1)
    assert (other.train_images[:50] != drawn.train_images[:50]).any(axis=(1, 2)).all()
    equal = draw_digits(30, 30)
    assert not np.array_equal(equal.train_images, equal.test_images)
    assert len(np.unique(drawn.train_images.reshape(1200, -1), axis=0)) == 1200


def test_test_set_does_not_depend_on_the_size_of_the_training_set(drawn: RawDigits) -> None:
    assert np.array_equal(draw_digits(1, 300).test_images, drawn.test_images)


@pytest.mark.parametrize("num_images", [1, 9, 10, 11, 1000, 1001])
def test_sizes_and_balance(num_images: int) -> None:
    digits = Digits("drawn", *draw_digits(num_images, 1))
    assert digits.train_images.shape == (num_images, 28, 28)
    counts = np.bincount(digits.train_labels, minlength=10)
    assert counts.max() - counts.min() <= 1


def test_labels_are_shuffled(drawn: RawDigits) -> None:
    steps = np.diff(drawn.train_labels.astype(int)) % 10
    assert np.bincount(steps, minlength=10).max() < 200  # 120 each by chance; all 1199 would be alike if in order


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"num_train": 0}, r"draw_digits\(num_train\) must be an int >= 1, got 0\."),
        ({"num_test": 1.5}, r"draw_digits\(num_test\) must be an int >= 1, got 1\.5\."),
        ({"seed": -1}, r"draw_digits\(seed\) must be an int >= 0, got -1\."),
    ],
)
def test_bad_sizes_are_refused(options: dict[str, int], text: str) -> None:
    with pytest.raises(InputError, match=text):
        draw_digits(**options)


def test_images_look_like_mnist_in_numbers(drawn: RawDigits) -> None:
    images = drawn.train_images.astype(float)
    assert 25 < images.mean() < 42  # MNIST: 33.3
    assert (images.max(axis=(1, 2)) == 255).mean() > 0.98
    assert images.reshape(1200, -1).max(axis=1).min() > 100  # none is blank
    border = np.concatenate([images[:, :1].ravel(), images[:, -1:].ravel(), images[:, :, 0].ravel()])
    assert (border > 0).mean() < 0.01
    rows = (images.sum(axis=2) * np.arange(28)).sum(axis=1) / images.sum(axis=(1, 2))
    assert abs(rows.mean() - 13.5) < 0.2  # the centre of mass
    assert np.abs(rows - 13.5).max() < 4


def test_digits_can_be_told_apart_but_not_by_their_mean_image() -> None:
    train_images, train_labels, test_images, test_labels = draw_digits(3000, 300)
    train = train_images.reshape(3000, -1).astype(float)
    test = test_images.reshape(300, -1).astype(float)
    nearest = (train**2).sum(axis=1) - 2 * test @ train.T
    assert (train_labels[nearest.argmin(axis=1)] == test_labels).mean() > 0.78
    means = np.stack([train[train_labels == digit].mean(axis=0) for digit in range(10)])
    distance = (means**2).sum(axis=1) - 2 * test @ means.T
    assert 0.5 < (distance.argmin(axis=1) == test_labels).mean() < 0.75


def test_brush_is_never_near_a_half() -> None:
    """Another machine's exp may differ in its last bit, 1e-14 here; the rounded table is then still the same."""
    exact = synthetic._measure_brushes()
    assert np.abs(exact - np.floor(exact) - 0.5).min() > 1e-6


def test_ink_sums_are_exact_in_float32() -> None:
    weights = np.abs(synthetic._load_tables().weights).sum(axis=1).max()
    assert synthetic.NUM_POSITIONS * synthetic.BRUSH_ONE**2 < 2**24
    assert weights * 28 * synthetic.GRAINS < 2**53


def test_every_digit_has_at_least_three_styles_on_the_sheet() -> None:
    assert np.bincount([glyph.digit for glyph in GLYPHS]).min() >= 3
    for glyph in GLYPHS:
        used = {index for stroke in glyph.strokes for index in stroke}
        assert used == set(range(len(glyph.points)))
        assert all(0 <= coordinate <= 100 for point in glyph.points for coordinate in point)


def test_trace_of_a_straight_line_is_even() -> None:
    line = Glyph(1, ((0, 0), (0, 50), (0, 100)), ((0, 1, 2),))
    trace = trace_glyph(line, 4, 10)
    assert trace.weights.shape == (4, 10)
    assert (trace.weights.sum(axis=0) == WEIGHT_ONE).all()
    assert (trace.weights[3] == 0).all()
    assert 98 <= trace.length <= 100
    heights = np.array([0, 50, 100, 0]) @ trace.weights / WEIGHT_ONE
    assert np.allclose(heights, np.arange(5, 100, 10), atol=2)


def test_trace_runs_through_its_control_points_and_does_not_ink_the_way_between_strokes() -> None:
    two = Glyph(1, ((0, 0), (0, 40), (100, 0), (100, 40)), ((0, 1), (2, 3)))
    trace = trace_glyph(two, 4, 8)
    assert 76 <= trace.length <= 80
    across = np.array([0, 0, 100, 100]) @ trace.weights / WEIGHT_ONE
    assert across.tolist() == [0, 0, 0, 0, 100, 100, 100, 100]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """`load_synthetic` draws 12 digits into a folder of the test's own; the list takes the seed of each drawing."""
    seeds: list[int] = []

    def draw_few(seed: int) -> RawDigits:
        seeds.append(seed)
        return draw_digits(8, 4, seed)

    monkeypatch.setattr(synthetic_cache, "draw_digits", draw_few)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda application: tmp_path / "caches" / application)
    return seeds


def load(seed: int = 0) -> tuple[str, list[str]]:
    said: list[str] = []
    return fingerprint_arrays(load_synthetic(seed, say=said.append)), said


def test_second_load_comes_from_the_cache(few: list[int]) -> None:
    first, said = load()
    assert said == ["drawing 60000 + 10000 synthetic digits, once: a few seconds"]
    second, said = load()
    assert (first, said, few) == (second, [], [0])
    assert cache_file(0).parent.name == "mnist-bench"
    assert [path.name for path in cache_file(0).parent.iterdir()] == ["synthetic-v1-seed0.npz"]


def test_each_seed_has_its_own_file(few: list[int]) -> None:
    assert load(0)[0] != load(1)[0]
    cache_file(1).replace(cache_file(0))
    assert load(0)[0] == fingerprint_arrays(draw_digits(8, 4, 0))
    assert few == [0, 1, 0]


def test_another_version_is_not_read(few: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    stale = cache_file(0)
    monkeypatch.setattr(synthetic_cache, "GENERATOR_VERSION", 2)
    stale.replace(cache_file(0))
    assert len(load()[1]) == 1


def flip_a_pixel(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[600] ^= 1
    path.write_bytes(content)


def change_a_label(path: Path) -> None:
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["y_train"][0] ^= 1
    np.savez(path, **arrays)


def leave_out_the_seal(path: Path) -> None:
    with np.load(path) as archive:
        arrays = dict(archive)
    del arrays["seal"]
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_pixel,
        change_a_label,
        leave_out_the_seal,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-300]),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_damaged_cache_is_drawn_anew(few: list[int], damage: object) -> None:
    first, _ = load()
    damage(cache_file(0))  # type: ignore[operator]
    second, said = load()
    assert second == first
    assert said[0].startswith("drawing ")
    assert few == [0, 0]


def test_cache_that_cannot_be_written_is_said_and_done_without(few: list[int], tmp_path: Path) -> None:
    (tmp_path / "caches").write_text("a file where the folder should be")
    first, said = load()
    assert first == fingerprint_arrays(draw_digits(8, 4))
    assert said[1].startswith("the synthetic digits cannot be cached (")
    assert all("\n" not in line for line in said)


def test_interrupted_write_leaves_nothing(few: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill_the_disk)
    _, said = load()
    assert "No space left on device" in said[1]
    assert list(cache_file(0).parent.iterdir()) == []


def test_load_digits_names_them(few: list[int]) -> None:
    said: list[str] = []
    digits = load_digits("synthetic", say=said.append)
    assert digits.name == "synthetic"
    assert len(said) == 1
    assert load_digits("synthetic").fingerprint == digits.fingerprint
