"""What each device does: batches into it, an epoch on it, and inference by batch size.

Devices stand in tables of their own or in columns of their own; no ranking mixes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.drawing.blocks import Align, Block, Column, Emphasis, Gap, Lines, Table, build_row
from reports.drawing.numbers import render_estimate, render_percent
from reports.summary.case import CaseSummary
from reports.summary.fields import Prediction
from reports.summary.metric import UNSYNCED_EXCESS
from reports.summary.reference import CPU
from reports.summary.summary import Summary
from reports.tables.cells import EMPTY, show_first_batch, show_rate, show_times, show_unsynced
from reports.tables.notes import tell_winners

ON_CPU_LINE = "on a CPU a call returns when it is done; on a GPU when its work is queued"
EXPLAINED = (
    "copy: each batch to the device as it is taken; copy_ahead: earlier; train: a loop; fit: Keras' own",
    "unsynced: by how much too fast a turn would seem whose end does not wait for the device",
    ON_CPU_LINE,
)
LATENCY_LINE = "latency: of one call alone, from the pictures on the host to the answer on the host"


def list_devices(cases: Iterable[CaseSummary]) -> list[str]:
    """The devices of the cases, each once, the CPU first."""
    return sorted({case.device for case in cases}, key=lambda device: (device != CPU, device))


def tabulate_devices(summary: Summary) -> list[Block]:
    """A table a device: how fast a pipeline gets into it and an epoch is trained on it; nothing without such cases."""
    cases = [case for case in summary.cases if case.group == "devices"]
    tables = [_tabulate_device(cases, device) for device in list_devices(cases)]
    return [*tables, Lines(EXPLAINED, Emphasis.FAINT), Gap()] if tables else []


def _tabulate_device(cases: Sequence[CaseSummary], device: str) -> Table:
    shows_ratio = device != CPU and any(case.device == CPU for case in cases)
    titles = ["examples/s", "first", "unsynced %", *([f"ratio to {CPU}"] if shows_ratio else [])]
    rows = []
    for case in (case for case in cases if case.device == device):
        ratio = [show_times(case.cpu_ratio)] if shows_ratio else []
        cells = (show_rate(case), show_first_batch(case), show_unsynced(case), *ratio)
        rows.append(build_row(f"  {case.name} {case.consumer}", *cells))
    return Table(f"into the {device}", _build_columns("  ordering and consumer", *titles), tuple(rows))


def tabulate_inference(summary: Summary) -> list[Block]:
    """A table a model: a row a batch size, devices side by side, and from which size on another than the CPU wins."""
    found = summary.predictions
    if not found:
        return []
    devices = list_devices(each.case for each in found)
    models = dict.fromkeys(each.model for each in found)
    tables = [_tabulate_model(model, [each for each in found if each.model == model], devices) for model in models]
    unsynced = _tell_unsynced([each.case for each in found])
    lines = Lines((LATENCY_LINE, *tell_winners(summary), *unsynced), Emphasis.FAINT)
    return [*tables, lines, Gap()]


def _tabulate_model(model: str, found: Sequence[Prediction], devices: Sequence[str]) -> Table:
    titles = [title for device in devices for title in (f"{device} examples/s", "latency")]
    others = [device for device in devices if device != CPU and CPU in devices]
    columns = _build_columns("  batch", *titles, *(f"{other} to {CPU}" for other in others))
    rows = []
    for size in sorted({each.batch_size for each in found}):
        cases = {each.case.device: each.case for each in found if each.batch_size == size}
        cells = [show(cases.get(device)) for device in devices for show in (show_rate, show_first_batch)]
        ratios = [show_times(cases[other].cpu_ratio) if other in cases else EMPTY for other in others]
        rows.append(build_row(f"  {size}", *cells, *ratios))
    return Table(f"inference of the {model}", columns, tuple(rows))


def _tell_unsynced(cases: Sequence[CaseSummary]) -> list[str]:
    """On each device, the case that would gain most from a missing synchronisation, a line each."""
    lines = []
    for device in list_devices(cases):
        own = [case for case in cases if case.device == device]
        known = [(share, case.name) for case in own if (share := case.find(UNSYNCED_EXCESS)) is not None]
        if known:
            share, name = max(known, key=lambda each: each[0].median)
            shown = render_estimate(share, render_percent)
            lines.append(f"without synchronisation the {device} would seem up to {shown} % too fast ({name})")
    return [*lines, ON_CPU_LINE] if lines else []


def _build_columns(first: str, *titles: str) -> tuple[Column, ...]:
    """Numbers may wrap: between the median and its interval."""
    answers = ("examples/s", f" to {CPU}")
    return (
        Column(first),
        *(Column(title, Align.RIGHT, importance=int(title.endswith(answers))) for title in titles),
    )
