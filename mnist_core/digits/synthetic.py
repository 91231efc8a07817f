"""Synthetic digits: 28 x 28 pictures in MNIST's likeness, drawn from pen strokes, for a machine without MNIST.

A glyph's control points are shaken, bent, slanted, turned and scaled, all at random; a pen of random width then runs
along the curves through them. The ink is anti-aliased, white on black, its centre of mass near the middle.

The same seed gives the same bytes, however the drawing is cut into chunks. The design promises it for every machine:
random bits come from NumPy's PCG64 stream, which NumPy keeps; floats meet only + - * / and floor, one at a time, which
IEEE 754 rounds alike everywhere; sums and matrix products are of whole numbers that the float type holds
exactly, so their order does not matter; and the one table with an ``exp`` is rounded to whole numbers, no entry being
near a half. It was checked on x86-64 only, with AVX-512 and without.

How hard they are (the default draw; Adam at 0.001, batches of 128, 5 epochs, pixels 0 to 1, no augmentation): a softmax
regression reaches about 83 % on the test set, the post's network (Flatten, Dense 512 relu, Dropout 0.2, Dense 10) about
98 %. On MNIST the same two reach about 92 % and 98 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from mnist_core.digits.arrays import AnyArray, RawDigits
from mnist_core.digits.glyphs import GLYPHS
from mnist_core.digits.spline import WEIGHT_ONE, trace_glyph
from mnist_core.language.shapes import NUM_CLASSES, SIDE
from mnist_core.language.stage import check_count

GENERATOR_VERSION = 1  # raise it whenever the bytes change: the cache's file name carries it
NUM_TRAIN, NUM_TEST = 60_000, 10_000

# How much hands differ. Each is the largest deviation; the usual one is 0.41 of it (a triangular distribution).
JITTER = 11.0  # of one control point, in hundredths of the sheet
BEND = 0.34  # of the sheet as a whole, by a quadratic: half a side moves by this share of itself
ROTATION = 0.38  # radians, nearly: a small-angle matrix, which needs no sine
SHEAR = 0.42  # sideways per unit of height, around LEAN
LEAN = 0.12  # most people write leaning to the right
WIDTH = 0.38  # relative, around NARROW
NARROW = 0.85  # MNIST's digits are narrower than they are tall
HEIGHT = 0.2  # relative
SHIFT_PIXELS = 2.6  # of the centre of mass

SHEET_PIXELS = 17.5  # with the pen's own width, the digits fill about 20 x 20 pixels, as MNIST's do
HALF_SHEET = 50  # hundredths
NUM_PENS = 16
PEN_PIXELS = (0.5, 1.2)  # the standard deviation of the thinnest and of the thickest pen's ink
INK = 2.4  # at the middle of a stroke, where 1 is white: the excess makes the stroke's core solid
FLOOR = 60.0  # taken off each pixel, where 255 is white: it cuts the pen's long faint tail

NUM_POSITIONS = 64  # of the pen along a glyph: at most about a pixel apart, which the thinnest pen still bridges
PLACES = 16  # pen positions told apart within a pixel
GRAINS = 64  # steps to which a control point is rounded, per pixel
BRUSH_ONE = 255  # products of two, summed over all positions, stay below 2**24, where float32 is exact
CHUNK = 1000  # images at a time: the working memory stays below 40 MB

NUM_POINTS = max(len(glyph.points) for glyph in GLYPHS)
STYLE, PEN, TURN, SLANT, BROADEN, HEIGHTEN, RIGHT, DOWN = range(8)  # columns of an image's random numbers
BENDS = slice(8, 14)
JITTERS = slice(14, 14 + 2 * NUM_POINTS)
WORDS_PER_IMAGE = -(-JITTERS.stop // 4)  # four 16-bit numbers in each 64-bit word


def draw_digits(num_train: int = NUM_TRAIN, num_test: int = NUM_TEST, seed: int = 0) -> RawDigits:
    """Both sets, uint8, of the given sizes; each class is as frequent as any other, up to one.

    Raises:
        InputError: A size is not an int >= 1, or the seed not an int >= 0.
    """
    check_count("draw_digits(num_train)", num_train)
    check_count("draw_digits(num_test)", num_test)
    check_count("draw_digits(seed)", seed, minimum=0)
    train_images, train_labels = _draw_set(num_train, seed, 0)
    test_images, test_labels = _draw_set(num_test, seed, 1)
    return RawDigits(train_images, train_labels, test_images, test_labels)


def _draw_set(num_images: int, seed: int, part: int) -> tuple[AnyArray, AnyArray]:
    """Images (num_images, 28, 28) and labels (num_images,), uint8, from the part's own stream of random bits."""
    bits = np.random.PCG64(np.random.SeedSequence([seed, part]))
    shuffled = np.argsort(bits.random_raw(num_images), kind="stable")
    labels = (np.arange(num_images) % NUM_CLASSES)[shuffled].astype(np.uint8)
    images = np.empty((num_images, SIDE, SIDE), np.uint8)
    for start in range(0, num_images, CHUNK):
        chunk = labels[start : start + CHUNK]
        words = bits.random_raw(len(chunk) * WORDS_PER_IMAGE).reshape(len(chunk), WORDS_PER_IMAGE)
        images[start : start + CHUNK] = _draw_images(chunk, words)
    return images, labels


def _draw_images(labels: AnyArray, words: AnyArray) -> AnyArray:
    """One image for each label from its row of random words."""
    tables = _load_tables()
    octets = words.astype("<u8").view(np.uint8).reshape(len(labels), -1).astype(np.int64)
    low, high = octets[:, 0::2], octets[:, 1::2]
    uniform = low + 256 * high  # 0 to 65535
    deviation = (low + high - 255) / 255.0  # triangular, -1 to 1: bounded, so no digit is ever beyond recognition
    glyphs = tables.styles[labels, uniform[:, STYLE] % tables.num_styles[labels]]
    pens = uniform[:, PEN] * NUM_PENS >> 16
    positions = _trace_glyphs(glyphs, _place_points(tables.points[glyphs], deviation))
    return _ink(_centre(positions, deviation[:, [RIGHT, DOWN]]), pens, tables.lengths[glyphs])


class _Tables(NamedTuple):
    """The glyphs as arrays.

    Args:
        styles: int64 (10, most_styles), for each digit the glyphs that draw it.
        num_styles: int64 (10,), how many of them there are.
        points: float64 (num_glyphs, 2, NUM_POINTS), hundredths of the sheet from its middle.
        weights: float64 (num_glyphs, NUM_POINTS, NUM_POSITIONS), whole numbers.
        lengths: float64 (num_glyphs,), hundredths of the sheet.
        brushes: float32 (NUM_PENS, SIDE * PLACES, SIDE), whole numbers: the ink of a pen along an axis.
    """

    styles: AnyArray
    num_styles: AnyArray
    points: AnyArray
    weights: AnyArray
    lengths: AnyArray
    brushes: AnyArray


@cache
def _load_tables() -> _Tables:
    drawn_by = [[i for i, glyph in enumerate(GLYPHS) if glyph.digit == digit] for digit in range(NUM_CLASSES)]
    most = max(len(styles) for styles in drawn_by)
    points = np.zeros((len(GLYPHS), 2, NUM_POINTS))
    for i, glyph in enumerate(GLYPHS):
        points[i, :, : len(glyph.points)] = np.array(glyph.points).T - HALF_SHEET
    traces = [trace_glyph(glyph, NUM_POINTS, NUM_POSITIONS) for glyph in GLYPHS]
    return _Tables(
        styles=np.array([styles + [-1] * (most - len(styles)) for styles in drawn_by]),
        num_styles=np.array([len(styles) for styles in drawn_by]),
        points=points,
        weights=np.array([trace.weights for trace in traces], np.float64),
        lengths=np.array([trace.length for trace in traces], np.float64),
        brushes=np.rint(_measure_brushes()).astype(np.float32),
    )


def _measure_brushes() -> AnyArray:
    """The ink of each pen at each place on the middle of each pixel of a row, 0 to BRUSH_ONE, unrounded."""
    places = (np.arange(SIDE * PLACES) + 0.5) / PLACES
    distance = places[:, None] - (np.arange(SIDE) + 0.5)
    widths = _pen_widths()[:, None, None]
    return BRUSH_ONE * np.exp(-distance * distance / (2.0 * widths * widths))


def _pen_widths() -> AnyArray:
    thinnest, thickest = PEN_PIXELS
    return thinnest + np.arange(NUM_PENS) * ((thickest - thinnest) / (NUM_PENS - 1))


def _place_points(points: AnyArray, deviation: AnyArray) -> AnyArray:
    """The control points as this hand sets them, whole 1/GRAINS pixels from the middle, (n, 2, NUM_POINTS)."""
    shaken = points + JITTER * deviation[:, JITTERS].reshape(points.shape)
    x, y = _bend(shaken[:, 0], shaken[:, 1], deviation[:, BENDS, None] * BEND)
    turn = deviation[:, TURN, None] * ROTATION
    slant = deviation[:, SLANT, None] * SHEAR + LEAN
    broad = deviation[:, BROADEN, None] * WIDTH + NARROW
    tall = deviation[:, HEIGHTEN, None] * HEIGHT + 1.0
    grains = SHEET_PIXELS * GRAINS / (2 * HALF_SHEET)
    placed = np.stack([broad * x - (turn + slant) * y, turn * x + tall * y], axis=1)
    return np.asarray(np.floor(placed * grains))


def _bend(x: AnyArray, y: AnyArray, amount: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The points after a random quadratic map of the sheet; `amount` has shape (n, 6, 1)."""
    u, v = x / HALF_SHEET, y / HALF_SHEET
    squares = (u * u, u * v, v * v)
    shifts = [HALF_SHEET * amount[:, i] * squares[i % 3] for i in range(6)]
    return x + shifts[0] + shifts[1] + shifts[2], y + shifts[3] + shifts[4] + shifts[5]


def _trace_glyphs(glyphs: AnyArray, points: AnyArray) -> AnyArray:
    """Where the pen is, whole 1/PLACES pixels from the middle, int64 (n, 2, NUM_POSITIONS)."""
    weights = _load_tables().weights
    positions = np.empty((len(glyphs), 2, NUM_POSITIONS))
    for glyph, chosen in _group(glyphs):
        positions[chosen] = points[chosen] @ weights[glyph]
    return np.floor(positions * (PLACES / (GRAINS * WEIGHT_ONE))).astype(np.int64)  # a power of two: exact


def _group(glyphs: AnyArray) -> Iterator[tuple[int, AnyArray]]:
    """Each glyph that occurs, and where."""
    for glyph in np.unique(glyphs):
        yield int(glyph), np.flatnonzero(glyphs == glyph)


def _centre(positions: AnyArray, shift: AnyArray) -> AnyArray:
    """The positions with their mean at the image's middle and then shifted; `shift` is (n, 2), -1 to 1."""
    middle = SIDE * PLACES // 2 - positions.sum(axis=2) // NUM_POSITIONS
    shift_places = np.floor(shift * (SHIFT_PIXELS * PLACES)).astype(np.int64)
    centred: AnyArray = positions + (middle + shift_places)[:, :, None]
    return centred.clip(0, SIDE * PLACES - 1)


def _ink(positions: AnyArray, pens: AnyArray, lengths: AnyArray) -> AnyArray:
    """The images, uint8 (n, 28, 28): ink summed over the pen's positions, with its tail cut off and its core white.

    A round Gaussian pen is the product of its profiles along x and y, so the sum over positions is one matrix product.
    """
    brushes = _load_tables().brushes
    across = brushes[pens[:, None], positions[:, 0]]
    along = brushes[pens[:, None], positions[:, 1]]
    ink = np.matmul(along.swapaxes(1, 2), across)
    ink *= _strength(pens, lengths)[:, None, None]
    ink -= np.float32(FLOOR)
    np.clip(ink, np.float32(0), np.float32(255), out=ink)
    return np.asarray(ink.astype(np.uint8))


def _strength(pens: AnyArray, lengths: AnyArray) -> AnyArray:
    """The factor, float32 (n,), that gives a long straight stroke INK * 255 at its middle, however close its positions.

    A sum of Gaussians `spacing` apart has the height sqrt(2 pi) * width / spacing.
    """
    spacing = lengths * (SHEET_PIXELS / (2 * HALF_SHEET * NUM_POSITIONS))
    height = (BRUSH_ONE * BRUSH_ONE * 2.5066) * _pen_widths()[pens] / spacing
    return np.asarray(INK * 255.0 / height, np.float32)
