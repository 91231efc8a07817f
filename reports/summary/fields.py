"""Which cases stand beside each other, and what that shows: ranks, twins, shuffling, predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from reports.record.case import CONTROL
from reports.stats.crossover import Crossover, find_crossover, find_paying_epoch
from reports.stats.median import Estimate
from reports.stats.unpaired import estimate_unpaired_ratio
from reports.summary.case import CaseSummary
from reports.summary.metric import ACCURACY, BUSY_SHARE, DISPLACEMENT, LABEL_RUNS, RATE, TURN_TIME
from reports.summary.reference import CPU, SAME_CASE

COLD = "cold"  # the group of the same pipelines with their files dropped from the page cache
PIPELINES = "pipelines"  # the group of a run of a person's pipelines
HELD = "this process"  # the group of what was measured in the process that asked for it, and took no turns with others
MAIN_GROUPS = ("orderings", "training", "memory")  # the others' cases stand in the tables of claims and of mixing
BUSY_ENOUGH = 0.90  # MLPerf Storage asks it of most workloads: Submission_guidelines.md, table 1
CACHE = "cache()"  # a stage, as orderings spell it
SORTED, BUFFER = "sorted_", "buffer_"  # the accuracy with a buffer stands beside the mixing by it


@dataclass(frozen=True)
class Ranked:
    """A drained case among those that it is compared with.

    Args:
        case: Case that was drained.
        is_fastest: True for the one with the highest median.
        is_level: True for another one that cannot be told from the fastest: the two intervals share a value, or equal
            cases of the run differed by as much as the two.
        emulated: Same ordering feeding an emulated accelerator; None where that was not measured.
        memory: Same ordering as its memory was read; None likewise.
        same_as: Name of the faster case of which TensorFlow ran the same program; None where there is none.
    """

    case: CaseSummary
    is_fastest: bool
    is_level: bool
    emulated: CaseSummary | None
    memory: CaseSummary | None
    same_as: str | None


@dataclass(frozen=True)
class Field:
    """The drained cases of one arm on one device: only these are compared with each other.

    Args:
        arm: Set of TensorFlow's rewrites that all of them have.
        device: Device that all of them ran on.
        ranked: Cases, the fastest first.
    """

    arm: str
    device: str
    ranked: tuple[Ranked, ...]

    @property
    def fastest(self) -> CaseSummary:
        """The case with the highest median."""
        return self.ranked[0].case

    @property
    def reference(self) -> CaseSummary | None:
        """The case that the others' ratios are to; None where it was not measured."""
        return next((each.case for each in self.ranked if each.case.is_reference), None)


@dataclass(frozen=True)
class Payback:
    """From which epoch on a cache pays: its first epoch fills it.

    Args:
        case: Case with the cache.
        other: Case that it is compared with: the same ordering without its cache, or the reference.
        epoch: Epoch after which it has taken less time in all, by the medians of later epochs; None if it never does.
        earliest: The same by the ends of their intervals that are best for the cache.
        latest: The same by the ends that are worst for it; None if it may never pay.
    """

    case: CaseSummary
    other: CaseSummary
    epoch: int | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True)
class Mixed:
    """How well one case shuffles.

    Args:
        case: Case whose order was scored.
        accuracy: Accuracy of a model that was trained through the same buffer on sorted data; None if none was.
    """

    case: CaseSummary
    accuracy: Estimate | None


@dataclass(frozen=True)
class Prediction:
    """A model that predicts batches of one size."""

    model: str
    batch_size: int
    case: CaseSummary


@dataclass(frozen=True)
class Winner:
    """From which batch size on a device predicts faster than the CPU."""

    model: str
    device: str
    crossover: Crossover


@dataclass(frozen=True)
class ColdPair:
    """A pipeline that was read cold, beside its warm turns.

    Args:
        case: Case whose files were dropped before every turn.
        warm: Same pipeline as it is read otherwise; None where that was not measured.
        ratio: How many times as fast it was cold; None likewise. The two took no turns together.
    """

    case: CaseSummary
    warm: CaseSummary | None
    ratio: Estimate | None


def pair_cold(cases: Sequence[CaseSummary]) -> tuple[ColdPair, ...]:
    """The pipelines that were read cold, in their order."""
    warm = {case.name: case for case in cases if case.group == PIPELINES and case.consumer == "drain"}
    return tuple(_pair_cold(case, warm.get(case.name)) for case in cases if case.group == COLD and case.num_turns)


def _pair_cold(case: CaseSummary, warm: CaseSummary | None) -> ColdPair:
    if warm is None or not warm.num_turns:
        return ColdPair(case, None, None)
    cold_rates, warm_rates = (list(each.values[RATE.name].values()) for each in (case, warm))
    return ColdPair(case, warm, estimate_unpaired_ratio(cold_rates, warm_rates))


def list_drained(cases: Sequence[CaseSummary]) -> list[CaseSummary]:
    """The main job's cases that only take batches, without the control."""
    main = [case for case in cases if case.group == "orderings"]
    return [case for case in main if case.consumer == "drain" and case.name != CONTROL and case.num_turns]


def rank_fields(cases: Sequence[CaseSummary], equal_factor: float = 1.0) -> tuple[Field, ...]:
    """The drained cases of each arm and device, the fastest first.

    Args:
        cases: All cases of the run.
        equal_factor: By what factor equal cases may differ in this run, as its A/A control says.
    """
    found: dict[tuple[str, str], list[CaseSummary]] = {}
    for case in list_drained(cases):
        found.setdefault((case.arm, case.device), []).append(case)
    main: dict[tuple[str, ...], CaseSummary] = {}
    for case in cases:
        if case.group in MAIN_GROUPS:
            main.setdefault((case.name, case.arm, case.device, case.consumer), case)
    return tuple(Field(arm, device, _rank(drained, main, equal_factor)) for (arm, device), drained in found.items())


def _rank(
    drained: Sequence[CaseSummary], main: Mapping[tuple[str, ...], CaseSummary], equal_factor: float
) -> tuple[Ranked, ...]:
    ordered = sorted(drained, key=lambda case: case.get(RATE).median, reverse=True)
    best, same = ordered[0], _find_same_programs(ordered)
    return tuple(
        Ranked(
            case,
            is_fastest=case is best,
            is_level=case is not best and _is_level(case.get(RATE), best.get(RATE), equal_factor),
            emulated=main.get((case.name, case.arm, case.device, "emulated")),
            memory=main.get((case.name, case.arm, case.device, "memory")),
            same_as=same.get(case.name),
        )
        for case in ordered
    )


def _is_level(rate: Estimate, best: Estimate, equal_factor: float) -> bool:
    return rate.overlaps(best) or best.median < equal_factor * rate.median


def _find_same_programs(cases: Sequence[CaseSummary]) -> dict[str, str]:
    """For each case that TensorFlow ran as the same program as an earlier one: its name and that one's."""
    first = {case.chain: case.name for case in reversed(cases)}
    return {case.name: first[case.chain] for case in cases if case.chain and first[case.chain] != case.name}


def find_paybacks(fields: Sequence[Field]) -> tuple[Payback, ...]:
    """For each ordering with a cache, from which epoch on that pays; none where first epochs are not told."""
    found: list[Payback] = []
    for field in fields:
        cases = [each.case for each in field.ranked if each.case.has_equal_epochs]
        for case in cases:
            without = case.ordering.replace(f".{CACHE}", "").removeprefix(f"{CACHE}.")
            uncached = (each for each in cases if each.ordering == without != case.ordering)
            references = (each for each in cases if each.is_reference and without != case.ordering)
            others = {each.name: each for each in (*uncached, *references) if each.turn_sizes == case.turn_sizes}
            found += [_find_payback(case, other) for other in others.values() if other is not case]
    return tuple(found)


def _find_payback(case: CaseSummary, other: CaseSummary) -> Payback:
    later, other_later = case.get(TURN_TIME), other.get(TURN_TIME)
    first_s, other_first_s = (each.first_epoch_s or 0.0 for each in (case, other))  # both have one

    def find(later_s: float | None, other_later_s: float | None) -> int | None:
        if later_s is None or other_later_s is None:
            return None
        return find_paying_epoch(first_s, later_s, other_first_s, other_later_s)

    ends = find(later.low, other_later.high), find(later.high, other_later.low)
    return Payback(case, other, find(later.median, other_later.median), *ends)


def list_busy(cases: Sequence[CaseSummary]) -> tuple[CaseSummary, ...]:
    """The main job's cases that surely kept the emulated accelerator busy enough."""
    fed = (case for case in list_emulated(cases) if (share := case.find(BUSY_SHARE)) and share.low is not None)
    return tuple(case for case in fed if (case.get(BUSY_SHARE).low or 0) >= BUSY_ENOUGH)


def list_emulated(cases: Sequence[CaseSummary]) -> list[CaseSummary]:
    """The main job's cases that feed an emulated accelerator."""
    return [case for case in cases if case.consumer == "emulated" and case.group == "training"]


def rank_mixed(cases: Sequence[CaseSummary]) -> tuple[Mixed, ...]:
    """The cases of which the order of a turn was scored, the best mixed first."""
    scored = [case for case in cases if case.mixing is None and case.find(DISPLACEMENT) and case.find(LABEL_RUNS)]
    accuracies: dict[str, Estimate | None] = {}
    for case in cases:
        if case.group == "accuracy":
            accuracies.setdefault(case.name, case.find(ACCURACY))
    ordered = sorted(scored, key=lambda case: case.get(DISPLACEMENT).median, reverse=True)
    return tuple(Mixed(case, accuracies.get(case.name.replace(BUFFER, SORTED))) for case in ordered)


def list_predictions(cases: Sequence[CaseSummary]) -> tuple[Prediction, ...]:
    """The cases in which a model predicts, in their order."""
    found = ((dict(case.choices), case) for case in cases if case.consumer == "infer" and case.num_turns)
    return tuple(
        Prediction(choices.get("model", ""), int(size), case)
        for choices, case in found
        if (size := choices.get("batch_size", "")).isdecimal()
    )


def find_winners(predictions: Sequence[Prediction]) -> tuple[Winner, ...]:
    """From which batch size on each device beats the CPU, by model and device."""
    ratios: dict[tuple[str, str], dict[int, Estimate]] = {}
    for each in predictions:
        if each.case.device != CPU and each.case.cpu_ratio is not None:
            ratios.setdefault((each.model, each.case.device), {})[each.batch_size] = each.case.cpu_ratio
    return tuple(Winner(*key, find_crossover(ratios[key])) for key in sorted(ratios))


def list_on_several_devices(cases: Sequence[CaseSummary]) -> tuple[tuple[CaseSummary, ...], ...]:
    """The timed cases that differ in their device alone, those of one case together, the CPU's first."""
    read, found = attrgetter(*SAME_CASE), dict[object, dict[str, CaseSummary]]()
    for case in cases:
        if case.num_turns:
            found.setdefault(read(case), {}).setdefault(case.device, case)
    shared = (sorted(by.values(), key=lambda case: (case.device != CPU, case.device)) for by in found.values())
    return tuple(tuple(each) for each in shared if len(each) > 1)
