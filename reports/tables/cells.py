"""What a table shows of one case, a function for each thing: the terminal, a step summary and a page show the same."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Cell
from reports.drawing.numbers import (
    render_estimate,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)
from reports.stats.crossover import LEVEL
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import BUSY_SHARE, FIRST_BATCH, RATE, TURN_TIME, UNSYNCED_EXCESS, Metric

EMPTY = Cell("")  # what was not measured
ITSELF = Cell("1", 1.0)  # the ratio of a case to itself
NO_END = Cell("no end")  # instead of the first epoch
NO_LIVE_HEAP = "n/a"


def show_name(case: CaseSummary, name: str = "") -> Cell:
    """What a page calls the case, and the ordering's text below it where that is something else.

    Args:
        case: The case of the row.
        name: The name of the case in this table; empty takes that of its ordering.
    """
    return Cell(name or case.name, below=(case.ordering,) if case.ordering != case.name else ())


def show_rate(case: CaseSummary | None) -> Cell:
    """Examples per second, with their interval."""
    rate = None if case is None else case.find(RATE)
    return EMPTY if rate is None else Cell(render_estimate(rate, render_rate), rate.median)


def show_first_batch(case: CaseSummary | None) -> Cell:
    """The median time to the first batch."""
    first = None if case is None else case.find(FIRST_BATCH)
    return EMPTY if first is None else Cell(render_seconds(first.median), first.median)


def show_first_epoch(case: CaseSummary) -> Cell:
    """What the first epoch took; of one that was cut only that it takes longer."""
    if case.first_epoch_s is None:
        return EMPTY
    if case.extent is not None and case.extent.is_endless:
        return NO_END
    mark = "> " if case.extent is not None and case.extent.is_cut else ""
    return Cell(f"{mark}{render_seconds(case.first_epoch_s)}", case.first_epoch_s)


def show_later_epochs(case: CaseSummary) -> Cell:
    """The median of the epochs after the first; nothing where that is not told, or turns are parts of epochs."""
    later = case.find(TURN_TIME)
    if case.first_epoch is None or later is None or (case.extent is not None and case.extent.is_cut):
        return EMPTY
    return Cell(render_seconds(later.median), later.median)


def show_ratio(case: CaseSummary) -> Cell:
    """How many times as fast as its reference the case is; 1 for that itself."""
    return ITSELF if case.is_reference else show_times(case.ratio)


def show_busy(case: CaseSummary | None) -> Cell:
    """The share of time in which the consumer computed, as percent."""
    return EMPTY if case is None else _show_percent(case, BUSY_SHARE)


def show_waiting(case: CaseSummary) -> Cell:
    """The share of time, from the first batch on, in which the consumer waited for the next one, as percent."""
    share = case.find(BUSY_SHARE)
    if share is None:
        return EMPTY
    left = share.take_from(1.0)
    return Cell(render_estimate(left, render_percent), left.median)


def show_unsynced(case: CaseSummary) -> Cell:
    """By how much too fast a turn would seem whose end does not wait for the device, as percent."""
    return _show_percent(case, UNSYNCED_EXCESS)


def show_memory(case: CaseSummary | None) -> Cell:
    """Live bytes in MiB, and in brackets what is predicted, where something is."""
    if case is None or case.memory is None:
        return EMPTY
    live = case.memory.live_bytes
    shown = NO_LIVE_HEAP if live is None else render_mebibytes(live)
    predicted = case.memory.predicted_bytes
    told = shown if predicted is None else f"{shown} ({render_mebibytes(predicted)})"
    return Cell(told, None if live is None else float(live))


def show_times(ratio: Estimate | None) -> Cell:
    """How many times as fast something is, with each end of the interval on its own side of 1."""
    return show_estimate(ratio, (LEVEL,))


def show_estimate(estimate: Estimate | None, bounds: Sequence[float] = ()) -> Cell:
    """A number without a unit, with its interval.

    Args:
        estimate: The number; None shows nothing.
        bounds: Numbers that a verdict holds it against, on whose side each end is shown.
    """
    return EMPTY if estimate is None else Cell(render_estimate(estimate, render_ratio, bounds), estimate.median)


def _show_percent(case: CaseSummary, metric: Metric) -> Cell:
    share = case.find(metric)
    return EMPTY if share is None else Cell(render_estimate(share, render_percent), share.median)
