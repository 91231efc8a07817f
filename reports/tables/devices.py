"""What each device does: batches into it, an epoch on it, inference by batch size, and which device it was.

Devices stand in tables of their own or in columns of their own; no ranking mixes them.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Align, Block, Column, Emphasis, Gap, Lines, Table, build_row
from reports.drawing.numbers import render_estimate, render_percent, render_rate, render_ratio, render_seconds
from reports.record.record import CaseRecord, DeviceUse, Record
from reports.stats.crossover import describe_crossover, find_crossover
from reports.stats.median import Estimate
from reports.summary.estimates import (
    estimate_first_batch_s,
    estimate_rate,
    estimate_speed_ratio,
    estimate_unsynced_excess,
)

CPU = "cpu"  # what other devices are compared with
GIBIBYTE = 2**30
EMPTY = ""
Predictions = dict[tuple[str, int, str], CaseRecord]
"""By model, batch size and device."""

ON_CPU_LINE = "on a CPU a call returns when it is done; on a GPU when its work is queued"
EXPLAINED = (
    "copy: each batch to the device as it is taken; copy_ahead: earlier; train: a loop; fit: Keras' own",
    "unsynced: by how much too fast a turn would seem whose end does not wait for the device",
    ON_CPU_LINE,
)


def list_devices(cases: Sequence[CaseRecord]) -> list[str]:
    """The devices of the cases, each once, the CPU first."""
    return sorted({case.device for case in cases}, key=lambda device: (device != CPU, device))


def tabulate_devices(record: Record) -> list[Block]:
    """A table a device: how fast a pipeline gets into it and an epoch is trained on it; nothing without such cases."""
    cases = [case for case in record.cases if case.group == "devices"]
    tables = [_tabulate_device(cases, device) for device in list_devices(cases)]
    return [*tables, Lines(EXPLAINED, Emphasis.FAINT), Gap()] if tables else []


def _tabulate_device(cases: Sequence[CaseRecord], device: str) -> Table:
    own = [case for case in cases if case.device == device]
    others = {} if device == CPU else {_identify(case): case for case in cases if case.device == CPU}
    titles = ["examples/s", "first", "unsynced %", *([f"ratio to {CPU}"] if others else [])]
    rows = []
    for case in own:
        ratio = [_render_ratio(case, others.get(_identify(case)))] if others else []
        rows.append(build_row(f"  {case.name} {case.consumer}", _rate(case), _first(case), _unsynced(case), *ratio))
    return Table(f"into the {device}", _build_columns("  ordering and consumer", *titles), tuple(rows))


def tabulate_inference(record: Record) -> list[Block]:
    """A table a model: a row a batch size, devices side by side, and from which size on another than the CPU wins."""
    cases = _find_predictions(record)
    if not cases:
        return []
    devices = list_devices(list(cases.values()))
    tables = [_tabulate_model(cases, model, devices) for model in dict.fromkeys(model for model, *_ in cases)]
    lines = [*describe_winners(record), *_describe_unsynced(list(cases.values()))]
    explained = "latency: of one call alone, from the pictures on the host to the answer on the host"
    return [*tables, Lines((explained, *lines), Emphasis.FAINT), Gap()]


def _find_predictions(record: Record) -> Predictions:
    return {(*key, case.device): case for case in record.cases if (key := read_inference(case)) is not None}


def _tabulate_model(cases: Predictions, model: str, devices: Sequence[str]) -> Table:
    titles = [title for device in devices for title in (f"{device} examples/s", "latency")]
    others = [device for device in devices if device != CPU and CPU in devices]
    columns = _build_columns("  batch", *titles, *(f"{other} to {CPU}" for other in others))
    rows = []
    for size in sorted({size for name, size, _ in cases if name == model}):
        row = {device: cases.get((model, size, device)) for device in devices}
        cells = [cell for case in row.values() for cell in ((_rate(case), _first(case)) if case else (EMPTY, EMPTY))]
        ratios = [_render_ratio(row[other], row[CPU]) for other in others]
        rows.append(build_row(f"  {size}", *cells, *ratios))
    return Table(f"inference of the {model}", columns, tuple(rows))


def read_inference(case: CaseRecord) -> tuple[str, int] | None:
    """The model and the batch size of a case that predicts; None for any other."""
    choices = dict(case.choices)
    size = choices.get("batch_size", EMPTY)
    return (choices.get("model", EMPTY), int(size)) if case.consumer == "infer" and size.isdecimal() else None


def describe_winners(record: Record) -> list[str]:
    """From which batch size on a device is faster than the CPU, a line for each model and device."""
    cases, lines = _find_predictions(record), []
    for model, device in sorted({(model, device) for model, _, device in cases if device != CPU}):
        ratios = {
            size: _estimate_ratio(case, cases[model, size, CPU])
            for (name, size, on), case in cases.items()
            if (name, on) == (model, device) and (model, size, CPU) in cases
        }
        known = {size: ratio for size, ratio in ratios.items() if ratio is not None}
        if known:
            lines.append(f"the {device} predicts the {model} faster {describe_crossover(find_crossover(known))}")
    return lines


def _describe_unsynced(cases: Sequence[CaseRecord]) -> list[str]:
    """On each device, the case that would gain most from a missing synchronisation, a line each."""
    lines = []
    for device in list_devices(cases):
        own = [case for case in cases if case.device == device]
        known = [(share, case.name) for case in own if (share := estimate_unsynced_excess(case)) is not None]
        if known:
            share, name = max(known, key=lambda each: each[0].median)
            shown = render_estimate(share, render_percent)
            lines.append(f"without synchronisation the {device} would seem up to {shown} % too fast ({name})")
    return [*lines, ON_CPU_LINE] if lines else []


def describe_devices(record: Record) -> list[str]:
    """Which devices were asked for, found and used, a line each; none for records that do not tell."""
    uses: dict[str, list[tuple[CaseRecord, DeviceUse]]] = {}
    for case in record.cases:
        if case.device_use is not None:
            uses.setdefault(case.device, []).append((case, case.device_use))
    return [_describe_use(device, uses[device]) for device in sorted(uses, key=lambda each: (each != CPU, each))]


def _describe_use(device: str, uses: Sequence[tuple[CaseRecord, DeviceUse]]) -> str:
    use = uses[0][1]
    size = None if use.memory_bytes is None else f"{use.memory_bytes / GIBIBYTE:.0f} GiB"
    driver = None if use.driver is None else f"driver {use.driver}"
    what = ", ".join(part for part in (use.model, driver, size) if part is not None)
    compiled = sorted({case.consumer for case, each in uses if each.xla})
    xla = f"XLA on for {', '.join(compiled)}" if compiled else "XLA off"
    parts = [f"asked for, found among {', '.join(use.found)}, and used", *([what] if what else []), xla]
    return f"{device}: {'; '.join([*parts, *_describe_proof(uses)])}"


def _describe_proof(uses: Sequence[tuple[CaseRecord, DeviceUse]]) -> list[str]:
    """The operations that were seen on the device, over all cases that computed something."""
    seen = sorted({part for _, each in uses if each.xla is not None for part in each.proof.split(", ")})
    return [f"seen: {', '.join(seen)}"] if seen else []


def _identify(case: CaseRecord) -> tuple[str, str, str]:
    return case.name, case.consumer, case.arm


def _estimate_ratio(case: CaseRecord, reference: CaseRecord) -> Estimate | None:
    """How many times as fast; None where the two share no round."""
    rounds = {turn.round for turn in case.turns} & {turn.round for turn in reference.turns}
    return estimate_speed_ratio(case, reference) if rounds and case.group == reference.group else None


def _render_ratio(case: CaseRecord | None, reference: CaseRecord | None) -> str:
    ratio = None if case is None or reference is None else _estimate_ratio(case, reference)
    return EMPTY if ratio is None else render_estimate(ratio, render_ratio)


def _rate(case: CaseRecord) -> str:
    return render_estimate(estimate_rate(case), render_rate)


def _first(case: CaseRecord) -> str:
    known = all(turn.sample.first_batch_ns is not None for turn in case.turns)
    return render_seconds(estimate_first_batch_s(case).median) if known else EMPTY


def _unsynced(case: CaseRecord) -> str:
    share = estimate_unsynced_excess(case)
    return EMPTY if share is None else render_estimate(share, render_percent)


def _build_columns(first: str, *titles: str) -> tuple[Column, ...]:
    """Numbers may wrap: between the median and its interval."""
    return (Column(first), *(Column(title, Align.RIGHT) for title in titles))
