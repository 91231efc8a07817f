"""Costs of shuffles: those that do nothing, too small or too large ones, those of batches, those behind a repeat."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from reports.lint.facts import KEEPS, Facts, Found, compute, price_bytes, read_count, write_code
from reports.lint.finding import Price, Unit
from reports.lint.mixing import Scores, score_buffer
from reports.lint.orders import FREEZES, LIST_FILES, find_rival, is_repeating, is_shuffle
from reports.lint.specs import list_sizes
from reports.record.description import StageDescription
from reports.tables.stage_text import write_stage

WELL_MIXED = 0.9  # score from which more mixing gains nothing that training would notice
SLOT_BYTES = 24  # of an empty place in a shuffle's buffer, measured: shuffle(10**7) of ten elements takes 236 MiB
ROOMY = 1.5  # times an epoch: a buffer a little larger than the data is what one writes to be safe
FEWEST_BYTES = 64 * 1024  # below, nobody would notice
GATHER_BYTES = 16 * 2**20  # copied into a buffer, from which on a permutation of indices is worth its line
INDEX_BYTES = 8 + 160  # of an index in a shuffle's buffer, with its bookkeeping: claim C5a
ALIGNMENT = 64  # bytes: a slice of an array that begins at a multiple is not copied; claim C1b


def find_redundant(facts: Facts) -> Iterator[Found]:
    """A shuffle of what another one, of all elements, shuffles as well."""
    for stage in _list_shuffles(facts):
        rival = find_rival(facts, stage)
        if rival is None:
            continue
        whose = "list_files" if rival.call == LIST_FILES else write_stage(rival)
        earlier = rival.number < stage.number
        yield Found(
            stage,
            f"{whose} {'has drawn' if earlier else 'draws'} a fresh order of all {rival.num_elements:,} anyway: "
            "this one holds elements and mixes nothing further",
            _price_buffer(facts, stage),
            (f"# delete .{write_stage(stage)}",),
        )


def find_after_batch(facts: Facts) -> Iterator[Found]:
    """A shuffle of batches: those in a batch stay together."""
    for stage in _list_shuffles(facts):
        before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
        if before is None or not buffer or not facts.is_batched(before) or find_rival(facts, stage) is not None:
            continue
        if any(is_shuffle(each) and not facts.is_batched(each) for each in facts.walk_back(stage)):
            continue  # judged by its own buffer
        size = facts.find_batch_size(before)
        if size == 1:
            continue
        scores = score_buffer((before.num_elements or buffer) * size, buffer, size)
        batch = next(each for each in facts.walk_back(stage) if facts.find_batch_size(each) > 1)
        yield Found(
            stage,
            f"it shuffles batches: the {size} examples of a batch stay together for ever{_tell_sorted(scores)}",
            _price_scores(scores),
            (f"ds = ds.shuffle({buffer * size}).{write_code(batch)}",),
        )


def find_small(facts: Facts) -> Iterator[Found]:
    """A shuffle of less than the data, where that mixes clearly worse than a permutation."""
    for stage in _list_shuffles(facts):
        before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
        if before is None or before.num_elements is None or buffer is None or buffer >= before.num_elements:
            continue
        if facts.is_batched(before) or find_rival(facts, stage) is not None:
            continue
        scores = score_buffer(before.num_elements, buffer)
        if min(scores.displacement, scores.label_runs) >= WELL_MIXED:
            continue
        each = facts.get_bytes(before)
        more = "" if each is None else f"  # {_show_more(before.num_elements, buffer, each)} more"
        yield Found(
            stage,
            f"its buffer holds {buffer:,} of {before.num_elements:,}{_tell_sorted(scores)}",
            _price_scores(scores),
            (f"ds = ds.shuffle({before.num_elements}){more}",),
        )


def find_oversized(facts: Facts) -> Iterator[Found]:
    """A shuffle whose buffer is larger than an epoch."""
    for stage in _list_shuffles(facts):
        before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
        if before is None or not before.num_elements or buffer is None or buffer < ROOMY * before.num_elements:
            continue
        size, each = before.num_elements, facts.get_bytes(before)
        following = next((one for one in facts.walk_on(stage)), None)
        extra, why = float(SLOT_BYTES * (buffer - size)), "empty places are kept for what never comes"
        if following is not None and is_repeating(following) and each is not None:
            count = read_count(following, "count")
            held = buffer if count is None else min(buffer, size * count)
            extra += (held - size) * each
            why = "with the repeat behind it it runs as one stage, which holds several epochs at once and mixes them"
        if extra >= FEWEST_BYTES:
            yield Found(
                stage,
                f"its buffer is larger than an epoch of {size:,}: {why}",
                price_bytes(extra, "more than an epoch needs", before),
                (f"ds = ds.shuffle({size})",),
            )


def find_behind_repeat(facts: Facts) -> Iterator[Found]:
    """A shuffle behind a repeat: it mixes the epochs."""
    for stage in _list_shuffles(facts):
        repeat = next((each for each in facts.list_before(stage) if is_repeating(each)), None)
        before, buffer = facts.get_before(stage), read_count(stage, "buffer_size")
        if repeat is None or before is None or buffer is None:
            continue
        if any(each.name in FREEZES for each in facts.list_before(stage)):
            continue
        count = buffer * facts.find_batch_size(before)
        yield Found(
            stage,
            f"the repeat before it (line {repeat.origin.line if repeat.origin else '?'}) mixes the epochs: an example "
            "may come twice before another comes once",
            compute(count, Unit.EXAMPLES, "of an epoch that come with the next"),
            ("ds = ds.shuffle(...).repeat()  # repeat behind the shuffle, or none and fit(epochs=...)",),
        )


def find_shuffled_arrays(facts: Facts) -> Iterator[Found]:
    """A shuffle of an array's slices, which copies them; of their numbers it would not."""
    for stage in _list_shuffles(facts):
        source = next((each for each in facts.walk_back(stage) if each.name not in KEEPS), None)
        cached = any(each.name in FREEZES for each in facts.walk_back(stage))
        if source is None or source.name != "from_tensor_slices" or source.call is not None or cached:
            continue
        holding, sizes = stage.holding, list_sizes(source.spec)
        if holding is None or not holding.num_elements or sizes is None:
            continue
        each = sum(size * (1 - gcd(size, ALIGNMENT) / ALIGNMENT) for size in sizes)
        saved = holding.num_elements * (each - INDEX_BYTES)
        if saved < GATHER_BYTES:
            continue
        yield Found(
            stage,
            "it copies slices of an array that is in memory anyway: a permutation of their numbers takes "
            f"{INDEX_BYTES} B each",
            compute(saved, Unit.BYTES, "copied into the buffer"),
            (
                f"ds = tf.data.Dataset.range({source.num_elements}).{write_stage(stage)}.batch(...)",
                "ds = ds.map(lambda numbers: tf.gather(array, numbers))  # of each array",
            ),
        )


def _list_shuffles(facts: Facts) -> Iterator[StageDescription]:
    """The shuffles that the program asks for, not those inside list_files."""
    for stage in facts.chain:
        if is_shuffle(stage) and stage.call != LIST_FILES:
            yield stage


def _price_buffer(facts: Facts, stage: StageDescription) -> Price:
    """What a shuffle holds."""
    holding, before = stage.holding, facts.get_before(stage)
    if holding is not None and holding.num_bytes is not None and not holding.is_cached and before is not None:
        return price_bytes(holding.num_bytes, "in its buffer", before)
    return compute(read_count(stage, "buffer_size") or 0, Unit.EXAMPLES, "in its buffer")


def _price_scores(scores: Scores) -> Price:
    return compute(min(scores.displacement, scores.label_runs), Unit.SCORE, "of mixing, of 1 for a uniform permutation")


def _tell_sorted(scores: Scores) -> str:
    return (
        f"; they move {scores.displacement:.2f} of what a permutation moves them, and the label of sorted data changes "
        f"{scores.label_runs:.2f} as often"
    )


def _show_more(size: int, buffer: int, each: float) -> str:
    from reports.drawing.numbers import render_bytes  # noqa: PLC0415

    return render_bytes((size - buffer) * each)
