"""Where trials take place: copies of one commit, outside the repository, some of them with more work to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.cases.gate import PACKAGE
from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.gate.introduction import ask_introduction
from bench.gate.revisions import PROJECT, Checkout, Repository, Workplace, make_folder
from bench.gate.slots import Slots, Staged, build_stage
from bench.slots.tools import build_tools
from bench.trials.schedule import Assignment
from bench.trials.slowdown import slow_down
from bench.workers.protocol import Introduction
from reports.record.case import Case


def introduce(original: Checkout, source: str, design: PairDesign) -> Introduction:
    """The cases and the data of a copy; raises InputError if it does not work."""
    stage = build_stage(original.folder.parent / "stage", original.folder, PACKAGE)
    tools = build_tools(original.folder.parent / "tools")
    return ask_introduction(original.name, Path(sys.executable), stage, source, design, tools=tools)


@contextmanager
def copy_commit(name: str, *, inside: Path | None = None) -> Iterator[Checkout]:
    """What is gated of a commit of the repository around `inside`, copied, until the block ends.

    Raises:
        RevisionError: There is no repository or no such commit.
    """
    repository = Repository(inside or Path.cwd())
    repository.remove_stale()
    commit = repository.find_commit(name)
    with make_folder() as folder:
        with repository.add_worktree(commit, folder / "worktree") as worktree:
            _copy(worktree, folder / "original")
        yield Checkout(name, commit, folder / "original")


@contextmanager
def prepare_trial(original: Checkout, assignment: Assignment) -> Iterator[Workplace]:
    """Both sides of a trial, until the block ends: one copy for both, or two that are compiled each for itself."""
    with make_folder() as folder:
        base = head = _copy(original.folder, folder / "base")
        if assignment.kind != "A/A same":
            head = _copy(original.folder, folder / "head")
        if assignment.added:
            slow_down(head, assignment.added)
        of_head = f"{original.name} ({assignment})"
        yield Workplace(
            folder, Checkout(original.name, original.commit, base), Checkout(of_head, original.commit, head)
        )


@contextmanager
def prepare_doubled(
    original: Checkout, doubled: Mapping[str, int], source: str, cases: Sequence[Case], lots: Lots
) -> Iterator[Slots]:
    """Slots in which head computes every example of these orderings twice, until the block ends.

    Args:
        original: The code of both sides.
        doubled: Number of batches of an epoch, by ordering.
        source: Where the digits come from.
        cases: All that will be measured, on both sides.
        lots: What hash seeds are drawn with.
    """
    with prepare_trial(original, Assignment(0, "A/B", 0, added=doubled)) as sides:
        yield build_slots(sides.folder, sides.base.folder, sides.head.folder, source=source, cases=cases, lots=lots)


def build_slots(folder: Path, base: Path, head: Path, *, source: str, cases: Sequence[Case], lots: Lots) -> Slots:
    """Slots for two sides that run with the present packages.

    Args:
        folder: Folder for what is made on the way; to be removed afterwards.
        base: Folder that holds base's mnist_core.
        head: Folder that holds head's.
        source: Where the digits come from.
        cases: All that will be measured, on both sides.
        lots: What hash seeds are drawn with.
    """
    known = {case.id: case for case in cases}

    def stage(name: str, side: Path) -> Staged:
        return Staged(Path(sys.executable), build_stage(folder / "stages" / name, side, PACKAGE), known)

    tools = build_tools(folder / "tools")
    return Slots({"base": stage("base", base), "head": stage("head", head)}, source, lots, tools=tools, scratch=folder)


def _copy(source: Path, target: Path) -> Path:
    """The gated files of `source`, without what Python compiled of them."""
    target.mkdir(parents=True)
    for name in (PACKAGE, PROJECT):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (source / name).is_file():
            shutil.copy2(source / name, target / name)
    return target
