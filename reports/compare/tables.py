"""Runs side by side as rich tables: what differs, what got worse, what only one has, and devices beside each other."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.compare.differences import Difference
from reports.compare.pairing import Change, Comparison, Trend
from reports.compare.side_by_side import LETTERS, SideBySide
from reports.compare.speed_up_table import render_speed_ups
from reports.compare.thresholds import Conclusion, Threshold, Verdict, judge, select_usable
from reports.drawing.case_table import INDENT, build_case_table
from reports.drawing.numbers import render_estimate, render_ratio
from reports.stats.median import CONFIDENCE
from reports.summary.metric import DIGITS, RELATIVE, TIME, Metric
from reports.summary.outcome import Outcome
from reports.summary.summary import Summary
from reports.xplane.events import clean

MOST_PROGRAMS = 5  # chains are long; the JSON has all
UNKNOWN = "?"
FEWEST_ALIKE = 4  # cases that say something of all
ALIKE = 1.1  # by so much, or down by it, three quarters of the cases changed in the same direction
STYLES = {Trend.WORSE: "red", Trend.BETTER: "green", Trend.UNKNOWN: "yellow", Trend.LEVEL: "dim"}
VERDICT_STYLES = {Verdict.REGRESSED: "bold red", Verdict.INCONCLUSIVE: "yellow", Verdict.FINE: "green"}
RANKS = (Verdict.REGRESSED, Verdict.INCONCLUSIVE, None, Verdict.FINE)  # in which order rows stand
CONCLUSION_STYLES = {Outcome.FINE: "bold green", Outcome.INCONCLUSIVE: "bold yellow"}


def render_side_by_side(
    shown: SideBySide, thresholds: Sequence[Threshold], conclusion: Conclusion, *, everything: bool
) -> RenderableType:
    """The runs, each beside the first, the devices, and what the thresholds make of it.

    Args:
        shown: the runs.
        thresholds: may be none.
        conclusion: what they come to.
        everything: also the rows of what did not change.
    """
    parts: list[RenderableType] = [_render_runs(shown.runs)]
    for number, comparison in enumerate(shown.comparisons, start=1):
        parts += [Text(), *_render_comparison(comparison, LETTERS[number], thresholds, everything=everything)]
    parts += [part for found in shown.speed_ups for part in (Text(), render_speed_ups(found))]
    parts += [Text(), *_paragraphs(_explain(shown), "dim")]
    if conclusion.outcome is not Outcome.NOT_COMPARED:
        parts += _paragraphs(map(clean, conclusion.lines), CONCLUSION_STYLES.get(conclusion.outcome, "bold red"))
    return Group(*parts)


def _paragraphs(lines: Iterable[str], style: str = "") -> list[RenderableType]:
    return [Padding(Text(line, style=style), INDENT) for line in lines]


def _render_runs(runs: Sequence[Summary]) -> Table:
    table = Table.grid(padding=(0, 2))
    for letter, run in zip(LETTERS, runs, strict=False):
        about = [Text(clean(_describe_machine(run)))]
        about += [Text(f"! {remark}", style="yellow") for remark in run.remarks]
        name = Text(f"{clean(run.path)}\n{clean(run.datetime[:16])}", overflow="fold")
        table.add_row(Text(f" {letter}", style="bold"), name, Text("\n").join(about))
    return table


def _describe_machine(run: Summary) -> str:
    facts = [f"{value} cores" if name == "cores" else value for name, value in run.machine]
    return ", ".join(facts) or "machine unknown"


def _render_comparison(
    comparison: Comparison, letter: str, thresholds: Sequence[Threshold], *, everything: bool
) -> list[RenderableType]:
    usable = select_usable(comparison, thresholds)
    parts = [*_paragraphs([f"{letter} compared with A"], "bold"), *_render_differences(comparison, letter)]
    parts += [*_paragraphs(_describe_company(comparison), "yellow"), Text()]
    for metric in comparison.metrics:
        changes = [change for change in comparison.changes if change.metric == metric]
        parts += _render_metric(metric, changes, letter, usable, everything=everything)
    lonely = (
        ("only in A, not compared", comparison.only_first),
        (f"only in {letter}, not compared", comparison.only_second),
        ("not the same in both, not compared", comparison.unlike),
        ("no ratio to 0, not compared", comparison.zeros),
    )
    named = (f"{why}: {', '.join(map(clean, cases))}" for why, cases in lonely if cases)
    return [*parts, *_paragraphs(named, "yellow")]


def _describe_company(comparison: Comparison) -> list[str]:
    timed = {change.case for change in comparison.changes if change.metric.is_timed}
    disturbed = {change.case for change in comparison.changes if change.is_disturbed}
    if not disturbed:
        return []
    return [f"! others used the machine in most turns of {len(disturbed)} of {len(timed)} cases: measure those again"]


def _render_differences(comparison: Comparison, letter: str) -> list[RenderableType]:
    """What is not the same, another machine first and loudly."""
    lines: list[RenderableType] = []
    if comparison.machine_doubt:
        doubt = f"! A and {letter} {comparison.machine_doubt}: ratios of times are about the machines"
        lines += _paragraphs([doubt], "bold red")
    facts = [each for each in comparison.differences if not each.is_of_program]
    programs = [each for each in comparison.differences if each.is_of_program]
    lines += _paragraphs(_render_difference(each) for each in [*facts, *programs[:MOST_PROGRAMS]])
    if len(programs) > MOST_PROGRAMS:
        lines += _paragraphs([f"and {len(programs) - MOST_PROGRAMS} more that run as something else"])
    same = "machine, versions, data and programs" if comparison.first.data_fingerprint else "machine and versions"
    return lines or _paragraphs([f"the same {same}, as far as the files tell"], "dim")


def _render_difference(difference: Difference) -> str:
    return clean(f"{difference.name}: {difference.first or UNKNOWN} -> {difference.second or UNKNOWN}")


def _render_metric(
    metric: Metric, changes: Sequence[Change], letter: str, thresholds: Sequence[Threshold], *, everything: bool
) -> list[RenderableType]:
    """One line that sums all cases up, and a row for each that is not level."""
    judged = [(change, judge(change, thresholds)) for change in changes]
    judged.sort(key=lambda each: RANKS.index(each[1]))
    rows = [each for each in judged if everything or _is_worth_a_row(*each)]
    head = Text.assemble((metric.title, "bold"), f": {_summarize(changes, letter)}")
    remarks = _paragraphs(_remark(metric, changes), "yellow")
    return [Padding(head, INDENT), *remarks, *([_render_table(rows, letter)] if rows else [])]


def _remark(metric: Metric, changes: Sequence[Change]) -> list[str]:
    """What all cases share is not the doing of one ordering."""
    if metric != TIME or len(changes) < FEWEST_ALIKE:
        return []
    low, _, high = statistics.quantiles((change.ratio.median for change in changes), method="inclusive")
    alike = low > ALIKE or high < 1 / ALIKE
    return [f"! most cases changed alike: rather the machine than the code; go by {RELATIVE.name}"] if alike else []


def _is_worth_a_row(change: Change, verdict: Verdict | None) -> bool:
    return change.trend is not Trend.LEVEL or verdict in (Verdict.REGRESSED, Verdict.INCONCLUSIVE)


def _summarize(changes: Sequence[Change], letter: str) -> str:
    """How many are worse, and where the ratios lie: one that all share is the machine's doing, or a version's."""
    counts = Counter(change.trend for change in changes)
    told = ", ".join(f"{counts[trend]} {trend.value}" for trend in Trend if counts[trend])
    ratios = [change.ratio.median for change in changes]
    low, middle, high = (render_ratio(each, DIGITS) for each in (min(ratios), statistics.median(ratios), max(ratios)))
    return f"{told}; {letter} / A {low} to {high}, middle {middle}" if len(changes) > 1 else told


def _render_table(rows: Sequence[tuple[Change, Verdict | None]], letter: str) -> Table:
    table = build_case_table("A", letter, f"{letter} / A")
    table.add_column("", no_wrap=True)
    for change, verdict in rows:
        word, style = change.trend.value, STYLES[change.trend]
        if verdict is not None and change.trend is not Trend.UNKNOWN:
            word, style = verdict.value, VERDICT_STYLES[verdict]
        values = (change.metric.render(each.median) for each in (change.first, change.second))
        ratio = render_estimate(change.ratio, render_ratio)
        table.add_row(Text(clean(change.case.label)), *values, Text(ratio), Text(word), style=style)
    return table


def _explain(shown: SideBySide) -> list[str]:
    """How to read the tables, a line each."""
    lines = []
    if any(comparison.changes for comparison in shown.comparisons):
        interval = f"[{CONFIDENCE:.0%} interval]"
        lines += [
            f"ratio: any turn to any of A, median {interval}; worse, better: all of it is; level: 1 is in it",
            "an interval knows the noise within the runs, not between them: see docs/comparing.md",
        ]
    if shown.speed_ups:
        lines.append("speed-up: the cpu's time over the device's; above 1 the device is faster. It is no regression")
    return lines
