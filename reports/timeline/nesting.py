"""Which events lie inside which on one thread, and their own time: what is left without the events inside."""

from __future__ import annotations

import numpy as np

from reports.xplane.periods import Ints, Periods

NOTHING = -1  # holds an event


def find_holders(periods: Periods) -> Ints:
    """The innermost event in which each event of one thread begins: of those under way the one that began last.

    Args:
        periods: Beginnings and ends, sorted by their beginnings, the longer first; int64 array of shape (n, 2).

    Returns:
        int64 array of shape (n,): places in `periods`; `NOTHING` for the outermost. What has no duration holds none.
    """
    lasting = np.flatnonzero(periods[:, 1] > periods[:, 0])
    begun = np.searchsorted(lasting, np.arange(len(periods)))  # how many that last have begun before
    depths = begun - np.searchsorted(np.sort(periods[lasting, 1]), periods[:, 0], side="right")
    keys = np.sort(depths[lasting] * len(periods) + lasting)  # by depth, then by place
    least = (depths - 1) * len(periods)
    at = np.searchsorted(keys, least + np.arange(len(periods))) - 1
    found = keys[np.maximum(at, 0)] if len(keys) else least - 1
    holders = np.where((depths > 0) & (at >= 0) & (found >= least), found - least, NOTHING)
    inner = np.flatnonzero(depths > 0)
    is_over = (holders[inner] == NOTHING) | (periods[holders[inner], 1] <= periods[inner, 0])
    return _find_holders_one_by_one(periods) if is_over.any() else holders


def _find_holders_one_by_one(periods: Periods) -> Ints:
    """The same where some events overlap and neither holds the other, so that the depth does not tell the holder."""
    holders: list[int] = []
    under_way: list[tuple[int, int]] = []
    for place, (start, end) in enumerate(periods.tolist()):
        while under_way and under_way[-1][1] <= start:
            under_way.pop()
        holders.append(under_way[-1][0] if under_way else NOTHING)
        if end > start:
            under_way.append((place, end))
    return np.array(holders, np.int64)


def measure_own(periods: Periods) -> Ints:
    """The own time of each event of one thread.

    Args:
        periods: As `find_holders` takes them.

    Returns:
        int64 array of shape (n,). Where two events overlap and none holds the other, the shared time is the later's.
    """
    own = periods[:, 1] - periods[:, 0]
    holders = find_holders(periods)
    inner = np.flatnonzero(holders != NOTHING)
    inside = np.minimum(periods[inner, 1], periods[holders[inner], 1]) - periods[inner, 0]
    np.subtract.at(own, holders[inner], inside)
    return np.asarray(own, np.int64)
