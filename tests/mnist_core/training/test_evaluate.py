from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_core.language.errors import InputError
from mnist_core.models.classifier import Classifier
from mnist_core.models.model import build_model
from mnist_core.training.evaluate import evaluate


@dataclass(frozen=True)
class Told:
    """A classifier that says what it was told to."""

    rows: np.ndarray
    name: str = "told"

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        return self.rows


def pictures(num_examples: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (num_examples, 28, 28), dtype=np.uint8)


def rows(*entries: dict[int, float]) -> np.ndarray:
    table = np.zeros((len(entries), 10), np.float32)
    for row, entry in zip(table, entries, strict=True):
        for digit, probability in entry.items():
            row[digit] = probability
    return table


def test_three_pictures_by_hand() -> None:
    told = Told(rows({3: 0.5, 8: 0.25, 0: 0.25}, {3: 0.25, 8: 0.75}, {8: 1.0}))

    result = evaluate(told, pictures(3), np.array([3, 3, 8], np.uint8))

    expected = np.zeros((10, 10), np.int64)
    expected[3, 3], expected[3, 8], expected[8, 8] = 1, 1, 1
    np.testing.assert_array_equal(result.confusion, expected)
    assert (result.model, result.num_examples) == ("told", 3)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.loss == pytest.approx((math.log(2) + math.log(4) + 0) / 3)


def test_digit_scores_by_hand() -> None:
    told = Told(rows({3: 1.0}, {8: 1.0}, {8: 1.0}, {5: 1.0}, {8: 1.0}))

    digits = evaluate(told, pictures(5), np.array([3, 3, 3, 3, 8])).digits

    three, eight, five, zero = digits[3], digits[8], digits[5], digits[0]
    assert (three.num_examples, three.num_correct, three.recall, three.precision) == (4, 1, 0.25, 1.0)
    assert (three.confused_with, three.num_confused) == (8, 2)
    assert (eight.recall, eight.precision, eight.confused_with, eight.num_confused) == (1.0, 1 / 3, None, 0)
    assert (five.num_examples, five.recall, five.precision) == (0, None, 0.0)
    assert (zero.recall, zero.precision, zero.confused_with) == (None, None, None)


def test_of_equal_confusions_the_smaller_digit_is_named() -> None:
    told = Told(rows({9: 1.0}, {4: 1.0}))

    assert evaluate(told, pictures(2), np.array([7, 7])).digits[7].confused_with == 4


def test_of_equal_probabilities_the_smaller_digit_is_taken() -> None:
    result = evaluate(Told(rows({2: 0.5, 6: 0.5})), pictures(1), np.array([6]))

    assert result.confusion[6, 2] == 1


def test_impossible_digit_costs_a_finite_loss() -> None:
    result = evaluate(Told(rows({0: 1.0})), pictures(1), np.array([1]))

    assert result.loss == pytest.approx(126 * math.log(2))  # the smallest normal float32 is 2**-126
    assert result.accuracy == 0


def test_to_dict_is_json_and_names_every_digit() -> None:
    result = evaluate(Told(rows({3: 1.0}, {8: 1.0})), pictures(2), np.array([3, 3]))

    written = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert {key: written[key] for key in ("model", "num_examples", "accuracy")} == {
        "model": "told",
        "num_examples": 2,
        "accuracy": 0.5,
    }
    assert written["confusion"][3] == [0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
    assert written["digits"][3] == {
        "digit": 3,
        "num_examples": 2,
        "num_correct": 1,
        "recall": 0.5,
        "precision": 1.0,
        "confused_with": 8,
        "num_confused": 1,
    }
    assert len(written["digits"]) == 10


@pytest.mark.parametrize("gain", [1.0, 8.0], ids=["unsure", "confidently_wrong"])
@pytest.mark.parametrize("onehot", [False, True], ids=["sparse", "onehot"])
def test_loss_and_accuracy_equal_keras_own(gain: float, onehot: bool) -> None:
    model = build_model("linear", normalize="model", seed=2)
    model.layers[-1].kernel.assign(model.layers[-1].kernel * gain)
    images, labels = pictures(500), np.arange(500) % 10
    classifier = Classifier("linear", Path("linear"), lambda batch: np.asarray(model.predict_on_batch(batch)))
    model.compile(loss=f"{'' if onehot else 'sparse_'}categorical_crossentropy", metrics=["accuracy"])
    targets = keras.utils.to_categorical(labels, 10) if onehot else labels

    result = evaluate(classifier, images, labels)

    loss, accuracy = model.evaluate(images, targets, batch_size=100, verbose=0)
    assert result.loss == pytest.approx(loss, rel=1e-5)
    assert result.accuracy == pytest.approx(accuracy, abs=1e-7)
    if gain > 1:
        clipped = np.maximum(classifier.probabilities(images)[np.arange(500), labels], 1e-7)
        assert -np.log(clipped).mean() < loss - 0.1  # a clip at 1e-7 would show


@pytest.mark.parametrize(
    ("num_images", "labels", "message"),
    [
        (0, np.zeros(0, np.int64), r"^evaluate needs at least 1 example, got 0\.$"),
        (2, np.array([1]), r"^labels must be 2 integers, got int64 of shape \(1,\)\.$"),
        (1, np.array([1.0]), r"^labels must be 1 integers, got float64 of shape \(1,\)\.$"),
        (2, np.array([0, 10]), r"^labels must be 0 to 9, got 0 to 10\.$"),
        (2, np.array([-1, 9]), r"^labels must be 0 to 9, got -1 to 9\.$"),
    ],
)
def test_bad_labels_are_refused(num_images: int, labels: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(Told(rows({0: 1.0})), pictures(num_images), labels)


def test_the_first_and_the_last_digit_are_labels() -> None:
    assert evaluate(Told(rows({0: 1.0}, {9: 1.0})), pictures(2), np.array([0, 9])).accuracy == 1
