"""``mnist-bench gate --against``: a stored run's cases measured once more, and what ``mnist-report compare`` says."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bench.calls.progress import GroupProgress
from bench.gate.rerun import find_cases, measure_again, narrow_run
from bench.gate.start import build_plan
from bench.turns.measure import MAX_ROUNDS
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.compare.conclusion import Conclusion, conclude
from reports.compare.json import render_json
from reports.compare.pairing import CompareError
from reports.compare.side_by_side import SideBySide, put_side_by_side
from reports.compare.tables import tabulate_side_by_side
from reports.compare.thresholds import MetricThreshold
from reports.drawing.text import lay_out
from reports.gate.plan import GatedMetric
from reports.gate.settings import GateSettings, load_gate_settings
from reports.record.file import load_record
from reports.stats.median import FEWEST_VALUES
from reports.summary.metric import METRICS, RELATIVE, TIME
from reports.summary.outcome import Outcome, find_heaviest
from reports.summary.summary import summarize

NOW = "now"  # what tables call the run that was just measured
COMPARED: tuple[GatedMetric, ...] = ("time", "first_batch")  # the gate's metrics that `compare` has under the same name
WHOLE = 100.0  # percent


@dataclass(frozen=True)
class Against:
    """A stored run beside the one that was just measured.

    Args:
        shown: Both runs, the stored one first.
        thresholds: How much worse each metric may be.
        conclusion: What the thresholds make of it.
    """

    shown: SideBySide
    thresholds: tuple[MetricThreshold, ...]
    conclusion: Conclusion


def compare_again(
    file: Path, source: str, patterns: Sequence[str], metrics: tuple[GatedMetric, ...], *, budget_s: float, seed: int
) -> Against:
    """Measure a stored run's cases once more and hold them to the limits of the present folder's settings.

    Args:
        file: The stored run's folder or its ``record.json``.
        source: Where the digits come from.
        patterns: Patterns of the ids of the cases to compare; empty means all.
        metrics: Metrics that are judged; empty leaves it to the settings.
        budget_s: Seconds for the measuring.
        seed: Seed for the random order of turns.

    Raises:
        InputError: No case or metric can be compared, or the data are not the same.
        RecordError: There is no such run, or it is damaged.
        GateSettingsError: The present folder's pyproject.toml has settings that cannot be used.
        CompareError: Both are one and the same run.
    """
    stored = load_record(file)
    cases = find_cases(stored, patterns)
    stored = narrow_run(stored, patterns)  # some of it is left, since there are cases
    limits = find_limits(load_gate_settings(Path("pyproject.toml")), metrics, tuple(case.id for case, _ in cases))
    budget = Budget(budget_s, FEWEST_VALUES, MAX_ROUNDS)
    with GroupProgress(Console(stderr=True)) as progress:
        present, failed = measure_again(
            cases, WorkerStarter(source), budget, seed=seed, clock_s=time.monotonic, listener=progress
        )
    shown = put_side_by_side([summarize(stored, str(file)), summarize(present, NOW)])
    thresholds = build_thresholds(limits, shown)
    return Against(shown, thresholds, add_failed(conclude(shown, thresholds), failed))


def find_limits(
    settings: GateSettings, metrics: tuple[GatedMetric, ...], cases: tuple[str, ...]
) -> dict[GatedMetric, float]:
    """The smallest limit that any of the cases has, as a share, by metric that can be compared with a stored run.

    Raises:
        InputError: A metric was asked for that cannot, or none is left.
    """
    if wrong := [metric for metric in metrics if metric not in COMPARED]:
        raise InputError(f"--against compares {' and '.join(COMPARED)} alone, not {wrong[0]}: use --base for it.")
    thresholds = [each for each in build_plan(settings, metrics, cases).thresholds if each.metric in COMPARED]
    if not thresholds:
        raise InputError(f"--against compares {' and '.join(COMPARED)} alone: name one with --metrics.")
    largest_first = sorted(thresholds, key=lambda each: -each.limit)
    return {each.metric: each.limit for each in largest_first}


def build_thresholds(limits: Mapping[GatedMetric, float], shown: SideBySide) -> tuple[MetricThreshold, ...]:
    """The limits as `compare` takes them; between two machines, that of the time holds for the time beside `post`."""
    named = {metric.name: metric for metric in METRICS}
    if any(comparison.machine_doubt for comparison in shown.comparisons):
        named[TIME.name] = RELATIVE
    return tuple(MetricThreshold(named[metric], WHOLE * limits[metric]) for metric in COMPARED if metric in limits)


def add_failed(conclusion: Conclusion, failed: Mapping[str, str]) -> Conclusion:
    """The conclusion with the cases that gave no numbers now, which should have been compared.

    Args:
        conclusion: What was made of the other cases.
        failed: Why each case gave no numbers, by its id.
    """
    if not failed:
        return conclusion
    lines = [f"FAILED: {case} gave no numbers now: {reason}" for case, reason in failed.items()]
    outcome = find_heaviest([conclusion.outcome, Outcome.FAILED])
    return replace(conclusion, outcome=outcome, lines=(*conclusion.lines, *lines))


def show_against(found: Against, exit_code: int, *, as_json: bool, shows_ok: bool) -> None:
    """Print a comparison with a stored run as ``mnist-report compare`` does.

    Args:
        found: Both runs, and what was made of them.
        exit_code: What the command ends with.
        as_json: For machines.
        shows_ok: Also the rows of what did not change.

    Raises:
        CompareError: Nothing could be compared.
    """
    if as_json:
        print(render_json(found.shown, found.thresholds, found.conclusion, exit_code))  # noqa: T201
    else:
        shown = tabulate_side_by_side(found.shown, found.conclusion, everything=shows_ok)
        open_console().print(lay_out(shown))
    if found.conclusion.outcome is Outcome.NOT_COMPARED:
        raise CompareError(" ".join(found.conclusion.lines))
