"""Numbers as text. The only place where they are rounded, and to no more digits than their spread supports."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reports.stats.median import Estimate

LEAST_SHARE = 0.005  # what is less rounds to nothing, and is not nothing
TOO_FEW = "too few"  # turns for an interval
MEBIBYTE = 2**20
MEGABYTE, KILOBYTE = 1_000_000, 1000
WHOLE_MEBIBYTES = 99.95  # what rounds to 100.0 has digits enough
SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))

MOST_DIGITS = 6  # that a number gets to lie on its own side of a bound: what is nearer is on it, to all purposes
WIDE_INTERVAL = 0.1  # of a ratio: a decimal of a percent would be noise

RenderNumber = Callable[[float, int], str]


def render_estimate(estimate: Estimate, render: RenderNumber, bounds: Sequence[float] = ()) -> str:
    """A median with its interval in brackets, each with as many digits as the interval's width supports.

    Args:
        estimate: The median and its interval.
        render: Shows a number with so many digits.
        bounds: Numbers that a verdict holds the interval against: there are as many digits more as it takes to show
            both of its ends on their own side of them.
    """
    if estimate.low is None or estimate.high is None:
        return f"{render(estimate.median, find_digits((estimate.median,), bounds, 2))} ({TOO_FEW})"
    digits = supported_digits(estimate.median, estimate.high - estimate.low)
    digits = find_digits((estimate.low, estimate.high), bounds, digits)
    return f"{render(estimate.median, digits)} [{render(estimate.low, digits)}, {render(estimate.high, digits)}]"


def supported_digits(value: float, width: float) -> int:
    """The significant digits, 2 to 4, of `value` that are not lost in an interval `width` wide."""
    if value <= 0 or width <= 0:
        return 4
    return min(4, max(2, 1 + math.floor(math.log10(value / width)) + 1))


def find_digits(values: Sequence[float], bounds: Sequence[float], digits: int) -> int:
    """The fewest significant digits, from `digits` on, that round no value onto a bound or past it."""
    return _find_fewest(values, bounds, round_significant, digits)


def _find_fewest(
    values: Sequence[float], bounds: Sequence[float], shorten: Callable[[float, int], float], least: int
) -> int:
    """The fewest digits, from the least on, with which every shortened value lies on its own side of every bound."""
    pairs = [(value, bound) for value in values for bound in bounds]
    for digits in range(least, MOST_DIGITS):
        if all(_find_side(shorten(value, digits), bound) == _find_side(value, bound) for value, bound in pairs):
            return digits
    return max(least, MOST_DIGITS)


def _find_side(value: float, bound: float) -> int:
    """-1 below the bound, 1 above it, and 0 where no digits would tell the two apart."""
    return 0 if math.isclose(value, bound, rel_tol=10**-MOST_DIGITS) else 1 if value > bound else -1


def round_significant(value: float, digits: int) -> float:
    """`value` rounded to `digits` significant digits."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def render_rate(value: float, digits: int) -> str:
    """Examples per second, with k for thousands and M for millions."""
    rounded = round_significant(value, digits)
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if rounded >= unit:
            return f"{_plain(rounded / unit, digits)}{name}"
    return _plain(rounded, digits)


def render_ratio(value: float, digits: int) -> str:
    """A ratio, without a unit."""
    return _plain(round_significant(value, digits), digits)


def render_percent(value: float, _digits: int) -> str:
    """A share as whole percent, without the sign."""
    return f"{100 * value:.0f}"


def render_fine_percent(value: float, _digits: int = 0) -> str:
    """A share as percent with one decimal, as accuracies are given, without the sign."""
    return f"{100 * value:.1f}"


def render_chosen_percent(share: float) -> str:
    """A share that somebody chose, as percent with its sign and no digits that were not meant."""
    return f"{100 * share:.3g}%"


def render_mebibytes(num_bytes: int) -> str:
    """Bytes in MiB, with one decimal below 100."""
    return render_decimal(num_bytes / MEBIBYTE, WHOLE_MEBIBYTES)


def render_bytes(num_bytes: float) -> str:
    """Bytes with their unit: whole ones below 1 KiB, else with one decimal below 100."""
    for size, unit in ((2**30, "GiB"), (MEBIBYTE, "MiB"), (2**10, "KiB")):
        if num_bytes >= size * 0.9995:  # what would round to 1024.0 of the smaller unit
            return f"{render_decimal(num_bytes / size, WHOLE_MEBIBYTES)} {unit}"
    return f"{num_bytes:.0f} B"


def render_megabytes(num_bytes: float) -> str:
    """Bytes of a file in MB, with one decimal and the unit."""
    return f"{num_bytes / MEGABYTE:.1f} MB"


def render_decimal(value: float, whole_from: float = math.inf) -> str:
    """A number with one decimal, and with none from `whole_from` on, where it would say nothing."""
    return f"{value:.0f}" if value >= whole_from else f"{value:.1f}"


def render_p_value(p_value: float) -> str:
    """A p-value, of which the size alone matters."""
    return f"{p_value:.1g}"


def render_kilobytes(num_bytes: float) -> str:
    """Bytes of a small file in whole kB, without the unit."""
    return f"{num_bytes / KILOBYTE:.0f}"


def render_seconds(value: float) -> str:
    """Seconds, milliseconds, microseconds or nanoseconds with two digits."""
    rounded = round_significant(value, 2)
    unit, name = next(((unit, name) for unit, name in SECONDS if rounded >= unit), SECONDS[-1])
    return f"{_plain(rounded / unit, 2)} {name}"


def render_time(estimate: Estimate) -> str:
    """Seconds with their interval in brackets, all in the unit of the median: 1.04 ms [1.02, 1.07]."""
    rounded = round_significant(estimate.median, 2)
    unit, name = next(((unit, name) for unit, name in SECONDS if rounded >= unit), SECONDS[-1])
    median, split, interval = render_estimate(estimate.scale(1 / unit), render_ratio).partition(" ")
    return f"{median} {name}{split}{interval}"


def render_change(ratio: float, decimals: int = 1) -> str:
    """How much more or less than 1 a ratio is, in percent with its sign: 1.052 is +5.2%."""
    percent = round(100 * (ratio - 1), decimals) + 0.0  # a zero has no minus
    return f"{percent:+.{decimals}f}%"


def find_decimals(ratios: Sequence[float], bounds: Sequence[float], decimals: int = 1) -> int:
    """The fewest decimals of a percent, from `decimals` on, that round no ratio's change onto a bound's or past it."""
    changes, limits = ([100 * (each - 1) for each in values] for values in (ratios, bounds))
    return _find_fewest(changes, limits, round, decimals)


def render_changes(estimate: Estimate, bounds: Sequence[float] = ()) -> str:
    """A ratio's estimate with its interval, as changes; whole percents where the interval is 10 points wide or more.

    Args:
        estimate: The ratio.
        bounds: Ratios that a verdict holds it against: as many decimals more as `render_estimate` has digits.
    """
    if estimate.low is None or estimate.high is None:
        return f"{render_change(estimate.median)} ({TOO_FEW})"
    decimals = 1 if estimate.high - estimate.low < WIDE_INTERVAL else 0
    decimals = find_decimals((estimate.low, estimate.high), bounds, decimals)
    median, low, high = (render_change(end, decimals) for end in (estimate.median, estimate.low, estimate.high))
    return f"{median} [{low}, {high}]"


def render_ms(value: float) -> str:
    """Milliseconds with what digits a profiler's clock supports."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def render_mean_ms(value: float) -> str:
    """Milliseconds of a mean over many steps, with two decimals, so that its parts add up."""
    return f"{value:.2f}"


def render_share(share: float) -> str:
    """A share as percent; what is less than half a percent is not zero."""
    return "<1" if 0 < share < LEAST_SHARE else f"{100 * share:.0f}"


def count_things(count: int, thing: str) -> str:
    """Such as "1 step" and "2 steps"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _plain(value: float, digits: int) -> str:
    """`value`, already rounded, with trailing zeros up to `digits` significant digits and no exponent."""
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{decimals}f}"
