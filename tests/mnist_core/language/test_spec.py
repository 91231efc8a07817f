"""Specs: checked when made, printable."""

import json
from dataclasses import replace

import pytest

from mnist_core.language.errors import InputError
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import MAX_SEED, PipelineSpec, TrainSpec

PIPELINE = PipelineSpec(parse_ordering("map().batch(32)"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": "dense"}, "PipelineSpec.labels must be one of sparse, onehot, got 'dense'"),
        ({"normalize": "no"}, "PipelineSpec.normalize must be one of pipeline, model, got 'no'"),
        ({"seed": -1}, "PipelineSpec.seed must be an int in"),
        ({"seed": MAX_SEED + 1}, "PipelineSpec.seed must be an int in"),
    ],
)
def test_a_wrong_pipeline_is_refused(change: dict, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        replace(PIPELINE, **change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model": "resnet"}, "TrainSpec.model must be one of mlp, linear, cnn, got 'resnet'"),
        ({"loop": "for"}, "TrainSpec.loop must be one of fit, graph, eager"),
        ({"checkpoint": "pickle"}, "TrainSpec.checkpoint must be one of keras, h5"),
        ({"epochs": 0}, "TrainSpec.epochs must be an int >= 1, got 0"),
        ({"epochs": True}, "TrainSpec.epochs must be an int >= 1, got True"),
        ({"steps_per_epoch": 0}, "TrainSpec.steps_per_epoch must be an int >= 1"),
        ({"learning_rate": 0.0}, "TrainSpec.learning_rate must be above 0, got 0.0"),
        ({"learning_rate": float("nan")}, "TrainSpec.learning_rate must be above 0, got nan"),
        ({"learning_rate": float("inf")}, "TrainSpec.learning_rate must be above 0, got inf"),
        ({"seed": 1.0}, "TrainSpec.seed must be an int"),
    ],
)
def test_a_wrong_run_is_refused(change: dict, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        replace(TrainSpec(PIPELINE), **change)


def test_the_smallest_values_are_accepted() -> None:
    spec = replace(TrainSpec(PIPELINE), epochs=1, steps_per_epoch=1, learning_rate=1e-12, seed=MAX_SEED)
    assert (spec.epochs, spec.steps_per_epoch, spec.seed) == (1, 1, MAX_SEED)


def test_a_pipeline_without_map_works_only_where_nothing_is_left_to_do() -> None:
    bare = parse_ordering("batch(32)")
    assert PipelineSpec(bare, labels="sparse", normalize="model").ordering == bare
    for labels, normalize in (("onehot", "model"), ("sparse", "pipeline"), ("onehot", "pipeline")):
        with pytest.raises(InputError, match=r"has no map\(\), which labels="):
            PipelineSpec(bare, labels=labels, normalize=normalize)


def test_a_spec_is_json_with_the_ordering_as_text() -> None:
    stored = json.loads(json.dumps(TrainSpec(PIPELINE).to_dict()))
    choices = {"labels": "onehot", "normalize": "pipeline", "seed": 0, "source": "arrays", "function": "graph"}
    assert stored["pipeline"] == {"ordering": "map().batch(32)", **choices}
    assert stored["model"] == "mlp"
    assert stored["epochs"] == 5
