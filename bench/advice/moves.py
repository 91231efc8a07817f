"""The rewrites, one by one: each takes the calls of a chain in some order, and gives another order that means the same.

None moves a repeat, makes a buffer smaller, or lets elements come in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.advice.links import MAP, Link, find_step
from bench.subjects.rewriting.calls import Call
from bench.subjects.rewriting.remake import Step

ALIKE = ("shuffle", "repeat", "take", "skip", "shard", "prefetch", "with_options")
"""Calls that hand their elements on as they are, whatever is in them: a map may stand before or behind them."""
ORDERLY = (MAP, "prefetch", "with_options")
"""Calls that give one element for each, in the same order."""
MOST_GROWN = 4.0  # how many times as large elements may be in a shuffle's buffer for a map's sake that takes batches


@dataclass(frozen=True)
class Plan:
    """A chain in some order.

    Args:
        steps: Its calls.
        changes: What differs from the chain as it is, a sentence each.
        names: Short names of the moves.
    """

    steps: tuple[Step, ...]
    changes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def change(self, steps: Sequence[Step], name: str, *changes: str) -> Plan:
        """The plan after a further move."""
        return Plan(tuple(steps), (*self.changes, *changes), (*self.names, name))


@dataclass(frozen=True)
class Source:
    """What a chain begins with.

    Args:
        call: The call that made it; None where that was not remembered.
        reads_files: True if it reads files in a fixed order, or names them.
    """

    call: Call | None
    reads_files: bool

    @property
    def shuffles(self) -> bool:
        """True for files that are listed in another order for every epoch."""
        is_list = self.call is not None and self.call.method == "list_files"
        return is_list and self.call.find("shuffle", 1) is not False  # type: ignore[union-attr]

    @property
    def is_seeded(self) -> bool:
        """True if that order has a seed."""
        return self.call is not None and self.call.find("seed", 2) is not None


Move = Callable[[Sequence[Link], Source, Plan], Plan | None]
"""Gives None where there is nothing to move."""


def drop_shuffle(links: Sequence[Link], source: Source, plan: Plan) -> Plan | None:
    """Leave out a shuffle of what has been shuffled whole, and came one by one since then."""
    for place, step in enumerate(plan.steps):
        link = find_step(links, step)
        if link is not None and link.method == "shuffle":
            earlier = _find_full_shuffle(links, source, plan.steps[:place], link)
            if earlier:
                kept = [*plan.steps[:place], *plan.steps[place + 1 :]]
                return plan.change(kept, "one-shuffle", f"the shuffle is left out: {earlier} draws a whole order anew")
    return None


def _find_full_shuffle(links: Sequence[Link], source: Source, steps: Sequence[Step], later: Link) -> str:
    """What has shuffled all of the elements before; empty without."""
    for step in reversed(steps):
        link = find_step(links, step)
        if link is None or link.method not in {*ORDERLY, "shuffle"}:
            return ""
        if link.method == "shuffle":
            holds = link.is_full and link.reshuffles and (later.is_seeded or not link.is_seeded)
            return "the shuffle before it" if holds else ""
    return "list_files" if source.shuffles and (later.is_seeded or not source.is_seeded) else ""


def shuffle_early(links: Sequence[Link], _source: Source, plan: Plan) -> Plan | None:
    """Shuffle before the maps that do not make elements smaller."""
    for place, step in enumerate(plan.steps):
        link = find_step(links, step)
        if link is None or link.method != "shuffle":
            continue
        for count in range(len(_list_crossed(links, plan.steps, place, _is_movable)), 0, -1):
            crossed = _list_crossed(links, plan.steps, place, _is_movable)[-count:]
            first, last = crossed[0].before, crossed[-1].after
            if first is not None and last is not None and first <= last:
                steps = _move_behind(plan.steps, place, crossed)
                return plan.change(steps, "early-shuffle", f"shuffle stands before {_name(crossed)}")
    return None


def batch_early(links: Sequence[Link], _source: Source, plan: Plan) -> Plan | None:
    """Let maps take whole batches that are proved to treat rows one by one."""
    place = find_batch(links, plan.steps)
    if place is None:
        return None
    crossed = _list_crossed(links, plan.steps, place, lambda link: link.is_movable and link.batching[0] is True)
    while crossed and not _fits_shuffles(plan.steps[:place], crossed):
        crossed = crossed[1:]
    if not crossed:
        return None
    steps = _move_behind(plan.steps, place, crossed)
    changes = [f"{_name(crossed)} takes whole batches, row by row, as its graph proves"]
    passed = plan.steps[plan.steps.index(crossed[0].step) : place]
    if any(each.method == "shuffle" for each in passed):
        changes.append(f"shuffle stands before {_name(crossed)}")
    return plan.change(steps, "batched-map", *changes)


def find_batch(links: Sequence[Link], steps: Sequence[Step]) -> int | None:
    """The place of the first batch; None without."""
    found = (place for place, step in enumerate(steps) if step.method == "batch" and find_step(links, step) is not None)
    return next(found, None)


def _fits_shuffles(steps: Sequence[Step], crossed: Sequence[Link]) -> bool:
    """True if no shuffle that these maps go behind has to hold much more than before."""
    for place, step in enumerate(steps):
        if step.method == "shuffle":
            before = [each for each in crossed if steps.index(each.step) < place]
            if before and not _is_small(before):
                return False
    return True


def _is_small(moved: Sequence[Link]) -> bool:
    first, last = moved[0].before, moved[-1].after
    return first is not None and last is not None and first <= MOST_GROWN * last


def _is_movable(link: Link) -> bool:
    return link.is_movable


def _list_crossed(
    links: Sequence[Link], steps: Sequence[Step], place: int, is_movable: Callable[[Link], bool]
) -> list[Link]:
    """The maps before a place that may stand behind it, in order."""
    found: list[Link] = []
    for step in reversed(steps[:place]):
        link = find_step(links, step)
        if link is not None and link.method == MAP and is_movable(link):
            found.append(link)
        elif step.method not in ALIKE:
            break
    return found[::-1]


def _move_behind(steps: Sequence[Step], place: int, crossed: Sequence[Link]) -> list[Step]:
    numbers = {each.number for each in crossed}
    moved = [step for step in steps[:place] if step.number in numbers]
    stay = [step for step in steps[:place] if step.number not in numbers]
    return [*stay, steps[place], *moved, *steps[place + 1 :]]


def _name(moved: Sequence[Link]) -> str:
    named = (f"map({each.function.name})" if each.function is not None else MAP for each in moved)
    return " and ".join(named)


def turn_knobs(links: Sequence[Link], _source: Source, plan: Plan) -> Plan | None:
    """Parallel calls where TensorFlow runs none by itself, a prefetch last, and none before a batch."""
    steps, changes = list(plan.steps), []
    for place, step in enumerate(steps):
        link = find_step(links, step)
        if link is not None and link.is_sequential and not step.is_parallel and may_run_parallel(link):
            steps[place] = replace(step, is_parallel=True)
            changes.append(f"{link.method} runs in parallel, in the same order")
    batch = find_batch(links, steps)
    early = [step for step in steps[: batch or 0] if step.method == "prefetch"]
    if early:
        steps = [step for step in steps if step not in early]
        changes.append("no prefetch of single elements before batch")
    if not any(step.method == "prefetch" for step in steps[-1:]) and not _ends_with_options(steps):
        steps.append(Step(None, "prefetch"))
        changes.append("prefetch stands last")
    return plan.change(steps, "knobs", *changes) if changes else None


def _ends_with_options(steps: Sequence[Step]) -> bool:
    return [step.method for step in steps[-2:]] == ["prefetch", "with_options"]


def may_run_parallel(link: Link) -> bool:
    """True if parallel calls keep the order and the kind of randomness, and TensorFlow makes none by itself."""
    function = link.function
    if function is None or function.python or function.stateful:
        return False
    if link.method == "interleave":
        return not function.random and isinstance(link.call.find("cycle_length", 1), int) and link.makes_datasets
    return link.method == MAP and bool(function.random) and not function.is_seeded


def cache_prefix(links: Sequence[Link], source: Source, plan: Plan) -> Plan | None:
    """Keep what files give and maps make of it, up to the first random stage."""
    place = find_cached(links, source, plan.steps)
    if place is None:
        return None
    steps = [*plan.steps[:place], Step(None, "cache"), *plan.steps[place:]]
    behind = plan.steps[place - 1].method
    return plan.change(steps, "cached", f"what {behind} gives is kept in memory: the same in every epoch")


FIXED = (MAP, "interleave", "flat_map", "filter", "take", "skip", "shard", "batch", "padded_batch", *ORDERLY)
"""Calls that give the same in every epoch, where their functions do."""


def find_cached(links: Sequence[Link], source: Source, steps: Sequence[Step]) -> int | None:
    """Behind how many calls a cache may stand; None where it may not, or would keep nothing that took time."""
    if not source.reads_files or source.shuffles or any(step.method == "cache" for step in steps):
        return None
    place = 0
    for step in steps:
        link = find_step(links, step)
        if link is None or link.method not in FIXED or link.impurity:
            break
        place += 1
    while place and steps[place - 1].method in {"prefetch", "with_options"}:
        place -= 1
    is_read_in_part = any(step.method in {"take", "take_while"} for step in steps[place:])
    works = any(step.method in {MAP, "interleave", "flat_map"} for step in steps[:place])
    return place if works and not is_read_in_part else None
