"""Where the names of marks go in a picture, so that none covers another or a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CHARACTER, LINE = 7.0, 15.0  # pixels of a bold letter at most, and of a line
RADIUS, BESIDE = 8.0, 2.0  # pixels around the middle of a mark, and beside a line, that stay free
LEFT, RIGHT, MIDDLE = "left", "right", "center"
SIDE, UP = 11.0, 15.0  # pixels from the middle of a mark to its name


@dataclass(frozen=True)
class Label:
    """Where a name stands beside its mark.

    Args:
        align: Which part of the name stands there.
        dx: Pixels to the right of the mark.
        dy: Pixels below the mark.
    """

    align: str
    dx: float
    dy: float


CHOICES = (
    *(Label(LEFT, SIDE, 0), Label(RIGHT, -SIDE, 0), Label(MIDDLE, 0, -UP), Label(MIDDLE, 0, UP)),
    *(Label(align, dx, dy) for dy in (-UP, UP) for align, dx in ((LEFT, 5), (RIGHT, -5))),
    *(Label(align, dx, dy) for dy in (-2 * UP, 2 * UP) for align, dx in ((LEFT, 5), (MIDDLE, 0), (RIGHT, -5))),
)
"""The best place first."""
Spot = tuple[float, float]  # shares of the picture's width and height within the padding, from the top left
Box = tuple[float, float, float, float]  # in pixels: left, top, right, bottom


@dataclass(frozen=True)
class _Picture:
    """A picture of one width, and what stands in it so far; the first boxes are those of its marks, in pixels."""

    width: float
    height: float
    marks: Sequence[Spot]
    boxes: list[Box]

    def has_room(self, box: Box, place: int) -> bool:
        """True if the box is within the picture and covers nothing but the mark whose name it is."""
        is_within = box[0] >= 0 and box[2] <= self.width and box[1] >= 0 and box[3] <= self.height
        return is_within and not any(overlap(box, other) for number, other in enumerate(self.boxes) if number != place)


def _lay_out(marks: Sequence[Spot], lines: Sequence[tuple[Spot, Spot]], size: Spot, padding: float) -> _Picture:
    def locate(spot: Spot) -> Spot:
        x, y = (padding + share * (pixels - 2 * padding) for share, pixels in zip(spot, size, strict=True))
        return x, y

    points = [locate(spot) for spot in marks]
    boxes = [_frame(point, point, RADIUS) for point in points]
    return _Picture(*size, points, boxes + [_frame(locate(start), locate(end), BESIDE) for start, end in lines])


def _frame(one: Spot, other: Spot, around: float) -> Box:
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return left - around, top - around, right + around, bottom + around


def place_labels(
    names: Sequence[str],
    marks: Sequence[Spot],
    lines: Sequence[tuple[Spot, Spot]],
    widths: Sequence[float],
    *,
    height: float,
    padding: float = 0,
) -> list[Label | None]:
    """A place for each name, or None where there is none; those that come first choose first.

    Args:
        names: Names of the first of the marks.
        marks: Places of all marks.
        lines: Ends of all lines, each of which goes across or down.
        widths: Widths of the picture in pixels at which no name may cover anything.
        height: Height of the picture in pixels.
        padding: Pixels between its edges and the outermost marks.
    """
    pictures = [_lay_out(marks, lines, (width, height), padding) for width in widths]
    return [_place(name, number, pictures) for number, name in enumerate(names)]


def _place(name: str, number: int, pictures: Sequence[_Picture]) -> Label | None:
    """The first choice for which there is room in all pictures, which is then taken."""
    for label in CHOICES:
        boxes = [find_box(label, name, picture.marks[number]) for picture in pictures]
        if all(picture.has_room(box, number) for picture, box in zip(pictures, boxes, strict=True)):
            for picture, box in zip(pictures, boxes, strict=True):
                picture.boxes.append(box)
            return label
    return None


def find_box(label: Label, name: str, mark: Spot) -> Box:
    """What a name covers beside a mark, both in pixels."""
    width = CHARACTER * len(name)
    left = mark[0] + label.dx - width * {LEFT: 0, MIDDLE: 0.5, RIGHT: 1}[label.align]
    top = mark[1] + label.dy - LINE / 2
    return left, top, left + width, top + LINE


def overlap(one: Box, other: Box) -> bool:
    """True if two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
