"""Trainings and shuffles as turns: accuracy, mixing, what is the same and what is new in every turn."""

from typing import Any

import numpy as np
import pytest
from meters import make_meter

from bench.consumers.registry import check_case
from bench.subjects.digits import OpenedOrdering, number_images, read_numbers
from bench.subjects.orderings import describe_ordering
from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from reports.record.case import Case, Fitting
from reports.record.sample import Mixing

LEARNT = "shuffle(200).batch(20).map()"


def fit(text: str, digits: Digits, fitting: Fitting, **choices) -> Any:
    subject = describe_ordering("x", PipelineSpec(parse_ordering(text), **choices))
    return make_meter(Case(subject, "fit", fitting=fitting), digits)


def mix(text: str, digits: Digits, **choices) -> Mixing:
    case = Case(describe_ordering("x", PipelineSpec(parse_ordering(text))), "mixing", **choices)
    mixing: Mixing = make_meter(case, digits).measure_turn().mixing
    return mixing


@pytest.mark.parametrize("fitting", [Fitting(), Fitting(from_arrays=True), Fitting(steps_per_execution=5)])
def test_a_fit_counts_what_arrived_and_has_no_first_batch(fitting: Fitting, digits: Digits) -> None:
    sample = fit(LEARNT, digits, fitting).measure_turn()
    assert (sample.num_examples, sample.first_batch_ns, sample.accuracy) == (200, None, None)


@pytest.mark.parametrize("normalize", ["pipeline", "model"])
def test_a_retrained_model_has_learnt_and_is_tested(normalize: str, digits: Digits) -> None:
    meter = fit(LEARNT, digits, Fitting(retrains=True, num_epochs=5), normalize=normalize)
    first, second = meter.measure_turn(), meter.measure_turn()
    assert min(first.accuracy, second.accuracy) > 0.8  # bars are easy; guessing gives 0.1
    assert first.num_examples == 1000
    assert first.accuracy != second.accuracy or first.wall_ns != second.wall_ns


def test_the_training_set_is_sorted_on_request_and_pictures_stay_with_their_labels(digits: Digits) -> None:
    ordered = OpenedOrdering(PipelineSpec(parse_ordering(LEARNT)), digits).sort_by_label()
    images, labels = ordered._images, ordered.labels
    assert (np.diff(labels.astype(int)) >= 0).all()
    assert np.array_equal(images[:, 4 + 2 * np.arange(10)].min(axis=2).argmax(axis=1), labels)  # the bright bar's row
    some = OpenedOrdering(PipelineSpec(parse_ordering(LEARNT)), digits, 50)
    assert np.array_equal(some.labels, digits.train_labels[:50])
    assert np.array_equal(some.sort_by_label().labels, np.sort(digits.train_labels[:50]))


def test_fitting_belongs_to_fit() -> None:
    spec = PipelineSpec(parse_ordering(LEARNT))
    with pytest.raises(InputError, match="fitting belongs to the consumer fit"):
        check_case(Case(describe_ordering("x", spec), "drain", fitting=Fitting()))
    with pytest.raises(InputError, match=r"^the consumer fit needs fitting\.$"):
        check_case(Case(describe_ordering("x", spec), "fit"))


def test_what_sets_a_case_apart_is_told() -> None:
    spec = PipelineSpec(parse_ordering("map().batch(2)"), source="png", function="python")
    case = Case(describe_ordering("x", spec), "fit", is_cold=True, fitting=Fitting(jit_compile=True))
    told = {"source": "png", "function": "python", "cold": "yes", "jit_compile": "True"}
    assert dict(case.choices) == told
    assert Case(describe_ordering("x", PipelineSpec(parse_ordering("map().batch(2)")))).choices == ()


@pytest.mark.parametrize("count", [1, 255, 256, 257, 65536, 70000])
def test_numbered_pictures_are_read_back_scaled_or_not(count: int) -> None:
    images = number_images(count)
    assert np.array_equal(read_numbers(images), np.arange(count))
    assert np.array_equal(read_numbers(images.astype(np.float32) / 255), np.arange(count))


def test_a_buffer_of_one_mixes_nothing_and_one_of_all_mixes_well(digits: Digits) -> None:
    assert mix("shuffle(1).batch(20).map()", digits) == Mixing(0.0, 0.0)
    whole = mix("shuffle(200).batch(20).map()", digits)
    assert min(whole.displacement, whole.label_runs) > 0.8
    little = mix("shuffle(10).batch(20).map()", digits)
    assert 0 < little.displacement < 0.5 * whole.displacement


@pytest.mark.parametrize(
    "text", ["map().shuffle(50).batch(7)", "cache().shuffle(50).map().batch(7)", "range().shuffle(50).batch(7).map()"]
)
def test_every_ordering_can_be_scored(text: str, digits: Digits) -> None:
    assert 0 < mix(text, digits).displacement < 1


def test_shuffling_batches_moves_examples_but_mixes_few_labels(digits: Digits) -> None:
    mixing = mix("batch(20).shuffle(10).map()", digits)
    assert mixing.label_runs < 0.2 < mixing.displacement
