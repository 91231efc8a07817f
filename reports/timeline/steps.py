"""The steps: how long each took, and what it spent its time on, as xprof divides it.

xprof divides a step by what went on in it, and where several things went on at once the one that stands first here
counts: the device computes, the step waits for input, input goes to the device, the host prepares kernels, the host
computes. What remains is Python, or nothing that was recorded. To xprof, what goes to a device is a wait for input.
Differences on purpose are told in docs/traces.md.

Source: openxla/xprof, ``xprof/convert/xplane_to_step_events.cc`` and ``xprof/utils/event_span.cc``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.timeline.devices import DeviceTime
from reports.timeline.fetches import Fetches, find_step_runs
from reports.timeline.marks import MARKS, Marks
from reports.timeline.stages import Pipeline
from reports.xplane.events import HLO, PYTHON_CALL, Events
from reports.xplane.periods import EMPTY, PS_PER_NS, Ints, Periods, measure_within, merge, subtract, unite

FEWEST_CUT = 6  # from as many steps on xprof leaves out the first and the last, which a capture may cut
NOT_COMPUTING = ("EagerExecute", "EagerLocalExecute", "EagerKernelExecute", "FunctionRun")  # they hold others
MARK_NAMES = ("train", "test", "TraceContext")  # how names begin that xprof takes for marks


@dataclass(frozen=True)
class Step:
    """One step; no time is in two parts.

    Args:
        kind: Name of its mark, such as "train".
        number: Number of the step.
        start_ns: When it began, from the beginning of the capture on.
        duration_ns: Time from the beginning of the mark to its end.
        input_ns: Time in which it waited for input.
        copy_ns: Time in which something was copied to a device, as a rule its input.
        host_ns: Time in which the host computed.
        device_ns: Time in which the device computed or moved data.
        launch_ns: Time in which the host prepared or launched kernels.
        other_ns: Time of everything else: Python, compilation, output.
    """

    kind: str
    number: int
    start_ns: int
    duration_ns: int
    input_ns: int
    copy_ns: int
    host_ns: int
    device_ns: int
    launch_ns: int
    other_ns: int

    @property
    def name(self) -> str:
        """As xprof calls it: train 12."""
        return f"{self.kind} {self.number}"


PARTS = ("device", "input", "copy", "launch", "host", "other")


def measure_steps(
    host: Events, marks: Marks, fetches: Fetches, pipelines: Sequence[Pipeline], device: DeviceTime
) -> tuple[Step, ...]:
    """The steps of all marks, in their order."""
    parts: dict[str, Ints] = {part: np.zeros(len(marks), np.int64) for part in PARTS}
    loops = unite(*(pipeline.waits for pipeline in pipelines if pipeline.serves and pipeline.loops))
    for line in np.unique(marks.lines).tolist():
        mine = np.flatnonzero(marks.lines == line)
        ranked = (
            ("device", device.computing),
            ("other", device.to_host),
            ("input", unite(fetches.waits.get(line, EMPTY), loops)),
            ("copy", fetches.sends.get(line, EMPTY)),
            ("device", device.collecting),
            ("launch", device.launching),
            ("copy", device.to_device),
            ("host", _find_host_work(host, marks, line)),
        )
        taken = EMPTY
        for part, periods in ranked:
            parts[part][mine] += measure_within(subtract(periods, taken), device.windows[mine])
            taken = unite(taken, periods)
    durations = device.windows[:, 1] - device.windows[:, 0]
    parts["other"] = durations - sum(parts[part] for part in PARTS if part != "other")
    start = host.span[0] if host.span else 0
    return tuple(
        Step(
            kind=kind,
            number=number,
            start_ns=(begin - start) // PS_PER_NS,
            duration_ns=duration // PS_PER_NS,
            **{f"{part}_ns": int(parts[part][place]) // PS_PER_NS for part in PARTS},
        )
        for place, (kind, number, begin, duration) in enumerate(
            zip(marks.names, marks.numbers, device.windows[:, 0].tolist(), durations.tolist(), strict=True)
        )
    )


def count_places(num_steps: int) -> range:
    """The places of the steps that count: without the first and the last of a capture, where there are enough."""
    return range(1, num_steps - 1) if num_steps >= FEWEST_CUT else range(num_steps)


def _find_host_work(host: Events, marks: Marks, line: int) -> Periods:
    """When the host worked for the steps of a thread: on it, and in the graphs that it ran."""
    left_out = np.array([_is_left_out(name, marks) for name in host.names], bool)
    first, last = np.searchsorted(host.lines, [line, line + 1])
    on_thread = host.periods[first:last][~left_out[host.kinds[first:last]]]
    compiled = host.periods[host.get(HLO).at]  # by XLA for the CPU, on threads of its own
    return unite(merge(on_thread), merge(host.periods[find_step_runs(host, marks, line)]), merge(compiled))


def _is_left_out(name: str, marks: Marks) -> bool:
    """True for what holds other events and computes nothing itself."""
    is_mark = marks.origin == MARKS and name.startswith(MARK_NAMES) and "/" not in name
    return is_mark or name in marks.names or name in marks.spelled or name.startswith((*NOT_COMPUTING, PYTHON_CALL))
