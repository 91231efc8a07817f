"""Attributes each stage that TensorFlow ran to one that was written: its line, and how much of its time is Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.consumers.readings.python_time import write_token
from bench.pipelines.chain import Stage
from bench.pipelines.functions import PYTHON, find_functions, list_nodes
from bench.subjects.origins import find_origin
from reports.record.description import RunStage

GENERATOR, FLAT_MAP = "Generator", "FlatMap"
KINDS = (GENERATOR, FLAT_MAP, "Interleave", "GroupByWindow", "Filter", "TakeWhile", "Scan", "Map")
"""Parts of the names of stages that call functions; the first that a name holds is its kind."""
READER = "SnapshotReader"  # what feeds it is TensorFlow's own
KEEPING = ("Cache", "Snapshot")  # kinds of stages that need what feeds them in the first epoch alone

Python = Mapping[str, int]
"""Nanoseconds in Python, by the token of the function."""


@dataclass(frozen=True)
class Counted:
    """What TensorFlow's model says of one stage: at one moment, or in a pass on average.

    Args:
        name: TensorFlow's name of it, with its numbers.
        num_elements: Elements that it gave.
        busy_ns: Time of its own.
        is_later: True if it is of passes after the first.
        is_first_only: True if it runs in the first pass alone, before a cache.
        is_cut: True if it is one of those, and was not over when the reading ended.
    """

    name: str
    num_elements: int
    busy_ns: int
    is_later: bool = False
    is_first_only: bool = False
    is_cut: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """What was seen of a pipeline.

    Args:
        counted: What TensorFlow counted of each stage that it ran.
        stages: The same stages, with what feeds each.
        written: The stages of the program.
        first_python: Time in Python of the first pass.
        later_python: Time in Python of a later pass; of the first where there is no other.
    """

    counted: Sequence[Counted]
    stages: Sequence[RunStage]
    written: Sequence[Stage]
    first_python: Python
    later_python: Python

    def attribute(self) -> list[tuple[int | None, str]]:
        """For each stage that ran, how much of its time is Python, and the file and line that made it."""
        return [
            (self._find_python(place), _tell_origin(self._matched[place])) if place in self._matched else (None, "")
            for place in range(len(self.counted))
        ]

    def count_python(self) -> int:
        """The time in Python of a later pass: what the stages that run in it have of it, and what none of them has."""
        told = {place: self._find_python(place) for place in self._matched}
        taken = {token for place, spent in told.items() if spent is not None for token in self._tokens[place]}
        if any(each.is_first_only for each in self.counted):
            needed = {token for stage in self.written if not self._is_kept(stage) for token in list_tokens(stage)}
            kept = {token for stage in self.written if self._is_kept(stage) for token in list_tokens(stage)}
            taken |= kept - needed
        later = sum(spent or 0 for place, spent in told.items() if not self.counted[place].is_first_only)
        return later + sum(spent for token, spent in self.later_python.items() if token not in taken)

    @cached_property
    def _matched(self) -> dict[int, Stage]:
        """The stage of the program that each stage is that ran, by the place of that one.

        They are of the same kind, and have the same place among those of the kind, where there are equally many of
        both: in the whole pipeline, or else in the part of it that runs in the first epoch alone, or in the other part.
        """
        matched: dict[int, Stage] = {}
        for kind in KINDS:
            ran = [place for place, each in enumerate(self._kinds) if each == kind]
            wrote = [each for each in self.written if _find_kind(each.kind) == kind]
            if len(ran) == len(wrote):
                matched.update(zip(ran, wrote, strict=True))
                continue
            for is_kept in (True, False):
                some = [place for place in ran if self.counted[place].is_first_only == is_kept]
                others = [each for each in wrote if self._is_kept(each) == is_kept]
                if len(some) == len(others):
                    matched.update(zip(some, others, strict=True))
        return matched

    @cached_property
    def _kinds(self) -> list[str]:
        """The kind of each stage that ran; none for what TensorFlow makes: around a generator, to read a snapshot."""
        kinds = [_find_kind(each.name) for each in self.stages]
        for place, stage in enumerate(self.stages):
            if kinds[place] == FLAT_MAP and any(kinds[each] == GENERATOR for each in stage.inputs):
                kinds[place] = ""
            if stage.name == READER:
                for each in _list_below(self.stages, place):
                    kinds[each] = ""
        return kinds

    @cached_property
    def _tokens(self) -> dict[int, set[str]]:
        """The functions of Python that each matched stage calls."""
        return {place: set(list_tokens(stage)) for place, stage in self._matched.items()}

    def _find_python(self, place: int) -> int | None:
        """The time of a stage in Python: no more than all that it has, which is read a moment earlier.

        None where another stage calls the same function: nothing tells which of the two spent the time.
        """
        users = Counter(token for tokens in self._tokens.values() for token in tokens)
        if any(users[token] > 1 for token in self._tokens[place]):
            return None
        spent = self.later_python if self.counted[place].is_later else self.first_python
        return min(self.counted[place].busy_ns, sum(spent.get(token, 0) for token in self._tokens[place]))

    def _is_kept(self, stage: Stage) -> bool:
        """True for a stage that feeds nothing but a cache or a snapshot, as it is written."""
        return stage.number not in self._needed

    @cached_property
    def _needed(self) -> set[int]:
        """The numbers of the written stages that every epoch needs: all but what feeds a cache or a snapshot alone."""
        needed: set[int] = set()

        def add(number: int) -> None:
            stage = self.written[number]
            needed.add(number)
            for each in () if stage.kind in KEEPING else (*stage.inputs, *stage.inner):
                add(each)

        if self.written:
            add(len(self.written) - 1)
        return needed


def _list_below(stages: Sequence[RunStage], place: int) -> Iterator[int]:
    """The places of all that feeds a stage, and of what feeds that."""
    for each in stages[place].inputs:
        yield each
        yield from _list_below(stages, each)


def _find_kind(name: str) -> str:
    return next((kind for kind in KINDS if kind in name), "")


def list_tokens(stage: Stage) -> Iterable[str]:
    """The tokens of the functions of Python that a stage's functions call."""
    for wrapper in find_functions(stage.dataset).values():
        yield from {write_token(node.attr["token"].s) for name, node in list_nodes(wrapper) if name in PYTHON}


def _tell_origin(stage: Stage) -> str:
    origin = find_origin(stage.dataset)
    return "" if origin is None else f"{origin[0]}:{origin[1]}"
