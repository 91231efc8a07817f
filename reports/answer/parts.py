"""What the other parts of a run found, a line each: training steps, devices, inference, memory, traces, shuffling."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.numbers import render_estimate, render_mebibytes, render_percent, render_rate, render_ratio
from reports.summary.case import CaseSummary
from reports.summary.fields import BUSY_ENOUGH, list_emulated
from reports.summary.metric import BUSY_SHARE, DISPLACEMENT, RATE
from reports.summary.reference import CPU
from reports.summary.summary import Summary
from reports.tables.devices import list_devices
from reports.tables.notes import tell_winners

FEWEST = 2  # of which one is the first


def tell_parts(summary: Summary) -> list[str]:
    """A line for each part that a run has beside its drained orderings."""
    return [
        *tell_steps(summary),
        *_tell_emulated(summary),
        *_tell_on_cpu(summary),
        *tell_on_devices(summary),
        *_tell_inference(summary),
        *_tell_memory(summary),
        *_tell_traces(summary),
        *_tell_mixing(summary),
    ]


def tell_steps(summary: Summary) -> list[str]:
    """Which ordering feeds the real training step fastest, on each device."""
    steps = [case for case in summary.timed if case.consumer == "step"]
    return [
        f"training step on the {device}: {_tell_fastest([case for case in steps if case.device == device])}"
        for device in list_devices(steps)
    ]


def _tell_emulated(summary: Summary) -> list[str]:
    fed = list_emulated(summary.cases)
    if not fed:
        return []
    step = f"an accelerator with a {fed[0].step_ms:g} ms step"
    if len(fed) == 1 and (share := fed[0].find(BUSY_SHARE)) is not None:
        return [f"{fed[0].name} keeps {step} {render_estimate(share, render_percent)} % busy"]
    return [f"{len(summary.busy)} of {len(fed)} keep {step} {BUSY_ENOUGH:.0%} busy for sure"]


def _tell_on_cpu(summary: Summary) -> list[str]:
    """What is fastest into the CPU and on it, by consumer."""
    return [f"{CPU}, {consumer}: {_tell_fastest(cases)}" for consumer, cases in _list_consumers(summary, CPU)]


def tell_on_devices(summary: Summary) -> list[str]:
    """What each device but the CPU gains over it, by consumer, the most first; or how fast it is, for want of that."""
    lines = []
    for device in list_devices(summary.cases):
        if device == CPU:
            continue
        beside: list[tuple[float, str]] = []
        for consumer, cases in _list_consumers(summary, device):
            best = _find_fastest(cases)
            if best.cpu_ratio is None:
                lines.append(f"{device}, {consumer}: {_tell_fastest(cases)}")
            else:
                beside.append((-best.cpu_ratio.median, f"{consumer} {render_estimate(best.cpu_ratio, render_ratio)}"))
        if beside:
            ratios = ", ".join(told for _, told in sorted(beside))
            lines.append(f"the {device} beside the {CPU}: {ratios} times as fast")
    return lines


def _list_consumers(summary: Summary, device: str) -> list[tuple[str, list[CaseSummary]]]:
    """The cases of a device, by who takes the batches."""
    own = [case for case in summary.timed if case.group == "devices" and case.device == device]
    consumers = dict.fromkeys(case.consumer for case in own)
    return [(consumer, [case for case in own if case.consumer == consumer]) for consumer in consumers]


def _find_fastest(cases: Sequence[CaseSummary]) -> CaseSummary:
    return max(cases, key=lambda case: case.get(RATE).median)


def _tell_fastest(cases: Sequence[CaseSummary]) -> str:
    best = _find_fastest(cases)
    ratio = "" if best.cpu_ratio is None else f", {render_estimate(best.cpu_ratio, render_ratio)} times the {CPU}"
    first = "fastest " if len(cases) >= FEWEST else ""
    return f"{first}{best.name}, {render_estimate(best.get(RATE), render_rate)} examples/s{ratio}"


def _tell_inference(summary: Summary) -> list[str]:
    """From which batch size on a device is worth it, or how fast each model predicts where there is but one device."""
    if summary.winners:
        return tell_winners(summary)
    models = dict.fromkeys(each.model for each in summary.predictions)
    return [
        f"inference of the {model}: {_tell_fastest([each.case for each in summary.predictions if each.model == model])}"
        for model in models
    ]


def _tell_memory(summary: Summary) -> list[str]:
    read = [
        (case.memory.live_bytes, case.name)
        for case in summary.cases
        if case.group == "memory" and case.memory is not None and case.memory.live_bytes is not None
    ]
    if not read:
        return []
    (least, first), (most, last) = min(read), max(read)
    if len(read) < FEWEST:
        return [f"memory: {first} holds {render_mebibytes(least)} MiB"]
    return [f"memory: {first} holds least, {render_mebibytes(least)} MiB; {last} most, {render_mebibytes(most)} MiB"]


def _tell_traces(summary: Summary) -> list[str]:
    captured = [(case.capture.input_share, case) for case in summary.cases if case.capture is not None]
    if not captured:
        return []
    share, case = max(captured, key=lambda each: each[0])
    most = f"traces: of {len(captured)}, {case.name} waits most" if len(captured) >= FEWEST else f"{case.name} waits"
    stage = f", for {case.capture.slowest_stage}" if case.capture is not None and case.capture.slowest_stage else ""
    return [f"{most} for input: {render_percent(share, 0)} % of its steps{stage}"]


def _tell_mixing(summary: Summary) -> list[str]:
    if not summary.mixed:
        return []
    best = summary.mixed[0].case
    return [f"shuffling: {best.name} moves examples farthest, {_render(best)} of a uniform permutation"]


def _render(case: CaseSummary) -> str:
    return render_ratio(case.get(DISPLACEMENT).median, 2)
