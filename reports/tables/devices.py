"""What each device does: batches into it, an epoch on it, inference by batch size, and which device it was.

Devices stand in tables of their own or in columns of their own; no ranking mixes them.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Align, Block, Column, Emphasis, Gap, Lines, Table, build_row
from reports.drawing.numbers import render_estimate, render_percent, render_rate, render_ratio, render_seconds
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate
from reports.summary.estimates import (
    estimate_first_batch_s,
    estimate_rate,
    estimate_speed_ratio,
    estimate_unsynced_excess,
)
from reports.summary.summary import summarize
from reports.tables.notes import describe_winners

CPU = "cpu"  # what other devices are compared with
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
    lines = [*describe_winners(summarize(record)), *_describe_unsynced(list(cases.values()))]
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
