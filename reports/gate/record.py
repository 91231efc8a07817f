"""The record of one gate run: two revisions, and every pair of processes that was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from reports.record.checks import check_choice, check_count, check_line, check_number, check_type, check_unique
from reports.record.record import Machine, Sample, Setting

Metric = Literal["time", "cpu", "first_batch", "memory"]
Kind = Literal["gate", "control"]
Stage = Literal["screen", "confirm"]
SideName = Literal["base", "head"]
METRICS: tuple[Metric, ...] = get_args(Metric)


@dataclass(frozen=True)
class Revision:
    """One of the two sides: its code, data and packages.

    Args:
        name: as it was asked for, such as main or HEAD~1.
        commit: the hash; of a working tree, the commit that it stands on.
        setting: data and versions, as the side's own workers told them.
        is_working_tree: a copy of the files as they were, uncommitted changes included.
    """

    name: str
    commit: str
    setting: Setting
    is_working_tree: bool = False

    def __post_init__(self) -> None:
        check_line("Revision.name", self.name)
        check_line("Revision.commit", self.commit)
        check_type("Revision.is_working_tree", self.is_working_tree, bool)
        check_type("Setting.data_name", self.setting.data_name, str)
        check_type("Setting.data_fingerprint", self.setting.data_fingerprint, str)


@dataclass(frozen=True)
class Renaming:
    """A case whose specification both revisions have under different names."""

    base: str
    head: str


@dataclass(frozen=True)
class Cases:
    """The ids of the cases of both revisions.

    Args:
        compared: in both; a renamed one under head's name.
        only_in_base: missing in head.
        only_in_head: new.
        renamed: compared too.
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
class Threshold:
    """What counts as worse, for one case and one metric; both are shares, 0.05 is 5 %.

    Args:
        case: the id.
        metric: time and cpu are per example.
        limit: OK means that a change as large as this is ruled out.
        margin: REGRESSED means that the change is larger than this.
    """

    case: str
    metric: Metric
    limit: float
    margin: float

    def __post_init__(self) -> None:
        check_type("Threshold.case", self.case, str)
        check_choice("Threshold.metric", self.metric, METRICS)
        check_number("Threshold.margin", self.margin)
        check_number("Threshold.limit", self.limit)
        if self.margin >= self.limit:
            raise ValueError(f"Threshold.margin must be below limit, got {self.margin:g} and {self.limit:g}")


@dataclass(frozen=True)
class Plan:
    """What was fixed before the first pair.

    Args:
        thresholds: one for every compared case and metric that is gated.
        control_cases: the ids of the cases that are also measured base against base.
        alpha: the chance that a run of the whole suite finds a regression where there is none.
        look_shares: of alpha, for each look at the confirming pairs; each look has twice the pairs of the one before.
        num_screen_pairs: of every case.
        num_control_pairs: base against base, of all control cases together.
    """

    thresholds: tuple[Threshold, ...]
    control_cases: tuple[str, ...]
    alpha: float = 0.01
    look_shares: tuple[float, ...] = (0.4, 0.6)
    num_screen_pairs: int = 6
    num_control_pairs: int = 12

    def __post_init__(self) -> None:
        check_number("Plan.alpha", self.alpha)
        if not 0 < self.alpha < 1:
            raise ValueError(f"Plan.alpha must be between 0 and 1, got {self.alpha:g}")
        for share in self.look_shares:
            check_number("Plan.look_shares", share)
        if not math.isclose(sum(self.look_shares), 1) or min(self.look_shares) <= 0:
            raise ValueError(f"Plan.look_shares must be above 0 and add up to 1, got {self.look_shares}")
        check_count("Plan.num_screen_pairs", self.num_screen_pairs, at_least=1)
        check_count("Plan.num_control_pairs", self.num_control_pairs, at_least=1)
        check_unique("Plan.thresholds", [(each.case, each.metric) for each in self.thresholds])
        check_unique("Plan.control_cases", self.control_cases)


@dataclass(frozen=True)
class Side:
    """What one process of a pair gave.

    Args:
        slot: which of the two processes it was forked from, 0 or 1, drawn for each pair.
        turns: the i-th is a neighbour in time of the other side's i-th.
        live_bytes: what the pipeline held; None where it was not read.
    """

    slot: int
    turns: tuple[Sample, ...]
    live_bytes: int | None = None

    def __post_init__(self) -> None:
        check_count("Side.slot", self.slot)
        if self.live_bytes is not None:
            check_count("Side.live_bytes", self.live_bytes)


@dataclass(frozen=True)
class Pair:
    """Two fresh processes that took turns.

    Args:
        case: the id.
        kind: "gate" is head against base; "control" is base against base, one of which plays head's part.
        stage: "screen" or "confirm"; no pair serves both.
        number: from 0, in the order of measuring, of its case, kind and stage.
        first: the side that had the first turn, drawn for each pair.
        base: one side.
        head: the other side.
        core: that both were pinned to; None is free.
    """

    case: str
    kind: Kind
    stage: Stage
    number: int
    first: SideName
    base: Side
    head: Side
    core: int | None = None

    def __post_init__(self) -> None:
        check_type("Pair.case", self.case, str)
        check_choice("Pair.kind", self.kind, get_args(Kind))
        check_choice("Pair.stage", self.stage, get_args(Stage))
        check_choice("Pair.first", self.first, get_args(SideName))
        check_count("Pair.number", self.number)
        if len(self.base.turns) != len(self.head.turns):
            raise ValueError(f"Pair.base has {len(self.base.turns)} turns, but Pair.head {len(self.head.turns)}")
        if not self.base.turns and None in (self.base.live_bytes, self.head.live_bytes):
            raise ValueError("Pair has neither turns nor memory")
        if self.core is not None:
            check_count("Pair.core", self.core)


@dataclass(frozen=True)
class Failure:
    """A side that gave no numbers in a pair, and why, in one line; the pair counts as measured, but has none."""

    case: str
    kind: Kind
    stage: Stage
    number: int
    side: SideName
    reason: str

    def __post_init__(self) -> None:
        check_type("Failure.case", self.case, str)
        check_choice("Failure.kind", self.kind, get_args(Kind))
        check_choice("Failure.stage", self.stage, get_args(Stage))
        check_choice("Failure.side", self.side, get_args(SideName))
        check_count("Failure.number", self.number)
        check_type("Failure.reason", self.reason, str)


@dataclass(frozen=True)
class GateRecord:
    """One gate run, finished or not.

    Args:
        base: the revision that is compared with.
        head: the revision that is judged.
        machine: both ran on it.
        cases: which there are.
        plan: what was fixed beforehand.
        seed: of orders and slots.
        pairs: in the order of measuring.
        failures: likewise.
        environment_line: how the packages of the two differ; empty if both ran with the same.
        interruption: why it ended before all was measured; empty if it did not.
        notices: lines that the user was told.
        spent_s: how long it took.
        datetime: when it began, in ISO 8601.
    """

    base: Revision
    head: Revision
    machine: Machine
    cases: Cases
    plan: Plan
    seed: int
    pairs: tuple[Pair, ...] = ()
    failures: tuple[Failure, ...] = ()
    environment_line: str = ""
    interruption: str = ""
    notices: tuple[str, ...] = ()
    spent_s: float = 0.0
    datetime: str = ""

    def __post_init__(self) -> None:
        if self.base.setting.data_fingerprint != self.head.setting.data_fingerprint:
            raise ValueError("base and head were measured on different data and cannot be compared")
        check_number("GateRecord.spent_s", self.spent_s)
        check_type("GateRecord.seed", self.seed, int)
        check_type("Machine.cpu", self.machine.cpu, str)
        for name in ("environment_line", "interruption", "datetime"):
            check_type(f"GateRecord.{name}", getattr(self, name), str)
        check_unique("pair", [(each.case, each.kind, each.stage, each.number) for each in self.pairs])
        known = set(self.cases.compared)
        named = [each.case for part in (self.pairs, self.failures, self.plan.thresholds) for each in part]
        if unknown := {*named, *self.plan.control_cases} - known:
            raise ValueError(f"case {min(unknown)!r} is not among the compared ones")
