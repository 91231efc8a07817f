"""The terms of a proof: what must stay as it is from its first trial to its last, in a file beside the trials."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.gate.design import PairDesign
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from reports.record.file import load_json

FILE = "terms.json"
KEY = "mnist_bench_terms"
FORMAT = 1


@dataclass(frozen=True)
class Terms:
    """What all trials of a proof have in common.

    Args:
        commit: Hash of the commit whose mnist_core is measured.
        seed: Seed for the order of the trials and for every gate run.
        kinds: Kinds of trials that are wanted.
        patterns: Patterns of the ids of the cases to measure; empty means all.
        budget_s: Seconds that each gate run may measure.
        data_fingerprint: SHA-256 of the digits.
        design: How pairs are measured.
    """

    commit: str
    seed: int
    kinds: tuple[str, ...]
    patterns: tuple[str, ...]
    budget_s: float
    data_fingerprint: str
    design: PairDesign


def agree_on(terms: Terms, folder: Path) -> None:
    """Write the terms where there are none; else they must be the same.

    Raises:
        InputError: They are not, or the file cannot be written.
        RecordError: The file is damaged.
    """
    file, wanted = folder / FILE, _describe(terms)
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


def _describe(terms: Terms) -> dict[str, Any]:
    """As JSON has it: flat, lists for tuples."""
    fields = msgspec.json.decode(msgspec.json.encode(terms), type=dict[str, Any])
    return {KEY: FORMAT, **fields.pop("design"), **fields}


def _tell(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
