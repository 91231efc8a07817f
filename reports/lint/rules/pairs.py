"""Errors of pairs that come apart, and of examples that are held out and trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from reports.lint.facts import Facts, Found, compute, read_count
from reports.lint.finding import Price, Unit
from reports.lint.orders import LIST_FILES, find_cache_between, is_fresh, is_shuffle, list_orders
from reports.record.description import StageDescription

ZIP = "zip"
COUNTERS = (
    "range",
    "random",
    "counter",
    "from_tensors",
)  # sources that count or draw numbers, which pair with anything
SPLITS = ("take", "skip", "shard")


def find_torn_pairs(facts: Facts) -> Iterator[Found]:
    """Branches of a zip that come in different orders, though their elements belong together."""
    for stage in facts.chain:
        if stage.name == ZIP:
            yield from _judge_zip(facts, stage)


def _judge_zip(facts: Facts, stage: StageDescription) -> Iterator[Found]:
    branches = [facts.stages[place] for place in stage.inputs]
    branches = [each for each in branches if list(list_orders(facts, each)) or not _is_counter(facts, each)]
    if len(branches) < 2 or not _are_partners(facts, branches):  # noqa: PLR2004  # a pair
        return
    orders = [tuple(list_orders(facts, each)) for each in branches]
    shared = _find_shared(facts, branches)
    if len(set(orders)) == 1 and shared is None:
        return
    shuffles = [one for each in branches for one in (each, *facts.list_before(each)) if is_shuffle(one)]
    if not shuffles:
        return
    buffers = [read_count(each, "buffer_size") or 0 for each in shuffles]
    how = "each branch shuffles for itself" if all(orders) else "one branch is shuffled and another is not"
    yield Found(
        stage,
        f"the pairs are torn: {how}, so an element meets one that is not its own",
        _price_pairs(facts, branches),
        (
            *(
                ("tf.data.Dataset.list_files(pattern, shuffle=False)",)
                * any(each.call == LIST_FILES for each in shuffles)
            ),
            f"tf.data.Dataset.zip((a, b)).shuffle({max(buffers)})  # a and b not shuffled",
        ),
    )


def _price_pairs(facts: Facts, branches: Sequence[StageDescription]) -> Price:
    size = _find_size(facts, branches[0])
    if size is None:
        return compute(1, Unit.SHARE, "of the pairs")
    return compute(size, Unit.EXAMPLES, "an epoch, of which one on average has its own partner")


def _find_shared(facts: Facts, branches: Sequence[StageDescription]) -> StageDescription | None:
    """A shuffle that feeds several branches: it runs once for each, and draws an order for each."""
    fed = [[one for one in (each, *facts.list_before(each)) if is_fresh(one)] for each in branches]
    for first, second in combinations(range(len(fed)), 2):
        for one in fed[first]:
            is_both = any(one.number == other.number for other in fed[second])
            if is_both and not any(find_cache_between(facts, one, branches[each]) for each in (first, second)):
                return one
    return None


def _are_partners(facts: Facts, branches: Sequence[StageDescription]) -> bool:
    """False for data that is combined at will, such as two draws of the same examples for mixup."""
    sizes = [_find_size(facts, each) for each in branches]
    if len({each for each in sizes if each is not None}) > 1:
        return False
    whole = [_has_parts(each) for each in branches]
    if all(whole):
        return False
    return None not in sizes or not any(whole)


def _find_size(facts: Facts, branch: StageDescription) -> int | None:
    """Number of examples of a branch; None where a stage of it does not tell."""
    stages = [branch, *facts.list_before(branch)]
    if any(each.num_elements is None and not each.is_endless for each in stages):
        return None
    return max((each.num_elements or 0 for each in stages), default=None)


def _has_parts(stage: StageDescription) -> bool:
    return stage.spec.startswith(("(", "{")) and ", " in stage.spec


def _is_counter(facts: Facts, branch: StageDescription) -> bool:
    return all(each.name in COUNTERS for each in (branch, *facts.list_before(branch)) if not each.inputs)


def find_leaking_splits(facts: Facts) -> Iterator[Found]:
    """Parts that are taken and skipped behind a shuffle that draws another order for every iterator."""
    told: set[int] = set()
    for shuffle in facts.chain:
        if not is_shuffle(shuffle) or shuffle.inputs[0] in told:
            continue
        twins = [each for each in facts.stages if is_shuffle(each) and each.inputs == shuffle.inputs]
        if not any(is_fresh(each) for each in twins) and not _draw_apart(twins):
            continue
        pair = _find_split(facts, twins)
        if pair is not None:
            told.add(shuffle.inputs[0])
            yield _tell_split(facts, shuffle, *pair)


def _draw_apart(twins: Sequence[StageDescription]) -> bool:
    return len(twins) > 1 and len({each.find_argument("seed") or -each.number for each in twins}) > 1


def _find_split(facts: Facts, twins: Sequence[StageDescription]) -> tuple[StageDescription, StageDescription] | None:
    """A part that is taken and one that is left, of which the dataset itself has one at least."""
    parts = [each for each in facts.stages if each.name in SPLITS and _is_behind(facts, each, twins)]
    own = {each.number for each in facts.chain}
    for first, second in product(parts, parts):
        is_pair = (first.name, second.name) == ("take", "skip") or (
            (first.name, second.name) == ("shard", "shard")
            and first.find_argument("index") != second.find_argument("index")
        )
        apart = first not in facts.list_before(second) and second not in facts.list_before(first)
        if is_pair and apart and {first.number, second.number} & own:
            return first, second
    return None


def _is_behind(facts: Facts, stage: StageDescription, twins: Sequence[StageDescription]) -> bool:
    before = facts.list_before(stage)
    return any(twin in before and find_cache_between(facts, twin, stage) is None for twin in twins)


def _tell_split(facts: Facts, shuffle: StageDescription, taken: StageDescription, skipped: StageDescription) -> Found:
    before = facts.get_before(taken)
    each = 1 if before is None else facts.find_batch_size(before)
    total = None if before is None else before.num_elements
    count = read_count(taken, "count") or 0
    if taken.name == "shard":
        count = (total or 0) // (read_count(taken, "num_shards") or 1)
    held_out = count if total is None else min(count, max(0, total - count)) or count
    part = f"take({count}) and skip({read_count(skipped, 'count')})" if taken.name == "take" else "shard"
    return Found(
        shuffle,
        f"{part} behind a shuffle that draws a new order every epoch: what is held out now is trained on later",
        compute(held_out * each, Unit.EXAMPLES, "held out of an epoch, and trained on in another"),
        (
            f"train, test = ds.skip({held_out}), ds.take({held_out})  # split first",
            f"train = train.shuffle({read_count(shuffle, 'buffer_size')})",
        ),
    )
