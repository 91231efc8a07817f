"""Costs of maps that take elements one by one before a batch, though they would take batches."""

from __future__ import annotations

from collections.abc import Iterator

from reports.lint.facts import BATCHES, KEEPS, Facts, Found, compute, has_operation, list_operations, write_code
from reports.lint.finding import Unit
from reports.lint.orders import FREEZES, find_rival, is_shuffle
from reports.lint.rules.maps import LEAST_SHARE, MAP, PARSING, find_growth_before_shuffle
from reports.record.description import StageDescription
from reports.tables.stage_text import write_stage

MOST_SHRUNK = 4  # times: a map that makes elements smaller than that belongs before the shuffle that holds them
IDLE = frozenset(("Placeholder", "Identity", "NoOp", "Const"))  # operations that do nothing with an element


def find_before_shuffle(facts: Facts) -> Iterator[Found]:
    """A map before a shuffle that makes elements larger, or that would take batches if it stood behind."""
    told = []
    for each in find_growth_before_shuffle(facts):
        told.append(each.stage.number)
        yield each
    for stage in facts.chain:
        batch = _find_batch_for(facts, stage)
        shuffle = next((each for each in facts.walk_on(stage) if is_shuffle(each)), None)
        if batch is None or shuffle is None or stage.number in told or shuffle.number > batch.number:
            continue
        count = shuffle.holding.num_elements if shuffle.holding is not None else None
        if count is None or find_rival(facts, shuffle) is not None:
            continue
        yield Found(
            stage,
            f"it stands before {write_stage(shuffle)}, so it takes elements one by one, though it would take batches",
            compute(count, Unit.EXAMPLES, "made one by one before the first batch"),
            (f"ds = ds.{write_code(shuffle)}.{write_code(batch)}.{write_code(stage)}",),
        )


def find_by_element(facts: Facts) -> Iterator[Found]:
    """A map of single elements before a batch that would take batches."""
    for stage in facts.chain:
        batch = _find_batch_for(facts, stage)
        if batch is None:
            continue
        size = facts.find_batch_size(batch)
        yield Found(
            stage,
            f"its function gives the same on batches, bit for bit: one call for {size} elements, not one for each",
            facts.price_time(stage) or compute(size, Unit.EXAMPLES, "in a batch, a call for each"),
            (f"ds = ds.{'.'.join(map(write_code, _list_way(facts, stage, batch)))}.{write_code(stage)}",),
        )


def find_single_parsing(facts: Facts) -> Iterator[Found]:
    """Examples that are parsed one by one before a batch, though parse_example takes a batch at once."""
    for stage in facts.chain:
        before = facts.get_before(stage)
        if stage.name != MAP or not has_operation(stage, *PARSING):
            continue
        batch = find_batch_behind(facts, stage)
        if batch is None or before is None or facts.is_batched(before):
            continue
        size = facts.find_batch_size(batch)
        price = facts.price_time(stage) or compute(size, Unit.EXAMPLES, "in a batch, each parsed by a call of its own")
        yield Found(
            stage,
            f"parse_single_example takes one at a time; parse_example takes the {size} of a batch at once",
            price,
            (
                f"ds = ds.{write_code(batch)}.{write_code(stage)}  # with, in it:",
                "tf.io.parse_example(serialized, features)  # by hand: the function must then take batches",
            ),
        )


def find_batch_behind(facts: Facts, stage: StageDescription) -> StageDescription | None:
    """The batch behind a map, if nothing but shuffles and one-to-one stages is between; None if there is none."""
    for each in facts.walk_on(stage):
        if each.name in BATCHES:
            return each if each.name == "batch" else None
        if each.name in FREEZES or each.name not in (MAP, *KEEPS, "shuffle"):
            return None
    return None


def _list_way(facts: Facts, stage: StageDescription, batch: StageDescription) -> list[StageDescription]:
    """The stages from behind a map to a batch, the batch with them."""
    return [each for each in facts.walk_on(stage) if each.number <= batch.number]


def _find_batch_for(facts: Facts, stage: StageDescription) -> StageDescription | None:
    """The batch behind which a map would do the same, and clearly quicker; None if it would not.

    A map that does nothing but choose parts of its elements gains nothing, and one that makes them much smaller before
    a shuffle belongs there.
    """
    batch = find_batch_behind(facts, stage) if stage.takes_batches else None
    works = any(list_operations(each) - IDLE for each in stage.functions)
    is_quick = facts.find_time(stage) is not None and facts.find_time_share(stage) < LEAST_SHARE
    if batch is None or is_quick or not works:
        return None
    between = _list_way(facts, stage, batch)[:-1]
    if any(each.name == MAP and not each.takes_batches for each in between):
        return None
    before, after = facts.get_bytes(facts.get_before(stage)), facts.get_bytes(stage)
    is_shuffled = any(is_shuffle(each) for each in between)
    shrinks = before is not None and after is not None and before > MOST_SHRUNK * after
    return None if is_shuffled and shrinks else batch
