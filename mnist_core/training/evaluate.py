"""How good a classifier is: loss, accuracy, a score per digit and the confusion matrix. Pure NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mnist_core.language.errors import InputError
from mnist_core.language.shapes import NUM_CLASSES

SMALLEST_PROBABILITY = float(np.finfo(np.float32).tiny)
"""What a probability counts for at least in the loss, about 1.2e-38, where float32 underflows to 0.

Keras clips at 1e-7 only where it cannot see a model's logits. For a model that ends in softmax it computes the loss
from the logits, unclipped, so a higher bound here would not give Keras' number for a digit missed with confidence.
Source: ``_get_logits`` in keras/src/backend/tensorflow/nn.py, Keras 3.15.1.
"""


class GivesProbabilities(Protocol):
    """What `evaluate` needs of a classifier."""

    @property
    def name(self) -> str:
        """What a table calls it."""

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Float32 of shape (n, 10) for raw uint8 pictures of shape (n, 28, 28)."""


@dataclass(frozen=True)
class DigitScore:
    """The score of one digit.

    Args:
        digit: Digit that is scored, 0 to 9.
        num_examples: Number of pictures with this label.
        num_correct: Number of pictures with this label that were recognised.
        recall: Share of the pictures with this label that were recognised; None without examples.
        precision: Share of the pictures taken for this digit that are of it; None if there was none.
        confused_with: Digit that this one was most often taken for, the smallest of equals; None without a mistake.
        num_confused: Number of pictures of this digit that were taken for that one.
    """

    digit: int
    num_examples: int
    num_correct: int
    recall: float | None
    precision: float | None
    confused_with: int | None
    num_confused: int


@dataclass(frozen=True, eq=False)
class EvalResult:
    """How a classifier did on labelled pictures.

    Args:
        model: Name of the classifier.
        num_examples: Number of pictures evaluated, at least 1.
        loss: Mean negative log likelihood of the right digit, in nats; Keras' cross-entropy.
        accuracy: Share of the pictures recognised, 0 to 1.
        confusion: Counts, int64 of shape (10, 10); the row is the true digit, the column the recognised one.
    """

    model: str
    num_examples: int
    loss: float
    accuracy: float
    confusion: np.ndarray

    @property
    def digits(self) -> tuple[DigitScore, ...]:
        """The score of each digit, 0 to 9."""
        return tuple(_score_digit(self.confusion, digit) for digit in range(NUM_CLASSES))

    def to_dict(self) -> dict[str, object]:
        """The result as JSON can hold it: plain numbers, lists and None."""
        return {
            "model": self.model,
            "num_examples": self.num_examples,
            "loss": self.loss,
            "accuracy": self.accuracy,
            "digits": [vars(score).copy() for score in self.digits],
            "confusion": self.confusion.tolist(),
        }


def evaluate(classifier: GivesProbabilities, images: np.ndarray, labels: np.ndarray) -> EvalResult:
    """The classifier's loss, accuracy and confusion matrix on labelled pictures.

    Where two digits are equally probable, the smaller one is taken, as Keras does.

    Args:
        classifier: Gives probabilities for raw pictures.
        images: Pictures, uint8 of shape (n, 28, 28), n at least 1.
        labels: Labels of the pictures, integers of shape (n,), 0 to 9.

    Raises:
        InputError: The labels do not fit, or there is nothing to evaluate.

    Example:
        >>> digits = load_digits()
        >>> scored = evaluate(load_classifier(Path("runs/linear")), digits.test_images, digits.test_labels)
        >>> 0 <= scored.accuracy <= 1
        True
    """
    _check_labels(images, labels)
    probabilities = classifier.probabilities(images)
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((NUM_CLASSES, NUM_CLASSES), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    return EvalResult(
        model=classifier.name,
        num_examples=len(labels),
        loss=_mean_negative_log_likelihood(probabilities, labels),
        accuracy=float(np.mean(predicted == labels)),
        confusion=confusion,
    )


def _check_labels(images: np.ndarray, labels: np.ndarray) -> None:
    if len(images) == 0:
        raise InputError("evaluate needs at least 1 example, got 0.")
    if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
        raise InputError(f"labels must be {len(images)} integers, got {labels.dtype} of shape {labels.shape}.")
    if labels.min() < 0 or labels.max() >= NUM_CLASSES:
        raise InputError(f"labels must be 0 to {NUM_CLASSES - 1}, got {labels.min()} to {labels.max()}.")


def _mean_negative_log_likelihood(probabilities: np.ndarray, labels: np.ndarray) -> float:
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(right, SMALLEST_PROBABILITY)).mean())


def _score_digit(confusion: np.ndarray, digit: int) -> DigitScore:
    correct = int(confusion[digit, digit])
    mistakes = confusion[digit].copy()
    mistakes[digit] = 0
    return DigitScore(
        digit=digit,
        num_examples=int(confusion[digit].sum()),
        num_correct=correct,
        recall=_share(correct, int(confusion[digit].sum())),
        precision=_share(correct, int(confusion[:, digit].sum())),
        confused_with=int(mistakes.argmax()) if mistakes.any() else None,
        num_confused=int(mistakes.max()),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
