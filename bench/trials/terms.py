"""What a user asks of trials, and the terms of a proof: what must stay as it is from its first trial to its last."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.gate.design import GateOptions
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from reports.gate.plan import GatedMetric
from reports.record.file import load_json
from reports.trials.trial import KINDS, TrialKind

FILE = "terms.json"
KEY = "mnist_bench_terms"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class TrialOptions(GateOptions):
    """What a user asks for: the options of every gate run, and how many there are to be.

    Base is the revision that is measured, and the seed decides on the order of the trials and on each run's own seed.

    Args:
        folder: Where the trials are kept; those that are there already count.
        num_trials: How many trials there are to be in the end.
        slice_s: Seconds after which no trial may probably end.
        kinds: Kinds of trials that are wanted.
    """

    folder: Path
    num_trials: int
    slice_s: float = math.inf
    kinds: tuple[TrialKind, ...] = KINDS
    seed: int = 1
    metrics: tuple[GatedMetric, ...] = ("time", "cpu")  # the added work comes before the first batch


def agree_on(options: TrialOptions, commit: str, data_fingerprint: str) -> None:
    """Write the terms into the folder of the trials where there are none; else they must be the same.

    Args:
        options: What the user asks for.
        commit: Hash of the commit whose mnist_core is measured.
        data_fingerprint: SHA-256 of the digits.

    Raises:
        InputError: They are not, or the file cannot be written.
        RecordError: The file is damaged.
    """
    wanted = {
        KEY: FORMAT,
        **asdict(options.design),
        "commit": commit,
        "seed": options.seed,
        "kinds": list(options.kinds),
        "patterns": list(options.patterns),
        "budget_s": options.budget_s,
        "data_fingerprint": data_fingerprint,
    }
    folder, file = options.folder, options.folder / FILE
    if file.exists():
        stored = load_json(file)
        stored = stored if isinstance(stored, dict) else {}
        for name, value in wanted.items():
            if stored.get(name) != value:
                raise InputError(
                    f"{folder} was begun with {name} {_tell(stored.get(name))}, not {_tell(value)}: "
                    "give the former again, or another --out."
                )
        return
    try:
        write_whole(file, json.dumps(wanted, indent=2).encode())
    except OSError as error:
        raise InputError(f"--out {folder} cannot be written: {error.strerror}.") from None


def _tell(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
