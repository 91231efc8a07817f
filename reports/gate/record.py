"""The record of one gate run: two revisions, and every pair of processes that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from reports.gate.plan import Plan
from reports.gate.work import GatedPipeline
from reports.record.machine import Machine, Setting
from reports.record.sample import Sample
from reports.record.stored.checks import check_at_least, check_line, check_number, check_unique

PairKind = Literal["gate", "control"]
Stage = Literal["screen", "confirm"]
SideName = Literal["base", "head"]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class Revision:
    """One of the two sides: its code, data and packages.

    Args:
        name: The revision as it was asked for, such as main or HEAD~1.
        commit: The hash of the commit; of a working tree, of the commit that it stands on.
        setting: Data and versions, as the side's own workers told them.
        is_working_tree: True for a copy of the files as they were, uncommitted changes included.
    """

    name: str
    commit: str
    setting: Setting
    is_working_tree: bool = False

    def __post_init__(self) -> None:
        check_line("Revision.name", self.name)
        check_line("Revision.commit", self.commit)


@dataclass(frozen=True)
class Renaming:
    """A case whose specification both revisions have under different names."""

    base: str
    head: str


@dataclass(frozen=True)
class Cases:
    """The ids of the cases of both revisions.

    Args:
        compared: Ids of the cases that both revisions have; a renamed case stands here under head's name.
        only_in_base: Ids that head lacks.
        only_in_head: Ids that base lacks.
        renamed: The cases that both revisions have under different names.
    """

    compared: tuple[str, ...]
    only_in_base: tuple[str, ...] = ()
    only_in_head: tuple[str, ...] = ()
    renamed: tuple[Renaming, ...] = ()

    def __post_init__(self) -> None:
        for name in ("compared", "only_in_base", "only_in_head"):
            ids = getattr(self, name)
            check_unique(f"Cases.{name}", ids)
            for each in ids:
                check_line(f"Cases.{name}", each)


@dataclass(frozen=True)
class Side:
    """What one process of a pair gave.

    Args:
        slot: Which of the gate's two long-lived processes this one was forked from, 0 or 1; drawn for each pair.
        turns: One sample a turn; the i-th is a neighbour in time of the other side's i-th.
        live_bytes: What the pipeline held; None where it was not read.
    """

    slot: int
    turns: tuple[Sample, ...]
    live_bytes: int | None = None

    def __post_init__(self) -> None:
        check_at_least("Side.slot", self.slot)
        if self.live_bytes is not None:
            check_at_least("Side.live_bytes", self.live_bytes)


@dataclass(frozen=True)
class Series:
    """The pairs that are counted and judged together.

    Args:
        case: Id of the case.
        kind: "gate" is head against base; "control" is base against base, one of which plays head's part.
        stage: "screen" or "confirm"; no pair serves both.
    """

    case: str
    kind: PairKind
    stage: Stage

    @property
    def series(self) -> Series:
        """The series alone, of what belongs to one."""
        return Series(self.case, self.kind, self.stage)


@dataclass(frozen=True)
class Pair(Series):
    """Two fresh processes that took turns.

    Args:
        case: Id of the case.
        kind: What was compared, as in `Series`.
        stage: What the pair serves, as in `Series`.
        number: Number of the pair among those of its case, kind and stage, from 0, in the order of measuring.
        first: The side that had the first turn, drawn for each pair.
        base: What base gave.
        head: What head gave.
        core: The core that both processes were kept on; None if they were free.
    """

    number: int
    first: SideName
    base: Side
    head: Side
    core: int | None = None

    def __post_init__(self) -> None:
        check_at_least("Pair.number", self.number)
        if len(self.base.turns) != len(self.head.turns):
            raise ValueError(f"Pair.base has {len(self.base.turns)} turns, but Pair.head {len(self.head.turns)}")
        if not self.base.turns and None in (self.base.live_bytes, self.head.live_bytes):
            raise ValueError("Pair has neither turns nor memory")
        if self.core is not None:
            check_at_least("Pair.core", self.core)


@dataclass(frozen=True)
class Failure(Series):
    """A side that gave no numbers in a pair, and why, in one line; the pair counts as measured, but has none."""

    number: int
    side: SideName
    reason: str

    def __post_init__(self) -> None:
        check_at_least("Failure.number", self.number)


@dataclass(frozen=True)
class GateRecord:
    """One gate run, finished or not.

    Args:
        base: The revision that head is compared with.
        head: The revision that is judged.
        machine: The machine that both ran on.
        cases: The ids of the cases of both revisions.
        plan: What was fixed before the first pair.
        seed: Seed for every order and every choice of a process that the run drew.
        pairs: All pairs that gave numbers, in the order of measuring.
        failures: All sides that gave none, in the order of measuring.
        notices: Lines that the user was told.
        environment_line: How the packages of the two sides differ; empty if both ran with the same.
        interruption: Why the run ended before all was measured; empty if it did not.
        spent_s: Seconds that the measuring took.
        datetime: When the run began, in ISO 8601.
        pipelines: The pipelines that are judged, and whether both sides of each give the same; none where the cases
            are orderings of ours.
        refusal: Why nothing was timed; empty if something was to be.
    """

    base: Revision
    head: Revision
    machine: Machine
    cases: Cases
    plan: Plan
    seed: int
    pairs: tuple[Pair, ...]
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]
    environment_line: str = ""
    interruption: str = ""
    spent_s: float = 0.0
    datetime: str = ""
    pipelines: tuple[GatedPipeline, ...] = ()
    refusal: str = ""

    def __post_init__(self) -> None:
        if self.base.setting.data_fingerprint != self.head.setting.data_fingerprint:
            raise ValueError("base and head were measured on different data and cannot be compared")
        check_number("GateRecord.spent_s", self.spent_s)
        check_unique("pair", [(each.series, each.number) for each in self.pairs])
        known = set(self.cases.compared)
        check_line("GateRecord.refusal", self.refusal)
        parts = (self.pairs, self.failures, self.plan.thresholds, self.pipelines)
        named = [each.case for part in parts for each in part]
        if unknown := {*named, *self.plan.control_cases} - known:
            raise ValueError(f"case {min(unknown)!r} is not among the compared ones")

    @property
    def broken(self) -> dict[str, str]:
        """Why pipelines could not even be read, by the ids of their cases: nothing of them is measured."""
        return {each.case: each.failure for each in self.pipelines if each.failure}

    def find_pairs(self, series: Series) -> list[Pair]:
        """The pairs of a series, in the order of measuring."""
        return [pair for pair in self.pairs if pair.series == series]

    def find_tried(self, series: Series) -> set[int]:
        """The numbers of a series' pairs that are there or have failed."""
        measured: tuple[Pair | Failure, ...] = (*self.pairs, *self.failures)
        return {each.number for each in measured if each.series == series}

    def find_failures(self, case: str, kind: PairKind = "gate", stages: Sequence[Stage] = STAGES) -> list[Failure]:
        """The failures of a case in these stages, in the order of measuring."""
        wanted = {Series(case, kind, stage) for stage in stages}
        return [failure for failure in self.failures if failure.series in wanted]
