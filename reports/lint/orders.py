"""What is known of the orders that shuffles draw: which are fresh every epoch, whole, or the same as another's."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from reports.lint.facts import KEEPS, Facts, read_count
from reports.record.description import StageDescription

SHUFFLE, REPEAT, LIST_FILES = "shuffle", "repeat", "list_files"
FREEZES = ("cache", "snapshot")  # what is behind them comes in the order in which it came first
GOES_THROUGH = ("map", *KEEPS, "filter", "batch", "padded_batch", "ragged_batch")
"""Stages behind which elements are as well shuffled as before, unless they freeze an order."""


def is_shuffle(stage: StageDescription) -> bool:
    """True for a shuffle that moves anything."""
    return stage.name == SHUFFLE and read_count(stage, "buffer_size") != 1


def is_fresh(stage: StageDescription) -> bool:
    """True for a shuffle that draws another order for every iterator."""
    return is_shuffle(stage) and stage.find_argument("reshuffle_each_iteration") is not False


def is_whole(facts: Facts, stage: StageDescription) -> bool:
    """True for a shuffle whose buffer holds all of its elements."""
    before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
    if not is_shuffle(stage) or before is None or before.num_elements is None or buffer is None:
        return False
    return buffer >= before.num_elements


def is_repeating(stage: StageDescription) -> bool:
    """True for a repeat that gives its elements more than once."""
    return stage.name == REPEAT and read_count(stage, "count") not in {0, 1}


def find_rival(facts: Facts, stage: StageDescription) -> StageDescription | None:
    """Another shuffle, of all elements, that makes this one useless; None if there is none.

    Args:
        facts: What is known of the dataset.
        stage: A shuffle.
    """
    earlier = _find_whole(facts, facts.walk_back(stage))
    if earlier is not None:
        return earlier if is_fresh(earlier) or not is_fresh(stage) else None
    if is_whole(facts, stage):
        return None
    return _find_whole(facts, facts.walk_on(stage), freezing=())


def find_cache_between(facts: Facts, first: StageDescription, last: StageDescription) -> StageDescription | None:
    """A cache on the way from one stage to another; None if there is none."""
    for each in facts.list_before(last):
        if each.name in FREEZES and any(one.number == first.number for one in facts.list_before(each)):
            return each
    return None


def list_orders(facts: Facts, branch: StageDescription) -> Iterator[Hashable]:
    """What decides the order of a branch: equal for branches that come in the same order, and empty for one unmoved."""
    for stage in (branch, *facts.list_before(branch)):
        if not is_shuffle(stage) or find_cache_between(facts, stage, branch) is not None:
            continue
        seed = stage.find_argument("seed")
        if is_fresh(stage):
            yield ("fresh", branch.number if seed is None else seed, read_count(stage, "buffer_size"))
        else:
            yield ("once", stage.number if seed is None else seed, read_count(stage, "buffer_size"))


def _find_whole(
    facts: Facts, stages: Iterator[StageDescription], freezing: tuple[str, ...] = FREEZES
) -> StageDescription | None:
    for each in stages:
        if each.name == SHUFFLE and is_whole(facts, each):
            return each
        if each.name in freezing or each.name not in (*GOES_THROUGH, SHUFFLE):
            return None
    return None
