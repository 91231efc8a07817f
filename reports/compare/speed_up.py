"""The same case on the CPU and on another device: how many times as fast. Never a regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.stats.median import Estimate
from reports.stats.unpaired import estimate_unpaired_ratio
from reports.summary.case import CaseSummary
from reports.summary.identity import Identity
from reports.summary.metric import TIME
from reports.summary.reference import CPU, estimate_shared
from reports.summary.summary import Summary


@dataclass(frozen=True)
class SpeedUp:
    """One case on two devices.

    Args:
        case: Case on the other device.
        cpu_s: Seconds per example on the CPU.
        other_s: Seconds per example on the other device.
        ratio: CPU's time over the other's: above 1 the other device is faster.
    """

    case: Identity
    cpu_s: Estimate
    other_s: Estimate
    ratio: Estimate


@dataclass(frozen=True)
class SpeedUps:
    """The cases that two devices have in common.

    Args:
        cpu_run: Number of the run that has the CPU's side, from 0.
        other_run: Number of the run that has the other device's side; the same one, if turns are compared within a
            round.
        rows: Cases, at least one, the largest speed-up first.
    """

    cpu_run: int
    other_run: int
    rows: tuple[SpeedUp, ...]


def find_speed_ups(runs: Sequence[Summary]) -> tuple[SpeedUps, ...]:
    """By pair of runs, each run beside itself first. What a run has on both devices is not looked for in two runs."""
    own = [_pair(number, number, run.cases, run.cases) for number, run in enumerate(runs)]
    paired = {_strip(row.case) for found in own for row in found.rows}
    across = [
        _pair(ours, theirs, runs[ours].cases, _leave_out(runs[theirs], paired))
        for ours in range(len(runs))
        for theirs in range(len(runs))
        if ours != theirs
    ]
    return tuple(found for found in [*own, *across] if found.rows)


def _strip(identity: Identity) -> Identity:
    """The case, on whatever device."""
    return replace(identity, device="")


def _leave_out(run: Summary, paired: set[Identity]) -> tuple[CaseSummary, ...]:
    return tuple(case for case in run.cases if _strip(case.identity) not in paired)


def _pair(cpu_run: int, other_run: int, cases: Sequence[CaseSummary], others: Sequence[CaseSummary]) -> SpeedUps:
    on_cpu = {_strip(case.identity): case for case in cases if case.identity.device == CPU and TIME.name in case.values}
    elsewhere = [case for case in others if case.identity.device not in (CPU, "") and TIME.name in case.values]
    pairs = [(on_cpu[_strip(case.identity)], case) for case in elsewhere if _strip(case.identity) in on_cpu]
    rows = [_compare(cpu, other, is_paired=cpu_run == other_run) for cpu, other in pairs]
    return SpeedUps(cpu_run, other_run, tuple(sorted(rows, key=lambda row: row.ratio.median, reverse=True)))


def _compare(cpu: CaseSummary, other: CaseSummary, *, is_paired: bool) -> SpeedUp:
    """Turn against turn of a round where they were measured together, else every turn against every turn."""
    ours, theirs = cpu.values[TIME.name], other.values[TIME.name]
    paired = estimate_shared(ours, theirs) if is_paired else None
    ratio = paired or estimate_unpaired_ratio(list(ours.values()), list(theirs.values()))
    return SpeedUp(other.identity, cpu.get(TIME), other.get(TIME), ratio)
