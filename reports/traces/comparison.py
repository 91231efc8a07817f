"""Two traces side by side: where the steps, the stages and the operations gained or lost time."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reports.traces.trace import PARTS, Trace
from reports.xplane.periods import NS_PER_MS, PS_PER_MS


@dataclass(frozen=True)
class TimePair:
    """The same thing in two traces.

    Args:
        name: Name of a part of the step, of a stage or of an operation.
        kind: Type of an operation; empty for parts and stages.
        first_ms: Its time per step in the first trace; None if it is not there.
        second_ms: Its time per step in the second trace; None if it is not there.
    """

    name: str
    kind: str
    first_ms: float | None
    second_ms: float | None

    @property
    def gain_ms(self) -> float:
        """What the second trace takes more; below 0 what it saves."""
        return (self.second_ms or 0.0) - (self.first_ms or 0.0)


def pair_parts(first: Trace, second: Trace) -> list[TimePair]:
    """The parts of a mean step; none where a trace has no steps, and no input where one does not show it."""
    if first.split is None or second.split is None:
        return []
    before, after = dataclasses.asdict(first.split), dataclasses.asdict(second.split)
    means = first.mean_step_ms or 0.0, second.mean_step_ms or 0.0
    hidden = set() if first.verdict and second.verdict else {"input"}
    shown = [part for part in before if part in {*first.parts, *second.parts} - hidden]
    parts = [TimePair(PARTS[part], "", before[part] * means[0], after[part] * means[1]) for part in shown]
    return [*parts, TimePair("a step", "", *means)]


def pair_stages(first: Trace, second: Trace) -> list[TimePair]:
    """The stages of the two pipelines that are waited for most, by name; each with its share of the wait, per step.

    A stage name that comes twice is numbered from the source, whose end of the chain differs less. There are none where
    one of the traces does not show what its steps wait for.
    """
    if first.verdict is None or second.verdict is None:
        return []
    before, after = (_share_by_stage(trace) for trace in (first, second))
    return _pair(before, after, {})


def pair_operations(first: Trace, second: Trace) -> list[TimePair]:
    """The operations, by name and type: own time per step, the largest difference first."""
    before, after = (
        {f"{each.name}:{each.kind}": each.self_ns / NS_PER_MS / trace.num_rounds for each in trace.operations}
        for trace in (first, second)
    )
    kinds = {f"{each.name}:{each.kind}": each.kind for trace in (first, second) for each in trace.operations}
    pairs = _pair(before, after, kinds)
    return sorted(pairs, key=lambda pair: abs(pair.gain_ms), reverse=True)


def _share_by_stage(trace: Trace) -> dict[str, float]:
    if trace.awaited is None:
        return {}
    names: Counter[str] = Counter()
    shares = {}
    for stage in reversed(trace.awaited.stages):
        names[stage.name] += 1
        name = stage.name if names[stage.name] == 1 else f"{stage.name} ({names[stage.name]})"
        shares[name] = stage.share_ps / PS_PER_MS / trace.num_rounds
    return dict(reversed(shares.items()))


def _pair(before: Mapping[str, float], after: Mapping[str, float], kinds: Mapping[str, str]) -> list[TimePair]:
    names = dict.fromkeys([*before, *after])
    return [
        TimePair(
            name.removesuffix(f":{kinds[name]}") if name in kinds else name,
            kinds.get(name, ""),
            before.get(name),
            after.get(name),
        )
        for name in names
    ]
