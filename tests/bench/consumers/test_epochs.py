"""Turns of a pipeline whose length only taking it tells: whole epochs, parts of them, and what has no more to give."""

from collections.abc import Iterator

import pytest
import tensorflow as tf
from open_pipelines import SECOND, SUBJECT, open_meter

from bench.consumers.epochs import ENDLESS_TURN_S, LONGEST_TURN_S, EpochMeter
from bench.consumers.registry import build_meter
from bench.subjects.opened_pipeline import OpenedPipeline
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.program import Extent


def test_the_first_turn_tells_how_long_an_epoch_is() -> None:
    meter = open_meter([[3.0, 0.5, 0.5]])
    sample, extent = meter.measure_first_turn()
    assert (sample.wall_ns, sample.first_batch_ns, sample.num_examples) == (4 * SECOND, 3 * SECOND, 6)
    assert extent == Extent(3, is_cut=False, example_bytes=12.0)
    later = meter.measure_turn()
    assert (later.wall_ns, later.num_examples, later.num_set_apart) == (4 * SECOND, 6, None)


def test_a_wait_for_the_first_batch_cuts_nothing() -> None:
    _, extent = open_meter([[100.0, 1.0, 1.0]]).measure_first_turn()
    assert extent is not None
    assert (extent.num_batches, extent.is_cut) == (3, False)


@pytest.mark.parametrize(("is_endless", "limit_s"), [(False, LONGEST_TURN_S), (True, ENDLESS_TURN_S)])
def test_an_epoch_is_cut_at_its_limit_and_what_has_no_end_sooner(is_endless: bool, limit_s: float) -> None:
    meter = open_meter([[1.0] + [0.25] * 100], is_endless=is_endless)
    sample, extent = meter.measure_first_turn()
    num_batches = 1 + int(limit_s / 0.25)
    assert extent == Extent(num_batches, is_cut=True, example_bytes=12.0, is_endless=is_endless)
    assert sample.num_examples == 2 * num_batches, "the batch that came too late is not counted"
    assert meter.measure_turn().num_examples == 2 * num_batches


def test_a_turn_that_is_cut_has_two_batches_at_least() -> None:
    _, extent = open_meter([[1.0, 60.0, 60.0, 60.0]]).measure_first_turn()
    assert extent is not None
    assert (extent.num_batches, extent.is_cut) == (2, True)


def test_a_turn_that_is_cut_tells_the_first_batch_apart() -> None:
    meter = open_meter([[1.0] + [0.25] * 100])
    meter.measure_first_turn()
    meter.fix_batches(5)
    sample = meter.measure_turn()
    assert (sample.num_examples, sample.num_set_apart) == (10, 2)
    assert (sample.wall_ns, sample.first_batch_ns) == (2 * SECOND, SECOND)


def test_an_epoch_that_gives_more_or_less_than_the_first_is_taken_to_its_end() -> None:
    meter = open_meter([[1.0] * 3, [1.0] * 2, [1.0] * 5])
    meter.measure_first_turn()
    assert [meter.measure_turn().num_examples for _ in range(2)] == [4, 10]


def test_an_empty_pipeline_is_told() -> None:
    with pytest.raises(InputError, match=r"^mine gives no batch: its dataset is empty\.$"):
        open_meter([[]]).measure_first_turn()


def test_what_is_used_up_after_its_first_epoch_is_told() -> None:
    meter = open_meter([[1.0] * 3, []])
    meter.measure_first_turn()
    with pytest.raises(InputError, match="^mine gives nothing after its first epoch: it iterates something that is"):
        meter.measure_turn()


def test_an_accelerator_is_busy_for_its_step_in_a_first_turn_too() -> None:
    meter = open_meter([[1.0, 1.0, 1.0]], consumer="emulated", step_ms=500.0)
    sample, _ = meter.measure_first_turn()
    assert (sample.wall_ns, sample.busy_ns) == (4.5 * SECOND, 1.5 * SECOND)


def test_the_first_epoch_of_a_drained_pipeline_does_not_pay_for_the_graph_that_drains_it() -> None:
    """The graph is made over a dataset that gives nothing: no stage is asked, and no cache is begun."""
    given: list[int] = []

    def give() -> Iterator[int]:
        given.append(len(given))
        yield from range(6)

    numbers = tf.data.Dataset.from_generator(give, output_signature=tf.TensorSpec((), tf.int64))
    opened = OpenedPipeline("mine.py:mine", lambda: numbers.cache().batch(2))
    meter = build_meter(Case(SUBJECT, "drain"), opened)
    assert isinstance(meter, EpochMeter)
    prepare, seen = meter._prepare, list[object]()
    assert prepare is not None
    meter._prepare = lambda iterator: seen.extend((int(prepare(iterator)), list(given)))
    sample, _ = meter.measure_first_turn()
    assert seen == [0, []], "the graph ran, and asked for nothing"
    assert (sample.num_examples, given) == (6, [0])
    assert meter.measure_turn().num_examples == 6
    assert given == [0], "the first epoch has filled the cache"
