"""Pen positions along a glyph, as weights on its control points.

Whole numbers throughout, so every machine gets the same ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mnist_core.digits.glyphs import Glyph

SUBSTEPS = 32  # steps between two control points: 0.2 pixels apart or less, well below the pen's width
WEIGHT_ONE = 2 * SUBSTEPS**3  # the weights of one position sum to this

Weights = np.ndarray[tuple[int, int], np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Trace:
    """Where the pen goes.

    Args:
        weights: int64 of shape (num_points, num_positions); ``points @ weights / WEIGHT_ONE`` are the positions, which
            lie at equal distances along all strokes together.
        length: Length of all strokes together, in hundredths of the sheet.
    """

    weights: Weights
    length: int


def trace_glyph(glyph: Glyph, num_points: int, num_positions: int) -> Trace:
    """The glyph's trace, its weights filled up with zeros to `num_points` control points."""
    rows: list[list[int]] = []
    travelled = [0]
    for stroke in glyph.strokes:
        fine = _weigh_stroke(stroke, num_points)
        travelled.extend(travelled[-1] + step for step in _measure_steps(fine, glyph))
        rows.extend(fine)
    ends = np.array(travelled[1:])
    wanted = (2 * np.arange(num_positions) + 1) * travelled[-1] // (2 * num_positions)
    return Trace(np.array(rows)[np.searchsorted(ends, wanted)].T, travelled[-1] // WEIGHT_ONE)


def _weigh_stroke(stroke: tuple[int, ...], num_points: int) -> list[list[int]]:
    """The weights of SUBSTEPS positions between each two control points of the stroke, (num_fine, num_points)."""
    rows = []
    around = (stroke[0], *stroke, stroke[-1])  # the ends count twice, so the curve starts and stops at them
    for first in range(len(around) - 3):
        for step in range(SUBSTEPS):
            row = [0] * num_points
            for index, weight in zip(around[first : first + 4], _weigh_step(step), strict=True):
                row[index] += weight
            rows.append(row)
    return rows


def _weigh_step(step: int) -> tuple[int, int, int, int]:
    """The uniform Catmull-Rom weights of the four nearest points at step / SUBSTEPS between the second and the third.

    Source: Catmull and Rom, "A class of local interpolating splines", 1974, with tension 1/2.
    """
    t, one = step, SUBSTEPS
    return (
        -t * one**2 + 2 * t**2 * one - t**3,
        2 * one**3 - 5 * t**2 * one + 3 * t**3,
        t * one**2 + 4 * t**2 * one - 3 * t**3,
        -(t**2) * one + t**3,
    )


def _measure_steps(rows: list[list[int]], glyph: Glyph) -> list[int]:
    """The way from each position to the one before, the first being 0, in hundredths of the sheet / WEIGHT_ONE."""
    places = [
        tuple(sum(weight * point[axis] for weight, point in zip(row, glyph.points, strict=False)) for axis in (0, 1))
        for row in rows
    ]
    before = [places[0], *places[:-1]]
    return [math.isqrt((x - u) ** 2 + (y - v) ** 2) for (x, y), (u, v) in zip(places, before, strict=True)]
