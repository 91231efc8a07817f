"""Mixing scores: by hand, against a uniform permutation, and against the closed form of a stream through a buffer."""

import numpy as np
import pytest

from reports.record.sample import Mixing
from reports.stats.mixing import score_displacement, score_label_runs, score_mixing

SORTED = np.repeat(np.arange(10, dtype=np.uint8), 6000)


def shuffle_through(buffer_size: int, count: int, seed: int = 0) -> np.ndarray:
    """What tf.data's shuffle does, written out: a buffer that is filled, and a random one of it at a time."""
    generator = np.random.default_rng(seed)
    buffer, order = list(range(min(buffer_size, count))), []
    for number in range(count):
        place = int(generator.integers(len(buffer)))
        order.append(buffer[place])
        if number + buffer_size < count:
            buffer[place] = number + buffer_size
        else:
            buffer[place] = buffer[-1]
            buffer.pop()
    return np.array(order)


def test_unmoved_is_zero_which_is_a_buffer_of_one() -> None:
    assert np.array_equal(shuffle_through(1, 100), np.arange(100))
    assert score_mixing(np.arange(60000), SORTED) == (0.0, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_uniform_permutation_is_one(seed: int) -> None:
    displacement, label_runs = score_mixing(np.random.default_rng(seed).permutation(60000), SORTED)
    assert displacement == pytest.approx(1, abs=0.01)
    assert label_runs == pytest.approx(1, abs=0.01)


def test_displacement_by_hand() -> None:
    # |2-0| + |0-1| + |1-2| = 4 over 3 examples; a permutation of three moves 8 / 9 on average, so this one is above it
    assert score_displacement(np.array([2, 0, 1])) == 1.0
    # |1-0| + |0-1| = 2 over 4; a permutation of four moves 15 / 12
    assert score_displacement(np.array([1, 0, 2, 3])) == pytest.approx((2 / 4) / (15 / 12))


@pytest.mark.parametrize("buffer_size", [2, 10, 100, 1000])
def test_a_stream_through_a_buffer_moves_as_far_as_the_closed_form_says(buffer_size: int) -> None:
    count = 200_000
    moved = score_displacement(shuffle_through(buffer_size, count)) * (count**2 - 1) / (3 * count)
    expected = 2 * (buffer_size - 1) * (1 - 1 / buffer_size) ** (buffer_size - 1)
    assert moved == pytest.approx(expected, rel=0.02)


def test_label_runs_by_hand() -> None:
    labels = np.array([0, 0, 1, 1], np.uint8)
    # unmoved 2 runs; a permutation has 4 - (2 + 2) / 4 = 3 on average
    assert score_label_runs(np.array([0, 0, 1, 1]), labels) == 0.0
    assert score_label_runs(np.array([0, 1, 1, 0]), labels) == 1.0  # 3 runs
    assert score_label_runs(np.array([0, 1, 0, 1]), labels) == 1.0  # 4, more than a permutation has
    six = np.array([0, 0, 0, 1, 1, 1], np.uint8)
    # unmoved 2; a permutation 6 - 12 / 6 = 4; three runs are half of the way
    assert score_label_runs(np.array([0, 1, 1, 1, 0, 0]), six) == 0.5


def test_data_that_is_mixed_already_has_nothing_to_gain() -> None:
    alternating = np.array([0, 1, 0, 1], np.uint8)
    assert score_label_runs(alternating, alternating) == 1.0


def test_a_buffer_within_one_class_changes_few_labels() -> None:
    assert score_mixing(shuffle_through(1000, 60_000), SORTED)[1] < 0.2
    assert score_mixing(shuffle_through(30_000, 60_000), SORTED)[1] > 0.5


@pytest.mark.parametrize("order", [[0, 1, 1], [0, 1, 3], [0, 1], [0, 1, 2, 3]])
def test_a_pass_that_lost_or_doubled_an_example_is_refused(order: list[int]) -> None:
    with pytest.raises(ValueError, match="every example exactly once"):
        score_mixing(np.array(order), np.zeros(3, np.uint8))


def test_one_example_cannot_be_mixed() -> None:
    with pytest.raises(ValueError, match="two at least"):
        score_mixing(np.array([0]), np.zeros(1, np.uint8))


@pytest.mark.parametrize("value", [-0.1, 1.1, "1", None, True])
def test_a_score_outside_0_to_1_is_no_score(value: object) -> None:
    with pytest.raises(ValueError, match=r"Mixing.displacement must be a number from 0 to 1"):
        Mixing(value, 0.5)
