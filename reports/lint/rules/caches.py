"""Errors of caches: what they freeze, and what they never get to hold."""

from __future__ import annotations

from collections.abc import Iterator

from reports.lint.facts import BATCHES, KEEPS, Facts, Found, compute, read_count, write_code
from reports.lint.finding import Price, Unit
from reports.lint.orders import FREEZES, LIST_FILES, REPEAT, SHUFFLE, is_fresh
from reports.record.description import StageDescription
from reports.tables.stage_text import write_stage

TAKE, SKIP, ZIP, RANDOM = "take", "skip", "zip", "random"
STATES = ("ReadVariableOp", "RngReadAndSkip", "AssignVariableOp", "AssignAddVariableOp")
"""Operations that read or move a generator's state, from which stateless random operations get their seeds."""


def find_frozen_random(facts: Facts) -> Iterator[Found]:
    """Random work before a cache: every epoch gets what the first one drew."""
    for stage in facts.chain:
        cache = _find_cache_after(facts, stage)
        if cache is None or not _draws(facts, stage):
            continue
        drawn = dict.fromkeys(
            name for each in stage.functions for name in (*each.random, *each.stateless_random, *each.python_random)
        )
        yield Found(
            stage,
            f"random ({', '.join(drawn)}) before {cache.name}: every epoch gets what the first one drew",
            _price_all(facts, stage, "that are the same in every epoch"),
            (f"ds = ds.{cache.name}(...)", f"ds = ds.{write_code(stage)}  # behind the {cache.name}"),
        )


def find_frozen_order(facts: Facts) -> Iterator[Found]:
    """A shuffle before a cache, and none behind it: every epoch comes in the order of the first."""
    for stage in facts.chain:
        cache = _find_cache_after(facts, stage)
        if cache is None or not is_fresh(stage) or _is_shuffled_again(facts, stage, cache):
            continue
        way = [each for each in facts.list_before(cache) if stage in facts.list_before(each)]
        if stage.call == LIST_FILES and any(each.name not in (*KEEPS, "map") for each in way):
            continue
        buffer = read_count(stage, "buffer_size")
        yield Found(
            stage,
            f"{cache.name} keeps the order: every epoch comes as the first one was shuffled",
            _price_all(facts, stage, "in the same order in every epoch"),
            (f"ds = ds.{cache.name}(...).shuffle({buffer})  # shuffle behind the {cache.name}",),
        )


def find_partly_read(facts: Facts) -> Iterator[Found]:
    """A cache of which a part alone is read: it is never complete, so every epoch begins anew."""
    for cache in facts.chain:
        if cache.name not in FREEZES:
            continue
        if cache.is_endless:
            yield _tell_endless(facts, cache)
            continue
        for stage, count in _list_limits(facts, cache):
            num_read = _count_read(facts, cache, stage, count)
            if num_read is None or (cache.num_elements is not None and num_read >= cache.num_elements):
                continue
            unread = None if cache.num_elements is None else cache.num_elements - num_read
            yield Found(
                cache,
                f"{write_stage(stage)} behind it reads a part alone: the cache is thrown away unfinished, every epoch",
                compute(num_read, Unit.EXAMPLES, "read and made anew every epoch")
                if unread is None
                else compute(num_read * facts.find_batch_size(cache), Unit.EXAMPLES, "made anew every epoch"),
                (f"ds = ds.{write_code(stage)}.cache()  # limit first, then cache",)
                if stage.name == TAKE
                else ("ds = ds.take(n).cache()  # as many as are read",),
            )
            break


def _tell_endless(facts: Facts, cache: StageDescription) -> Found:
    sizes = [each.num_elements for each in facts.list_before(cache) if each.num_elements is not None]
    return Found(
        cache,
        "its input never ends: the cache is never complete, holds more with every epoch, and gives nothing back",
        compute(max(sizes, default=1), Unit.EXAMPLES, "kept again with every epoch"),
        ("ds = ds.cache().repeat()  # repeat behind the cache",),
    )


def _find_cache_after(facts: Facts, stage: StageDescription) -> StageDescription | None:
    return next((each for each in facts.list_after(stage) if each.name in FREEZES), None)


def _draws(facts: Facts, stage: StageDescription) -> bool:
    """True if a stage's functions give other numbers for the same element another time."""
    for each in stage.functions:
        names = {one.name for one in each.operations}
        if each.random:
            return True
        if each.stateless_random:
            drawn = any(one.name == RANDOM and one.find_argument("rerandomize") for one in facts.list_before(stage))
            if drawn or any(name in names for name in STATES):
                return True
        if each.python_random:
            return True
    return False


def _price_all(facts: Facts, stage: StageDescription, what: str) -> Price:
    count = facts.count_examples(stage)
    if count is None:
        return compute(1, Unit.SHARE, f"of the examples {what}")
    return compute(count, Unit.EXAMPLES, what)


def _is_shuffled_again(facts: Facts, stage: StageDescription, cache: StageDescription) -> bool:
    """True if a shuffle behind the cache draws new orders of what the first one shuffled: not of batches of it."""
    for each in facts.list_after(cache):
        if is_fresh(each):
            before = facts.get_before(each)
            return before is None or facts.is_batched(before) == facts.is_batched(stage)
    return False


def _list_limits(facts: Facts, cache: StageDescription) -> Iterator[tuple[StageDescription, int]]:
    """What ends an epoch before the cache does, with the number of elements that it asks for."""
    after = facts.list_after(cache)
    for place, stage in enumerate(after):
        count = read_count(stage, "count")
        if stage.name == TAKE and count is not None:
            yield stage, count
        branch = after[place - 1] if place else cache
        is_cut = stage.name == ZIP and branch.number in stage.inputs and stage.num_elements is not None
        if is_cut and branch.num_elements is not None and stage.num_elements < branch.num_elements:  # type: ignore[operator]
            yield stage, stage.num_elements  # type: ignore[misc]


def _count_read(facts: Facts, cache: StageDescription, stage: StageDescription, count: int) -> int | None:
    """Number of the cache's elements that are read where a stage behind it asks for so many; None if nothing tells."""
    between = [each for each in facts.list_before(stage) if cache in facts.list_before(each)]
    for each in between:
        if each.name in BATCHES:
            size = read_count(each, "batch_size")
            if size is None:
                return None
            count *= size
        elif each.name in {SHUFFLE, "prefetch"}:
            count += read_count(each, "buffer_size") or 0
        elif each.name == SKIP:
            count += read_count(each, "count") or 0
        elif each.name not in {"map", REPEAT, TAKE, *KEEPS}:
            return None
    return count
