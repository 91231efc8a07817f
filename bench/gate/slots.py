"""The slots of a gate: two processes that are equal in all that is known, and for each pair the lot who sits where.

If the two revisions do not differ, exchanging them changes nothing but the sign of the difference that a pair shows.
So that sign is a fair coin, which is all that the test of the verdict relies on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.gate.draws import Lots
from bench.gate.pairs import Job, Length, Seat, Seats
from bench.programs.place import Place
from bench.slots.process import Launch, SlotProcess
from bench.workers.protocol import Package, Start
from reports.gate.record import SideName
from reports.record.case import Case


@dataclass(frozen=True)
class Staged:
    """A revision that is ready to be measured.

    Args:
        python: Interpreter that it runs with.
        package: Its code, in a folder that holds nothing else; None where the tool's own package runs.
        cases: Its cases, by the names under which head knows them.
        place: Where the code of a person's pipelines is found; None where they have none.
        lengths: How much is asked of a case, by its name, where the case itself does not say it.
    """

    python: Path
    package: Package | None
    cases: Mapping[str, Case]
    place: Place | None = None
    lengths: Mapping[str, Length] = field(default_factory=dict)


def build_stage(folder: Path, checkout: Path, package: str) -> Package:
    """The package of a checkout, in a folder from which Python imports nothing else of it."""
    folder.mkdir(parents=True)
    (folder / package).symlink_to(checkout / package, target_is_directory=True)
    return Package(package, str(folder))


class Slots:
    """The processes of both slots, started when they are first needed.

    Args:
        revisions: Base and head.
        source: Where the digits come from.
        lots: What hash seeds are drawn with.
        tools: Folder that `build_tools` made.
        scratch: Folder for what the processes leave.
        search_path: Folders that the user's own Python looks into, beside those of its installation.
    """

    def __init__(
        self,
        revisions: Mapping[SideName, Staged],
        source: str,
        lots: Lots,
        *,
        tools: Path,
        scratch: Path,
        search_path: Sequence[str] = (),
    ) -> None:
        self._search_path = tuple(search_path)
        self._revisions, self._source = revisions, source
        self._lots, self._tools, self._scratch = lots, tools, scratch
        self._stack = ExitStack()
        self._processes: dict[tuple[int, Path], SlotProcess] = {}
        self._num_starts = 0

    def seat(self, job: Job) -> Seats:
        """Who takes which side of a pair, and in which slot; in a control pair base takes both."""
        slot = job.lot.head_slot
        head = self._revisions["base" if job.request.kind == "control" else "head"]
        return {"base": self._sit(self._revisions["base"], 1 - slot, job), "head": self._sit(head, slot, job)}

    def _sit(self, revision: Staged, slot: int, job: Job) -> Seat:
        case = job.request.case
        start = Start(revision.cases[case], self._source, revision.package, place=revision.place)
        return Seat(self._find_process(slot, revision.python), slot, start, revision.lengths.get(case))

    def _find_process(self, slot: int, python: Path) -> SlotProcess:
        """The slot's process; each interpreter has its own, where the revisions need different packages."""
        if (slot, python) not in self._processes:
            self._processes[slot, python] = self._start(slot, python)
        return self._processes[slot, python]

    def _start(self, slot: int, python: Path) -> SlotProcess:
        hash_seed = self._lots.draw_hash_seed(self._num_starts)
        log = self._scratch / f"slot-{slot}-{len(self._processes)}.log"
        process = SlotProcess(Launch(python, self._tools, hash_seed, log, self._scratch, self._search_path))
        self._stack.callback(process.close)
        return process

    def change(self, revisions: Mapping[SideName, Staged]) -> None:
        """Let the sides be these from now on."""
        self._revisions = revisions

    def close(self) -> None:
        """End the processes; the next pair gets fresh ones, and another hash seed."""
        self._processes.clear()
        self._num_starts += 1
        self._stack.close()
