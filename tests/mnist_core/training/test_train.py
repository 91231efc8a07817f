"""Training: three loops with one result, checkpoints, and a resumed run that equals an uninterrupted one."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from easy_digits import make_digits
from trainings import FINITE, Interrupt, spec

from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.spec import TrainSpec
from mnist_core.models.classifier import load_classifier
from mnist_core.training.evaluate import evaluate
from mnist_core.training.resume import WEIGHTS
from mnist_core.training.run_folder import RunFolder
from mnist_core.training.train import TrainResult, train

ENDLESS = "shuffle(150).map().prefetch(20).batch(32).repeat()"


def history(result: TrainResult) -> list[tuple[int, float, float, float]]:
    return [(epoch.epoch, epoch.loss, epoch.accuracy, epoch.learning_rate) for epoch in result.epochs]


def train_in_two_goes(chosen: TrainSpec, digits: Digits, folder: RunFolder, epoch: int) -> TrainResult:
    with pytest.raises(KeyboardInterrupt):
        train(chosen, digits, folder, listeners=[Interrupt(epoch)])
    return train(chosen, digits, folder)


@pytest.fixture(scope="module")
def uninterrupted(digits: Digits, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train(spec(), digits, RunFolder(tmp_path_factory.mktemp("run")))


@pytest.mark.parametrize(
    ("loop", "labels"), [("graph", "onehot"), ("graph", "sparse"), ("eager", "onehot"), ("fit", "sparse")]
)
def test_the_three_loops_and_both_kinds_of_labels_give_one_history(
    loop, labels, uninterrupted: TrainResult, digits: Digits, tmp_path: Path
) -> None:
    result = train(spec(loop=loop, labels=labels), digits, RunFolder(tmp_path / "run"))
    np.testing.assert_allclose(history(result), history(uninterrupted), rtol=1e-5)
    assert result.test_accuracy == pytest.approx(uninterrupted.test_accuracy, abs=0.02)


def test_normalising_in_the_model_gives_the_same_history(
    uninterrupted: TrainResult, digits: Digits, tmp_path: Path
) -> None:
    result = train(spec(normalize="model"), digits, RunFolder(tmp_path / "run"))
    np.testing.assert_allclose(history(result), history(uninterrupted), rtol=1e-3)


def test_it_learns(uninterrupted: TrainResult) -> None:
    losses = [epoch.loss for epoch in uninterrupted.epochs]
    assert losses == sorted(losses, reverse=True)
    assert uninterrupted.test_accuracy > 0.8
    assert [epoch.epoch for epoch in uninterrupted.epochs] == [1, 2, 3]


@pytest.mark.parametrize(("loop", "text", "epoch"), [("fit", FINITE, 2), ("fit", ENDLESS, 1), ("graph", ENDLESS, 2)])
def test_a_resumed_run_has_the_history_of_an_uninterrupted_one(
    loop, text, epoch, digits: Digits, tmp_path: Path
) -> None:
    with_dropout = spec(text, loop=loop, model="mlp")
    whole = train(with_dropout, digits, RunFolder(tmp_path / "whole"))
    resumed = train_in_two_goes(with_dropout, digits, RunFolder(tmp_path / "parts"), epoch)
    assert history(resumed) == history(whole)
    assert (resumed.test_loss, resumed.test_accuracy) == (whole.test_loss, whole.test_accuracy)


def test_a_run_interrupted_in_its_first_epoch_begins_again(uninterrupted, digits: Digits, tmp_path: Path) -> None:
    assert history(train_in_two_goes(spec(), digits, RunFolder(tmp_path / "run"), 0)) == history(uninterrupted)


@pytest.fixture(scope="module")
def noise() -> Digits:
    """Nothing to learn: the loss of a one-step epoch goes up and down at random."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1000, 28, 28)).astype(np.uint8)
    labels = generator.integers(0, 10, 1000).astype(np.uint8)
    return Digits("noise", images, labels, images[:50], labels[:50])


STUCK = spec("shuffle(1000).map().batch(8)", model="linear", epochs=12, steps_per_epoch=1, learning_rate=0.0005)


def test_the_wait_for_a_better_loss_goes_on_after_a_resume(noise: Digits, tmp_path: Path) -> None:
    whole = train(STUCK, noise, RunFolder(tmp_path / "whole"))
    rates = [epoch.learning_rate for epoch in whole.epochs]
    assert len(set(rates)) >= 3, "the case must lower the learning rate more than once"
    first_drop = rates.index(rates[0] / 2)
    for epoch in (first_drop - 1, first_drop + 1):
        resumed = train_in_two_goes(STUCK, noise, RunFolder(tmp_path / f"parts{epoch}"), epoch)
        assert history(resumed) == history(whole)


def test_a_worse_epoch_after_a_resume_does_not_replace_the_best_model(noise: Digits, tmp_path: Path) -> None:
    whole = train(STUCK, noise, RunFolder(tmp_path / "whole"))
    best = min(whole.epochs, key=lambda epoch: epoch.loss).epoch
    assert best < 12, "the case must get worse after its best epoch"
    resumed = train_in_two_goes(STUCK, noise, RunFolder(tmp_path / "parts"), best)
    assert resumed.test_loss == whole.test_loss


def test_two_at_once_in_one_folder_are_refused(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.hold(), pytest.raises(InputError, match="another process is writing to"):
        train(spec(), digits, folder)
    assert len(train(spec(epochs=1), digits, folder).epochs) == 1


@pytest.mark.parametrize("left", ["nothing", "a backup that no one can read", "no state of the last epoch"])
def test_a_backup_that_is_of_no_use_lets_a_run_begin_again(
    left: str, uninterrupted, digits: Digits, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        train(spec(), digits, folder, listeners=[Interrupt(2)])
    weights = folder.backup / WEIGHTS
    if left == "nothing":
        weights.unlink()
    elif left == "a backup that no one can read":
        weights.write_bytes(weights.read_bytes()[:1000])
    else:
        folder.write_state(spec(), digits, ())
    assert history(train(spec(), digits, folder)) == history(uninterrupted)


@pytest.mark.parametrize("epoch", [1, 2])
def test_what_stops_the_writing_of_a_backup_leaves_the_one_before(
    epoch: int, uninterrupted, digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, save, calls = RunFolder(tmp_path / "run"), keras.Model.save_weights, itertools.count(1)

    def save_half(self: keras.Model, path: Path) -> None:
        save(self, path)
        if next(calls) == epoch:
            path.write_bytes(path.read_bytes()[:1000])
            raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "save_weights", save_half)
    with pytest.raises(KeyboardInterrupt):
        train(spec(), digits, folder)
    monkeypatch.undo()
    assert [file.name for file in folder.backup.iterdir()] == [WEIGHTS][: epoch - 1]
    assert history(train(spec(), digits, folder)) == history(uninterrupted)


def test_the_folder_holds_the_result_the_best_model_and_the_logs_and_nothing_unfinished(
    digits: Digits, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    ticks = itertools.count(0, 2.5)
    result = train(spec(epochs=2, checkpoint="h5", seed=7), digits, folder, clock=lambda: next(ticks))
    assert sorted(path.name for path in folder.path.iterdir()) == ["best.h5", "logs", "result.json"]
    assert list((folder.logs / "train").glob("events.out.tfevents.*"))
    stored = json.loads(folder.result.read_text())
    assert stored == result.to_dict()
    assert stored["data"] == {"name": "bars", "fingerprint": digits.fingerprint}
    assert stored["spec"]["pipeline"]["ordering"] == FINITE
    assert [epoch["seconds"] for epoch in stored["epochs"]] == [2.5, 2.5]
    assert set(stored["versions"]) == {"python", "tensorflow", "keras", "numpy"}
    test = evaluate(load_classifier(folder.path), digits.test_images, digits.test_labels)
    assert (stored["test_loss"], stored["test_accuracy"]) == (test.loss, test.accuracy)


def test_another_seed_gives_another_run(uninterrupted: TrainResult, digits: Digits, tmp_path: Path) -> None:
    other = train(spec(seed=1, epochs=1), digits, RunFolder(tmp_path / "run"))
    assert other.epochs[0].loss != uninterrupted.epochs[0].loss


def test_an_epoch_can_have_fewer_steps_than_a_pass(digits: Digits, tmp_path: Path) -> None:
    seen: list[int] = []
    count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    train(spec(ENDLESS, epochs=2, steps_per_epoch=3), digits, RunFolder(tmp_path / "run"), listeners=[count])
    assert seen == [0, 1, 2, 0, 1, 2]


def test_a_taken_folder_is_left_alone(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    train(spec(epochs=1), digits, folder)
    before = folder.result.read_bytes()
    with pytest.raises(InputError, match="holds a finished run: choose another --out"):
        train(spec(epochs=1), digits, folder)
    assert folder.result.read_bytes() == before
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "logs").mkdir()
    names = ("chapter1.txt", "best.keras", "logs/mine", "result.json", "state.json")
    for name in names[:3]:
        (foreign / name).write_text("precious")
    for restart in (False, True):
        with pytest.raises(InputError, match="is not an empty folder: choose another --out"):
            train(spec(epochs=1), digits, RunFolder(foreign), restart=restart)
    assert all((foreign / name).read_text() == "precious" for name in names[:3])
    for name in names[3:]:  # somebody else's results by the same names
        (foreign / name).write_text("precious")
        with pytest.raises(InputError, match="holds a finished run|is damaged"):
            train(spec(epochs=1), digits, RunFolder(foreign), restart=True)
    assert all((foreign / name).read_text() == "precious" for name in names)
    with pytest.raises(InputError, match="cannot be written: Not a directory"):
        train(spec(epochs=1), digits, RunFolder(folder.result / "below"))


@pytest.mark.parametrize(
    ("change", "data", "reason"),
    [
        ({"epochs": 9}, 200, "another epochs, 3 not 9"),
        ({}, 199, "another fingerprint, .* not .*"),
        ({"seed": 3}, 200, "another seed, 0 not 3"),
    ],
)
def test_an_unfinished_run_is_only_resumed_as_it_began(
    change: dict, data: int, reason: str, digits: Digits, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        train(spec(), digits, folder, listeners=[Interrupt(1)])
    with pytest.raises(InputError, match=f"holds an unfinished run with {reason}: choose another --out"):
        train(replace(spec(), **change), make_digits(data, 50), folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 1, "spec": {}, "data": {}, "epochs": [{}]}'])
def test_a_damaged_state_is_told_in_one_line(text: str, digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.state.write_text(text)
    with pytest.raises(InputError, match="state.json is damaged: choose another --out"):
        train(spec(), digits, folder)


def test_a_diverged_run_gives_no_model_and_says_so(digits: Digits, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="training diverged: the loss is nan. Give --restart and a lower"):
        train(spec(epochs=1, learning_rate=1e38), digits, RunFolder(tmp_path / "run"))


@pytest.mark.parametrize("loop", ["fit", "graph"])
def test_a_callback_can_stop_any_loop(loop, digits: Digits, tmp_path: Path) -> None:
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None) -> None:
            self.model.stop_training = True

    assert len(train(spec(loop=loop), digits, RunFolder(tmp_path / "run"), listeners=[Stop()]).epochs) == 1


def test_restart_replaces_a_run_that_was_killed_while_it_saved(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    train(spec(epochs=1), digits, folder)
    (folder.path / ".best.keras").write_bytes(b"half a model")
    assert len(train(spec(epochs=2), digits, folder, restart=True).epochs) == 2
