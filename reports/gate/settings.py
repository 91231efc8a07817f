"""What a project wants gated: `[tool.mnist-bench.gate]` of its `pyproject.toml`; the numbers that hold without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import msgspec

from mnist_core.files.project_table import load_project_table
from mnist_core.language.errors import InputError
from reports.gate.plan import GATED, GatedMetric, Plan, Threshold

TABLE = "tool.mnist-bench.gate"
EVERY_CASE = "*"

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class GateSettingsError(InputError):
    """The settings cannot be used; the message is one line."""


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much worse is worse; None leaves it to an earlier rule.

    Args:
        limit: The change that an OK rules out, as a share: 0.05 is 5 %.
        margin: The change that is still forgiven, as a share.
    """

    limit: Share | None = None
    margin: Share | None = None


class Gated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is gated, and how closely.

    Args:
        metrics: The metrics that are gated; None leaves it to an earlier rule.
        time: Bounds of the wall time per example.
        cpu: Bounds of the CPU time per example.
        first_batch: Bounds of the time to the first batch.
        memory: Bounds of the live bytes.
    """

    metrics: Annotated[tuple[GatedMetric, ...], msgspec.Meta(min_length=1)] | None = None
    time: Bounds = Bounds()
    cpu: Bounds = Bounds()
    first_batch: Bounds = Bounds()
    memory: Bounds = Bounds()


class CaseRule(Gated, frozen=True):
    """What is gated in the cases whose id matches a pattern.

    Args:
        match: A pattern of case ids as the shell has them, such as ``*-emulated-*``.
    """

    match: str


# 5 % is the smallest change that most projects act on; the margin forgives what moving code about in memory does to
# equal programs (Curtsinger and Berger, Stabilizer, ASPLOS 2013). A turn has only one first batch, so it is noisier;
# readings of live memory differ by 6 % at most (docs/claims.md).
DEFAULT_RULE = CaseRule(
    match=EVERY_CASE,
    metrics=("time", "cpu"),
    time=Bounds(0.05, 0.01),
    cpu=Bounds(0.05, 0.01),
    first_batch=Bounds(0.25, 0.05),
    memory=Bounds(0.10, 0.02),
)
DEFAULT_PLAN = Plan(
    thresholds=(), control_cases=(), alpha=0.01, look_shares=(0.4, 0.6), num_screen_pairs=6, num_control_pairs=12
)


class GateTable(Gated, frozen=True):
    """The table as a project writes it: what holds for every case, the numbers of the plan, and rules for some cases.

    Args:
        alpha: The chance of a wrong alarm, as in `Plan`.
        look_shares: How alpha is divided among the looks, as in `Plan`.
        screen_pairs: Pairs by which every case is screened.
        control_pairs: Pairs of base against base.
        case: Rules for the cases that they match.
    """

    alpha: float = DEFAULT_PLAN.alpha
    look_shares: tuple[float, ...] = DEFAULT_PLAN.look_shares
    screen_pairs: int = DEFAULT_PLAN.num_screen_pairs
    control_pairs: int = DEFAULT_PLAN.num_control_pairs
    case: tuple[CaseRule, ...] = ()

    def build_settings(self) -> GateSettings:
        """The table's rules behind the default one, and its numbers; raises ValueError where a number cannot be."""
        bounds = {metric: getattr(self, metric) for metric in GATED}
        every = CaseRule(match=EVERY_CASE, metrics=self.metrics, **bounds)
        plan = replace(
            DEFAULT_PLAN,
            alpha=self.alpha,
            look_shares=self.look_shares,
            num_screen_pairs=self.screen_pairs,
            num_control_pairs=self.control_pairs,
        )
        return GateSettings((DEFAULT_RULE, every, *self.case), plan)


KEYS = ", ".join(GateTable.__struct_fields__)


@dataclass(frozen=True)
class GateSettings:
    """What a project wants gated.

    Args:
        rules: All rules; where two speak of one case and metric, the later one counts.
        plan: The numbers of a plan that has no cases yet.
    """

    rules: tuple[CaseRule, ...] = (DEFAULT_RULE,)
    plan: Plan = DEFAULT_PLAN

    def build_plan(self, cases: Iterable[str], control_cases: tuple[str, ...]) -> Plan:
        """The plan for these case ids.

        Raises:
            GateSettingsError: A case would have a margin that is not below its limit.
        """
        try:
            thresholds = tuple(each for case in cases for each in self._build_thresholds(case))
            return replace(self.plan, thresholds=thresholds, control_cases=control_cases)
        except ValueError as error:
            raise GateSettingsError(f"[{TABLE}]: {error}.") from None

    def _build_thresholds(self, case: str) -> list[Threshold]:
        rules = [rule for rule in self.rules if fnmatchcase(case, rule.match)]
        metrics = [rule.metrics for rule in rules if rule.metrics is not None][-1]
        return [_build_threshold(case, metric, rules) for metric in dict.fromkeys(metrics)]

    def find_idle_patterns(self, cases: Iterable[str]) -> list[str]:
        """The patterns that match none of these case ids: probably misspelt."""
        ids = list(cases)
        return [rule.match for rule in self.rules if not any(fnmatchcase(each, rule.match) for each in ids)]


def _build_threshold(case: str, metric: GatedMetric, rules: list[CaseRule]) -> Threshold:
    bounds: list[Bounds] = [getattr(rule, metric) for rule in rules]
    limit = [each.limit for each in bounds if each.limit is not None][-1]
    margin = [each.margin for each in bounds if each.margin is not None][-1]
    return Threshold(case, metric, limit, margin)


def load_gate_settings(file: Path) -> GateSettings:
    """The settings in a ``pyproject.toml``; the defaults where there is no file or no such table.

    Raises:
        GateSettingsError: The file is not TOML, or a key or a value is not known.
    """
    content = load_project_table(file, TABLE, GateSettingsError)
    try:
        return msgspec.convert(content, GateTable).build_settings()
    except msgspec.ValidationError as error:
        raise GateSettingsError(f"{file}: [{TABLE}]: {error}; its keys are {KEYS}.") from None
    except ValueError as error:
        raise GateSettingsError(f"{file}: [{TABLE}]: {error}.") from None
