"""The ink of a picture: found on every ground, brought to what MNIST has, and doubted where it is no digit."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core.digits.ground import fit_ground, split_in_two
from mnist_core.digits.ink import MANY, NO_INK, SOLID, TINY, Ink, find_ink


@pytest.fixture
def digit() -> np.ndarray:
    """An h that fills MNIST's box of 20x20, its centre of mass in the middle as MNIST has it."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[0:20, 0:4], pixels[9:12, 0:20], pixels[9:20, 16:20] = 255, 255, 255
    rows, columns = np.nonzero(pixels)
    return np.roll(pixels, (14 - round(rows.mean()), 14 - round(columns.mean())), axis=(0, 1))


def grain(shape: tuple[int, int], sd: float) -> np.ndarray:
    return np.random.default_rng(7).normal(0, sd, shape)


def test_what_is_like_mnist_comes_through_unchanged(digit: np.ndarray) -> None:
    ink = find_ink(digit)

    assert ink.doubt is None
    np.testing.assert_array_equal(ink.pixels, digit)


def test_real_digits_come_through_unchanged_but_for_rounding(real_digits) -> None:
    digits = real_digits.test_images[:300]
    inks = [find_ink(pixels) for pixels in digits]

    assert np.mean([np.array_equal(ink.pixels, pixels) for ink, pixels in zip(inks, digits, strict=True)]) > 0.85
    assert np.mean([ink.doubt is None for ink in inks]) > 0.99


@pytest.mark.parametrize("shift", [(-3, 0), (0, 2), (2, -3), (1, 1)])
def test_place_does_not_matter(digit: np.ndarray, shift: tuple[int, int]) -> None:
    np.testing.assert_array_equal(find_ink(np.roll(digit, shift, axis=(0, 1))).pixels, digit)


def test_margin_does_not_matter(digit: np.ndarray) -> None:
    np.testing.assert_array_equal(find_ink(np.pad(digit, ((90, 3), (0, 40)))).pixels, digit)


@pytest.mark.parametrize("times", [2, 5, 7])
def test_size_does_not_matter(digit: np.ndarray, times: int) -> None:
    large = np.kron(digit, np.ones((times, times), np.uint8))

    assert np.abs(find_ink(large).pixels.astype(int) - digit).mean() < 4


def test_proportions_are_kept() -> None:
    bar = np.zeros((100, 100), np.uint8)
    bar[10:90, 40:56] = 255  # 80 x 16 becomes 20 x 4

    rows, columns = np.nonzero(find_ink(bar).pixels > 127)

    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 4)
    assert (rows.mean(), columns.mean()) == (13.5, 13.5)  # of 4 columns the middle lies between two


@pytest.mark.parametrize(("ground", "ink"), [(0, 255), (255, 0), (200, 140), (100, 125), (128, 127 - 60)])
def test_any_ink_on_any_ground_becomes_white_on_black(digit: np.ndarray, ground: int, ink: int) -> None:
    pixels = np.where(digit > 0, ink, ground).astype(np.uint8)

    np.testing.assert_array_equal(find_ink(pixels).pixels, digit)


@pytest.mark.parametrize(("contrast", "doubt"), [(19, NO_INK), (20, None)])
def test_ink_that_is_too_faint_is_none(digit: np.ndarray, contrast: int, doubt: str | None) -> None:
    ink = find_ink(np.where(digit > 0, 100 + contrast, 100).astype(np.uint8))

    assert ink.doubt == doubt
    assert ink.pixels.any() == (doubt is None)


def test_ink_is_found_in_a_shadow(digit: np.ndarray) -> None:
    """The paper is darker on the left than the ink on the right."""
    y, x = np.mgrid[0:112, 0:112] / 112
    paper = 90 + 150 * x + 10 * y
    drawn = paper - 70 * (np.kron(digit, np.ones((4, 4))) > 0)
    assert drawn.max() - paper.min() > 70

    ink = find_ink(np.clip(drawn + grain(drawn.shape, 3), 0, 255).astype(np.uint8))

    assert ink.doubt is None
    assert np.mean((ink.pixels > 127) == (digit > 127)) > 0.96


def test_grain_and_dust_are_no_ink(digit: np.ndarray) -> None:
    noisy = np.pad(digit, 6) * 0.6 + 50 + grain((40, 40), 10)
    noisy[1, 1] = 255  # a speck far from the digit

    ink = find_ink(np.clip(noisy, 0, 255).astype(np.uint8))

    assert ink.doubt is None
    assert np.mean((ink.pixels > 127) == (digit > 127)) > 0.9


@pytest.mark.parametrize("grey", [0, 100, 255])
def test_a_blank_page_has_no_ink(grey: int) -> None:
    ink = find_ink(np.full((40, 60), grey, np.uint8))

    assert ink.doubt == NO_INK
    assert not ink.pixels.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (2, 2)])
def test_a_picture_of_hardly_a_pixel_has_none_either(shape: tuple[int, int]) -> None:
    assert find_ink(np.full(shape, 80, np.uint8)).doubt == NO_INK


def test_grainy_paper_has_no_ink() -> None:
    y, x = np.mgrid[0:150, 0:150] / 150
    paper = 230 - 80 * x - 20 * y + grain((150, 150), 6)

    assert find_ink(np.clip(paper, 0, 255).astype(np.uint8)).doubt == NO_INK


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_is_doubted(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)

    assert find_ink(noise).doubt in {NO_INK, MANY}


def test_digits_beside_each_other_are_several(digit: np.ndarray) -> None:
    assert find_ink(np.concatenate([digit, digit], axis=1)).doubt == MANY


def strokes(*columns: tuple[int, int]) -> Ink:
    """Bars from one column to another, 40 high."""
    pixels = np.zeros((60, 60), np.uint8)
    for first, last in columns:
        pixels[10:50, first:last] = 255
    return find_ink(pixels)


def test_a_broken_digit_is_one_and_three_pieces_are_several() -> None:
    assert strokes((20, 23), (25, 33)).doubt is None  # 3 of 11 parts are beside the gap: 0.27
    assert strokes((20, 24), (25, 33)).doubt == MANY  # 4 of 12: 0.33
    assert strokes((20, 22), (25, 32), (34, 36)).doubt == MANY  # 2 of 11 on either side, but three pieces


def test_a_filled_shape_is_none(digit: np.ndarray) -> None:
    square = np.zeros((28, 28), np.uint8)
    square[4:24, 4:24] = 255

    assert find_ink(square).doubt == SOLID


@pytest.mark.parametrize(("width", "doubt"), [(10, None), (11, SOLID)])
def test_strokes_are_ten_pixels_wide_at_most(width: int, doubt: str | None) -> None:
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 5 : 5 + width] = 255

    assert find_ink(bar).doubt == doubt


@pytest.mark.parametrize(("height", "doubt"), [(7, TINY), (8, None)])
def test_what_is_tiny_is_doubted(height: int, doubt: str | None) -> None:
    bar = np.zeros((28, 28), np.uint8)
    bar[4 : 4 + height, 5:7] = 255

    assert find_ink(bar).doubt == doubt


def test_a_drawn_ground_has_no_grain_and_a_photographed_one_its_own() -> None:
    assert fit_ground(np.full((30, 30), 40.0)).noise == 0
    y, x = np.mgrid[-1:1:100j, -1:1:100j]
    surface = 150 + 30 * x - 20 * y + 10 * x * y
    ground = fit_ground(surface + grain((100, 100), 5))

    assert 2.5 < ground.noise < 5.5  # what lies far off, which may be faint ink, is left out
    assert np.abs(ground.level - surface).mean() < 3


def test_two_groups_of_pixels_are_split_between_them() -> None:
    values = np.array([10] * 50 + [12] * 50 + [90] * 5 + [95] * 5)

    assert 12 < split_in_two(values) <= 90
