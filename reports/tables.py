"""Rich tables from records. The only place where numbers are rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.record import CaseRecord, Record
from reports.stats import CONFIDENCE, Estimate, estimate_median, estimate_ratio

NANOSECONDS = 1_000_000_000
REFERENCE = "post"
FINGERPRINT_DIGITS = 12  # as many as git users are used to; the record has all 64
TOO_FEW = "too few turns"
FASTEST, LEVEL = "*", "~"
NAMES = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}

RenderNumber = Callable[[float, int], str]


def render_orderings(record: Record) -> RenderableType:
    """The orderings of a record, the fastest first, with medians, intervals and the ratio to the post's ordering.

    Rows whose interval overlaps the fastest one's are marked too: this run cannot tell them apart.
    """
    rates = {case.name: _estimate_rate(case) for case in record.cases}
    ranked = sorted(record.cases, key=lambda case: rates[case.name].median, reverse=True)
    best = rates[ranked[0].name]
    reference = next((case for case in record.cases if case.name == REFERENCE), None)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("", width=1)
    table.add_column("ordering", overflow="fold")
    for title in ("examples/s", "first batch", f"ratio to {REFERENCE}"):
        table.add_column(title, justify="right", no_wrap=True)
    for case in ranked:
        fastest = case is ranked[0]
        mark = FASTEST if fastest else LEVEL if rates[case.name].overlaps(best) else ""
        table.add_row(mark, *_render_row(case, rates[case.name], reference), style="bold green" if fastest else None)
    return Group(table, _render_key(ranked), Text(f"\n{describe_run(record)}", style="dim"))


def describe_run(record: Record) -> str:
    """The machine, the versions, the data and how it was measured, a line each."""
    case, machine = record.cases[0], record.machine
    counts = {len(each.turns) for each in record.cases}
    turns = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    data = f"{case.setting.data_name} (sha256 {case.setting.data_fingerprint[:FINGERPRINT_DIGITS]})"
    libraries = ", ".join(f"{NAMES.get(name, name)} {version}" for name, version in case.setting.versions)
    return "\n".join(
        [
            f"{machine.cpu}, {machine.num_cores} cores, {machine.system}, {record.datetime[:16]}",
            libraries,
            f"{case.turns[0].sample.num_examples} examples a turn of {data}",
            f"{turns} turns each after a warm-up, in random order; median [{CONFIDENCE:.0%} interval]",
        ]
    )


def _render_row(case: CaseRecord, rate: Estimate, reference: CaseRecord | None) -> tuple[str, str, str, str]:
    first = estimate_median([turn.sample.first_batch_ns / NANOSECONDS for turn in case.turns])
    if case is reference:
        ratio = "1"
    else:
        ratio = render_estimate(_estimate_speed_ratio(case, reference), render_ratio) if reference else ""
    return case.name, render_estimate(rate, render_rate), render_seconds(first.median), ratio


def _render_key(ranked: Sequence[CaseRecord]) -> Table:
    key = Table.grid(padding=(0, 2))
    for case in ranked:
        if case.name != case.ordering:
            key.add_row(f" {case.name}", Text(case.ordering, style="dim"))
    key.add_row(f" {FASTEST}  {LEVEL}", Text("the fastest; not to be told from it, the intervals overlap", style="dim"))
    key.add_row(" ratio", Text(f"above 1 is faster than {REFERENCE}, turn against turn of the same round", style="dim"))
    return key


def _estimate_rate(case: CaseRecord) -> Estimate:
    return estimate_median([_rate(case, index) for index in range(len(case.turns))])


def _rate(case: CaseRecord, index: int) -> float:
    sample = case.turns[index].sample
    return sample.num_examples * NANOSECONDS / sample.wall_ns


def _estimate_speed_ratio(case: CaseRecord, reference: CaseRecord) -> Estimate:
    rates = [{each.turns[i].round: _rate(each, i) for i in range(len(each.turns))} for each in (case, reference)]
    return estimate_ratio(rates[0], rates[1])


def render_estimate(estimate: Estimate, render: RenderNumber) -> str:
    """A median with its interval in brackets, each with as many digits as the interval's width supports."""
    if estimate.low is None or estimate.high is None:
        return f"{render(estimate.median, 2)} ({TOO_FEW})"
    digits = supported_digits(estimate.median, estimate.high - estimate.low)
    return f"{render(estimate.median, digits)} [{render(estimate.low, digits)}, {render(estimate.high, digits)}]"


def supported_digits(value: float, width: float) -> int:
    """The significant digits, 2 to 4, of `value` that are not lost in an interval `width` wide."""
    if value <= 0 or width <= 0:
        return 4
    return min(4, max(2, 1 + math.floor(math.log10(value / width)) + 1))


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


def render_seconds(value: float) -> str:
    """Seconds, milliseconds or microseconds with two digits."""
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if value >= unit:
            return f"{_plain(round_significant(value / unit, 2), 2)} {name}"
    return f"{_plain(round_significant(value / 1e-6, 2), 2)} us"


def _plain(value: float, digits: int) -> str:
    """`value`, already rounded, with trailing zeros up to `digits` significant digits and no exponent."""
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{decimals}f}"
