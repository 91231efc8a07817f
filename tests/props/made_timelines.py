"""Hosts and devices made thread by thread, and the pipelines and marks in them."""

from __future__ import annotations

from collections.abc import Mapping

from spaces import Made, make_space

from reports.timeline.fetches import find_fetches
from reports.timeline.marks import find_marks
from reports.timeline.pipelines import build_pipelines
from reports.timeline.stages import Pipeline
from reports.xplane.events import Capture, Events
from reports.xplane.reader import read_capture

Threads = Mapping[str, list[Made]]


def make_capture(threads: Threads, devices: Mapping[str, Threads] | None = None) -> Capture:
    """What is read of a host with these threads and of devices with these lines, by the names of their planes."""
    space = make_space(threads)
    for plane, lines in (devices or {}).items():
        space.MergeFrom(make_space(lines, plane))
    return read_capture(space.SerializeToString())


def make_events(threads: Threads) -> Events:
    """What is read of a host with these threads."""
    return make_capture(threads).host


def build(threads: Threads) -> tuple[Pipeline, ...]:
    """The pipelines of a host with these threads."""
    host = make_events(threads)
    marks = find_marks(host)
    return build_pipelines(host, marks, find_fetches(host, marks))


def mark(start_us: int, duration_us: int, number: int | None = 0, name: str = "train", level: int | None = 1) -> Made:
    """A step's mark, with its number and the level of a root."""
    arguments = {"step_num": number, "_r": level}
    return Made(name, start_us, duration_us, {key: value for key, value in arguments.items() if value is not None})
