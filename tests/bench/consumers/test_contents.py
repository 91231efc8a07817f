"""What is read of a pipeline: the same whatever the order, the batches, the caches and the seeds' fate."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from bench.consumers import contents as reader_module
from bench.consumers.contents import ContentsReader, prepare
from bench.consumers.meter import Tools
from bench.subjects.opened_pipeline import Make, OpenedPipeline
from reports.gate.work import Contents, compare_contents
from reports.record.case import Case, Subject

CASE = Case(Subject("pipeline", "make", "data.py:make"), "contents")
IMAGES = np.random.default_rng(0).normal(size=(60, 4, 5)).astype("float32")
LABELS = np.arange(60) % 7
RAGGED = tf.ragged.constant([[1.0, 2.0], [3.0], [], [4.0, 5.0, 6.0]])
SPARSE = tf.sparse.from_dense([[0, 1], [0, 0], [2, 3], [0, 4]])


class TickingClock:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now_s = 0

    def wall_ns(self) -> int:
        self.now_s += 1
        return self.now_s * 1_000_000_000

    cpu_ns = wall_ns


@pytest.fixture(autouse=True)
def prepared() -> Iterator[None]:
    """A process that reads contents, for as long as a test lasts."""
    states = random.getstate(), np.random.get_state()
    prepare()
    yield
    reader_module.FOR_GOOD.close()
    random.setstate(states[0])
    np.random.set_state(states[1])


def read(make: Make, num_examples: int = 10_000, *, limit_s: float = 1e6, seed: int = 0) -> Contents:
    opened = OpenedPipeline("data.py:make", make)
    reader = ContentsReader(CASE, opened, Tools(None, TickingClock(), None))
    return reader.read_contents(num_examples, limit_s=limit_s, seed=seed, is_deterministic=False)


def pair(images=IMAGES, labels=LABELS) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((images, labels))


def test_the_whole_length_is_told_where_only_a_part_is_read() -> None:
    found = read(lambda: pair().shuffle(9).batch(32).cache(), 10)
    assert (found.num_examples, found.declared_elements, found.declared_examples) == (10, 2, 60)


def test_counts_types_and_shapes_are_read() -> None:
    found = read(lambda: pair().batch(32))
    assert (found.num_elements, found.num_examples, found.is_whole, found.batch_size) == (2, 60, True, 32)
    assert [(each.name, each.dtype, each.shape) for each in found.components] == [
        ("0", "float32", (4, 5)),
        ("1", "int64", ()),
    ]


@pytest.mark.parametrize(
    "same",
    [
        lambda: pair().shuffle(60),
        lambda: pair().shuffle(60).batch(7),
        lambda: pair().batch(7).unbatch().batch(60),
        lambda: pair(IMAGES[::-1], LABELS[::-1]).batch(32),
        lambda: pair().cache().shuffle(60, reshuffle_each_iteration=True).batch(32).prefetch(2),
        lambda: pair().interleave(lambda *each: tf.data.Dataset.from_tensors(each), cycle_length=4).batch(32),
    ],
)
def test_neither_order_nor_batches_nor_caches_change_what_is_read(same: Make) -> None:
    work = compare_contents(read(lambda: pair().batch(32)), read(same))
    assert (work.agreement, work.num_examples, work.is_whole) == ("bits", 60, True)


def other_image(factor: float) -> np.ndarray:
    changed = IMAGES.copy()
    changed[17] *= np.float32(factor)
    return changed


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (lambda: pair(other_image(1.001)), "component 0: other values"),
        (lambda: pair(-IMAGES), "component 0: other values"),
        (lambda: pair(IMAGES[:, ::-1]), "component 0: other values"),
        (lambda: pair(np.where(IMAGES > 2, np.nan, IMAGES)), "component 0: other values"),
        (lambda: pair(IMAGES.astype("float64")), "component 0: float32 (4, 5) against float64 (4, 5)"),
        (lambda: pair(IMAGES.reshape(60, 20)), "component 0: float32 (4, 5) against float32 (20,)"),
        (lambda: pair(labels=LABELS + 1), "component 1: other values"),
        (lambda: pair(labels=LABELS.astype("int32")), "component 1: int64 () against int32 ()"),
        (lambda: pair(IMAGES[1:], LABELS[1:]), "60 examples against 59"),
        (lambda: pair(IMAGES, np.roll(LABELS, 1)), "the components belong together otherwise"),
        (lambda: pair(IMAGES * np.float32(1 + 1e-6), np.roll(LABELS, 1)), "the components belong together otherwise"),
        (lambda: pair().map(lambda image, label: image), "2 components against 1"),
    ],
)
def test_every_change_of_the_work_is_found(head: Make, said: str) -> None:
    (line,) = compare_contents(read(pair), read(head)).differences
    assert line.startswith(said)


def test_two_float_components_that_come_apart_are_found() -> None:
    weights = np.linspace(1, 2, 60)
    base = read(lambda: tf.data.Dataset.from_tensor_slices((IMAGES, weights)))
    head = read(lambda: tf.data.Dataset.from_tensor_slices((IMAGES * np.float32(1 + 1e-6), np.roll(weights, 1))))
    assert compare_contents(base, head).differences[0].startswith("the components belong together otherwise")


def test_another_rounding_is_the_same_work() -> None:
    moved = read(lambda: pair(IMAGES * np.float32(1 + 1e-6)))
    assert compare_contents(read(pair), moved).agreement == "tolerance"


def test_where_there_would_be_too_many_numbers_an_example_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read(pair).components[0].profile) == 8
    monkeypatch.setattr(reader_module, "MOST_NUMBERS", 100)
    base = read(pair)
    assert [len(each) for each in base.components[0].profile] == [60]
    assert compare_contents(base, read(lambda: pair(other_image(1.001)))).agreement == "none"


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    def draw() -> tf.data.Dataset:
        rows = tf.data.Dataset.range(20).map(lambda each: tf.cast(each, tf.float32) + tf.random.uniform([]))
        return rows.map(lambda each: each + np.random.uniform() + random.random())  # noqa: S311

    assert compare_contents(read(draw), read(draw)).agreement == "bits"
    assert compare_contents(read(draw), read(draw, seed=1)).agreement == "none"


def test_reading_stops_after_so_many_examples_even_within_a_batch() -> None:
    found = read(lambda: pair().repeat().batch(32), 40)
    assert (found.num_elements, found.num_examples, found.is_whole) == (2, 40, False)
    smaller = read(lambda: pair().repeat().batch(10), 40)
    assert compare_contents(found, smaller).agreement == "bits"


@pytest.mark.parametrize(("num_examples", "is_whole"), [(59, False), (60, True), (61, True)])
def test_an_epoch_is_whole_if_nothing_is_left(num_examples: int, is_whole: bool) -> None:
    assert read(lambda: pair().batch(32), num_examples).is_whole is is_whole


def test_reading_stops_when_its_time_is_over_and_never_before_an_example() -> None:
    assert read(lambda: pair().batch(1), limit_s=4.5).num_examples == 5
    assert read(lambda: pair().batch(1), limit_s=0).num_examples == 1


def test_nothing_is_nothing() -> None:
    found = read(lambda: pair().take(0))
    assert (found.num_examples, found.is_whole) == (0, True)


@pytest.mark.parametrize("values", [RAGGED, SPARSE, [b"one", b"", b"three", b"vier"], [[1], [2], [3], [4]]])
def test_any_tensor_is_cut_into_examples(values) -> None:
    def make() -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices({"values": values, "key": tf.range(4)})

    alone = read(make)
    assert [each.name for each in alone.components] == ["key", "values"]
    together = read(lambda: make().batch(3))
    assert compare_contents(alone, together).agreement == "bits"
    assert compare_contents(alone, read(lambda: make().take(3).repeat(2).take(4))).agreement == "none"


def test_complex_and_short_floats_are_compared_up_to_rounding() -> None:
    for dtype, factor in ((tf.complex64, 1 + 1e-6), (tf.bfloat16, 1 + 1 / 128)):
        values = tf.cast(tf.linspace(1.0, 2.0, 50), dtype)
        base, head = (
            read(lambda held=held: tf.data.Dataset.from_tensor_slices(held))
            for held in (values, values * tf.cast(factor, dtype))
        )
        assert compare_contents(base, head).agreement == "tolerance"


def test_windows_are_compared_by_what_they_hold() -> None:
    base = read(lambda: tf.data.Dataset.range(12).window(4))
    assert (base.num_examples, base.components[0].dtype) == (3, "dataset")
    assert compare_contents(base, read(lambda: tf.data.Dataset.range(12).window(4))).agreement == "bits"
    assert compare_contents(base, read(lambda: tf.data.Dataset.range(1, 13).window(4))).agreement == "none"


def test_what_stands_in_named_tuples_and_deep_structures_has_a_name() -> None:
    made = {"b": (tf.range(3), {"deep": tf.range(3)}), "a": tf.range(3)}
    found = read(lambda: tf.data.Dataset.from_tensor_slices(made))
    assert [each.name for each in found.components] == ["a", "b.0", "b.1.deep"]
