"""The specs: what to run, frozen and checked when made. TensorFlow is not imported here."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from mnist_core.language.ordering import Ordering
from mnist_core.language.stage import check_count

Labels = Literal["sparse", "onehot"]
Normalize = Literal["pipeline", "model"]
Source = Literal["arrays", "floats", "generator", "png", "tfrecord"]
Function = Literal["graph", "numpy", "python"]
ModelName = Literal["mlp", "linear", "cnn"]
Loop = Literal["fit", "graph", "eager"]
CheckpointFormat = Literal["keras", "h5"]

MAX_SEED = 2**32 - 1  # NumPy's limit for a legacy seed, which Keras sets too


def _check_choice(name: str, value: object, choices: object) -> None:
    allowed = get_args(choices)
    if value not in allowed:
        raise InputError(explain_choice(name, allowed, value))


def _check_seed(name: str, value: object) -> None:
    if type(value) is not int or not 0 <= value <= MAX_SEED:
        raise InputError(f"{name} must be an int in [0, {MAX_SEED}], got {value!r}.")


@dataclass(frozen=True)
class PipelineSpec:
    """One input pipeline.

    Args:
        ordering: Stages of the pipeline, in order.
        labels: Form of the labels: "onehot" gives float32 labels of shape (batch, 10), as in the post; "sparse" gives
            (batch,) int64.
        normalize: Where pixels are scaled: "pipeline" casts to float32 and divides by 255 in ``map``; "model" hands out
            raw uint8 pixels, and the model's first layer rescales them.
        seed: Seed of every ``shuffle`` that names none.
        source: Elements that the pipeline starts from: uint8 "arrays", "floats" that were normalised before, a Python
            "generator" over the arrays, the paths of "png" files, or "tfrecord" shards; ``map`` decodes files.
        function: How ``map`` works: "graph" with TensorFlow's operations, "numpy" with ``tf.numpy_function``, "python"
            with ``tf.py_function``.

    Raises:
        InputError: A value is out of range, or the ordering lacks the ``map`` that the other choices need.

    Example:
        >>> spec = PipelineSpec(parse_ordering("shuffle(60000).map().batch(32)"), labels="sparse")
    """

    ordering: Ordering
    labels: Labels = "onehot"
    normalize: Normalize = "pipeline"
    seed: int = 0
    source: Source = "arrays"
    function: Function = "graph"

    def __post_init__(self) -> None:
        _check_choice("PipelineSpec.labels", self.labels, Labels)
        _check_choice("PipelineSpec.normalize", self.normalize, Normalize)
        _check_choice("PipelineSpec.source", self.source, Source)
        _check_choice("PipelineSpec.function", self.function, Function)
        _check_seed("PipelineSpec.seed", self.seed)
        self._check_source()
        needs_map = self.labels == "onehot" or self.normalize == "pipeline"
        if needs_map and not self.ordering.has_map:
            raise InputError(
                f"ordering '{self.ordering}' has no map(), which labels={self.labels} with normalize={self.normalize} "
                "needs: add map(), or use sparse labels normalised in the model."
            )

    @property
    def starts_from_files(self) -> bool:
        """True if ``map`` has to decode what the source gives."""
        return self.source in ("png", "tfrecord")

    def _check_source(self) -> None:
        """Raise InputError where the stages cannot work on what the source gives."""
        ordering, stages = self.ordering, [stage.name for stage in self.ordering.stages]
        if ordering.starts_from_indices and (self.source != "arrays" or self.function != "graph"):
            raise InputError(f"ordering '{ordering}' gathers from arrays in the graph, not from {self.source}.")
        if self.source == "floats" and self.normalize == "model":
            raise InputError("floats are normalised already: use normalize=pipeline, or the source arrays.")
        if self.starts_from_files and not ordering.has_map:
            raise InputError(f"ordering '{ordering}' has no map() to decode {self.source} files: add one.")
        if self.source == "png" and stages.index("batch") < stages.index("map"):
            raise InputError(f"ordering '{ordering}': pictures are decoded one by one, put map() before batch().")


@dataclass(frozen=True)
class TrainSpec:
    """One training run.

    Args:
        pipeline: Pipeline that the batches come from.
        model: Name of a ready-made model: the post's "mlp", "linear" or "cnn".
        epochs: Passes over the training data, at least 1.
        loop: Loop that trains: "fit" is Keras' own, "graph" a ``tf.function`` step, "eager" plain Python.
        steps_per_epoch: Batches in an epoch; None is one whole pass.
        learning_rate: Learning rate with which Adam begins, above 0.
        checkpoint: File format of the best model.
        seed: Seed of the weights and of dropout; the shuffle has the seed of the pipeline.

    Raises:
        InputError: A value is out of range.

    Example:
        >>> spec = TrainSpec(PipelineSpec(find_ordering("post")), model="cnn", epochs=3)
    """

    pipeline: PipelineSpec
    model: ModelName = "mlp"
    epochs: int = 5
    loop: Loop = "fit"
    steps_per_epoch: int | None = None
    learning_rate: float = 0.001
    checkpoint: CheckpointFormat = "keras"
    seed: int = 0

    def __post_init__(self) -> None:
        _check_choice("TrainSpec.model", self.model, ModelName)
        _check_choice("TrainSpec.loop", self.loop, Loop)
        _check_choice("TrainSpec.checkpoint", self.checkpoint, CheckpointFormat)
        _check_seed("TrainSpec.seed", self.seed)
        check_count("TrainSpec.epochs", self.epochs)
        if self.steps_per_epoch is not None:
            check_count("TrainSpec.steps_per_epoch", self.steps_per_epoch)
        if not 0 < self.learning_rate < float("inf"):
            raise InputError(f"TrainSpec.learning_rate must be above 0, got {self.learning_rate!r}.")

    def to_dict(self) -> dict[str, Any]:
        """The spec as JSON's types, the ordering as its text."""
        pipeline = dataclasses.asdict(self.pipeline) | {"ordering": str(self.pipeline.ordering)}
        return dataclasses.asdict(self) | {"pipeline": pipeline}
