"""Which columns of a table a line has room for, and how wide each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much room a column takes, in characters and without what stands around it.

    Args:
        wanted: Width at which no cell goes on on a further line.
        needed: Least width at which no number and no word is broken.
        tight: Least width at which long ids are broken at their hyphens alone.
        least: Width below which it goes only where another column would be left out.
        share: Its share, relative to other columns', of the room that is left; None gives it what its cells need.
        importance: Which columns go first where there is no room: those of the least importance.
    """

    wanted: int
    needed: int
    tight: int
    least: int = 1
    share: int | None = None
    importance: int = 0


def choose_columns(sizes: Sequence[Size], room: int, count_around: Callable[[int], int]) -> list[int]:
    """The places of the columns that fit, from left to right; the first one always stays.

    Before a column of any importance goes, ids are broken at their hyphens.

    Args:
        sizes: The columns from left to right.
        room: Characters of a line.
        count_around: Gives the characters that so many columns have around their cells.
    """
    kept = list(range(len(sizes)))
    while len(kept) > 1:
        least = min(kept[1:], key=lambda place: (sizes[place].importance, -place))
        widths = [sizes[place].tight if sizes[least].importance else sizes[place].needed for place in kept]
        if sum(widths) + count_around(len(kept)) <= room:
            break
        kept.remove(least)
    return kept


def set_widths(sizes: Sequence[Size], room: int, padding: int = 0, spare: int = 0) -> list[int]:
    """The width of each column: what it wants where that fits, else the widest give way; shares divide what is left.

    Args:
        sizes: The columns from left to right.
        room: Characters of a line for their cells.
        padding: Characters around the cell of a column that it counts as its own where shares are divided.
        spare: How many characters of a line are left free where no column goes below its least width for that.
    """
    widths = [size.needed if size.share is not None else min(size.wanted, max(room, 1)) for size in sizes]
    _narrow(widths, [max(size.needed, size.least) for size in sizes], room - spare)
    _narrow(widths, [size.needed for size in sizes], room)
    _narrow(widths, [size.tight for size in sizes], room)
    _narrow(widths, [1] * len(sizes), room)
    return _divide_rest(sizes, widths, room - spare, padding)


def _narrow(widths: list[int], least: Sequence[int], room: int) -> None:
    """Take from the widest column, again and again, until all fit or each has its least width."""
    while sum(widths) > room:
        wider = [place for place, width in enumerate(widths) if width > least[place]]
        if not wider:
            return
        widths[max(wider, key=lambda place: (widths[place], place))] -= 1


def _divide_rest(sizes: Sequence[Size], widths: Sequence[int], room: int, padding: int) -> list[int]:
    divided = list(widths)
    open_places = [place for place, size in enumerate(sizes) if size.share is not None]
    while open_places:
        rest = room - sum(width for place, width in enumerate(divided) if place not in open_places)
        rest += padding * len(open_places)
        shares = [sizes[place].share or 0 for place in open_places]
        ends = [-(-rest * sum(shares[: number + 1]) // sum(shares)) for number in range(len(shares))]
        given = [end - start - padding for start, end in zip([0, *ends], ends, strict=False)]
        short = [place for place, width in zip(open_places, given, strict=True) if width < widths[place]]
        if not short:
            for place, width in zip(open_places, given, strict=True):
                divided[place] = width
            break
        open_places = [place for place in open_places if place not in short]
    return divided
