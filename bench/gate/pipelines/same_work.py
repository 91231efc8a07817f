"""Whether both sides give the same examples: read from each, in fresh processes, before anything is timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.gate.pairs import Seats, SideFailedError, ask_all
from bench.workers.protocol import Done, ReadContents, Ready, Stop
from reports.gate.record import PairKind, SideName
from reports.gate.work import Contents, Work, compare_contents
from reports.record.case import Case
from reports.record.machine import Setting

MOST_EXAMPLES = 50_000  # some seconds of hashing
LIMIT_S = 10.0  # of what people wait for before anything is measured
AGAIN_S = 60.0  # for as many examples as the other side has given in LIMIT_S
ANOTHER_SEED = 1
MOST_LISTED = 3  # paths in a line
SIDES: tuple[SideName, ...] = ("base", "head")
RANDOM = "random whatever the seeds: types, shapes and counts are compared, but no values"
MOVED = "files of caches and snapshots ({paths}) are in a temporary folder, of each process its own"
PART = "only a part was read: the same examples in another order look like this, and can be gated with --different-work"
SEEDED = "its values depend on seeds: what draws in another order gives others, and can be gated with --different-work"

Sit = Callable[[PairKind], Seats]
"""Gives both sides; in a control base takes both."""


Requests = Mapping[SideName, ReadContents]


@dataclass(frozen=True)
class Read:
    """What sides gave, the data and versions that each told, and where all caches and snapshots would have written."""

    contents: dict[SideName, Contents]
    settings: dict[SideName, Setting]
    moved_files: tuple[str, ...]


class SameWork:
    """Compares what the two sides of one case give.

    Args:
        sit: Gives both sides.
        reset: Ends the processes of both, which are in any state after a failure.
    """

    def __init__(self, sit: Sit, reset: Callable[[], None]) -> None:
        self._sit, self._reset = sit, reset
        self._is_deterministic = True

    def compare(self) -> tuple[Work, dict[SideName, Setting]]:
        """Whether they give the same, and the data and versions that each told.

        Raises:
            SideFailedError: A side fails, or gives nothing.
        """
        read = self._read_first(SIDES)
        base, head = self._level(read.contents["base"], read.contents["head"])
        work = compare_contents(base, head)
        work = work if work.is_same else self._doubt(work, base, head)
        return replace(work, remarks=(*work.remarks, *_tell_moved(read.moved_files))), read.settings

    def check(self, side: SideName) -> None:
        """Read what one side gives, and compare it with nothing; raises as `compare` does."""
        self._read_first((side,))

    def _read_first(self, sides: Sequence[SideName]) -> Read:
        """What these sides give, deterministic if TensorFlow can do it: some operations cannot, and fail then."""
        requests: Requests = dict.fromkeys(sides, ReadContents(MOST_EXAMPLES, LIMIT_S))
        try:
            read = self._read("gate", requests)
        except SideFailedError:
            self._reset()
            self._is_deterministic = False
            read = self._read("gate", requests)
        for side, each in read.contents.items():
            if not each.num_examples:
                raise SideFailedError(side, "gives no example: its dataset is empty.")
        return read

    def _level(self, base: Contents, head: Contents) -> tuple[Contents, Contents]:
        """Both sides up to as many examples, where it is only our limits or a last batch that sets them apart."""
        if not may_be_level(base, head):
            return base, head
        request = ReadContents(min(base.num_examples, head.num_examples), AGAIN_S)
        if base.num_examples > head.num_examples:
            return self._read("gate", {"base": request}).contents["base"], head
        return base, self._read("gate", {"head": request}).contents["head"]

    def _doubt(self, work: Work, base: Contents, head: Contents) -> Work:
        """The work that is not the same, unless base is not the same as itself either."""
        request = ReadContents(MOST_EXAMPLES if base.is_whole else base.num_examples, AGAIN_S)
        again = self._read("control", {"base": request, "head": replace(request, seed=ANOTHER_SEED)}).contents
        by_shapes = compare_contents(base, head, by_values=False)
        if not compare_contents(base, again["base"]).is_same:
            return replace(by_shapes, remarks=(*by_shapes.remarks, RANDOM))
        is_seeded = not compare_contents(base, again["head"]).is_same
        is_part = by_shapes.is_same and not work.is_whole
        reasons = [line for line, holds in ((PART, is_part), (SEEDED, is_seeded)) if holds]
        return replace(work, remarks=(*work.remarks, *reasons))

    def _read(self, kind: PairKind, requests: Requests) -> Read:
        """What these sides give, all at the same time."""
        seats = {name: seat for name, seat in self._sit(kind).items() if name in requests}
        starts = {name: replace(each.start, case=_read_case(each.start.case)) for name, each in seats.items()}
        ready = ask_all(seats, starts, Ready)
        asked = {name: replace(requests[name], is_deterministic=self._is_deterministic) for name in seats}
        contents = ask_all(seats, asked, Contents)
        ask_all(seats, dict.fromkeys(seats, Stop()), Done)
        moved = dict.fromkeys(path for each in ready.values() for path in each.moved_files)
        return Read(contents, {name: each.setting for name, each in ready.items()}, tuple(moved))


def may_be_level(base: Contents, head: Contents) -> bool:
    """True if two sides may give the same although they have not given as many examples.

    The longer one was read further within our limits, or its batches, of another size, leave out less at the end.
    """
    shorter, longer = sorted((base, head), key=lambda each: each.num_examples)
    missing = longer.num_examples - shorter.num_examples
    if not missing or (shorter.is_whole and not longer.is_whole):
        return False
    if not shorter.is_whole:
        return True
    sizes = [each.batch_size or 1 for each in (base, head)]
    return sizes[0] != sizes[1] and missing < max(sizes)


def _tell_moved(paths: Sequence[str]) -> list[str]:
    listed = ", ".join([*paths[:MOST_LISTED], *(["..."] if len(paths) > MOST_LISTED else [])])
    return [MOVED.format(paths=listed)] if paths else []


def _read_case(case: Case) -> Case:
    return replace(case, consumer="contents")
