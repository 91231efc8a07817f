"""Which ordering is the fastest, by how much, and what it costs: the sentences, and the ranking in short."""

from __future__ import annotations

from collections.abc import Sequence

from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.drawing.blocks import Cell, Emphasis, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_mebibytes, render_rate, render_ratio, render_seconds
from reports.record.case import DEFAULT, REFERENCE
from reports.summary.case import CaseSummary
from reports.summary.fields import CACHE, Field, Payback, Ranked
from reports.summary.metric import RATE, TURN_TIME
from reports.tables.cells import EMPTY, show_first_batch, show_first_epoch, show_later_epochs, show_rate, show_ratio
from reports.tables.orderings import FASTEST, LEVEL, ORDERING

MOST_NAMED = 3  # orderings in a sentence; the table marks all of them
EXPLAINED = {REFERENCE: "the blog post's"}  # what a short name stands for, before its text


def answer_field(field: Field) -> str:
    """Which ordering is the fastest of an arm, or which cannot be told from it, and how it compares with the post's."""
    best, level = field.fastest, [ranked.case.name for ranked in field.ranked if ranked.is_level]
    where = "" if field.arm == DEFAULT else f" in the {field.arm} arm"
    compared, of = _compare(field), f"of {len(field.ranked)}{where}"
    if len(field.ranked) == 1:
        return f"{best.name}{where}: {_tell_rate(best)}"
    if not best.get(RATE).has_interval:
        return f"{best.name} has the highest median {of}, with too few turns to call it the fastest: {compared}"
    if not level:
        return f"{best.name} is the fastest {of}: {compared}"
    return f"{_join([best.name, *level])} are the fastest {of} and cannot be told apart; {best.name}: {compared}"


def answer_arm(field: Field) -> str:
    """The same of a further arm, in fewer words."""
    level = [ranked.case.name for ranked in field.ranked if ranked.is_level]
    named = _join([field.fastest.name, *level]) if level else field.fastest.name
    return f"{field.arm} arm: {named}: {_compare(field)}"


def _join(names: Sequence[str]) -> str:
    """Such as "a, b and c", or "a, b, c and 4 more"."""
    shown = list(names[:MOST_NAMED])
    more = len(names) - len(shown)
    last = f"{more} more" if more else shown.pop()
    return f"{', '.join(shown)} and {last}"


def _compare(field: Field) -> str:
    """How the fastest compares with the reference, which may be among those that cannot be told from it."""
    best, post = field.fastest, _find_reference(field)
    if post is None or best.ratio is None:
        return f"{_tell_rate(best)} ({REFERENCE} was not measured)"
    if post.is_fastest:
        return _tell_rate(best)
    ratio = render_estimate(best.ratio, render_ratio)
    is_told = not post.is_level and (best.ratio.low is None or best.ratio.low > 1)
    return f"{ratio} times as fast as {REFERENCE}" if is_told else f"not to be told from {REFERENCE}, ratio {ratio}"


def _find_reference(field: Field) -> Ranked | None:
    return next((each for each in field.ranked if each.case.is_reference), None)


def _tell_rate(case: CaseSummary) -> str:
    return f"{render_estimate(case.get(RATE), render_rate)} examples/s"


def tell_costs(field: Field, paybacks: Sequence[Payback]) -> list[str]:
    """What the fastest holds in memory, and of one that caches what the first epoch costs, beside the post's.

    Args:
        field: The orderings.
        paybacks: From which epoch on caches pay.
    """
    best, post = field.ranked[0], _find_reference(field)
    told = [*_tell_memory(best, post), *_tell_first_epoch(best.case, paybacks)]
    return [f"{best.case.name} costs {'; '.join(told)}"] if told else []


def _tell_memory(best: Ranked, post: Ranked | None) -> list[str]:
    held, other = _find_held(best), None if post is best else _find_held(post)
    if held is None:
        return []
    beside = "" if other is None else f" ({REFERENCE}: {render_mebibytes(other)})"
    return [f"{render_mebibytes(held)} MiB of memory{beside}"]


def _find_held(ranked: Ranked | None) -> int | None:
    """The live bytes that were read, or where the platform does not tell those that the spec predicts."""
    if ranked is None or ranked.memory is None or ranked.memory.memory is None:
        return None
    memory = ranked.memory.memory
    return memory.predicted_bytes if memory.live_bytes is None else memory.live_bytes


def _tell_first_epoch(best: CaseSummary, paybacks: Sequence[Payback]) -> list[str]:
    """The first epoch of one that caches, and from which one on it is ahead of the reference."""
    if CACHE not in best.ordering or best.first_epoch_s is None:
        return []
    later = render_seconds(best.get(TURN_TIME).median)
    pays = [each for each in paybacks if each.case is best and each.other.is_reference and each.epoch is not None]
    ahead = [f", ahead of {each.other.name} from epoch {each.epoch} on" for each in pays]
    return [f"a first epoch of {render_seconds(best.first_epoch_s)} (later {later}){''.join(ahead)}"]


def rank_briefly(field: Field, most: int) -> Table:
    """The orderings of an arm, the fastest first, with what fits 80 columns.

    Args:
        field: The orderings.
        most: How many of them are shown, 2 at least: first of all the fastest, the post's and a person's own.
    """
    has_ratio = field.reference is not None and len(field.ranked) > 1
    speed = f"times {REFERENCE}" if has_ratio else "examples/s"
    found = {
        speed: [show_ratio(each.case) if has_ratio else show_rate(each.case) for each in field.ranked],
        "epoch 1": [show_first_epoch(each.case) for each in field.ranked],
        "later": [show_later_epochs(each.case) for each in field.ranked],
        "first batch": [show_first_batch(each.case) for each in field.ranked],
        "MiB": [_show_held(each) for each in field.ranked],
    }
    shown = {title: cells for title, cells in found.items() if set(cells) != {EMPTY}}
    columns = (ORDERING, *number_columns(*shown, answers=(speed,)))
    kept = _choose(field.ranked, most)
    rows = tuple(_list(field.ranked[place], [cells[place] for cells in shown.values()]) for place in kept)
    return Table(None, columns, rows, is_dense=True)


def _choose(ranked: Sequence[Ranked], most: int) -> list[int]:
    """The places of those that are shown: the fastest, the reference and a person's own before all others."""
    wanted = [place for place, each in enumerate(ranked) if each.is_fastest or each.case.is_reference]
    wanted += [place for place, each in enumerate(ranked) if _is_own(each.case)]
    return sorted(list(dict.fromkeys([*wanted, *range(len(ranked))]))[:most])


def _is_own(case: CaseSummary) -> bool:
    return case.name not in NAMED_ORDERINGS


def _list(ranked: Ranked, cells: Sequence[Cell]) -> Row:
    mark = FASTEST if ranked.is_fastest else LEVEL if ranked.is_level else " "
    emphasis = Emphasis.BEST if ranked.is_fastest else Emphasis.PLAIN
    return build_row(f"{mark} {ranked.case.name}", *cells, emphasis=emphasis)


def _show_held(ranked: Ranked) -> Cell:
    held = _find_held(ranked)
    return EMPTY if held is None else Cell(render_mebibytes(held), float(held))


def explain_names(field: Field, most: int) -> list[str]:
    """What the post's name stands for, and those of a user's own orderings; not those with a text for a name.

    Args:
        field: The orderings.
        most: How many names of a user's are explained; the post's always is.
    """
    cases = [each.case for each in field.ranked]
    post = [f"{case.name} = {EXPLAINED[case.name]}: {case.ordering}" for case in cases if case.name in EXPLAINED]
    own = [case for case in cases if _is_own(case) and case.name != case.ordering]
    return [*post, *(f"{case.name} = {case.ordering}" for case in own[:most])]
