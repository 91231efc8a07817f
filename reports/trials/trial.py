"""Trials of the gate: runs whose truth is known, and what it and its peers said, kept in a file line by line."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from reports.gate.pairs import read_differences
from reports.gate.record import GateRecord
from reports.gate.verdict import Decision, Verdict
from reports.record.checks import check_number
from reports.record.errors import RecordError
from reports.record.file import MAX_BYTES
from reports.record.typed_json import convert_json
from reports.summary.outcome import Outcome
from reports.trials.peers import PeerVerdict, decide_by_peers

KEY = "mnist_bench_trial"
FORMAT = 1
BEGINNING = f'{{"{KEY}": '.encode()

TrialKind = Literal["A/A same", "A/A rebuilt", "A/B"]
KINDS: tuple[TrialKind, ...] = get_args(TrialKind)
BROKEN = (Outcome.FAILED, Outcome.NOT_COMPARED)  # the trial went wrong; it says nothing of any rule


@dataclass(frozen=True)
class Trial:
    """One whole run of the gate over the suite, and what it said; a line of a file.

    Args:
        number: from 0, in the order of measuring.
        kind: "A/A same" is a build against itself, "A/A rebuilt" against another build of the same code, "A/B"
            against one with real work added to one case.
        slowdown: that was added, a share; 0 for A/A.
        case: to which it was added; empty for A/A.
        outcome: of the run.
        regressed: the cases that the gate calls REGRESSED, in any metric.
        peers: what the other rules flag on the same turns.
        num_pairs: that were measured.
        spent_s: how long it took.
        datetime: when it began.
        gate_file: where all its turns stand.
        reason: why it ended without a verdict; empty where it has one.
        seen: the ratio of head's CPU time to base's in the slowed case, by the pairs of the screen, which are taken
            before anything is decided; None for A/A, or where it is not known.
        stored: what the other rules flag if base's turns are those of the trial before, as a stored baseline is used;
            None for the first trial.
    """

    number: int
    kind: TrialKind
    slowdown: float
    case: str
    outcome: Outcome
    regressed: tuple[str, ...]
    peers: tuple[PeerVerdict, ...]
    num_pairs: int
    spent_s: float
    datetime: str
    gate_file: str
    reason: str = ""
    seen: float | None = None
    stored: tuple[PeerVerdict, ...] | None = None

    def __post_init__(self) -> None:
        check_number("Trial.slowdown", self.slowdown)
        if (self.kind == "A/B") != (self.slowdown > 0) or (self.kind == "A/B") != bool(self.case):
            raise ValueError("Trial.slowdown and Trial.case belong to A/B, and only there")


def build_trial(
    decision: Decision,
    *,
    number: int,
    kind: TrialKind,
    slowdown: float = 0.0,
    case: str = "",
    gate_file: str = "",
    former: GateRecord | None = None,
) -> Trial:
    """The trial that a decided run was; `former` is the run before, whose base stands for a stored baseline."""
    record = decision.record
    regressed = dict.fromkeys(each.threshold.case for each in decision.findings if each.verdict is Verdict.REGRESSED)
    return Trial(
        number=number,
        kind=kind,
        slowdown=slowdown,
        case=case,
        outcome=decision.outcome,
        regressed=tuple(regressed),
        peers=decide_by_peers(record),
        num_pairs=len(record.pairs),
        spent_s=record.spent_s,
        datetime=record.datetime,
        gate_file=gate_file,
        seen=_read_seen(record, case) if case else None,
        stored=None if former is None else decide_by_peers(record, former),
    )


def _read_seen(record: GateRecord, case: str) -> float | None:
    differences = read_differences(record, case, "cpu", stage="screen")
    return math.exp(statistics.median(differences)) if differences else None


def build_broken_trial(
    *, number: int, kind: TrialKind, slowdown: float = 0.0, case: str = "", reason: str, spent_s: float, datetime: str
) -> Trial:
    """A trial whose run ended with an error: it counts as one that went wrong."""
    return Trial(number, kind, slowdown, case, Outcome.FAILED, (), (), 0, spent_s, datetime, "", reason)


def append_trial(trial: Trial, file: Path) -> None:
    """Add a line; a last line that was cut short when its writer was killed is taken away first.

    Raises:
        RecordError: the file ends in something else.
        OSError: the file cannot be written.
    """
    fields = {**dataclasses.asdict(trial), "outcome": trial.outcome.value}
    line = json.dumps({KEY: FORMAT, **fields}, allow_nan=False)
    with file.open("a+b") as stream:
        stream.seek(0)
        stream.truncate(_find_end(file, stream.read()))
        stream.write(line.encode() + b"\n")


def load_trials(file: Path) -> tuple[Trial, ...]:
    """The trials in a file, without a last line that was cut short.

    Raises:
        RecordError: there is no such file, it cannot be read, or a line of it is damaged or repeats a trial.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RecordError(f"{file} is larger than {MAX_BYTES // 2**20} MiB: no file of trials is.")
        content = file.read_bytes()
    except FileNotFoundError:
        raise RecordError(f"{file} does not exist: give the file that trials of the gate left.") from None
    except OSError as error:
        raise RecordError(f"{file} cannot be read: {error.strerror}.") from None
    lines = content[: _find_end(file, content)].splitlines()
    trials = tuple(_parse(file, number, line) for number, line in enumerate(lines, start=1))
    for line, (before, trial) in enumerate(itertools.pairwise(trials), start=2):
        if trial.number <= before.number:
            raise RecordError(f"{file}, line {line} repeats trial {trial.number}: two slices ran at once; remove it.")
    return trials


def _find_end(file: Path, content: bytes) -> int:
    """Where the last whole line ends; behind it may only stand the beginning of a trial."""
    end = content.rfind(b"\n") + 1
    rest = content[end:]
    if rest[: len(BEGINNING)] != BEGINNING[: len(rest)]:
        raise RecordError(f"{file} does not end in a trial: give a file that trials of the gate left.")
    return end


def _parse(file: Path, number: int, line: bytes) -> Trial:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        is_known = fields.pop(KEY) == FORMAT
        trial = convert_json(fields, Trial) if is_known else None
    except (KeyError, ValueError, RecursionError):
        raise RecordError(f"{file}, line {number} is damaged, or no trial.") from None
    if trial is None:
        raise RecordError(f"{file}, line {number} has another format than {FORMAT}: use a newer version.")
    return trial
