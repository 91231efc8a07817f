"""What a project wants gated: `[tool.mnist-bench.gate]` of its `pyproject.toml`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from reports.gate.record import METRICS, Metric, Plan, Threshold

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = "tool.mnist-bench.gate"
FIELDS = {"alpha": "alpha", "screen_pairs": "num_screen_pairs", "control_pairs": "num_control_pairs"}
LOOKS = "look_shares"
EVERY_CASE = "*"


class GateSettingsError(ValueError):
    """The settings cannot be used; the message is one line."""


@dataclass(frozen=True)
class Bounds:
    """How much worse is worse, as shares; None leaves it to an earlier rule."""

    metric: Metric
    limit: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Rule:
    """What holds for the cases whose id matches.

    Args:
        match: a pattern as the shell has them, such as ``*-emulated-*``.
        metrics: that are gated; None leaves it to an earlier rule.
        bounds: likewise.
    """

    match: str
    metrics: tuple[Metric, ...] | None = None
    bounds: tuple[Bounds, ...] = ()


# 5 % is the smallest change that most projects act on; the margin forgives what moving code about in memory does to
# equal programs (Curtsinger and Berger, Stabilizer, ASPLOS 2013). A turn has only one first batch, so it is noisier;
# readings of live memory differ by 6 % at most (docs/claims.md).
DEFAULT_RULE = Rule(
    EVERY_CASE,
    metrics=("time", "cpu"),
    bounds=(
        Bounds("time", 0.05, 0.01),
        Bounds("cpu", 0.05, 0.01),
        Bounds("first_batch", 0.25, 0.05),
        Bounds("memory", 0.10, 0.02),
    ),
)


@dataclass(frozen=True)
class GateSettings:
    """All rules, a later one before an earlier one, and the numbers of a plan."""

    rules: tuple[Rule, ...] = (DEFAULT_RULE,)
    alpha: float = 0.01
    num_screen_pairs: int = 6
    num_control_pairs: int = 12
    look_shares: tuple[float, ...] = (0.4, 0.6)

    def build_plan(self, cases: Iterable[str], control_cases: tuple[str, ...]) -> Plan:
        """The plan for these case ids.

        Raises:
            GateSettingsError: a case would have a margin that is not below its limit, or a number cannot be.
        """
        try:
            thresholds = tuple(each for case in cases for each in self._build_thresholds(case))
            return Plan(
                thresholds,
                control_cases,
                alpha=self.alpha,
                num_screen_pairs=self.num_screen_pairs,
                num_control_pairs=self.num_control_pairs,
                look_shares=self.look_shares,
            )
        except ValueError as error:
            raise GateSettingsError(f"[{TABLE}]: {error}.") from None

    def _build_thresholds(self, case: str) -> list[Threshold]:
        rules = [rule for rule in self.rules if fnmatchcase(case, rule.match)]
        metrics = [rule.metrics for rule in rules if rule.metrics is not None][-1]
        return [_build_threshold(case, metric, rules) for metric in metrics]

    def find_idle_patterns(self, cases: Iterable[str]) -> list[str]:
        """The patterns that match none of these case ids: probably misspelt."""
        ids = list(cases)
        return [rule.match for rule in self.rules if not any(fnmatchcase(each, rule.match) for each in ids)]


def _build_threshold(case: str, metric: Metric, rules: list[Rule]) -> Threshold:
    bounds = [each for rule in rules for each in rule.bounds if each.metric == metric]
    limit = [each.limit for each in bounds if each.limit is not None][-1]
    margin = [each.margin for each in bounds if each.margin is not None][-1]
    return Threshold(case, metric, limit, margin)


def load_gate_settings(file: Path) -> GateSettings:
    """The settings in a ``pyproject.toml``; the defaults where there is no file or no such table.

    Raises:
        GateSettingsError: the file is not TOML, or a key or a value is not known.
    """
    try:
        content: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return GateSettings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GateSettingsError(f"{file} cannot be read: {error}.") from None
    for name in TABLE.split("."):
        content = content.get(name, {}) if isinstance(content, dict) else content
    try:
        return _parse(_as_table(TABLE, content))
    except ValueError as error:
        raise GateSettingsError(f"{file}: {error}.") from None


def _parse(table: Mapping[str, Any]) -> GateSettings:
    numbers = {FIELDS[name]: value for name, value in table.items() if name in FIELDS}
    for name, value in numbers.items():
        _check_number(name, value)
    look_shares = _parse_shares(table[LOOKS]) if LOOKS in table else GateSettings.look_shares
    common = {name: value for name, value in table.items() if name not in (*FIELDS, LOOKS, "case")}
    cases = table.get("case", [])
    if not isinstance(cases, list):
        raise ValueError(f"[{TABLE}] case must be a list of tables: write [[{TABLE}.case]]")
    own = (_parse_rule(_as_table("case", each)) for each in cases)
    rules = (DEFAULT_RULE, _parse_rule({"match": EVERY_CASE, **common}), *own)
    return GateSettings(rules, look_shares=look_shares, **numbers)


def _parse_shares(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{LOOKS} must be a list of shares of alpha, such as [0.2, 0.3, 0.5], got {value!r}")
    for share in value:
        _check_number(LOOKS, share)
    return tuple(value)


def _parse_rule(table: Mapping[str, Any]) -> Rule:
    if not isinstance(table.get("match"), str):
        raise ValueError("a case needs match, a pattern of case ids such as '*-emulated-*'")
    if unknown := set(table) - {"match", "metrics", *METRICS}:
        known = ", ".join((*FIELDS, LOOKS, "metrics", *METRICS, "case"))
        raise ValueError(f"[{TABLE}] has no key '{min(unknown)}': use {known}")
    bounds = tuple(_parse_bounds(metric, table[metric]) for metric in METRICS if metric in table)
    return Rule(table["match"], _parse_metrics(table["metrics"]) if "metrics" in table else None, bounds)


def _parse_metrics(value: Any) -> tuple[Metric, ...]:
    if not isinstance(value, list) or not value or any(each not in METRICS for each in value):
        raise ValueError(f"metrics must be a list of {', '.join(METRICS)}, got {value!r}")
    return tuple(dict.fromkeys(value))


def _parse_bounds(metric: Metric, value: Any) -> Bounds:
    table = _as_table(metric, value)
    if unknown := set(table) - {"limit", "margin"}:
        raise ValueError(f"{metric} has no key '{min(unknown)}': use limit and margin")
    for name, share in table.items():
        _check_number(f"{metric}.{name}", share)
        if not 0 <= share <= 1:
            raise ValueError(f"{metric}.{name} must be a share from 0 to 1, such as 0.05 for 5 %, got {share:g}")
    return Bounds(metric, **table)


def _as_table(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a table, got {value!r}")
    return value


def _check_number(name: str, value: object) -> None:
    if type(value) not in (int, float):
        raise ValueError(f"{name} must be a number, got {value!r}")
