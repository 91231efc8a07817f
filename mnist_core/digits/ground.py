"""The ground of a picture, such as paper under uneven light: how bright it is at each place, and how grainy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLAT_SHARE = 0.7  # of the frame at one grey value: drawn, not photographed; noise cut off at black has 0.5 there
FRAME_SHARE = 20  # the frame is a twentieth of the shorter side wide
STEPS = ((0, False), (1, False), (1, True), (2, True), (2, True))  # degree of the surface; all pixels or the frame
NORMAL_SD = 0.68  # share of a normal distribution within one standard deviation
KEPT_SDS = 2.5  # beyond these a pixel is ink
MIN_CUT = 3.0  # grey values; less than this no scanner keeps apart
MAX_GRID = 64  # pixels on the longer side decide on a surface of six numbers
DEGREES = {1: 0, 3: 1, 6: 2}  # of a surface, by its number of terms
FEWEST_FOR_A_TERM = 4


@dataclass(frozen=True, eq=False)
class Ground:
    """What a picture would be without ink.

    Args:
        level: Grey values of the bare ground, float64 of shape (height, width).
        noise: Spread of its grain in grey values, two thirds of the standard deviation as a rule, since what lies far
            off may be faint ink and is left out; 0 for a drawn picture.
    """

    level: np.ndarray
    noise: float


def fit_ground(grey: np.ndarray) -> Ground:
    """The ground of a grey picture, float64 of shape (height, width).

    What covers most of the frame is the ground. Where it is not one and the same value, a surface is fitted to a grid
    of pixels: first to the frame, then to all near the last surface, so that ink has no say.
    """
    y, x = (np.linspace(-1, 1, side) for side in grey.shape)
    step = -(-max(grey.shape) // MAX_GRID)
    grid, at = grey[::step, ::step], (y[::step], x[::step])
    frame = _frame(grid.shape)
    middle = float(np.median(grid[frame]))
    if np.mean(grid[frame] == middle) > FLAT_SHARE:
        return Ground(np.full(grey.shape, middle), 0.0)
    surface, factors, noise = np.full(grid.shape, middle), np.array([middle]), 0.0
    for degree, everywhere in STEPS:
        terms = _terms(*at, degree)
        area = np.ones(grid.shape, bool) if everywhere else frame
        kept = area & _near(np.abs(grid - surface), area, may_hold_ink=degree > 0)
        if kept.sum() < FEWEST_FOR_A_TERM * terms.shape[-1]:
            break
        factors = np.linalg.lstsq(terms[kept], grid[kept], rcond=None)[0]
        surface = terms @ factors
        noise = float(np.sqrt(np.mean((grid - surface)[kept] ** 2)))
    return Ground(_terms(y, x, DEGREES[len(factors)]) @ factors, noise)


def split_in_two(values: np.ndarray) -> int:
    """The grey value, 1 to 256, below which the darker of two groups of pixels lies.

    Source: N. Otsu, A threshold selection method from gray-level histograms, IEEE Transactions on Systems, Man, and
    Cybernetics 9 (1979).
    """
    counts = np.bincount(np.clip(values, 0, 255).astype(np.uint8).ravel(), minlength=256)
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    apart = (sums[-1] * below.astype(np.float64) - sums * float(below[-1])) ** 2 / np.maximum(below * above, 1)
    return int(apart.argmax()) + 1


def _frame(shape: tuple[int, ...]) -> np.ndarray:
    width = max(1, min(shape) // FRAME_SHARE)
    frame = np.ones(shape, bool)
    frame[width:-width, width:-width] = False
    return frame


def _near(distance: np.ndarray, area: np.ndarray, *, may_hold_ink: bool) -> np.ndarray:
    """The pixels that are no further from the surface than its grain takes them."""
    cut = KEPT_SDS * float(np.quantile(distance[area], NORMAL_SD))
    if may_hold_ink:
        cut = min(cut, split_in_two(distance))
    return distance <= max(cut, MIN_CUT)


def _terms(y: np.ndarray, x: np.ndarray, degree: int) -> np.ndarray:
    """The terms of a polynomial at each pixel, shape (height, width, number of terms)."""
    rows, columns = y[:, None], x[None, :]
    return np.stack([columns**i * rows**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=-1)
