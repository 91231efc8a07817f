"""How well any pipeline mixes: scores of what is known by its hash, and words where nothing can be known again."""

from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf
from open_pipelines import StandingClock

from bench.consumers.readings.order import DIFFERENT, FEW, SAME, find_period
from bench.consumers.registry import build_meter
from bench.subjects.opened_pipeline import OpenedPipeline
from mnist_core import InputError
from reports.record.case import PIPELINE, Case, Subject
from reports.record.sample import MixingReading

SIZE = 400
Make = Callable[[], tf.data.Dataset]


def number() -> tf.data.Dataset:
    return tf.data.Dataset.range(SIZE)


def give_dictionary(each: tf.Tensor) -> dict[str, tf.Tensor]:
    return {"pair": tf.stack([each, each]), "text": tf.strings.as_string(each)}


def read(make: Make) -> MixingReading:
    case = Case(Subject(PIPELINE, "mine", "mine.py:mine"), "order")
    reader: Any = build_meter(case, OpenedPipeline("mine.py:mine", make), clock=StandingClock())
    reading: MixingReading = reader.read_mixing()
    return reading


def find_ends(reading: MixingReading) -> list[tuple[float, float]]:
    """The lowest and the highest score over the passes: of displacement, and of label runs."""
    scores = [(each.displacement, each.label_runs) for each in reading.passes]
    assert len(scores) == 6
    return [(min(each), max(each)) for each in zip(*scores, strict=True)]


@pytest.mark.parametrize(
    ("make", "moved", "runs"),
    [
        (lambda: number().batch(8), (0, 0), (0, 0)),
        (lambda: number().shuffle(SIZE).batch(8), (0.8, 1), (0.9, 1)),
        (lambda: number().shuffle(20).batch(8), (0.05, 0.2), (0.1, 0.7)),
        (lambda: number().batch(40).shuffle(10), (0.3, 1), (0, 0.1)),  # whole batches move, examples stay together
        (lambda: number().shuffle(SIZE).cache().batch(8), (0.8, 1), (0.9, 1)),
        (lambda: number().shuffle(SIZE), (0.8, 1), (0.9, 1)),
        (lambda: number().shuffle(SIZE).map(give_dictionary), (0.8, 1), (0.9, 1)),
        (lambda: number().shuffle(SIZE).map(tf.range).ragged_batch(8), (0.8, 1), (0.9, 1)),
    ],
)
def test_the_scores_say_how_far_examples_move_and_whether_neighbours_part(
    make: Make, moved: tuple[float, float], runs: tuple[float, float]
) -> None:
    reading = read(make)
    assert (reading.num_examples, reading.is_whole, reading.why) == (SIZE, True, "")
    for (low, high), (least, most) in zip(find_ends(reading), (moved, runs), strict=True):
        assert least <= low <= high <= most


def test_the_shuffle_of_a_list_of_files_counts(tmp_path: Any) -> None:
    for each in range(40):
        (tmp_path / f"{each:02}.txt").write_text(str(each))
    shuffled, ordered = (
        read(lambda on=on: tf.data.Dataset.list_files(f"{tmp_path}/*", shuffle=on)) for on in (True, False)
    )
    assert min(each.displacement for each in shuffled.passes) > 0.3
    assert max(each.displacement for each in ordered.passes) == 0


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: number().map(lambda each: tf.cast(each, tf.float32) + tf.random.uniform([])).batch(8), DIFFERENT),
        (lambda: tf.data.Dataset.from_tensors(1).repeat(100).shuffle(100).batch(8), SAME),
        (lambda: tf.data.Dataset.from_tensors(1), FEW),
    ],
)
def test_what_cannot_be_known_again_has_no_score(make: Make, why: str) -> None:
    reading = read(make)
    assert (reading.passes, reading.why) == ((), why)


def test_half_of_the_examples_are_enough_to_know() -> None:
    def change_some(each: tf.Tensor) -> tf.Tensor:
        changed = tf.cast(each, tf.float64) + tf.random.uniform([], dtype=tf.float64)
        return tf.cond(each % 4 == 0, lambda: changed, lambda: tf.cast(each, tf.float64))

    reading = read(lambda: number().shuffle(SIZE).map(change_some).batch(8))
    assert reading.num_examples == SIZE * 3 // 4
    assert len(reading.passes) == 6


@pytest.mark.parametrize(("most", "size", "is_whole"), [(1000, SIZE, True), (300, 300, False)])
def test_what_has_no_end_is_read_until_it_begins_again_or_as_far_as_the_limit(
    most: int, size: int, is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.consumers.readings.order.MOST_EXAMPLES", most)
    reading = read(lambda: number().repeat().shuffle(20).batch(8))
    assert len(reading.passes) == 6
    assert 0.9 * size <= reading.num_examples <= size, "the last ones of the buffer come later"
    assert 0.02 < max(each.displacement for each in reading.passes) < 0.2
    assert reading.is_whole is is_whole


def test_what_repeats_at_random_has_no_score() -> None:
    def make() -> tf.data.Dataset:
        sources = [tf.data.Dataset.range(first, first + 20).repeat() for first in (0, 20)]
        return tf.data.Dataset.sample_from_datasets(sources, [0.5, 0.5], seed=1).take(1000).batch(8)

    assert read(make).why == SAME


@pytest.mark.parametrize(
    ("digests", "period"),
    [
        ("abcabc", 3),
        ("abcab", 3),
        ("abcacb", 3),
        ("aabaab", 3),
        ("aabaaa", None),
        ("aaaa", 1),
        ("abcabd", None),
        ("abc", None),
        ("a", None),
    ],
)
def test_the_period_by_hand(digests: str, period: int | None) -> None:
    assert find_period([each.encode() for each in digests]) == period


def write_rows(number: tf.Tensor) -> tf.Tensor:
    return tf.fill([1 + number % 7], number + 1)


@pytest.mark.parametrize(
    "batch",
    [
        lambda rows: rows.map(tf.sparse.from_dense).batch(8),
        lambda rows: rows.padded_batch(8),
        lambda rows: rows.ragged_batch(8),
        lambda rows: rows.map(lambda row: tf.fill(tf.shape(row), "text")).zip(rows).padded_batch(8),
    ],
    ids=["sparse", "padded", "ragged", "texts"],
)
def test_an_example_is_known_again_among_longer_ones(batch: Callable[[tf.data.Dataset], tf.data.Dataset]) -> None:
    reading = read(lambda: batch(number().map(write_rows).shuffle(SIZE)))
    assert (reading.num_examples, reading.why) == (SIZE, "")


def test_a_pipeline_that_gives_nothing_is_bad_input() -> None:
    with pytest.raises(InputError, match="mine gives no batch: its dataset is empty"):
        read(lambda: tf.data.Dataset.range(0).batch(2))
