"""How well pictures are read: digits of the test set as people hand them in, and what is no digit.

``python tests/props/reading_trial.py RUN [NUMBER]`` prints a half of the table in docs/predicting.md, for the model in
RUN. Every kind of picture is made of the same NUMBER digits, 500 by default, by generators with fixed seeds.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from mnist_core.digits.ink import Ink, find_ink
from mnist_core.digits.load import load_digits
from mnist_core.models.classifier import Classifier, load_classifier
from mnist_core.models.reading import MIN_PROBABILITY, read_digits

SEED = 1618
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYadefhkmnprtuvwxy"  # without those that look like a digit, such as I, O, S, Z, b
Generator = np.random.Generator


def scale(pixels: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC))


def put_anywhere(pixels: np.ndarray, side: int, generator: Generator) -> np.ndarray:
    canvas = np.zeros((side, side), np.uint8)
    top, left = generator.integers(0, side - len(pixels) + 1, 2)
    canvas[top : top + len(pixels), left : left + len(pixels)] = pixels
    return canvas


def add_noise(pixels: np.ndarray, sd: float, generator: Generator) -> np.ndarray:
    return np.clip(pixels + generator.normal(0, sd, pixels.shape), 0, 255).astype(np.uint8)


def crop(pixels: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(pixels)
    return pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def rotate(pixels: np.ndarray, generator: Generator) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).rotate(generator.uniform(-15, 15), Image.Resampling.BICUBIC))


def photograph(pixels: np.ndarray, generator: Generator) -> np.ndarray:
    """Dark ink somewhere on paper in uneven light, soft, grainy and stored as JPEG."""
    digit = scale(pixels, int(generator.integers(70, 160)))
    ink = ndimage.gaussian_filter(put_anywhere(digit, 200, generator) / 255, 1.5)
    y, x = np.mgrid[0:200, 0:200] / 200
    angle, slope = generator.uniform(0, 2 * np.pi), generator.uniform(40, 110)
    light = 225 - slope * (0.5 + (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)) / np.sqrt(2))
    file = io.BytesIO()
    Image.fromarray(add_noise(light * (1 - 0.7 * ink), 6, generator)).save(file, format="JPEG")
    return np.asarray(Image.open(file))


DIGITS: dict[str, Callable[[np.ndarray, Generator], np.ndarray]] = {
    "as they are": lambda pixels, _: pixels,
    "inverted": lambda pixels, _: 255 - pixels,
    "shifted, in 56x56": lambda pixels, generator: put_anywhere(pixels, 56, generator),
    "half as large, shifted": lambda pixels, generator: put_anywhere(scale(pixels, 14), 28, generator),
    "cropped to the ink": lambda pixels, _: crop(pixels),
    "200x200": lambda pixels, _: scale(pixels, 200),
    "200x200, thick": lambda pixels, _: ndimage.grey_dilation(scale(pixels, 200), size=(13, 13)),
    "200x200, thin": lambda pixels, _: ndimage.grey_erosion(scale(pixels, 200), size=(9, 9)),
    "faint": lambda pixels, _: (100 + pixels * 0.25).astype(np.uint8),
    "noise of SD 25": lambda pixels, generator: add_noise(pixels, 25, generator),
    "noise of SD 50": lambda pixels, generator: add_noise(pixels, 50, generator),
    "turned by up to 15 degrees": rotate,
    "photographed": photograph,
}


def draw_blank(_: int, generator: Generator) -> np.ndarray:
    return np.full(generator.integers(20, 200, 2), generator.integers(0, 256), np.uint8)


def draw_paper(_: int, generator: Generator) -> np.ndarray:
    return photograph(np.zeros((28, 28), np.uint8), generator)


def draw_noise(_: int, generator: Generator) -> np.ndarray:
    return generator.integers(0, 256, (28, 28)).astype(np.uint8)


def draw_clouds(_: int, generator: Generator) -> np.ndarray:
    return np.clip(128 + 400 * ndimage.gaussian_filter(generator.normal(0, 1, (28, 28)), 2), 0, 255).astype(np.uint8)


def draw_shape(number: int, generator: Generator) -> np.ndarray:
    """A rectangle, an ellipse or a triangle, filled or not, dark on white."""
    image = Image.new("L", (120, 120), 255)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = (int(each) for each in [*generator.integers(10, 40, 2), *generator.integers(70, 110, 2)])
    ink = {"fill": 0} if number % 2 else {"outline": 0, "width": 6}
    if number % 3 == 0:
        draw.rectangle((left, top, right, bottom), **ink)
    elif number % 3 == 1:
        draw.ellipse((left, top, right, bottom), **ink)
    else:
        draw.polygon([(left, bottom), ((left + right) // 2, top), (right, bottom)], **ink)
    return np.asarray(image)


def draw_letter(number: int, generator: Generator) -> np.ndarray:
    image = Image.new("L", (120, 120), 255)
    font = ImageFont.load_default(int(generator.integers(50, 90)))
    ImageDraw.Draw(image).text((60, 60), LETTERS[number % len(LETTERS)], fill=0, font=font, anchor="mm")
    return np.asarray(image.rotate(generator.uniform(-10, 10), fillcolor=255))


OTHERS: dict[str, Callable[[int, Generator], np.ndarray]] = {
    "blank page": draw_blank,
    "blank page, photographed": draw_paper,
    "noise": draw_noise,
    "clouds": draw_clouds,
    "shapes": draw_shape,
    "letters": draw_letter,
}


@dataclass(frozen=True)
class Tally:
    """How one kind of picture was read, as shares of all.

    Args:
        before: Right with the picture only padded, scaled and inverted where it is light; None where nothing is right.
        right: Right by the most probable digit, sure or not; None where nothing is right.
        not_sure: Not sure.
        wrong_but_sure: Sure, and wrong.
    """

    before: float | None
    right: float | None
    not_sure: float
    wrong_but_sure: float


def bring_plainly(grey: np.ndarray) -> np.ndarray:
    """What was done before the ink was looked for: padded to a square, scaled, inverted where the frame is light."""
    frame = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    grey = 255 - grey if np.median(frame) > 127 else grey
    side = max(grey.shape)
    top, left = ((side - length) // 2 for length in grey.shape)
    return scale(np.pad(grey, ((top, side - len(grey) - top), (left, side - grey.shape[1] - left))), 28)


def tally_pictures(classifier: Classifier, pictures: Sequence[np.ndarray], labels: np.ndarray | None) -> Tally:
    readings = read_digits(classifier, [find_ink(picture) for picture in pictures])
    guesses = np.array([reading.ranking[0] for reading in readings])
    sure = np.array([reading.doubt is None for reading in readings])
    if labels is None:
        return Tally(None, None, float(np.mean(~sure)), float(np.mean(sure)))
    plainly = classifier.probabilities(np.stack([bring_plainly(picture) for picture in pictures])).argmax(axis=1)
    wrong = guesses != labels
    return Tally(*(float(np.mean(each)) for each in (plainly == labels, ~wrong, ~sure, sure & wrong)))


def run_trial(classifier: Classifier, images: np.ndarray, labels: np.ndarray) -> dict[str, Tally]:
    """A tally of each kind of picture, as many of each as there are `images`."""
    tallies = {}
    for name, change in DIGITS.items():
        pictures = [change(pixels, np.random.default_rng([SEED, at])) for at, pixels in enumerate(images)]
        tallies[name] = tally_pictures(classifier, pictures, labels)
    for name, draw in OTHERS.items():
        pictures = [draw(at, np.random.default_rng([SEED, at])) for at in range(len(images))]
        tallies[name] = tally_pictures(classifier, pictures, None)
    pairs = list(np.concatenate([images, np.roll(images, 1, axis=0)], axis=2))
    tallies["two digits"] = tally_pictures(classifier, pairs, None)
    return tallies


def main(arguments: Sequence[str]) -> None:
    run, number = Path(arguments[0]), int(arguments[1]) if arguments[1:] else 500
    digits = load_digits()
    classifier = load_classifier(run)
    tallies = run_trial(classifier, digits.test_images[:number], digits.test_labels[:number])
    write = sys.stdout.write
    write("| pictures | right before | right | not sure | wrong but sure |\n|---|---:|---:|---:|---:|\n")
    for name, tally in tallies.items():
        shares = (tally.before, tally.right, tally.not_sure, tally.wrong_but_sure)
        write(f"| {name} | {' | '.join('' if share is None else f'{share:.1%}' for share in shares)} |\n")
    readings = read_digits(classifier, [Ink(pixels) for pixels in digits.test_images])
    unchanged = np.mean([reading.ranking[0] for reading in readings] == digits.test_labels)
    found = read_digits(classifier, [find_ink(pixels) for pixels in digits.test_images])
    brought = np.mean([reading.ranking[0] for reading in found] == digits.test_labels)
    write(f"\nAll {len(readings)} test digits: {unchanged:.2%} right as they are, {brought:.2%} brought by the ink; ")
    write(f"sure from {MIN_PROBABILITY:g} on.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
