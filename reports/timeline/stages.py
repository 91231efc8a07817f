"""The tf.data pipelines of a trace: their stages, and where their consumer's waiting went."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reports.timeline.stage_kinds import HAND_ON, INPUT_MARK, find_kind, strip_version
from reports.xplane.periods import Periods, add_up

Path = tuple[str, ...]
ROOT = "Root"
BATCH = "batch"
BESIDE = "calls outside the steps"  # who fetches from a pipeline, on a thread of the steps


@dataclass(frozen=True)
class StageSetting:
    """A number of a stage: parallelism (calls at once), buffer (elements) or batch (examples).

    Args:
        name: Which of the three it is.
        value: The last value in the trace; None if the stage was too busy to tell.
        tuned: True if AUTOTUNE chose the value, False if it stands in the program.
    """

    name: str
    value: int | None
    tuned: bool


@dataclass(frozen=True)
class Work:
    """Operations of one type, and how long they ran, all threads together."""

    kind: str
    duration_ps: int


@dataclass(frozen=True)
class Stage:
    """One stage of a pipeline.

    Args:
        path: Names of the stages from the root to this one.
        num_calls: Number of elements that were asked of it.
        total_ps: Time in which at least one call of it was under way.
        own_ps: The part of that time in which no call of its inputs was under way.
        share_ps: The part of the consumer's wait that is this stage's own time.
        settings: Its numbers, such as its parallelism.
        work: What tf.data's threads and the caller's computed during `share_ps`, the longest first.
    """

    path: Path
    num_calls: int
    total_ps: int
    own_ps: int
    share_ps: int
    settings: tuple[StageSetting, ...]
    work: tuple[Work, ...]

    @property
    def name(self) -> str:
        """As TensorFlow names it: MapAndBatch, BatchV2."""
        return self.path[-1].rpartition(INPUT_MARK)[2]


@dataclass(frozen=True)
class Pipeline:
    """The stages of one dataset, the root first, then from the consumer to the source.

    Args:
        stages: The root, and the stages below it.
        waits: When the consumer waited for elements, in picoseconds; int64 array of shape (n, 2).
        num_threads: Size of its private thread pool; None if it has none.
        consumer: Who fetches from it: the names of steps, `BESIDE`, or the name of a thread.
        serves: Names of the steps that fetch from it; none if no step does.
        in_flight: The stage of which a call was under way when the capture began, and how long the consumer still
            waited for it, in picoseconds; None if there was none.
        loops: Name of the stage that holds the body of a loop over the dataset, as in ``for x in dataset`` inside a
            tf.function, or "Reduce" for a ``dataset.reduce``; None if there is no such loop.
    """

    stages: tuple[Stage, ...]
    waits: Periods
    num_threads: int | None
    consumer: str
    serves: tuple[str, ...] = ()
    in_flight: tuple[str, int] | None = None
    loops: str | None = None

    @property
    def wait_ps(self) -> int:
        """How long the consumer waited for elements, all calls together."""
        return add_up(self.waits)

    @property
    def slowest(self) -> Stage:
        """The stage with the largest share of the consumer's wait."""
        return max(self.stages, key=lambda stage: (stage.share_ps, stage.own_ps))

    @property
    def taking_turns(self) -> tuple[str, ...]:
        """The stages between the consumer and the first one that works ahead: they and the consumer take turns."""
        stages = itertools.takewhile(lambda stage: not find_kind(stage.name).works_ahead, self.stages[1:])
        return tuple(stage.name for stage in stages if strip_version(stage.name) not in HAND_ON)

    @property
    def chain(self) -> str:
        """The stages as TensorFlow ran them, the consumer's side first; auto is a number that AUTOTUNE moves."""
        inputs: defaultdict[Path, list[Stage]] = defaultdict(list)
        for stage in self.stages:
            inputs[stage.path[:-1]].append(stage)
        return _write_chain(self.stages[0], inputs)


def _write_chain(stage: Stage, inputs: Mapping[Path, list[Stage]]) -> str:
    branches = [_write_chain(each, inputs) for each in inputs.get(stage.path, ())]
    after = branches[0] if len(branches) == 1 else f"{{{' | '.join(branches)}}}" if branches else ""
    parts = [] if stage.name == ROOT else [_write_stage(stage)]
    return " > ".join([*parts, after] if after else parts)


def _write_stage(stage: Stage) -> str:
    numbers = [
        "auto" if setting.tuned else "?" if setting.value is None else str(setting.value)
        for setting in stage.settings
        if setting.name != BATCH
    ]
    return f"{stage.name}({', '.join(numbers)})" if numbers else stage.name
