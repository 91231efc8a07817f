"""How much worse a run may be: thresholds as a command line and a project's file write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from mnist_core.files.project_table import load_project_table
from mnist_core.language.choice import explain_choice
from reports.compare.pairing import COMPARED, CompareError
from reports.summary.metric import Metric

TABLE = "tool.mnist-bench.compare"
FORM = re.compile(r"(?P<metric>[a-z_]+):(?P<percent>\d{1,6}(\.\d{1,6})?)%", re.ASCII)
EXAMPLE = "such as time:5%"
EVERY_CASE = "*"
WHOLE = 100.0  # percent
NUM_READINGS = 2  # of bytes: each run has one


@dataclass(frozen=True)
class MetricThreshold:
    """How much worse a metric may be.

    Args:
        metric: Metric that is meant.
        percent: Most that it may be worse by, in percent of what it was.
        pattern: Pattern of the names of the cases that are meant, as shells have it.
    """

    metric: Metric
    percent: float
    pattern: str = EVERY_CASE

    def __str__(self) -> str:
        of = "" if self.pattern == EVERY_CASE else f" of {self.pattern}"
        return f"{self.metric.name}:{self.percent:g}%{of}"

    @property
    def limit(self) -> float:
        """The ratio that is just allowed."""
        share = self.percent / WHOLE
        return 1 - share if self.metric.more_is_better else 1 + share


def parse_thresholds(texts: Sequence[str], pattern: str = EVERY_CASE) -> tuple[MetricThreshold, ...]:
    """The thresholds that texts such as ``time:5%`` stand for; the beginning of a metric's name will do.

    Args:
        texts: Metrics and percents.
        pattern: Pattern of the names of the cases that they are for.

    Raises:
        CompareError: A text is none, or two are of one metric.
    """
    thresholds = tuple(replace(_parse(text), pattern=pattern) for text in texts)
    names = [threshold.metric.name for threshold in thresholds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise CompareError(f"--fail-on has two thresholds for {twice}: give one.")
    return thresholds


def _parse(text: str) -> MetricThreshold:
    found = FORM.fullmatch(text)
    if found is None:
        raise CompareError(f"--fail-on must be METRIC:PERCENT%, {EXAMPLE}, got '{text}'.")
    threshold = MetricThreshold(_find_metric(found["metric"]), float(found["percent"]))
    _check_can_be_kept(threshold, text)
    return threshold


def _check_can_be_kept(threshold: MetricThreshold, text: str) -> None:
    """Bytes are read once: two readings of one thing differ so much that a narrow limit could never be known kept."""
    closest = (threshold.metric.spread or 1.0) ** NUM_READINGS
    if threshold.limit < closest and not threshold.metric.more_is_better:
        least = math.ceil(WHOLE * (closest - 1))
        raise CompareError(
            f"--fail-on {text}: two readings of one case may differ by nearly {least} %; use "
            f"{threshold.metric.name}:{least}% or more."
        )
    if threshold.limit <= 0:
        raise CompareError(f"--fail-on {text}: {threshold.metric.name} can never be 100 % worse: more of it is better.")


def _find_metric(name: str) -> Metric:
    found = [metric for metric in COMPARED if metric.name.startswith(name)]
    if len(found) != 1:
        raise CompareError(explain_choice("the metric of --fail-on", [metric.name for metric in COMPARED], name))
    return found[0]


def find_threshold(thresholds: Sequence[MetricThreshold], case: str, metric: str) -> MetricThreshold | None:
    """The last that is for this metric of this case, so that later ones may speak of some cases; None without one."""
    meant = [each for each in thresholds if each.metric.name == metric and fnmatchcase(case, each.pattern)]
    return meant[-1] if meant else None


def list_idle_patterns(thresholds: Sequence[MetricThreshold], cases: Iterable[str]) -> tuple[str, ...]:
    """The patterns that none of the cases' names match, each once."""
    names = tuple(cases)
    patterns = dict.fromkeys(threshold.pattern for threshold in thresholds)
    return tuple(each for each in patterns if not any(fnmatchcase(name, each) for name in names))


class CaseLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Thresholds of some cases.

    Args:
        match: Pattern of the cases' names as shells have it, such as ``*test_parse*``.
        fail_on: Thresholds, such as ``time:20%``.
    """

    match: str
    fail_on: tuple[str, ...]


class CompareTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The table as a project writes it.

    Args:
        fail_on: Thresholds of every case, which those of the command line replace.
        case: Thresholds of some cases; of two that are for one case, the later one counts.
    """

    fail_on: tuple[str, ...] = ()
    case: tuple[CaseLimits, ...] = ()


def load_thresholds(file: Path, asked: tuple[str, ...]) -> tuple[MetricThreshold, ...]:
    """The thresholds that hold: those that were asked for or the file's, and then the file's for some cases.

    Args:
        file: A ``pyproject.toml``, which need not be there.
        asked: Thresholds of the command line.

    Raises:
        CompareError: The file is not TOML, or a key, a value or a threshold is not known.
    """
    table = _load_table(file)
    cases = [each for rule in table.case for each in parse_thresholds(rule.fail_on, rule.match)]
    return (*parse_thresholds(asked or table.fail_on), *cases)


def _load_table(file: Path) -> CompareTable:
    content = load_project_table(file, TABLE, CompareError)
    try:
        return msgspec.convert(content, CompareTable)
    except msgspec.ValidationError as error:
        raise CompareError(f"{file}: [{TABLE}]: {error}; its keys are fail-on and case.") from None
