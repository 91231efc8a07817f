"""Trials decided again, from all their turns; nothing is measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from reports.gate.file import load_gate
from reports.gate.record import GateRecord
from reports.gate.verdict import decide
from reports.trials.trial import Trial, build_trial


def decide_again(trials: Iterable[Trial], folder: Path) -> Iterator[Trial]:
    """Each trial as its turns decide it now; one that went wrong has none, and stays as it is.

    Args:
        trials: The trials in the order of measuring.
        folder: The folder that the names of their gate files start from.

    Raises:
        RecordError: A gate file is missing or damaged.
    """
    former: GateRecord | None = None
    for trial in trials:
        if not trial.gate_file:
            yield trial
            continue
        record = load_gate(folder / trial.gate_file)
        yield build_trial(
            decide(record),
            number=trial.number,
            kind=trial.kind,
            slowdown=trial.slowdown,
            case=trial.case,
            gate_file=trial.gate_file,
            former=former,
        )
        former = record
