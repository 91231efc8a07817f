"""Training by Keras' fit, a ``tf.function`` loop or an eager loop, with checkpoints, logs and resume."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from mnist_core.devices.choose import DeviceInUse
from mnist_core.devices.proof import ProvenDevice, prove_device
from mnist_core.devices.versions import describe_versions
from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.spec import TrainSpec
from mnist_core.models.classifier import load_classifier
from mnist_core.models.model import build_model
from mnist_core.pipeline.build import build_dataset
from mnist_core.pipeline.sources import load_source
from mnist_core.profiling.callback import Logs, ProfileSteps
from mnist_core.profiling.step_trace import StepTrace, find_step_trace
from mnist_core.profiling.window import StepWindow
from mnist_core.training.evaluate import evaluate
from mnist_core.training.loops import TrainStep, run_loop
from mnist_core.training.resume import Backup, EpochSeeds, PastEpochs, restore_epoch
from mnist_core.training.run_folder import EpochResult, RunFolder

RESULT_FORMAT = 1
PLATEAU_FACTOR = 0.5
PLATEAU_PATIENCE = 2  # epochs without a better loss before the learning rate is halved

Clock = Callable[[], float]


@dataclass(frozen=True)
class TrainResult:
    """What one run came to.

    Args:
        spec: Training that was asked for.
        data_name: Name of the digits.
        data_fingerprint: SHA-256 of the digits.
        num_train: Number of training examples.
        num_test: Number of test examples.
        epochs: Results of the epochs, resumed ones included.
        test_loss: Mean cross-entropy of the best checkpoint on the test set, in nats.
        test_accuracy: Accuracy of the best checkpoint on the test set, 0 to 1.
        model: File of the best checkpoint.
        trace: Trace of the profiled steps, or None; profiling makes its epoch slower.
        versions: Versions of Python and the libraries, by name.
        device: Device that was asked for, found and used, and how that is known; None where the caller did not say
            which.
    """

    spec: TrainSpec
    data_name: str
    data_fingerprint: str
    num_train: int
    num_test: int
    epochs: tuple[EpochResult, ...]
    test_loss: float
    test_accuracy: float
    model: Path
    trace: StepTrace | None
    versions: dict[str, str]
    device: ProvenDevice | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON's types: what ``result.json`` holds."""
        return {
            "format": RESULT_FORMAT,
            "spec": self.spec.to_dict(),
            "data": {"name": self.data_name, "fingerprint": self.data_fingerprint},
            "num_train": self.num_train,
            "num_test": self.num_test,
            "epochs": [dataclasses.asdict(epoch) for epoch in self.epochs],
            "test_loss": self.test_loss,
            "test_accuracy": self.test_accuracy,
            "model": self.model.name,
            "trace": self.trace.to_dict(self.model.parent) if self.trace else None,
            "versions": self.versions,
            "device": self.device.to_dict() if self.device else None,
        }


def train(
    spec: TrainSpec,
    digits: Digits,
    folder: RunFolder,
    *,
    restart: bool = False,
    profile: StepWindow | None = None,
    listeners: Sequence[keras.callbacks.Callback] = (),
    device: DeviceInUse | None = None,
    clock: Clock = time.perf_counter,
) -> TrainResult:
    """Train as `spec` says, or go on where an interrupted run in `folder` stopped, and test the best checkpoint.

    Args:
        spec: Training to do.
        digits: Digits to train on and to test with.
        folder: Folder that takes the model, the logs and the result.
        restart: Throw away what an earlier run left in `folder`.
        profile: Steps of which a trace is taken into `folder`, counted from the beginning of training, also where
            that was an earlier go.
        listeners: Further callbacks, such as a progress bar.
        device: Device in use, from `use_device`; that the model computes there is proved before the first step.
        clock: Gives seconds, for the log of each epoch.

    Raises:
        InputError: The folder is taken, or another process writes to it; the data gives no batch, or training does
            not have the steps to profile.
        DeviceError: The model does not compute on `device`.

    Example:
        >>> spec = TrainSpec(PipelineSpec(find_ordering("post")), model="linear", epochs=1)
        >>> result = train(spec, load_digits(), RunFolder(Path("runs/again")))
        >>> len(result.epochs)
        1
    """
    steps_per_epoch = spec.steps_per_epoch or spec.pipeline.ordering.num_batches(len(digits.train_images))
    if profile:
        profile.check_within(spec.epochs * steps_per_epoch)
    with folder.hold():
        past = folder.begin(spec, digits, restart=restart)
        model = _build_compiled(spec)
        proven = prove_device(model, device) if device else None
        start = restore_epoch(model, folder.backup, steps_per_epoch)
        if start is None or start > len(past):  # no kill leaves that, a damaged disk may
            model, start = _build_compiled(spec), 0
        recorder = EpochRecorder(spec, digits, folder, past[:start], clock)
        first_step = start * steps_per_epoch
        with _profile(profile, folder, first_step) as profilers:
            callbacks = [*profilers, *_build_callbacks(spec, folder, recorder), *listeners]
            dataset = _endless(spec, digits, first_step)
            _run(spec, model, dataset, steps_per_epoch=steps_per_epoch, start=start, callbacks=callbacks)
        result = dataclasses.replace(_conclude(spec, digits, folder, recorder.epochs), device=proven)
        folder.finish(result.to_dict())
        return result


class EpochRecorder(keras.callbacks.Callback):
    """Notes every epoch's result in the run folder as soon as it is there."""

    def __init__(
        self, spec: TrainSpec, digits: Digits, folder: RunFolder, past: Sequence[EpochResult], clock: Clock
    ) -> None:
        super().__init__()
        self._spec, self._digits, self._folder, self._clock = spec, digits, folder, clock
        self._begin_s = 0.0
        self.epochs = tuple(past)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Start the epoch's clock."""
        self._begin_s = self._clock()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Note the result; `logs` has the learning rate from ReduceLROnPlateau, which comes before."""
        values = {name: float((logs or {})[name]) for name in ("loss", "accuracy", "learning_rate")}
        self.epochs += (EpochResult(epoch=epoch + 1, seconds=self._clock() - self._begin_s, **values),)
        self._folder.write_state(self._spec, self._digits, self.epochs)


class BestModel(keras.callbacks.ModelCheckpoint):
    """Keras' ModelCheckpoint of the lowest training loss, written beside and renamed into place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}")
        super().__init__(self._beside, monitor="loss", mode="min", save_best_only=True)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save the model if it is the best, and rename it."""
        super().on_epoch_end(epoch, logs)
        if self._beside.exists():
            self._beside.replace(self._path)


def _build_compiled(spec: TrainSpec) -> keras.Model:
    model = build_model(spec.model, normalize=spec.pipeline.normalize, seed=spec.seed)
    prefix = "sparse_" if spec.pipeline.labels == "sparse" else ""
    optimizer = keras.optimizers.Adam(spec.learning_rate)
    model.compile(optimizer, loss=f"{prefix}categorical_crossentropy", metrics=["accuracy"])
    return model


def _endless(spec: TrainSpec, digits: Digits, batches_done: int) -> tf.data.Dataset:
    """The training batches for ever, from one iterator, so that a resumed run can skip to the very batch."""
    images, labels = digits.train_images, digits.train_labels
    dataset = build_dataset(spec.pipeline, load_source(spec.pipeline, images, labels), labels)
    endless = dataset if spec.pipeline.ordering.is_endless else dataset.repeat()
    return endless.skip(batches_done) if batches_done else endless


@contextmanager
def _profile(window: StepWindow | None, folder: RunFolder, first_step: int) -> Iterator[list[ProfileSteps]]:
    """The profiling callback, if there are steps to profile from `first_step` on; stopped however training ends."""
    if window is None or (window.is_behind(first_step) and find_step_trace(folder.train_traces)):
        yield []  # an earlier go has taken the trace
    elif window.is_behind(first_step):
        raise InputError(
            f"the steps {window} are behind: the interrupted run goes on at step {first_step}. "
            f"Profile {StepWindow(first_step + 1, first_step + 1 + window.stop - window.start)}, or leave that out."
        )
    else:
        with ProfileSteps(folder.train_traces, window) as callback:
            yield [callback]


def _build_callbacks(spec: TrainSpec, folder: RunFolder, recorder: EpochRecorder) -> list[keras.callbacks.Callback]:
    best = BestModel(folder.best_model(spec))
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", mode="min", factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE
    )
    backup = Backup(folder.backup)
    logs = keras.callbacks.TensorBoard(folder.logs)
    return [EpochSeeds(spec.seed), logs, best, plateau, recorder, backup, PastEpochs(recorder.epochs, plateau, best)]


def _run(
    spec: TrainSpec,
    model: keras.Model,
    dataset: tf.data.Dataset,
    *,
    steps_per_epoch: int,
    start: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    epochs = range(start, spec.epochs)
    if spec.loop == "fit":
        model.fit(
            dataset,
            epochs=epochs.stop,
            initial_epoch=start,
            steps_per_epoch=steps_per_epoch,
            callbacks=callbacks,
            shuffle=False,  # the pipeline does it; Keras warns otherwise
            verbose=0,
        )
    else:
        step = TrainStep(model, sparse=spec.pipeline.labels == "sparse")
        run_loop(
            step,
            dataset,
            graph=spec.loop == "graph",
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            callbacks=callbacks,
        )


def _conclude(spec: TrainSpec, digits: Digits, folder: RunFolder, epochs: tuple[EpochResult, ...]) -> TrainResult:
    best = folder.best_model(spec)
    if not any(math.isfinite(epoch.loss) for epoch in epochs):
        raise InputError(
            f"training diverged: the loss is {epochs[-1].loss}. Give --restart and a lower --learning-rate."
        )
    test = evaluate(load_classifier(best), digits.test_images, digits.test_labels)
    return TrainResult(
        spec=spec,
        data_name=digits.name,
        data_fingerprint=digits.fingerprint,
        num_train=len(digits.train_images),
        num_test=len(digits.test_images),
        epochs=epochs,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        model=best,
        trace=find_step_trace(folder.train_traces),
        versions=describe_versions(),
    )
