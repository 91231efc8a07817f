"""Costs of maps: larger elements before a buffer, Python, no parallel calls, elements one by one."""

from __future__ import annotations

from collections.abc import Iterator

from reports.drawing.numbers import render_bytes
from reports.lint.facts import (
    KEEPS,
    Facts,
    Found,
    compute,
    has_operation,
    price_bytes,
    write_code,
)
from reports.lint.finding import Basis, Price, Unit
from reports.lint.orders import FREEZES, LIST_FILES, find_rival, is_shuffle
from reports.lint.specs import list_parts
from reports.record.description import Description, StageDescription
from reports.tables.stage_text import write_stage

MAP = "map"
GROWS = 1.25  # times as large: below, an index or a label has been put to the element
FEWEST_BYTES = 64 * 1024  # below, nobody would notice
LEAST_SHARE = 0.05  # of the time of all stages, below which a mend gains nothing that could be seen
DEAR = ("Read", "Decode", "Parse", "Inflate", "PyFunc", "Py", "Resize", "Random", "Conv", "MatMul", "FFT", "Lookup")
"""Parts of the names of operations that a cache behind the map saves."""
PARSING = ("ParseSingleExample", "ParseSingleSequenceExample", "ParseExample", "ParseSequenceExample")
COPY = "copy_to_device"
CAST = "Cast"


def needs_times(description: Description) -> bool:
    """True if a rule asks what a stage of the dataset takes: one with Python, a state, random numbers, or parsing."""
    return any(
        stage.name == "from_generator"
        or stage.takes_batches
        or has_operation(stage, *PARSING)
        or any(each.python or each.random or each.stateful for each in stage.functions)
        for stage in description.stages
    )


def find_growth_before_shuffle(facts: Facts) -> Iterator[Found]:
    """A map that makes elements larger before a shuffle holds them."""
    for stage in facts.chain:
        if not is_shuffle(stage) or stage.call == LIST_FILES or find_rival(facts, stage) is not None:
            continue
        found = _find_growth(facts, stage)
        holding, held = stage.holding, facts.get_before(stage)
        if held is None or facts.is_batched(held):
            continue  # a shuffle of batches belongs before the batch, and so before the map
        if found is None or holding is None or not holding.num_elements or holding.is_cached:
            continue
        grown, small, large = found
        extra = holding.num_elements * (large - small)
        if extra >= FEWEST_BYTES:
            yield Found(
                grown,
                f"it makes {render_bytes(large)} of {render_bytes(small)} before {write_stage(stage)} holds them",
                price_bytes(extra, "more in the buffer", held, facts.stages[grown.inputs[0]]),
                (f"ds = ds.{write_code(stage)}.{write_code(grown)}",),
            )


def _find_growth(facts: Facts, stage: StageDescription) -> tuple[StageDescription, float, float] | None:
    """The map behind which elements are larger than they were at their smallest, and both sizes."""
    way = list(facts.walk_back(stage))
    large = facts.get_bytes(way[0]) if way else None
    best: tuple[StageDescription, float] | None = None
    for place, each in enumerate(way[:-1]):
        before = facts.get_bytes(way[place + 1])
        if each.name not in (MAP, *KEEPS) or each.name in FREEZES or large is None:
            break
        if each.name == MAP and before is not None and before * GROWS <= large and (best is None or before < best[1]):
            best = each, before
    return None if best is None or large is None else (*best, large)


def find_growth_before_cache(facts: Facts) -> Iterator[Found]:
    """A cheap map that makes elements larger before a cache holds them."""
    for stage in facts.chain:
        held = facts.get_before(stage)
        if stage.name != "cache" or stage.num_elements is None or held is None or held.name != MAP:
            continue
        before, after = facts.get_bytes(facts.get_before(held)), facts.get_bytes(held)
        if before is None or after is None or before * GROWS > after or _is_dear(facts, held):
            continue
        extra = stage.num_elements * (after - before)
        if extra >= FEWEST_BYTES:
            yield Found(
                held,
                f"it makes {render_bytes(after)} of {render_bytes(before)} before a cache of "
                f"{stage.num_elements:,}, and is quick enough for every epoch",
                price_bytes(extra, "more in the cache", held, facts.stages[held.inputs[0]]),
                (f"ds = ds.{write_code(stage)}.{write_code(held)}",),
            )


def _is_dear(facts: Facts, stage: StageDescription) -> bool:
    """True if a cache saves work: reading, decoding, drawing, Python; what comes of a text is read or decoded."""
    before = facts.get_before(stage)
    is_text = before is not None and any(part.dtype == "string" for part in list_parts(before.spec))
    return is_text or has_operation(stage, *DEAR)


def find_python(facts: Facts) -> Iterator[Found]:
    """Python functions and generators, which hold one thread at a time."""
    for stage in facts.chain:
        is_generator = stage.name == "from_generator"
        names = sorted({name for each in stage.functions for name in each.python})
        if not is_generator and not names:
            continue
        price = _price_python(facts, stage)
        if price is None:
            continue
        what = "a generator makes each element" if is_generator else f"it calls Python ({', '.join(names)})"
        yield Found(
            stage,
            f"{what}, of which one at a time can run, whatever num_parallel_calls says",
            price,
            ("ds = tf.data.Dataset.from_tensor_slices(...)  # or files that tf.data reads itself",)
            if is_generator
            else ("# write the function with TensorFlow's operations; or call Python once a batch: .batch(n).map(f)",),
        )


def _price_python(facts: Facts, stage: StageDescription) -> Price | None:
    """Python's share of the time of all stages, if it was measured and is worth a word; else the number of calls."""
    time = facts.find_time(stage)
    if facts.times is not None and time is not None and time.python_ns is not None:
        total = sum(each.busy_ns for each in facts.times.stages)
        share = time.python_ns / total if total else 0.0
        return Price(share, Unit.SHARE, Basis.MEASURED, "of the pipeline's time") if share >= LEAST_SHARE else None
    if stage.num_elements is None:
        return compute(1, Unit.SHARE, "of the elements go through Python")
    return compute(stage.num_elements, Unit.EXAMPLES, "an epoch, a call of Python for each")


def find_sequential(facts: Facts) -> Iterator[Found]:
    """A map that stays sequential: TensorFlow runs only those in parallel by itself that have no state."""
    for stage in facts.chain:
        if stage.name != MAP or stage.kind != "Map" or facts.find_time_share(stage) < LEAST_SHARE:
            continue
        random = sorted({name for each in stage.functions for name in each.random})
        stateful = sorted({name for each in stage.functions for name in each.stateful})
        price = facts.price_time(stage)
        is_python = any(each.python for each in stage.functions)
        if price is None or is_python or not (random or stateful):
            continue
        why = "draws random numbers" if random else f"has a state ({', '.join(stateful)})"
        yield Found(
            stage,
            f"it {why}, so TensorFlow does not run it in parallel by itself",
            price,
            (f"ds = ds.{write_code(stage)[:-1]}, num_parallel_calls=tf.data.AUTOTUNE)",),
        )


def find_early_floats(facts: Facts) -> Iterator[Found]:
    """Bytes made floats before they are copied to a device."""
    for stage in facts.chain:
        if stage.name != COPY:
            continue
        for each in facts.walk_back(stage):
            before, after = facts.get_before(each), facts.get_bytes(each)
            small = facts.get_bytes(before)
            if each.name != MAP or before is None or after is None or small is None or not has_operation(each, CAST):
                continue
            if small * GROWS <= after and _turns_bytes_to_floats(before.spec, each.spec):
                yield Found(
                    each,
                    f"uint8 is made float before it is copied: {render_bytes(after)} of {render_bytes(small)}",
                    price_bytes(after - small, "more copied for an element", each, before),
                    ("model = tf.keras.Sequential([tf.keras.layers.Rescaling(1 / 255), model])  # cast on the device",),
                )


def _turns_bytes_to_floats(before: str, after: str) -> bool:
    """True if a part that was uint8 has become float32 of the same shape."""
    left = [part.shape for part in list_parts(before) if part.dtype == "uint8"]
    kept = [part.shape for part in list_parts(after) if part.dtype == "uint8"]
    floats = [part.shape for part in list_parts(after) if part.dtype in {"float32", "float64"}]
    return any(shape in floats and shape not in kept for shape in left)
