"""What devices did, and what memory was used, as blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reports.drawing.blocks import Block, Emphasis, Gap, Lines, Row, Table, build_row
from reports.drawing.long_names import LONGEST_NAME, build_columns, shorten, shorten_kernel
from reports.drawing.numbers import render_kilobytes, render_mebibytes, render_megabytes, render_ms, render_share
from reports.timeline.devices import TO_DEVICE, TO_HOST, Device
from reports.timeline.memory import Allocator
from reports.traces.trace import Trace
from reports.xplane.periods import NS_PER_MS

BYTES_PER_MB = 1_000_000
UNNAMED = "(no name)"
NONE = "-"


def tabulate_devices(trace: Trace, top: int) -> list[Block]:
    """A row a device: kernels, idle time and copies; then the `top` longest kernels of all of them."""
    if not trace.devices:
        return []
    columns = build_columns("device", "kernels ms", "idle %", "copied to it", "ms", "copied from it", "ms")
    rows = tuple(_list_device(device) for device in trace.devices)
    of = "the steps" if trace.steps else "the capture"
    said = f"idle: neither kernels nor copies, as a share of {of}; a step takes a device's time where it ends last"
    blocks: list[Block] = [Table("devices", columns, rows), Lines((said,), Emphasis.FAINT), Gap()]
    kernels = _list_kernels(trace.devices)
    if kernels and top:
        title = f"kernels, the longest {min(top, len(kernels))} of {len(kernels)}"
        blocks.append(Table(title, build_columns("name", "own ms", "calls", least=LONGEST_NAME), tuple(kernels[:top])))
    return blocks


def tabulate_memory(memory: Sequence[Allocator]) -> list[Block]:
    """The peak of each allocator, and the largest allocations of the one with the highest."""
    if not memory:
        return []
    rows = [_list_allocator(allocator) for allocator in memory]
    rows[1:1] = [
        build_row(f"  {shorten(each.operation)}", render_mebibytes(each.num_bytes), "", f"{each.num_calls}")
        for each in memory[0].largest
    ]
    title = "allocator, and its largest allocations"
    columns = build_columns(title, "MiB", "fragmented %", "allocations", least=LONGEST_NAME)
    return [Table("memory: the peak in this capture", columns, tuple(rows))]


def _list_device(device: Device) -> Row:
    copies = {each.direction: each for each in device.copies}
    cells = []
    for direction in (TO_DEVICE, TO_HOST):
        each = copies.get(direction)
        cells += [_render_bytes(each.num_bytes), render_ms(each.duration_ns / NS_PER_MS)] if each else [NONE, NONE]
    idle = NONE if device.idle_share is None else render_share(device.idle_share)
    return build_row(device.name, render_ms(device.kernel_ns / NS_PER_MS), idle, *cells)


def _render_bytes(num_bytes: int | None) -> str:
    if num_bytes is None:
        return "?"
    return render_megabytes(num_bytes) if num_bytes >= BYTES_PER_MB else f"{render_kilobytes(num_bytes)} kB"


def _list_kernels(devices: Sequence[Device]) -> list[Row]:
    """The kernels of all devices by the names that are shown, the longest first."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for device in devices:
        for kernel in device.kernels:
            shown = shorten_kernel(kernel.name)
            sums[shown][0] += kernel.duration_ns
            sums[shown][1] += kernel.num_calls
    ordered = sorted(sums.items(), key=lambda pair: -pair[1][0])
    return [build_row(name, render_ms(spent / NS_PER_MS), f"{calls}") for name, (spent, calls) in ordered]


def _list_allocator(allocator: Allocator) -> Row:
    fragmented = NONE if allocator.fragmentation is None else render_share(allocator.fragmentation)
    peak = render_mebibytes(allocator.peak_bytes)
    name = allocator.name or UNNAMED
    return build_row(name, peak, fragmented, f"{allocator.num_allocations}", emphasis=Emphasis.STRONG)
