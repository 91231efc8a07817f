"""Costs of buffers beside shuffles' and caches': prefetch, interleave; sizes that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from reports.drawing.numbers import render_bytes
from reports.lint.facts import BATCHES, Facts, Found, compute, price_bytes, read_count, write_code
from reports.lint.finding import Unit
from reports.lint.orders import is_repeating
from reports.record.description import AUTO, StageDescription
from reports.tables.stage_text import write_stage

PREFETCH, INTERLEAVE = "prefetch", "interleave"
MOST_AUTOTUNED = (
    128  # elements that a prefetch which tunes itself may hold: kBufferLimit, core/kernels/data/prefetch_autotuner
)
MANY = 16  # batches: more ahead than any hiccup of a consumer takes
MUCH_BYTES = 16 * 2**20
MUCH_READ_BYTES = 64 * 2**20
READ_AHEAD_BYTES = 256 * 1024  # of each open file. Source: tensorflow/python/data/ops/readers.py


def find_prefetch_before_batch(facts: Facts) -> Iterator[Found]:
    """A prefetch of single elements, which hands over each by itself."""
    for stage in facts.chain:
        before = facts.get_before(stage)
        if stage.name != PREFETCH or before is None or facts.is_batched(before):
            continue
        batch = next((each for each in facts.walk_on(stage) if each.name in BATCHES), None)
        if batch is None:
            continue
        each, size = facts.get_bytes(before), facts.find_batch_size(batch)
        count = _count_held(stage, before)
        how = "" if stage.find_argument("buffer_size") != AUTO else "up to "
        yield Found(
            stage,
            f"it stands before {write_stage(batch)}: {size} are handed over for each batch, and none is made ahead",
            compute(count, Unit.EXAMPLES, f"{how}held ahead, one by one")
            if each is None
            else price_bytes(count * each, f"{how}held ahead, one by one", before),
            (f"ds = ds.{write_code(batch)}.prefetch(tf.data.AUTOTUNE)",),
        )


def find_large_prefetch(facts: Facts) -> Iterator[Found]:
    """A prefetch that holds many batches, and much."""
    for stage in facts.chain:
        before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
        each = facts.get_bytes(before)
        if stage.name != PREFETCH or before is None or buffer is None or each is None or buffer <= MANY:
            continue
        held = _count_held(stage, before) * each
        if stage.holding is None or stage.holding.is_cached or held < MUCH_BYTES:
            continue
        yield Found(
            stage,
            f"it holds {_count_held(stage, before):,} elements of {render_bytes(each)}: it counts what it is given, "
            f"here {'batches' if facts.is_batched(before) else 'examples'}",
            price_bytes(held, "held ahead", before),
            ("ds = ds.prefetch(tf.data.AUTOTUNE)  # or 1 or 2 batches",),
        )


def _count_held(stage: StageDescription, before: StageDescription) -> int:
    buffer = read_count(stage, "buffer_size")
    held = MOST_AUTOTUNED if buffer is None else buffer
    return held if before.num_elements is None else min(held, before.num_elements)


def find_large_interleave(facts: Facts) -> Iterator[Found]:
    """An interleave that holds much, since each of its open inputs has buffers of its own."""
    for stage in facts.chain:
        before, cycle = facts.get_before(stage), read_count(stage, "cycle_length")
        if stage.name != INTERLEAVE or before is None or not cycle:
            continue
        num_open = cycle if before.num_elements is None else min(cycle, before.num_elements)
        each = sum(_count_inner_bytes(one) for one in _list_inner(facts, stage))
        each += _count_block_bytes(facts, stage)
        if num_open * each < MUCH_READ_BYTES:
            continue
        yield Found(
            stage,
            f"{num_open} inputs are open at a time, each with buffers of {render_bytes(each)}",
            price_bytes(num_open * each, "in all of them", *_list_inner(facts, stage)),
            (f"ds = ds.interleave(..., cycle_length={max(1, min(num_open // 4, 16))})  # and small buffers inside",),
        )


def _list_inner(facts: Facts, stage: StageDescription) -> list[StageDescription]:
    found: list[StageDescription] = []
    for place in stage.inner:
        inner = facts.stages[place]
        found += [inner, *facts.list_before(inner)]
    return found


def _count_inner_bytes(stage: StageDescription) -> float:
    """What a stage of one open input holds."""
    if stage.name.endswith("Dataset"):  # a reader of files
        return read_count(stage, "buffer_size") or READ_AHEAD_BYTES
    return 0 if stage.holding is None else stage.holding.num_bytes or 0


def _count_block_bytes(facts: Facts, stage: StageDescription) -> float:
    """What an interleave in parallel reads ahead of each input."""
    if stage.find_argument("num_parallel_calls") is None:
        return 0
    return (read_count(stage, "block_length") or 1) * (facts.get_bytes(stage) or 0)


def find_unknown_size(facts: Facts) -> Iterator[Found]:
    """A dataset without end of which TensorFlow does not know that: training asks for no number of steps."""
    last = facts.last
    repeat = next((each for each in facts.chain if is_repeating(each) and read_count(each, "count") is None), None)
    if not last.is_endless or last.is_told or repeat is None:
        return
    before = facts.get_before(repeat)
    size = None if before is None else before.num_elements
    yield Found(
        repeat,
        "the dataset never ends, and TensorFlow says that its size is unknown: fit waits for the end of an epoch",
        compute(1, Unit.SHARE, "of an epoch without end")
        if size is None
        else compute(size, Unit.EXAMPLES, "repeated here without end"),
        ("model.fit(ds, steps_per_epoch=...)  # or no repeat() and fit(epochs=...)",),
    )
