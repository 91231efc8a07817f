"""Reads what each stage that TensorFlow runs has of the time, and how much of that is Python.

TensorFlow drops a stage that is used up, with its times: a shuffle that has swallowed its input hides what feeds it,
and at the end of an epoch all is gone. So its model is read again and again while the epoch goes on, and the last that
was seen of a stage counts.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import tensorflow as tf

from bench.consumers.meter import Tools
from bench.consumers.readings.attribution import Counted, Found, Python
from bench.consumers.readings.python_time import watch_python
from bench.pipelines.chain import list_stages
from bench.pipelines.inspect import MAKES_DATASETS, MODEL, describe_node, find_cut, keep_model, name_buffers, name_node
from bench.subjects.capabilities import OpensDataset
from bench.subjects.origins import note_origins
from mnist_core import InputError
from reports.record.case import Case
from reports.record.description import RunStage
from reports.record.program import StageTime, StageTimes

READING_S = 2.0  # of all passes; one that takes longer, or has no end, is cut there
FEWEST_BATCHES = 2  # however long they take
MOST_PASSES = 50
PAUSE_S = 0.002  # between two readings of the model, of which one takes 0.1 to 0.3 ms
NANOSECONDS = 1_000_000_000  # in a second
REPEAT, SHUFFLE = "ForeverRepeat", "Shuffle"
CACHES = ("MemoryCacheImpl", "FileCacheImpl")  # what feeds them runs until they are full
WRITER = "SnapshotWriter"  # it runs until the snapshot is written, and so does what feeds it
TOLD_NOWHERE = "TensorFlow {} does not tell what its stages take: 2.17 and newer do"
NOTHING_TIMED = "TensorFlow times no stage of this pipeline: there is nothing in it that it tunes"
NOT_READ = "the epoch ended before TensorFlow could be asked what its stages take"


Path = tuple[str, ...]
"""The names of the stages from the last one to this one, each with its place among those that feed the one before."""


class ModelReadings:
    """The last that was seen of every stage of a repeated dataset, pass by pass.

    Args:
        read_python: Reads the time in Python so far.
    """

    def __init__(self, read_python: Callable[[], Python]) -> None:
        self._read_python = read_python
        self._passes: list[int] = []
        self._marks: list[Python] = []
        self._last: dict[Path, dict[int, dict[int, Counted]]] = {}
        self._unused: dict[int, int] = {}
        self._inputs: dict[Path, list[Path]] = {}
        self._present: set[Path] = set()

    @property
    def num_passes(self) -> int:
        """How many passes have begun."""
        return len(self._passes)

    def take(self, model: Any) -> None:
        """Take in what ``get_model_proto`` gives."""
        self._present.clear()
        for last in model.nodes[model.output].inputs:  # one, or none where all is used up
            self._add(model, model.nodes[last], (), "", None)

    def _add(self, model: Any, node: Any, above: Path, place: str, number: int | None) -> None:
        """Take in a stage and all that feeds it.

        Args:
            model: What the node is of.
            node: The stage.
            above: The stages from the last one to the one that it feeds.
            place: Where it stands among those that feed that one.
            number: Number of the pass; None above the stage that repeats.
        """
        path = (*above, f"{name_node(node)} {place}")
        self._present.add(path)
        if above and path not in self._inputs.setdefault(above, []):
            self._inputs[above].append(path)
        if node.name.startswith(SHUFFLE) and not node.num_elements:
            self._unused[node.id] = node.processing_time  # it has made what feeds it, and built its functions
        busy_ns = node.processing_time - self._unused.get(node.id, 0)
        seen = Counted(describe_node(node), node.num_elements, busy_ns)
        self._last.setdefault(path, {}).setdefault(number or 0, {})[node.id] = seen
        makes = MAKES_DATASETS.fullmatch(node.name)
        for each, one in enumerate(node.inputs):
            if number is None and node.name == REPEAT:
                self._add(model, model.nodes[one], path, str(each), self._find_pass(one))
            else:
                self._add(model, model.nodes[one], path, "made" if makes and each else str(each), number)

    def _find_pass(self, node: int) -> int:
        """The number of the pass that has this node below the stage that repeats."""
        if node not in self._passes:
            self._passes.append(node)
            self._marks.append(self._read_python())
        return self._passes.index(node)

    def list(self) -> tuple[list[Counted], list[RunStage]]:
        """What each stage has in a pass, all its datasets together, and the stages; what feeds one before it."""
        counted: list[Counted] = []
        stages: list[RunStage] = []

        def add(path: Path) -> int:
            places = tuple(add(each) for each in self._inputs.get(path, ()))
            counted.append(self._average(path))
            stages.append(RunStage(counted[-1].name, places))
            return len(stages) - 1

        repeat = next((path for path in self._last if path[-1].startswith(REPEAT)), None)  # the uppermost is ours
        if repeat is not None and self._inputs.get(repeat):
            add(self._inputs[repeat][0])
        return counted, stages

    def _average(self, path: Path) -> Counted:
        """What a stage has in a pass: in the later ones, or in the first where it is in no other one.

        The first builds functions, which is no work of a stage's, and the last has been cut.
        """
        passes = self._last[path]
        later = [number for number in passes if 0 < number < len(self._passes) - 1]
        later = later or [number for number in passes if number > 0]
        used = [each for number in later or passes for each in passes[number].values()]
        share = 1 / len(later or passes)
        is_first_only = not later and _fills(path)
        num_elements, busy_ns = (sum(getattr(each, name) for each in used) for name in ("num_elements", "busy_ns"))
        return replace(
            used[0],
            num_elements=round(num_elements * share),
            busy_ns=max(0, round(busy_ns * share)),
            is_later=bool(later),
            is_first_only=is_first_only,
            is_cut=is_first_only and path in self._present,
        )

    def average_python(self, *, is_later: bool) -> Python:
        """The time in Python of a pass, by the token of the function.

        Args:
            is_later: True for the mean of the passes after the first, False for the first.
        """
        marks = [*self._marks, self._read_python()]
        begin = 1 if is_later and len(self._marks) > 1 else 0
        end = begin + max(1, len(self._marks) - 2) if begin else 1  # the last pass has been cut
        marks = marks[begin : end + 1]
        before, after, count = marks[0], marks[-1], len(marks) - 1
        return {token: round((spent - before.get(token, 0)) / count) for token, spent in after.items()}


class StageReader:
    """Reads what the stages of a pipeline take.

    Args:
        case: What to read.
        opened: Its subject.
        tools: What to measure with.
    """

    def __init__(self, case: Case, opened: OpensDataset, tools: Tools) -> None:
        self._case, self._opened, self._clock = case, opened, tools.clock

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def read_stages(self) -> StageTimes:
        """What each stage takes in an epoch, or in the beginning of one.

        Raises:
            InputError: The pipeline gives nothing.
        """
        if not hasattr(tf.data.experimental, MODEL):
            return StageTimes((), 0, TOLD_NOWHERE.format(tf.__version__))
        found = self._read(self._opened.build)
        if find_cut(found.stages):
            small = self._read(self._opened.build_sample)
            found = small if not find_cut(small.stages) else found
        names = [each.name for each in name_buffers(found.stages, self._opened.shuffle_sizes)]
        times = tuple(
            StageTime(name, each.num_elements, each.busy_ns, *told, each.is_first_only, each.is_cut)
            for name, each, told in zip(names, found.counted, found.attribute(), strict=True)
        )
        why = NOT_READ if not times else "" if any(each.busy_ns for each in times) else NOTHING_TIMED
        return StageTimes(tuple(reversed(times)), found.count_python(), why)

    def _read(self, build: Callable[[], Any]) -> Found:
        with note_origins() as made:
            dataset = build()
        with watch_python(self._clock.wall_ns) as spent:
            readings = ModelReadings(spent.read)
            self._take(iter(_repeat(dataset)), readings)
            first, later = (readings.average_python(is_later=is_later) for is_later in (False, True))
        return Found(*readings.list(), list_stages(dataset, made), first, later)

    def _take(self, iterator: Any, readings: ModelReadings) -> None:
        """Take epochs, or what there is time for, while the model is read.

        Raises:
            InputError: There is nothing.
        """
        limit_ns = self._clock.wall_ns() + round(READING_S * NANOSECONDS)
        num_batches = 0
        with _reading(iterator, readings.take):
            for _ in iterator:
                num_batches += 1
                is_over = self._clock.wall_ns() > limit_ns or readings.num_passes > MOST_PASSES
                if num_batches >= FEWEST_BATCHES and is_over:
                    break
        if not num_batches:
            raise InputError(f"{self._case.name} gives no batch: its dataset is empty.")


def _fills(path: Path) -> bool:
    """True for a stage that runs only until a cache is full or a snapshot is written."""
    return any(each.startswith(CACHES) for each in path[:-1]) or any(each.startswith(WRITER) for each in path)


def _repeat(dataset: Any) -> Any:
    """The dataset, again and again in one iterator, which builds its functions once; TensorFlow keeps its model."""
    repeated = keep_model(dataset).repeat()
    if "Shuffle" not in type(dataset).__name__:
        return repeated
    options = tf.data.Options()
    options.experimental_optimization.shuffle_and_repeat_fusion = False  # it would take our repeat into the shuffle
    return repeated.with_options(options)


@contextlib.contextmanager
def _reading(iterator: Any, take: Callable[[Any], None]) -> Iterator[None]:
    """Read an iterator's model again and again while it is used, and once before and after that."""
    done = threading.Event()

    def look() -> None:
        with contextlib.suppress(tf.errors.NotFoundError):  # nothing of it has run yet
            take(tf.data.experimental.get_model_proto(iterator))

    def go_on() -> None:
        while not done.wait(PAUSE_S):
            look()

    look()
    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    look()
