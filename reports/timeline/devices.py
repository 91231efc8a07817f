"""What GPUs and other devices did: kernels, copies, and how long they had nothing to do.

A kernel that a host launches carries a number, by which the launch is found, and by the launch the step.

Source: openxla/xla, ``xla/backends/profiler/gpu`` for the events, ``xla/tsl/profiler/utils/xplane_schema.cc`` for the
names of lines; openxla/xprof, ``xprof/convert/xplane_to_step_events.cc`` for what counts as which part of a step.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.timeline.fetches import ELSEWHERE, link_to_steps
from reports.timeline.marks import DEVICE, Marks
from reports.timeline.nesting import measure_own
from reports.timeline.operations import Operation
from reports.xplane.events import ANNOTATION, COPY, CORRELATION, OPERATION, TF_OP, UNKNOWN, Events
from reports.xplane.periods import EMPTY, PS_PER_NS, Ints, Period, Periods, add_up, intersect, merge, unite

STREAM = "Stream"  # how the names of a GPU's lines begin on which something ran
TPU_LINE = "XLA Ops"  # the line of a TPU on which something ran
STEPS_LINE = "Steps"  # which the profiler derives from the others
DERIVED = frozenset(
    {
        STEPS_LINE,
        "XLA Modules",
        "TensorFlow Ops",
        "TensorFlow Name Scope",
        "Framework Ops",
        "Framework Name Scope",
        "Source code",
        "Async XLA Ops",
        "Overlay",
        "XLA TraceMe",
        "Launch Stats",
    }
)
COPIES = (  # what a copy is called, and how its name is known
    ("host to device", re.compile(r"(?i)(memcpy|copy)[ _]?(h2d|htod|hosttodevice)")),
    ("device to host", re.compile(r"(?i)(memcpy|copy)[ _]?(d2h|dtoh|devicetohost)")),
    ("device to device", re.compile(r"(?i)(memcpy|copy)[ _]?(d2d|dtod|p2p|peer|devicetodevice)|copyBuffer")),
    ("other copies and fills", re.compile(r"(?i)mem(cpy|set)|fillBuffer")),
)
TO_DEVICE, TO_HOST, ON_DEVICE = (name for name, _ in COPIES[:3])
COLLECTIVE = re.compile(r"(?i)nccl")
SIZE = re.compile(r"(?:size|num_bytes):([0-9]{1,19})(?![0-9])")  # of 64 bits; more digits are damage


@dataclass(frozen=True)
class Kernel:
    """A kernel, by its name: how often it ran, and for how long in all."""

    name: str
    num_calls: int
    duration_ns: int


@dataclass(frozen=True)
class Copies:
    """Copies of one direction.

    Args:
        direction: Such as "host to device".
        num_calls: Number of copies.
        duration_ns: How long they took together.
        num_bytes: What they moved; None if the trace does not tell.
    """

    direction: str
    num_calls: int
    duration_ns: int
    num_bytes: int | None


@dataclass(frozen=True)
class Device:
    """One device.

    Args:
        name: Such as "GPU:0".
        kernel_ns: Time in which at least one kernel ran.
        idle_share: Share of the steps, or of the capture for want of steps, in which it neither computed nor copied;
            None where it has none.
        kernels: The kernels, the longest first.
        copies: The copies, by direction.
    """

    name: str
    kernel_ns: int
    idle_share: float | None
    kernels: tuple[Kernel, ...]
    copies: tuple[Copies, ...]


@dataclass(frozen=True)
class DeviceTime:
    """When devices were at work, by what they did, merged over all of them; and which window each step has.

    Args:
        computing: Kernels, and copies on the device.
        collecting: Kernels that exchange data between devices.
        to_device: Copies to the device.
        to_host: Copies to the host.
        launching: When the host launched kernels.
        windows: Beginning and end of each step, int64 array of shape (n, 2).
    """

    computing: Periods
    collecting: Periods
    to_device: Periods
    to_host: Periods
    launching: Periods
    windows: Periods


def find_device_steps(devices: Events) -> Marks | None:
    """The steps that the profiler derived for devices, of each the longest; None if there are none."""
    longest: dict[str, Period] = {}
    for place in _find_steps_of(devices).tolist():
        begin, end = devices.periods[place].tolist()
        name = devices.names[devices.kinds[place]]
        known = longest.get(name, (0, 0))
        if end - begin > known[1] - known[0]:
            longest[name] = (begin, end)
    if not longest:
        return None
    found = sorted(longest.items(), key=lambda pair: pair[1])
    return Marks(
        names=("step",) * len(found),
        numbers=tuple(int(name) if name.isdecimal() else place for place, (name, _) in enumerate(found)),
        periods=np.array([period for _, period in found], np.int64),
        lines=np.full(len(found), -1, np.int32),
        origin=DEVICE,
    )


def _find_steps_of(devices: Events, plane: str | None = None) -> Ints:
    """The events that stand for the steps of one device, or of all."""
    lines = [
        number
        for number, thread in enumerate(devices.threads)
        if thread.name == STEPS_LINE and plane in {None, thread.plane}
    ]
    return np.flatnonzero(np.isin(devices.lines, lines))


def time_devices(host: Events, devices: Events, marks: Marks) -> DeviceTime:
    """When the devices were at work for the steps."""
    places = _find_running(devices)
    directions = _name_directions(devices)[devices.kinds[places]]
    is_collective = np.array([bool(COLLECTIVE.match(name)) for name in devices.names], bool)[devices.kinds[places]]

    def gather(chosen: NDArray[np.bool_]) -> Periods:
        return merge(devices.periods[places[chosen]])

    return DeviceTime(
        computing=unite(gather((directions == "") & ~is_collective), gather(directions == ON_DEVICE)),
        collecting=gather(is_collective),
        to_device=gather(directions == TO_DEVICE),
        to_host=gather(directions == TO_HOST),
        launching=_find_launching(host) if len(places) and marks.origin != DEVICE else EMPTY,
        windows=_place_steps(host, devices, marks, places),
    )


def describe_devices(devices: Events, marks: Marks, time: DeviceTime, span: Period) -> tuple[Device, ...]:
    """Each device that did something.

    Args:
        devices: What the devices did.
        marks: What is taken for steps.
        time: When the devices were at work for these.
        span: The capture, where there are no steps.
    """
    windows = merge(time.windows) if len(marks) else merge([span])
    running = _find_running(devices)
    planes = np.array([devices.threads[line].plane for line in devices.lines[running].tolist()], object)
    return tuple(
        _describe(devices, name, running[planes == name], marks, windows) for name in sorted(set(planes.tolist()))
    )


def _describe(devices: Events, plane: str, places: Ints, marks: Marks, windows: Periods) -> Device:
    directions = _name_directions(devices)[devices.kinds[places]]
    busy = merge(devices.periods[places])
    if marks.origin == DEVICE:
        windows = merge(devices.periods[_find_steps_of(devices, plane)])
    whole = add_up(windows)
    return Device(
        name=plane.rpartition("/device:")[2],
        kernel_ns=add_up(merge(devices.periods[places[directions == ""]])) // PS_PER_NS,
        idle_share=1 - add_up(intersect(busy, windows)) / whole if whole else None,
        kernels=tuple(_sum_by_name(devices, places[directions == ""])),
        copies=tuple(_sum_copies(devices, places, directions)),
    )


def _find_running(devices: Events) -> Ints:
    """The events of the lines on which something ran; the others are derived from them."""
    names = [thread.name for thread in devices.threads]
    planes = {thread.plane for thread in devices.threads if thread.name.startswith(STREAM) or thread.name == TPU_LINE}
    runs = [
        name.startswith(STREAM) or name == TPU_LINE if thread.plane in planes else name not in DERIVED
        for name, thread in zip(names, devices.threads, strict=True)
    ]
    return np.flatnonzero(np.array(runs, bool)[devices.lines]) if len(devices) else np.empty(0, np.int64)


def _name_directions(devices: Events) -> NDArray[np.object_]:
    """The direction of the copy that each name stands for; empty for kernels."""
    named = [next((direction for direction, fits in COPIES if fits.search(name)), "") for name in devices.names]
    return np.array(named, object)


def _sum_by_name(devices: Events, places: Ints) -> list[Kernel]:
    """Own time by name: on a TPU a loop holds what runs in it."""
    own: Ints = np.zeros(len(places), np.int64)
    lines = devices.lines[places]
    for line in np.unique(lines).tolist():
        mine = lines == line
        own[mine] = measure_own(devices.periods[places[mine]])
    sums, counts = (
        np.zeros(len(devices.names), np.int64),
        np.bincount(devices.kinds[places], minlength=len(devices.names)),
    )
    np.add.at(sums, devices.kinds[places], own)
    found = [
        Kernel(devices.names[kind], int(counts[kind]), int(sums[kind]) // PS_PER_NS) for kind in np.flatnonzero(counts)
    ]
    return sorted(found, key=lambda kernel: kernel.duration_ns, reverse=True)


def _sum_copies(devices: Events, places: Ints, directions: NDArray[np.object_]) -> Iterable[Copies]:
    told = devices.get(COPY)
    sizes = {int(at): _read_size(text) for at, text in zip(told.at.tolist(), told.values.tolist(), strict=True)}
    for direction, _ in COPIES:
        chosen = places[directions == direction]
        if len(chosen):
            known = [sizes[place] for place in chosen.tolist() if sizes.get(place) is not None]
            total = sum(size for size in known if size is not None)
            spent = int((devices.periods[chosen, 1] - devices.periods[chosen, 0]).sum()) // PS_PER_NS
            yield Copies(direction, len(chosen), spent, total if known else None)


def _read_size(text: str) -> int | None:
    found = SIZE.search(text)
    return int(found[1]) if found else None


def sum_device_operations(devices: Events) -> tuple[Operation, ...]:
    """The operations for which kernels ran, where the kernels tell theirs."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    running = set(_find_running(devices).tolist())
    for argument in (TF_OP, ANNOTATION):
        told = devices.get(argument)
        for place, text in zip(told.at.tolist(), told.values.tolist(), strict=True):
            name = text.partition("#")[0]
            if place in running and OPERATION.fullmatch(name):
                sums[name][0] += 1
                sums[name][1] += int(devices.periods[place, 1] - devices.periods[place, 0])
    return tuple(
        Operation(*name.rpartition(":")[::2], "device", calls, spent // PS_PER_NS)
        for name, (calls, spent) in sums.items()
    )


def _find_launching(host: Events) -> Periods:
    """When the host prepared or launched kernels."""
    launches = host.get(CORRELATION).at
    executing = host.find(lambda name: name.startswith("ExecutorState::Process"))
    return merge(host.periods[np.union1d(launches, executing)])


def _place_steps(host: Events, devices: Events, marks: Marks, places: Ints) -> Periods:
    """The window of each step: its mark, or, where the device finishes after it, what the device did for it."""
    windows = marks.periods.copy()
    if not len(marks) or not len(places) or marks.origin == DEVICE:
        return windows
    launches = host.get(CORRELATION)
    steps = link_to_steps(host, marks, launches.at)
    linked = steps != ELSEWHERE
    order = np.argsort(launches.values[linked], kind="stable")
    numbers, of_steps = launches.values[linked][order], steps[linked][order]
    wanted = devices.look_up(CORRELATION, places)
    at = np.minimum(np.searchsorted(numbers, wanted), max(0, len(numbers) - 1))
    if not len(numbers):
        return windows
    known = (numbers[at] == wanted) & (wanted != UNKNOWN)
    begins, ends = np.full(len(marks), np.iinfo(np.int64).max), np.full(len(marks), np.iinfo(np.int64).min)
    np.minimum.at(begins, of_steps[at[known]], devices.periods[places[known], 0])
    np.maximum.at(ends, of_steps[at[known]], devices.periods[places[known], 1])
    moves = (begins < ends) & ((begins < windows[:, 0]) | (ends > windows[:, 1]))
    windows[moves] = np.stack((begins, ends), axis=1)[moves]
    return windows
