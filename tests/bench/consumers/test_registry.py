"""The table of consumers: each has its module and what it needs, and needs no more of a subject than that."""

import re
from dataclasses import replace

import numpy as np
import pytest
from easy_digits import make_digits
from meters import open_digits
from pipeline_files import FOLDER
from two_batches import SUBJECT, TwoBatches

from bench.cases.selection import build_case
from bench.consumers.meter import MemoryReader, Meter, ReadsContents, ReadsMixing, ReadsStages, Tracer
from bench.consumers.registry import CAPABILITIES, CONSUMERS, build_meter, check_case, check_subject, find_consumer
from bench.machine.clock import MachineClock
from bench.machine.device import ComputeDevice
from bench.subjects.capabilities import Opened, count_examples, find_first
from mnist_core.language.errors import InputError
from reports.record.case import Case, Fitting

EXTRA = {
    "emulated": {"step_ms": 0.1},
    "fit": {"fitting": Fitting()},
    "infer": {"model": "linear", "batch_size": 2},
    "model": {"model": f"{FOLDER}/own_model.py:build"},
}
READERS = MemoryReader | ReadsContents | ReadsMixing | ReadsStages | Tracer
NEED_BATCHES_ALONE = ["python", "emulated", "copy"]


def make_case(consumer: str, **fields) -> Case:
    return Case(SUBJECT, consumer, **{**EXTRA.get(consumer, {}), **fields})


def test_every_consumer_has_a_builder_of_its_own() -> None:
    builders = [consumer.load() for consumer in CONSUMERS.values()]
    assert len(set(builders)) == len(builders)
    assert all(callable(build) for build in builders)


@pytest.mark.parametrize("name", CONSUMERS)
def test_every_consumer_answers_what_the_table_says(name: str) -> None:
    ordering = build_case("shuffle(10).batch(8).map()").subject
    case = Case(ordering, name, **EXTRA.get(name, {}))
    opened = open_digits(case, make_digits(40, 10))
    meter = build_meter(case, opened)
    assert isinstance(meter, Meter) == find_consumer(name).is_timed
    assert (
        isinstance(meter, MemoryReader | ReadsContents | ReadsMixing | ReadsStages | Tracer)
        != find_consumer(name).is_timed
    )
    assert all(isinstance(opened, need) for need in CAPABILITIES), "an ordering of digits can do all that there is"


@pytest.mark.parametrize("name", NEED_BATCHES_ALONE)
def test_two_batches_of_arrays_are_enough_for_who_needs_only_batches(name: str) -> None:
    opened = TwoBatches()
    meter = build_meter(make_case(name), opened)
    samples = [meter.measure_turn(), meter.measure_turn()]
    assert [sample.num_examples for sample in samples] == [5, 5]
    assert opened.num_opened == 2, "every turn has an iterator of its own"
    assert (samples[0].busy_ns is not None) == (name == "emulated")
    assert meter.read_program() is None
    assert (meter.find_placement() is None) == (name != "copy")


@pytest.mark.parametrize("name", sorted(CONSUMERS.keys() - set(NEED_BATCHES_ALONE)))
def test_who_needs_more_says_what_is_missing(name: str) -> None:
    what = CAPABILITIES[find_consumer(name).needs[0]]
    reason = f"the consumer {name} needs {what}, which two_batches does not have."
    with pytest.raises(InputError, match=f"^{re.escape(reason)}$"):
        build_meter(make_case(name), TwoBatches())


def test_what_is_no_dataset_has_no_other_arm() -> None:
    with pytest.raises(InputError, match=r"^two_batches is no tf.data.Dataset: it has no arm but default, got raw.$"):
        build_meter(make_case("python", arm="raw"), TwoBatches())


def test_what_cannot_forget_its_files_is_not_measured_cold() -> None:
    meter = build_meter(make_case("python", is_cold=True), TwoBatches())
    with pytest.raises(RuntimeError, match="cannot drop files"):
        meter.measure_turn()


def test_a_consumer_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="consumer must be one of drain, python, .* got 'eat'"):
        check_case(replace(build_case("post"), consumer="eat"))


def test_a_meter_reads_the_clock_and_waits_for_the_device_that_it_is_given() -> None:
    waits: list[int] = []

    class Clock(MachineClock):
        @staticmethod
        def wall_ns() -> int:
            return 7 * len(waits)

    device = ComputeDevice("CPU:0", lambda: waits.append(1))
    sample = build_meter(make_case("python"), TwoBatches(), clock=Clock(), device=device).measure_turn()
    assert (sample.first_batch_ns, sample.wall_ns) == (7, 14), "at the beginning, the first batch and the end"


def test_an_opened_subject_is_known_by_what_it_can_do() -> None:
    assert isinstance(TwoBatches(), Opened)
    assert not any(isinstance(TwoBatches(), capability) for capability in CAPABILITIES)
    check_subject(make_case("python"), TwoBatches())


@pytest.mark.parametrize(
    "batch", [np.zeros((4, 2)), (np.zeros(4), 1), {"b": np.zeros((4, 1)), "a": 1}, ((np.zeros(4),),)]
)
def test_examples_are_counted_in_the_first_component(batch: object) -> None:
    assert count_examples(batch) == 4
    assert isinstance(find_first(batch), np.ndarray)
