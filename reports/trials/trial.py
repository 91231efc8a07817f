"""Trials of the gate: runs whose truth is known, and what it and its peers said, kept in a file line by line."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from reports.gate.pairs import read_differences
from reports.gate.record import GateRecord
from reports.gate.verdict import Decision, GateVerdict
from reports.record.errors import RecordError
from reports.record.stored.checks import check_number
from reports.summary.outcome import Outcome
from reports.trials.lines import LineFormat
from reports.trials.peers import PeerVerdict, decide_by_peers

FORMAT = 1

TrialKind = Literal["A/A same", "A/A rebuilt", "A/B"]
KINDS: tuple[TrialKind, ...] = get_args(TrialKind)
BROKEN = (Outcome.FAILED, Outcome.NOT_COMPARED)  # the trial went wrong; it says nothing of any rule


@dataclass(frozen=True)
class Trial:
    """One whole run of the gate over the suite, and what it said; a line of a file.

    Args:
        number: Number of the trial, from 0, in the order of measuring.
        kind: "A/A same" is a build against itself, "A/A rebuilt" against another build of the same code, "A/B"
            against one with real work added to one case.
        slowdown: Work that was added, as a share of the case's; 0 for A/A.
        case: Id of the case to which it was added; empty for A/A.
        outcome: What the gate said of the run.
        regressed: Ids of the cases that the gate calls REGRESSED, in any metric.
        peers: What the other rules flag on the same turns.
        num_pairs: Pairs of processes that were measured.
        spent_s: Seconds that the run took.
        datetime: When the run began, in ISO 8601.
        gate_file: The file in which all its turns stand, as seen from the file of trials; empty if it has none.
        reason: Why it ended without a verdict; empty where it has one.
        seen: The ratio of head's CPU time to base's in the slowed case, by the pairs of the screen, which are taken
            before anything is decided; None for A/A, or where it is not known.
        stored: What the other rules flag if base's turns are those of the trial before, as a stored baseline is used;
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
    regressed = dict.fromkeys(
        each.threshold.case for each in decision.findings if each.verdict is GateVerdict.REGRESSED
    )
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


TRIALS = LineFormat("mnist_bench_trial", FORMAT, Trial, "trial", "trials of the gate")


def load_trials(file: Path) -> tuple[Trial, ...]:
    """The trials in a file, without a last line that was cut short.

    Raises:
        RecordError: There is no such file, it cannot be read, or a line of it is damaged or repeats a trial.
    """
    trials = TRIALS.load(file)
    for line, (before, trial) in enumerate(itertools.pairwise(trials), start=2):
        if trial.number <= before.number:
            raise RecordError(f"{file}, line {line} repeats trial {trial.number}: two slices ran at once; remove it.")
    return trials
