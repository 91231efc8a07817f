"""A person's own model: what it trains on, what is counted and where it computes; what is wrong with one, in a line."""

import re

import pytest
from open_pipelines import StandingClock
from pipeline_files import FOLDER

from bench.cases.pipelines import build_subject, build_trained
from bench.consumers.own_model import load_model
from bench.consumers.registry import build_meter
from bench.subjects.capabilities import WrongModelError
from bench.subjects.open import open_subject
from bench.workers.protocol import Failure
from bench.workers.worker import explain
from mnist_core import InputError

FILE = f"{FOLDER}/own_model.py"


def open_meter(pipeline: str, model: str, clock: StandingClock | None = None):
    (case,) = build_trained([build_subject(f"{FILE}:{pipeline}")], f"{FILE}:{model}")
    return build_meter(case, open_subject(case.subject, ""), clock=clock)


@pytest.mark.parametrize("pipeline", ["make", "make_weighted"])
@pytest.mark.parametrize("model", ["build", "built", "build_in_calls_of_four"])
def test_it_trains_on_every_batch_and_says_for_how_long(
    pipeline: str, model: str, pipeline_data: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StandingClock()
    meter = open_meter(pipeline, model, clock)
    assert str(meter.find_placement()) == "weights on CPU:0"
    taken: list[int] = []
    train = load_model(f"{FILE}:{model}").__class__.train_on_batch

    def train_for_a_while(self, inputs, *others, **options):
        taken.append(len(inputs))
        clock.sleep(0.1)
        return train(self, inputs, *others, **options)

    monkeypatch.setattr("keras.Model.train_on_batch", train_for_a_while)
    sample, extent = meter.measure_first_turn()
    assert taken == [8] * 8
    assert (sample.num_examples, sample.busy_ns, extent.num_batches) == (64, 8 * 10**8, 8)
    assert meter.measure_turn().busy_ns == 8 * 10**8


def test_the_weights_change(pipeline_data: None) -> None:
    model = load_model(f"{FILE}:built")
    meter = open_meter("make", "built")
    meter.measure_first_turn()
    before = [weight.numpy().copy() for weight in model.trainable_variables]
    meter.measure_turn()
    assert any((weight.numpy() != old).any() for weight, old in zip(model.trainable_variables, before, strict=True))


@pytest.mark.parametrize(
    ("pipeline", "model", "told"),
    [
        (
            "make_unlabelled",
            "build",
            "make_unlabelled gives no labels that .*:build could train on: .*8, 5.* float32",
        ),
        ("make_dictionary", "build", "gives no labels .* got {inputs: .*labels: "),
        ("make", "build_other", r":build_other cannot train on make: \(\(8, 5\) float32, \(8,\) int64\): .*"),
    ],
)
def test_what_does_not_fit_each_other_is_told_in_a_line(
    pipeline: str, model: str, told: str, pipeline_data: None
) -> None:
    with pytest.raises(InputError, match=told) as error:
        open_meter(pipeline, model).find_placement()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("build_raw", "build_raw gives a model that is not compiled: call its compile(...) first."),
        ("build_none", "build_none must give a compiled Keras model, got None: return it from the function."),
        ("make", "make must give a compiled Keras model, got tensorflow."),
        ("build_badly", "RuntimeError: no weights here"),
        ("built_", "own_model.py has no built_: did you mean built?"),
    ],
)
def test_a_model_that_no_pipeline_could_train_is_bad_input(model: str, told: str, pipeline_data: None) -> None:
    with pytest.raises(WrongModelError, match=re.escape(told)) as error:
        load_model(f"{FILE}:{model}")
    assert str(error.value).startswith("--model")
    assert explain(error.value) == Failure(str(error.value), bad_input=True)


def test_the_text_of_a_model_has_the_form_of_a_subject() -> None:
    with pytest.raises(InputError, match="--model must be path/to/file.py:name or package.module:name of a function"):
        build_trained([build_subject("data.py:make")], "my_model")
