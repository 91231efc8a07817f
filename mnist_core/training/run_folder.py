"""The folder that a training run leaves, and from which an interrupted run goes on."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core.digits.load import Digits
from mnist_core.files.bounded import MEBIBYTE, read_bounded
from mnist_core.files.locks import hold_folder
from mnist_core.files.whole_file import write_json
from mnist_core.language.errors import InputError
from mnist_core.language.spec import TrainSpec

STATE_FORMAT = 1
MAX_STATE_BYTES = 16 * MEBIBYTE


@dataclass(frozen=True)
class EpochResult:
    """One epoch: its number from 1, mean training loss and accuracy, learning rate and wall-clock seconds."""

    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class RunFolder:
    """Where one run keeps its files.

    ``best.keras`` (or ``best.h5``) the best model, ``logs/`` TensorBoard's, ``traces/train/`` the profiler's traces of
    training, ``result.json`` the closing result; ``state.json`` and ``backup/`` are there only while the run is
    unfinished.

    Example:
        >>> folder = RunFolder(Path("runs/linear"))
        >>> folder.result.name
        'result.json'
    """

    path: Path

    @property
    def result(self) -> Path:
        """The closing result, the last file written."""
        return self.path / "result.json"

    @property
    def state(self) -> Path:
        """What is being trained, and the epochs so far."""
        return self.path / "state.json"

    @property
    def backup(self) -> Path:
        """The folder of the weights after the last epoch."""
        return self.path / "backup"

    @property
    def logs(self) -> Path:
        """The TensorBoard log folder."""
        return self.path / "logs"

    @property
    def train_traces(self) -> Path:
        """The traces of training steps, in TensorBoard's layout."""
        return self.path / "traces" / "train"

    def best_model(self, spec: TrainSpec) -> Path:
        """The best model's file."""
        return self.path / f"best.{spec.checkpoint}"

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other processes out of the folder while the block runs.

        Raises:
            InputError: Another process writes to it, or it cannot be made.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(hold_folder(self.path))
            except FileExistsError:
                raise InputError(f"{self.path} is not an empty folder: choose another --out.") from None
            except OSError as error:
                raise InputError(f"{self.path} cannot be written: {error.strerror}. Choose another --out.") from None
            yield

    def begin(self, spec: TrainSpec, digits: Digits, *, restart: bool = False) -> tuple[EpochResult, ...]:
        """Take the folder for this run; the epochs that an interrupted run of the same spec and data has behind it.

        Args:
            spec: Training that is about to begin.
            digits: Digits to train on.
            restart: Throw away what an earlier run left here.

        Raises:
            InputError: The folder holds a finished run, a run of another spec or other data, or other files.
        """
        if restart and self._is_ours():
            self._clear()
        if self.result.exists():
            raise InputError(
                f"{self.path} holds a finished run: choose another --out, or give --restart to replace it."
            )
        epochs: tuple[EpochResult, ...] = ()
        if self.state.exists():
            epochs = self._load_epochs(spec, digits)
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise InputError(f"{self.path} is not an empty folder: choose another --out.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.write_state(spec, digits, epochs)
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror}. Choose another --out.") from None
        return epochs

    def write_state(self, spec: TrainSpec, digits: Digits, epochs: Sequence[EpochResult]) -> None:
        """Note the epochs so far."""
        identity = _describe_run(spec, digits)
        write_json(self.state, {**identity, "epochs": [dataclasses.asdict(epoch) for epoch in epochs]})

    def finish(self, result: dict[str, Any]) -> None:
        """Write the closing result and drop what only an unfinished run needs."""
        write_json(self.result, result)
        self.state.unlink()
        shutil.rmtree(self.backup, ignore_errors=True)

    def _is_ours(self) -> bool:
        """True if a run of this program left the folder: nothing is deleted on the strength of a name alone."""
        for file in (self.result, self.state):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                if "format" in json.loads(read_bounded(file, MAX_STATE_BYTES)):
                    return True
        return False

    def _clear(self) -> None:
        """Delete what a run leaves, finished or killed, and nothing else."""
        beside = self.path.glob(".*.part")
        bests = (self.path / f"{dot}best.{suffix}" for dot in ("", ".") for suffix in ("keras", "h5"))
        for file in (self.result, self.state, *bests, *beside):
            file.unlink(missing_ok=True)
        for folder in (self.backup, self.logs, self.train_traces):
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # others may keep traces beside those of training
            self.train_traces.parent.rmdir()

    def _load_epochs(self, spec: TrainSpec, digits: Digits) -> tuple[EpochResult, ...]:
        advice = "choose another --out, or give --restart to replace it."
        try:
            state = json.loads(read_bounded(self.state, MAX_STATE_BYTES))
            identity = {key: state[key] for key in ("format", "spec", "data")}
            epochs = tuple(EpochResult(**epoch) for epoch in state["epochs"])
        except (OSError, ValueError, TypeError, KeyError):
            raise InputError(f"{self.state} is damaged: {advice}") from None
        for key, value in _describe_run(spec, digits).items():
            if identity[key] != value:
                what = _find_difference(key, identity[key], value)
                raise InputError(f"{self.path} holds an unfinished run with another {what}: {advice}")
        return epochs


def _describe_run(spec: TrainSpec, digits: Digits) -> dict[str, Any]:
    data = {"name": digits.name, "fingerprint": digits.fingerprint}
    return {"format": STATE_FORMAT, "spec": spec.to_dict(), "data": data}


def _find_difference(name: str, stored: Any, asked: Any) -> str:
    """The first value that differs, such as "epochs, 3 not 5"."""
    if isinstance(stored, dict) and isinstance(asked, dict):
        for key, value in asked.items():
            if stored.get(key) != value:
                return _find_difference(key, stored.get(key), value)
    return f"{name}, {stored} not {asked}"
