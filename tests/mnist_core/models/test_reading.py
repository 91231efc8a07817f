"""Which digit a picture shows, and when that is not sure: the rule, and what it is worth on pictures of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reading_trial import DIGITS, run_trial

from mnist_core.digits.ink import MANY, Ink
from mnist_core.digits.load import Digits
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec, TrainSpec
from mnist_core.models.classifier import Classifier, load_classifier
from mnist_core.models.reading import Reading, read_digits
from mnist_core.training.run_folder import RunFolder
from mnist_core.training.train import train

BLACK = np.zeros((28, 28), np.uint8)
LEAST_RIGHT = {"half as large, shifted": 0.85, "200x200, thick": 0.85, "200x200, thin": 0.88}
MOST_SURE = {
    "blank page": 0,
    "blank page, photographed": 0,
    "noise": 0,
    "two digits": 0.02,
    "clouds": 0.1,
    "shapes": 0.4,
}


def read(first: float, doubt: str | None = None) -> Reading:
    """A reading of a 3 with that probability; a 5 has the rest."""
    probabilities = np.zeros(10, np.float32)
    probabilities[3], probabilities[5] = first, 1 - first
    return Reading(Ink(BLACK, doubt), probabilities)


@pytest.mark.parametrize(("first", "digit", "doubt"), [(0.91, 3, None), (0.89, None, "it may be a 3 or a 5")])
def test_a_digit_is_sure_from_90_percent_on(first: float, digit: int | None, doubt: str | None) -> None:
    assert (read(first).digit, read(first).doubt) == (digit, doubt)


def test_an_8_has_its_article() -> None:
    reading = Reading(Ink(BLACK), np.eye(10, dtype=np.float32)[3] * 0.6 + np.eye(10, dtype=np.float32)[8] * 0.4)
    assert reading.doubt == "it may be a 3 or an 8"


def test_what_is_doubted_by_its_picture_is_not_sure_at_any_probability() -> None:
    assert (read(1.0, MANY).digit, read(1.0, MANY).doubt) == (None, MANY)


def test_digits_are_ranked_and_the_lower_goes_first_where_two_are_equal() -> None:
    assert read(0.4).ranking[:2] == [5, 3]
    assert read(0.5).ranking[:3] == [3, 5, 0]


def test_readings_are_in_the_order_of_the_pictures() -> None:
    def predict(pixels: np.ndarray) -> np.ndarray:
        return np.eye(10, dtype=np.float32)[pixels[:, 0, 0]]

    inks = [Ink(np.full_like(BLACK, digit)) for digit in (7, 2)]

    readings = read_digits(Classifier("made", Path(), predict), inks)
    assert [reading.digit for reading in readings] == [7, 2]
    assert [reading.ink for reading in readings] == inks


@pytest.mark.long
def test_pictures_of_every_kind_are_read_as_well_as_the_docs_say(real_digits: Digits, tmp_path: Path) -> None:
    """With the post's mlp after two epochs; docs/predicting.md has the table."""
    pipeline = PipelineSpec(parse_ordering("shuffle(60000).batch(64).map().prefetch(auto)"))
    train(TrainSpec(pipeline, epochs=2), real_digits, RunFolder(tmp_path / "mlp"))
    images, labels = real_digits.test_images[:200], real_digits.test_labels[:200]

    tallies = run_trial(load_classifier(tmp_path / "mlp"), images, labels)

    for name in DIGITS:
        least = LEAST_RIGHT.get(name, 0.92)
        assert tallies[name].right >= least, name
        assert tallies[name].wrong_but_sure <= 0.03, name
    assert tallies["as they are"].right >= tallies["as they are"].before - 0.005
    for name, bound in MOST_SURE.items():
        assert tallies[name].wrong_but_sure <= bound, name
