"""What one case of a run amounts to."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.record.capture import Capture
from reports.record.memory import Memory
from reports.record.program import DeviceUse, Extent, StageTimes
from reports.record.record import CaseRecord
from reports.record.sample import Cold, MixingReading, Sample
from reports.stats.median import Estimate
from reports.summary.identity import Facts, Identity, identify
from reports.summary.metric import METRICS, NANOSECONDS, RELATIVE, Metric, Values
from reports.summary.reference import estimate_speed_ratio, find_on_cpu, find_references, read_relative_times

MOST_CONTAMINATED = 0.5  # of a case's turns: beyond that its median is a turn that others had a part in


@dataclass(frozen=True)
class CaseSummary:
    """One case.

    Args:
        identity: By what the case is found again in another run.
        id: Name that exports give it, the same in every run.
        name: Name of the ordering.
        values: Values of each metric that the case has, by the metric's name and by round.
        estimates: Medians of these, by the metric's name.
        ordering: Text of the ordering; empty where the file does not tell, as all that follows.
        consumer: What took the batches.
        consumer_label: The same with the length of its step where that is emulated, such as "emulated-2ms".
        arm: "default" or another set of TensorFlow's rewrites.
        device: "cpu" or "gpu".
        group: Cases that were measured together have the same group; only their rounds belong together.
        step_ms: Length of the emulated accelerator's step; None for any other consumer.
        choices: What sets the case apart from others of its ordering, such as ("source", "png").
        ratio: How many times as fast as its reference it is; None where the two did not take turns.
        is_reference: True for the case that the ratios of its neighbours are to.
        cpu_ratio: How many times as fast as the same case on the CPU it is; None there, or where they took no turns.
        num_turns: How many turns were counted.
        num_contaminated: In how many of these others used more of the machine than the rule allows.
        contaminated_rounds: Rounds of these turns.
        turn_sizes: Numbers of examples that its turns have, in ascending order.
        chain: Stages that TensorFlow ran; None where the file does not tell.
        memory: Reading of its memory, for a case that measures it.
        capture: Profiler's trace, for a case that was traced.
        device_use: Device that was asked for, found and used; None where the file does not tell.
        reference: Name of the subject that ratios are to; None where there is none, or the file does not tell.
        reads_own_data: True for a person's pipeline, of whose data nothing is known.
        extent: How much a turn takes of it; None where that was known beforehand.
        first_epoch: First epoch over the pipeline, in its fresh process; None where the record does not tell it from
            a warm-up, as older ones.
        stage_times: What its stages have of the time, for a case that reads it.
        mixing: How well it mixes its examples, for a case that reads it.
        cold: How cold its last turn was; None for a case whose files were not dropped.
        step_s: Seconds that a consumer which computes takes for a batch; None where nothing tells.
        options: How pytest-benchmark measured it, of other projects' files, such as ("timer", "perf_counter").
        parameters: What pytest.mark.parametrize gave it, of other projects' files.
        mean_s: Mean time of a round, of other projects' files.
        is_rough: True if the file has statistics of its rounds, and not the rounds.
        num_runs: How many runs it stands for, each with one value; None for a case of one run with all of its values.
    """

    identity: Identity
    id: str
    name: str
    values: Mapping[str, Values]
    estimates: Mapping[str, Estimate]
    ordering: str = ""
    consumer: str = ""
    consumer_label: str = ""
    arm: str = ""
    device: str = ""
    group: str = ""
    step_ms: float | None = None
    choices: Facts = ()
    ratio: Estimate | None = None
    is_reference: bool = False
    cpu_ratio: Estimate | None = None
    num_turns: int = 0
    num_contaminated: int = 0
    contaminated_rounds: frozenset[int] = frozenset()
    turn_sizes: tuple[int, ...] = ()
    chain: str | None = None
    memory: Memory | None = None
    capture: Capture | None = None
    device_use: DeviceUse | None = None
    reference: str | None = None
    reads_own_data: bool = False
    extent: Extent | None = None
    first_epoch: Sample | None = None
    stage_times: StageTimes | None = None
    step_s: float | None = None
    options: Facts = ()
    parameters: Facts = ()
    mean_s: float | None = None
    is_rough: bool = False
    num_runs: int | None = None
    cold: Cold | None = None
    mixing: MixingReading | None = None

    @property
    def is_disturbed(self) -> bool:
        """True if others used the machine in so many of its turns that no time is judged by them."""
        return self.num_contaminated > MOST_CONTAMINATED * self.num_turns

    @property
    def first_epoch_s(self) -> float | None:
        """Seconds of the first epoch; None where it is not told."""
        return None if self.first_epoch is None else self.first_epoch.wall_ns / NANOSECONDS

    @property
    def has_equal_epochs(self) -> bool:
        """True if its first epoch and all that were counted have the same number of examples."""
        return self.first_epoch is not None and self.turn_sizes == (self.first_epoch.num_examples,)

    def find(self, metric: Metric) -> Estimate | None:
        """The median of a metric and its interval; None where the case does not have it."""
        return self.estimates.get(metric.name)

    def get(self, metric: Metric) -> Estimate:
        """The same, where the case is known to have the metric.

        Raises:
            KeyError: It does not have it.
        """
        return self.estimates[metric.name]


def summarize_cases(cases: Sequence[CaseRecord]) -> tuple[CaseSummary, ...]:
    """A summary of each case, in their order."""
    references, on_cpu = find_references(cases), find_on_cpu(cases)
    return tuple(_summarize(*each) for each in zip(cases, references, on_cpu, strict=True))


def _summarize(case: CaseRecord, reference: CaseRecord | None, on_cpu: CaseRecord | None) -> CaseSummary:
    values = {metric.name: metric.read(case) for metric in METRICS}
    values[RELATIVE.name] = read_relative_times(case, reference)
    estimates = {metric.name: metric.estimate(values[metric.name]) for metric in METRICS}
    return CaseSummary(
        identity=identify(case),
        id=case.case.label,
        name=case.name,
        values={name: found for name, found in values.items() if found},
        estimates={name: found for name, found in estimates.items() if found is not None},
        ordering=case.ordering,
        consumer=case.consumer,
        consumer_label=case.case.consumer_label,
        arm=case.arm,
        device=case.device,
        group=case.group,
        step_ms=case.step_ms,
        choices=case.choices,
        ratio=estimate_speed_ratio(case, reference),
        is_reference=case is reference,
        cpu_ratio=None if on_cpu is case else estimate_speed_ratio(case, on_cpu),
        num_turns=len(case.turns),
        num_contaminated=sum(turn.sample.contaminated for turn in case.turns),
        contaminated_rounds=frozenset(turn.round for turn in case.turns if turn.sample.contaminated),
        turn_sizes=tuple(sorted({turn.sample.num_examples for turn in case.turns})),
        chain=None if case.program is None else case.program.chain,
        memory=case.memory,
        capture=case.capture,
        device_use=case.device_use,
        reference=case.case.subject.reference,
        reads_own_data=case.reads_own_data,
        extent=case.extent,
        first_epoch=_find_first_epoch(case),
        stage_times=case.stage_times,
        step_s=_find_step_s(case),
        mixing=case.mixing,
        cold=case.turns[-1].sample.cold if case.turns else None,
    )


def _find_first_epoch(case: CaseRecord) -> Sample | None:
    """The first epoch; of a pipeline whose length only its first turn told, that turn, which records always had."""
    if case.first_epochs:
        return case.first_epochs[0].sample
    return None if case.extent is None else case.warm_up


def _find_step_s(case: CaseRecord) -> float | None:
    """The median time that the consumer computes in a turn, over the batches of a turn."""
    busy = [turn.sample.busy_ns for turn in case.turns if turn.sample.busy_ns is not None]
    if not busy or case.extent is None:
        return None
    return statistics.median(busy) / case.extent.num_batches / NANOSECONDS
