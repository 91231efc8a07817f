"""Errors of what is lost without a word: results, remainders, what filters drop, the same order for a comparison."""

from __future__ import annotations

from collections.abc import Iterator

from reports.lint.facts import BATCHES, Facts, Found, compute, read_count, write_code
from reports.lint.finding import Basis, Price, Unit
from reports.lint.orders import is_shuffle
from reports.record.description import StageDescription
from reports.tables.stage_text import write_stage

MOST_LOST = 0.05  # share of the examples that a dropped remainder may be: below, another one is dropped every epoch
MOST_FILTERED = 0.5  # share that a filter may drop: a filter is there to drop something
SMALLEST_SAMPLE = 20  # elements, below which a share says little


def find_dropped_results(facts: Facts) -> Iterator[Found]:
    """Stages that the program made of this dataset, of which it then used nothing."""
    for stage in facts.description.others:
        if not stage.is_dropped or not stage.inputs:
            continue
        before = facts.stages[stage.inputs[0]]
        size = before.num_elements
        yield Found(
            stage,
            "its result is thrown away: a dataset is never changed in place, so this line does nothing",
            compute(1, Unit.SHARE, "of the examples pass it by")
            if size is None
            else compute(size * facts.find_batch_size(before), Unit.EXAMPLES, "pass it by"),
            (f"ds = ds.{write_code(stage)}",),
        )


def find_dropped_remainders(facts: Facts) -> Iterator[Found]:
    """Batches without the remainder where that is much of the data."""
    for stage in facts.chain:
        before, size = facts.get_before(stage), read_count(stage, "batch_size")
        if stage.name not in BATCHES or stage.find_argument("drop_remainder") is not True:
            continue
        if before is None or not before.num_elements or not size:
            continue
        lost = before.num_elements % size
        if lost < MOST_LOST * before.num_elements:
            continue
        yield Found(
            stage,
            f"drop_remainder loses {lost} of {before.num_elements:,}, {100 * lost / before.num_elements:.0f} %, "
            "every epoch",
            compute(lost * facts.find_batch_size(before), Unit.EXAMPLES, "lost every epoch"),
            (f"ds = ds.{stage.name}({size})  # or a batch size that {before.num_elements} is a multiple of",),
        )


def find_greedy_filters(facts: Facts) -> Iterator[Found]:
    """Filters that drop most of what they are given."""
    for stage in facts.chain:
        loss = stage.loss
        if stage.name != "filter" or loss is None or loss.num_sampled < SMALLEST_SAMPLE or loss.share < MOST_FILTERED:
            continue
        yield Found(
            stage,
            f"the filter drops {100 * loss.share:.0f} % of the {loss.num_sampled} elements that were seen, which are "
            "read and made for nothing",
            Price(loss.share, Unit.SHARE, Basis.MEASURED, "of the elements dropped"),
            ("print(next(iter(ds)))  # before the filter: is the predicate meant so?",),
        )


def find_unseeded(facts: Facts) -> Iterator[Found]:
    """Stages without a seed where others have one, or where the pipeline is to be compared with another."""
    drawing = [each for each in facts.chain if is_shuffle(each) or (facts.is_compared and _draws(each))]
    if not facts.is_compared and not any(_is_seeded(each) for each in drawing):
        return
    for stage in drawing:
        if _is_seeded(stage):
            continue
        why = "is compared" if facts.is_compared else "has a seed elsewhere"
        yield Found(
            stage,
            f"no seed, though the pipeline {why}: no two runs get the same examples in the same order",
            compute(1, Unit.SHARE, "of the examples in another order")
            if stage.num_elements is None
            else compute(stage.num_elements, Unit.EXAMPLES, "that differ from run to run"),
            (f"ds = ds.{_write_seeded(stage)}",) if stage.call is None else (f"{stage.call}(..., seed=0)",),
        )


def _draws(stage: StageDescription) -> bool:
    return any(each.random for each in stage.functions)


def _is_seeded(stage: StageDescription) -> bool:
    if is_shuffle(stage):
        return bool(stage.is_seeded)
    return all(each.is_seeded is not False for each in stage.functions)


def _write_seeded(stage: StageDescription) -> str:
    return f"{write_stage(stage)[:-1]}, seed=0)" if is_shuffle(stage) else f"{write_stage(stage)}  # with a seed inside"


def find_padding(facts: Facts) -> Iterator[Found]:
    """Padded batches that are padding for a good part."""
    for stage in facts.chain:
        loss, each = stage.loss, facts.get_bytes(stage)
        if stage.name != "padded_batch" or loss is None or each is None or loss.share < MOST_PADDING:
            continue
        yield Found(
            stage,
            f"{100 * loss.share:.0f} % of a batch is padding, over {loss.num_sampled} elements that were seen",
            Price(each * loss.share, Unit.BYTES, Basis.MEASURED, "of padding in a batch"),
            (
                "ds = ds.bucket_by_sequence_length(  # instead of padded_batch: like lengths together",
                "    length_of, bucket_boundaries=[...], bucket_batch_sizes=[...])",
            ),
        )


MOST_PADDING = 0.25  # share of the bytes of a padded batch
