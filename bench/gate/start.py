"""A gate's record before anything is measured: both revisions, the cases, the plan."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from bench.cases.gate import tell_changed
from bench.gate.design import GateOptions
from bench.gate.revisions import PROJECT, Checkout, Workplace
from bench.machine.environment import describe_machine
from bench.workers.protocol import Introduction
from mnist_core.language.errors import InputError
from reports.gate.plan import GatedMetric, Plan
from reports.gate.record import Cases, GateRecord, Revision
from reports.gate.settings import EVERY_CASE, CaseRule, GateSettings, load_gate_settings
from reports.record.machine import Setting

CONTROLLED = ("batch_before_map-", "post-")  # the quickest and the slowest kind of pipeline: what their ids begin with
NUM_CONTROL_CASES = 2


def start_record(
    options: GateOptions, workplace: Workplace, of_base: Introduction, of_head: Introduction, cases: Cases
) -> GateRecord:
    """The record of a run of these cases.

    Args:
        options: What to compare.
        workplace: Both revisions.
        of_base: What base says of itself.
        of_head: What head says of itself.
        cases: The ids of the cases of both.

    Raises:
        InputError: They were measured on different data.
        GateSettingsError: Head's settings cannot be used.
    """
    settings = load_gate_settings(workplace.head.folder / PROJECT)
    idle = settings.find_idle_patterns([case.id for case in of_head.cases])
    notices = (
        *dict.fromkeys((*of_base.notices, *of_head.notices)),
        *tell_changed(of_base.cases, of_head.cases),
        *(f"no case matches '{pattern}' of pyproject.toml" for pattern in idle),
    )
    try:
        return GateRecord(
            base=_describe(workplace.base, of_base.setting),
            head=_describe(workplace.head, of_head.setting),
            machine=describe_machine(),
            cases=cases,
            plan=build_plan(settings, options.metrics, cases.compared),
            seed=options.seed,
            pairs=(),
            failures=(),
            notices=notices,
            datetime=datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds"),
        )
    except ValueError as error:
        raise InputError(f"{error}.") from None


def build_plan(settings: GateSettings, metrics: tuple[GatedMetric, ...], cases: tuple[str, ...]) -> Plan:
    """The plan for these cases; metrics that a user names go before those of the settings."""
    own = (CaseRule(match=EVERY_CASE, metrics=metrics),) if metrics else ()
    return replace(settings, rules=(*settings.rules, *own)).build_plan(cases, choose_controls(cases))


def choose_controls(cases: Sequence[str]) -> tuple[str, ...]:
    """The cases that are also measured base against base: of each kind of pipeline one, or else the first."""
    liked = [next((case for case in cases if case.startswith(begin)), None) for begin in CONTROLLED]
    return tuple(dict.fromkeys([*(case for case in liked if case), *cases]))[:NUM_CONTROL_CASES]


def _describe(checkout: Checkout, setting: Setting) -> Revision:
    return Revision(checkout.name, checkout.commit, setting, checkout.is_working_tree)
