"""The ink of a picture, brought to what the models were trained on, and what about it is not like a digit.

MNIST's digits were made so: a digit's bounding box scaled to 20x20 pixels with its proportions kept and its edges
smoothed, and placed in 28x28 pixels with its centre of mass in the middle.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, yann.lecun.com/exdb/mnist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from mnist_core.digits.ground import fit_ground
from mnist_core.language.shapes import SIDE

BOX = 20
MIDDLE = 14  # row and column of the centre of mass; over MNIST's test set it is 14.0
TOUCHING = np.ones((3, 3), bool)  # corners touch too
FULL = 255.0
BRIGHT_SHARE = 0.9  # of the bright half of the ink at or below full: grain and glare do not set the scale

# The bounds below were set on 2000 digits of MNIST's test set and on pictures made of them: docs/predicting.md.
MIN_CONTRAST = 20.0  # grey values between ground and ink
MIN_CONTRAST_SDS = 10.0  # of the ground's grain; pure noise has 7 at the most, digits in strong noise 13 at least
INK_SDS, GROUND_SDS = 4.0, 3.0  # where ink is surely there, and where its edge may be
EDGE_SHARE = 0.15  # of the contrast, where there is grain
SPECK_SHARE = 0.03  # of the largest piece: dust
PIECE_SHARE = 0.1  # of the largest piece; no digit has three pieces above it
MAX_PIECES = 2
MAX_APART = (
    0.28  # of the ink, right or left of an empty column; broken digits have less, two digits beside each other more
)
MAX_HALF_STROKE = 5.0  # of 28 pixels, to the nearest edge; no digit has more
MIN_SIDE = 8  # pixels; smaller ones cannot be told apart

NO_INK = "no ink stands out from the ground"
MANY = "several things, not one digit"
SOLID = "a filled shape, not strokes of a pen"
TINY = f"smaller than {MIN_SIDE} pixels"


@dataclass(frozen=True, eq=False)
class Ink:
    """What was found on a picture.

    Args:
        pixels: The ink as MNIST has it, uint8 of shape (28, 28), white on black; black where there is none.
        doubt: Why it is no digit that could be read, in plain words; None where nothing speaks against it.
    """

    pixels: np.ndarray
    doubt: str | None = None


def find_ink(grey: np.ndarray) -> Ink:
    """The ink on a picture, uint8 of shape (height, width), be it dark on light or light on dark."""
    ground = fit_ground(grey.astype(np.float64))
    away = grey - ground.level
    blur = max(0.7, max(grey.shape) / 100) if ground.noise else 0.0
    calm = ndimage.gaussian_filter(away, blur, mode="nearest") if blur else away
    noise = ground.noise / max(1.0, 2 * np.sqrt(np.pi) * blur)  # what the filter leaves of it
    surely = max(INK_SDS * noise, MIN_CONTRAST / 2)
    sign = 1 if calm[np.abs(calm) > surely].sum() > 0 else -1
    strength = np.clip(sign * calm, 0, None)
    contrast = _measure_contrast(strength, is_grainy=bool(noise))
    if contrast < max(MIN_CONTRAST, MIN_CONTRAST_SDS * noise):
        return Ink(np.zeros((SIDE, SIDE), np.uint8), NO_INK)
    edge = max(GROUND_SDS * noise, EDGE_SHARE * contrast) if noise else 0.0
    mask, num_pieces = _drop_specks(strength, edge, contrast)
    reach = ndimage.binary_dilation(mask, TOUCHING) if noise else mask
    box = _bounds(mask)
    ink = np.clip(np.where(reach, sign * away, 0)[box] * FULL / contrast, 0, FULL)
    pixels = _centre(_fit(ink))
    return Ink(pixels, _find_doubt(pixels, mask[box], num_pieces))


def _measure_contrast(strength: np.ndarray, *, is_grainy: bool) -> float:
    """How far ink is from the ground: the strongest, or of what is grainy or blurred most of the strong half."""
    strongest = float(strength.max())
    if not is_grainy or strongest == 0:
        return strongest
    return float(np.quantile(strength[strength > strongest / 2], BRIGHT_SHARE))


def _drop_specks(strength: np.ndarray, edge: float, contrast: float) -> tuple[np.ndarray, int]:
    """Where the ink is, without dust and smears, and how many pieces of it count."""
    labels, number = ndimage.label(strength > edge, TOUCHING)
    each = np.arange(1, number + 1)
    peaks = np.asarray(ndimage.maximum(strength, labels, each))
    amounts = np.asarray(ndimage.sum_labels(strength, labels, each))
    kept = (peaks > contrast / 2) & (amounts > SPECK_SHARE * amounts.max())
    return np.isin(labels, each[kept]), int(np.sum(kept & (amounts > PIECE_SHARE * amounts.max())))


def _bounds(mask: np.ndarray) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _fit(ink: np.ndarray) -> np.ndarray:
    """Scaled to 20 pixels on its longer side; the strokes that grew pale by it are made full again."""
    height, width = ink.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return ink
    picture = Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    scaled = np.clip(np.asarray(picture, np.float64), 0, None)
    return np.clip(scaled * FULL / _measure_contrast(scaled, is_grainy=True), 0, FULL)


def _centre(ink: np.ndarray) -> np.ndarray:
    top, left = (
        int(np.clip(round(MIDDLE - centre), 0, SIDE - side))
        for centre, side in zip(ndimage.center_of_mass(ink), ink.shape, strict=True)
    )
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[top : top + ink.shape[0], left : left + ink.shape[1]] = np.rint(ink)
    return pixels


def _find_doubt(pixels: np.ndarray, mask: np.ndarray, num_pieces: int) -> str | None:
    if max(mask.shape) < MIN_SIDE:
        return TINY
    if num_pieces > MAX_PIECES or _share_apart(mask) > MAX_APART:
        return MANY
    if ndimage.distance_transform_edt(pixels > FULL / 2).max() > MAX_HALF_STROKE:
        return SOLID
    return None


def _share_apart(mask: np.ndarray) -> float:
    """The share of the ink on the emptier side of an empty column, the largest there is; 0 where no column is empty."""
    columns = mask.sum(axis=0)
    left = np.cumsum(columns)[columns == 0]
    return float(np.minimum(left, columns.sum() - left).max(initial=0) / columns.sum())
