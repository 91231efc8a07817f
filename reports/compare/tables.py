"""Runs side by side as blocks: what differs, what got worse, what only one has, and devices beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports.compare.conclusion import Conclusion, LimitVerdict, Verdicts, judge_alone
from reports.compare.differences import UNKNOWN
from reports.compare.moved import sum_up_moves
from reports.compare.overview import Overview, find_middles, summarize_changes
from reports.compare.pairing import Change, Comparison, Trend
from reports.compare.side_by_side import LETTERS, SideBySide
from reports.compare.speed_up import SpeedUp, SpeedUps
from reports.compare.thresholds import MetricThreshold, find_threshold
from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Lines,
    Row,
    Span,
    Table,
    build_list,
    build_row,
    number_columns,
)
from reports.drawing.long_names import find_shared
from reports.drawing.numbers import render_estimate, render_ratio
from reports.drawing.units import DIGITS
from reports.stats.crossover import LEVEL
from reports.stats.median import CONFIDENCE
from reports.summary.identity import Identity
from reports.summary.metric import RELATIVE, ROUND_TIME, TIME, Metric, name_relative
from reports.summary.summary import Summary

MOST_PROGRAMS = 5  # chains are long; the JSON has all
ROUGH = "~"
BESIDE = "beside the others"
AS_OTHERS = "as the others"  # within its limit beside them, and not for itself
SEVERAL = "ratio: of the means of runs {interval}, which knows the noise between runs of each side"
JUDGED_TOGETHER = "each case is judged beside the middle of the others, and all together (Holm)"
ALIKE_LINE = "! most cases changed alike: rather the machine than the code"
EMPHASES = {
    Trend.WORSE: Emphasis.BAD,
    Trend.BETTER: Emphasis.GOOD,
    Trend.UNKNOWN: Emphasis.UNSURE,
    Trend.LEVEL: Emphasis.FAINT,
}
VERDICT_EMPHASES = {
    LimitVerdict.REGRESSED: Emphasis.WORST,
    LimitVerdict.INCONCLUSIVE: Emphasis.UNSURE,
    LimitVerdict.FINE: Emphasis.GOOD,
}
CASE = Column("case", least=24)
BREAKABLE = replace(CASE, least=16, share=1)  # where a name would leave ratios no room
LONGEST_WHOLE = 40  # characters of a name that is never broken
TREND = Column("", wraps=False, importance=3, called="worse or better")
CASE_GAP = 3  # columns
RANKS = (
    LimitVerdict.REGRESSED,
    LimitVerdict.INCONCLUSIVE,
    None,
    LimitVerdict.FINE,
)  # in which order rows stand


def tabulate_side_by_side(shown: SideBySide, conclusion: Conclusion, *, everything: bool) -> list[Block]:
    """The runs, each beside the first, the devices, and what the thresholds make of it.

    Args:
        shown: The runs and what was found in them.
        conclusion: What the thresholds say of them, if there are any.
        everything: True for the rows of what did not change as well.
    """
    blocks: list[Block] = [build_list(_list_run(*each) for each in zip(LETTERS, shown.runs, strict=False))]
    for number, comparison in enumerate(shown.comparisons):
        letter, verdicts = LETTERS[number + 1], conclusion.get_verdicts(number)
        judged = _tabulate_comparison(comparison, letter, verdicts, conclusion.thresholds, everything=everything)
        blocks += [Gap(), *judged]
    blocks += [block for found in shown.speed_ups for block in (Gap(), *tabulate_speed_ups(found))]
    blocks += [Gap(), Lines(tuple(_explain(shown)), Emphasis.FAINT)]
    return [*blocks, Lines(conclusion.lines, conclusion.outcome.emphasis)]


def tabulate_speed_ups(found: SpeedUps) -> list[Block]:
    """How many times as fast another device is than the CPU; green where the whole interval says that it is faster."""
    cpu, other = LETTERS[found.cpu_run], LETTERS[found.other_run]
    paired = found.cpu_run == found.other_run
    where = f"in {cpu}, turn against turn of a round" if paired else f"cpu of {cpu}, the other of {other}: two runs"
    title = (Span("devices beside each other", Emphasis.STRONG), f": {TIME.title}, {where}")
    columns = (CASE, *number_columns("cpu", "device", "speed-up", answers=("speed-up",)))
    return [Lines((title,)), Table(None, columns, tuple(map(_list_speed_up, found.rows)), gap=CASE_GAP)]


def _list_speed_up(row: SpeedUp) -> Row:
    values = (TIME.render(each.median) for each in (row.cpu_s, row.other_s))
    emphasis = Emphasis.GOOD if (row.ratio.low or 0) > LEVEL else Emphasis.PLAIN
    return build_row(row.case.label, *values, render_estimate(row.ratio, render_ratio, (LEVEL,)), emphasis=emphasis)


def _list_run(letter: str, run: Summary) -> Row:
    others = (f"{each.path}  {each.datetime[:16]}" for each in run.parts[1:])
    when = tuple((Span(each, Emphasis.PLAIN),) for each in (run.datetime[:16], *others))
    remarks = tuple((Span(f"! {remark}", Emphasis.UNSURE),) for remark in run.remarks)
    return (
        Cell(f" {letter}", emphasis=Emphasis.STRONG),
        Cell(run.path, below=when),
        Cell(run.machine_in_words or "machine unknown", below=remarks),
    )


def _tabulate_comparison(
    comparison: Comparison,
    letter: str,
    verdicts: Verdicts,
    thresholds: Sequence[MetricThreshold] = (),
    *,
    everything: bool,
) -> list[Block]:
    blocks = [Lines((f"{letter} compared with A",), Emphasis.STRONG), *_list_differences(comparison, letter)]
    blocks += [Lines(tuple(_tell_company(comparison)), Emphasis.UNSURE), Gap()]
    for metric in comparison.metrics:
        changes = comparison.select(metric)
        shown = name_relative(metric, comparison.first.reference)
        blocks += _tabulate_metric(shown, changes, letter, verdicts, thresholds, everything=everything)
    lonely = (
        ("only in A, not compared", comparison.only_first),
        (f"only in {letter}, not compared", comparison.only_second),
        ("not the same in both, not compared", comparison.unlike),
        ("no ratio to 0, not compared", comparison.list_zeros()),
        ("moved, and compared", sum_up_moves(comparison.moved)),
    )
    named = tuple(f"{why}: {', '.join(cases)}" for why, cases in lonely if cases)
    return [*blocks, Lines(named, Emphasis.UNSURE)]


def _tell_company(comparison: Comparison) -> list[str]:
    timed = {change.case for change in comparison.changes if change.metric.is_timed}
    disturbed = {change.case for change in comparison.changes if change.is_disturbed}
    if not disturbed:
        return []
    return [f"! others used the machine in most turns of {len(disturbed)} of {len(timed)} cases: measure those again"]


def _list_differences(comparison: Comparison, letter: str) -> list[Block]:
    """What is not the same, another machine first and loudly."""
    blocks: list[Block] = []
    if comparison.machine_doubt:
        may_be = "are" if any(each.is_of_machine for each in comparison.differences) else "may be"
        doubt = f"! A and {letter} {comparison.machine_doubt}: ratios of times {may_be} about the machines"
        blocks.append(Lines((doubt,), Emphasis.WORST))
    facts = [each for each in comparison.differences if not each.is_of_program]
    programs = [each for each in comparison.differences if each.is_of_program]
    lines = [
        f"{each.name}: {each.first or UNKNOWN} -> {each.second or UNKNOWN}"
        for each in [*facts, *programs[:MOST_PROGRAMS]]
    ]
    if len(programs) > MOST_PROGRAMS:
        lines.append(f"and {len(programs) - MOST_PROGRAMS} more that run as something else")
    if lines:
        blocks.append(Lines(tuple(lines)))
    same = "machine, versions, data and programs" if comparison.first.data_fingerprint else "machine and versions"
    return blocks or [Lines((f"the same {same}, as far as the files tell",), Emphasis.FAINT)]


def _tabulate_metric(
    metric: Metric,
    changes: Sequence[Change],
    letter: str,
    verdicts: Verdicts,
    thresholds: Sequence[MetricThreshold],
    *,
    everything: bool,
) -> list[Block]:
    """One line that sums all cases up, and a row for each that is not level."""
    judged = [(change, verdicts.get((change.case, change.metric.name))) for change in changes]
    judged.sort(key=lambda each: RANKS.index(each[1]))
    rows = [each for each in judged if everything or _is_worth_a_row(*each)]
    overview = summarize_changes(changes)
    head = (Span(metric.title, Emphasis.STRONG), f": {_tell_overview(overview, letter)}")
    go_by = ALIKE_LINE if metric == ROUND_TIME else f"{ALIKE_LINE}; go by {RELATIVE.name}"
    remarks = Lines((go_by,) if overview.is_alike else (), Emphasis.UNSURE)
    middles = find_middles(changes) if any(verdict is not None for _, verdict in judged) else {}
    if middles:
        remarks = Lines((*remarks.lines, JUDGED_TOGETHER), Emphasis.UNSURE)
    shared = find_shared(change.case.label for change in changes) if metric == ROUND_TIME and rows else ""
    if shared:
        remarks = Lines((*remarks.lines, f"the names begin with {shared}"), remarks.emphasis)
    means = Lines(tuple(_tell_mean(each, letter) for each in changes if each.means_differ), Emphasis.UNSURE)
    table = [_tabulate_changes(rows, letter, thresholds, middles, len(shared))] if rows else []
    return [Lines((head,)), remarks, *table, means]


def _tell_mean(change: Change, letter: str) -> str:
    assert change.mean_ratio is not None  # noqa: S101  # means differ
    ratio = render_ratio(change.mean_ratio, DIGITS)
    return f"! {change.case.label}: {letter} / A of the means is {ratio}: a few rounds differ that medians do not see"


def _is_worth_a_row(change: Change, verdict: LimitVerdict | None) -> bool:
    return change.trend is not Trend.LEVEL or verdict in (LimitVerdict.REGRESSED, LimitVerdict.INCONCLUSIVE)


def _tell_overview(overview: Overview, letter: str) -> str:
    """How many are worse, and where the ratios lie."""
    told = ", ".join(f"{overview.counts[trend]} {trend.value}" for trend in Trend if overview.counts.get(trend))
    ratios = (overview.least, overview.most, overview.middle.median)
    least, most, middle = (render_ratio(each, DIGITS) for each in ratios)
    return f"{told}; {letter} / A {least} to {most}, middle {middle}" if overview.num_cases > 1 else told


def _tabulate_changes(
    judged: Sequence[tuple[Change, LimitVerdict | None]],
    letter: str,
    thresholds: Sequence[MetricThreshold],
    middles: Mapping[Identity, float],
    num_shared: int,
) -> Table:
    """A row a change; where there is no room, names and intervals go on on further lines before a ratio is left out."""
    names = [change.case.label[num_shared:] for change, _ in judged]
    is_long = judged[0][0].metric == ROUND_TIME and any(len(name) > LONGEST_WHOLE for name in names)
    case = BREAKABLE if is_long else CASE
    ratios = (_build_ratio(title, wraps=is_long) for title in (f"{letter} / A", *([BESIDE] if middles else [])))
    columns = (case, *number_columns("A", letter), *ratios, TREND)
    rows = tuple(
        _list_change(name, *each, thresholds, middles.get(each[0].case))
        for name, each in zip(names, judged, strict=True)
    )
    return Table(None, columns, rows, gap=CASE_GAP)


def _build_ratio(title: str, *, wraps: bool) -> Column:
    return Column(title, Align.RIGHT, wraps=wraps, importance=1 + (title == BESIDE))


def _list_change(
    name: str, change: Change, verdict: LimitVerdict | None, thresholds: Sequence[MetricThreshold], middle: float | None
) -> Row:
    """A row; where the case is judged beside the others, with its ratio over theirs, which the verdict is on."""
    word, emphasis = change.trend.value, EMPHASES[change.trend]
    if verdict is not None and change.trend is not Trend.UNKNOWN:
        word, emphasis = verdict.value, VERDICT_EMPHASES[verdict]
    values = (change.metric.render(each.median) for each in (change.first, change.second))
    threshold = find_threshold(thresholds, change.case.label, change.metric.name)
    bounds = (LEVEL,) if threshold is None else (LEVEL, threshold.limit)
    if verdict is LimitVerdict.FINE and threshold and judge_alone(change, threshold.limit) is not verdict:
        word, emphasis = AS_OTHERS, Emphasis.UNSURE
    ratios = [change.ratio, *([change.ratio.scale(1 / middle)] if middle else [])]
    mark = ROUGH if change.is_rough else ""
    shown = (f"{mark}{render_estimate(each, render_ratio, bounds)}" for each in ratios)
    return build_row(name, *values, *shown, word, emphasis=emphasis)


def _explain(shown: SideBySide) -> list[str]:
    """How to read the tables, a line each."""
    lines = []
    if any(comparison.changes for comparison in shown.comparisons):
        interval = f"[{CONFIDENCE:.0%} interval]"
        is_joined = any(case.num_runs for run in shown.runs for case in run.cases)
        lines += (
            [SEVERAL.format(interval=interval)]
            if is_joined
            else [
                f"ratio: any turn to any of A, median {interval}; worse, better: all of it is; level: 1 is in it",
                "an interval knows the noise within the runs, not between them: see docs/comparing.md",
            ]
        )
    if any(change.is_rough for comparison in shown.comparisons for change in comparison.changes):
        lines.append(f"{ROUGH} rough: from stored statistics; --benchmark-save-data keeps the rounds")
    if shown.speed_ups:
        lines.append("speed-up: the cpu's time over the device's; above 1 the device is faster. It is no regression")
    return lines
