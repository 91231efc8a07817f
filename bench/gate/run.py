"""A gate run as a function: two revisions in, a record of all pairs out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.cases.gate import PACKAGE, is_chosen, match_cases, tell_changed
from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.gate.introduction import ask_introduction
from bench.gate.packages import Install, Interpreters, find_interpreters, install
from bench.gate.revision_api import UncomparableError, check_age
from bench.gate.revisions import Checkout, Workplace, check_out
from bench.gate.rounds import GateListener, GateRun, Keep
from bench.gate.slots import Slots, Staged, build_stage, build_tools
from bench.machine.environment import describe_machine
from bench.turns.measure import SILENCE, read_clock_s
from bench.workers.protocol import Introduction
from mnist_core.digits.load import SOURCES
from mnist_core.language.errors import InputError
from reports.gate.plan import GatedMetric, Plan
from reports.gate.record import Cases, GateRecord, Revision, SideName
from reports.gate.settings import EVERY_CASE, CaseRule, GateSettings, load_gate_settings
from reports.record.case import Case
from reports.record.machine import Setting

AUTO = "auto"  # of the sources of digits: decided once, by base
CONTROLLED = ("batch_before_map-", "post-")  # the quickest and the slowest kind of pipeline: what their ids begin with
NUM_CONTROL_CASES = 2


@dataclass(frozen=True)
class GateOptions:
    """What a user asks for.

    Args:
        base: Revision to compare with, as git knows it.
        head: Revision to judge, as git knows it; None is the working tree.
        source: Where the digits come from.
        seed: Seed for every random choice of this run.
        patterns: Patterns of the ids of the cases to compare; empty means all.
        metrics: Metrics that are judged; empty leaves it to the settings.
        budget_s: Seconds for the measuring.
        design: How pairs are measured.
        package: Name of the package whose code is compared, a folder at the top of the repository.
        inside: Any folder of the repository; None is the present one.

    Example:
        >>> options = GateOptions(base="main", patterns=("post-*",), budget_s=120)
    """

    base: str
    head: str | None = None
    source: str = AUTO
    seed: int = 0
    patterns: tuple[str, ...] = ()
    metrics: tuple[GatedMetric, ...] = ()
    budget_s: float = 300.0
    design: PairDesign = field(default_factory=PairDesign)
    package: str = PACKAGE
    inside: Path | None = None


def keep_nothing(_record: GateRecord) -> None:
    """Leave the record to the caller."""


def run_gate(
    options: GateOptions,
    *,
    clock_s: Callable[[], float] = read_clock_s,
    listener: GateListener = SILENCE,
    keep: Keep = keep_nothing,
    install: Install = install,
) -> GateRecord:
    """The record of a gate run; nothing of it is left behind but what `keep` keeps.

    Args:
        options: What to compare.
        clock_s: The present moment in seconds, for the budget.
        listener: Is told how far the run has come.
        keep: Is given the record after every round, when it is interrupted, and at the end.
        install: Makes an environment where the revisions depend on different packages.

    Raises:
        RevisionError: A revision cannot be had.
        InputError: The data or a revision's package does not work, or no case can be compared.
        GateSettingsError: Head's pyproject.toml has settings that cannot be used.

    Example:
        >>> record = run_gate(GateOptions(base="HEAD~1"))
        >>> decision = decide(record)
    """
    with check_out(options.base, options.head, options.package, inside=options.inside) as workplace:
        return measure_gate(options, workplace, clock_s=clock_s, listener=listener, keep=keep, install=install)


def measure_gate(
    options: GateOptions,
    workplace: Workplace,
    *,
    clock_s: Callable[[], float],
    listener: GateListener,
    keep: Keep,
    install: Install = install,
) -> GateRecord:
    """The record of a gate run between the two sides of a workplace; arguments and errors as for `run_gate`."""
    _check_ages(options.package, workplace)
    interpreters = find_interpreters(workplace, listener.notice, install)
    if interpreters.environment_line:
        listener.notice(interpreters.environment_line)
    record, slots = _prepare(options, workplace, interpreters, listener)
    return GateRun(
        record,
        slots,
        options.design,
        budget_s=options.budget_s,
        clock_s=clock_s,
        listener=listener,
        keep=keep,
    ).run()


def _check_ages(package: str, workplace: Workplace) -> None:
    """Refuse a revision from before the public API at once: installing what it depends on takes minutes.

    Raises:
        InputError: A revision's package is too old.
    """
    for side, checkout in (("base", workplace.base), ("head", workplace.head)):
        start = checkout.folder / package / "__init__.py"
        try:
            check_age(package, start.read_text(encoding="utf-8", errors="replace") if start.is_file() else "")
        except UncomparableError as error:
            raise InputError(f"{side}, {checkout.name}: {error}") from None


def locate(source: str) -> str:
    """The source of the digits as it is found from any folder."""
    return source if source in SOURCES else str(Path(source).absolute())


def _prepare(
    options: GateOptions, workplace: Workplace, interpreters: Interpreters, listener: GateListener
) -> tuple[GateRecord, Slots]:
    """The record before anything is measured, and the slots to measure in."""
    design, stages, source = options.design, workplace.folder / "stages", locate(options.source)
    tools = build_tools(workplace.folder / "tools")
    base, head = workplace.base, workplace.head
    of_base, of_head = (
        build_stage(stages / name, side.folder, options.package) for name, side in (("base", base), ("head", head))
    )
    base_says = ask_introduction(f"base, {base.name}", interpreters.base, of_base, source, design, tools=tools)
    source = base_says.setting.data_name if source == AUTO else source
    head_says = ask_introduction(f"head, {head.name}", interpreters.head, of_head, source, design, tools=tools)
    cases = narrow(match_cases(base_says.cases, head_says.cases), options.patterns)
    record = _start_record(options, workplace, base_says, head_says, cases)
    record = replace(record, environment_line=interpreters.environment_line)
    for line in record.notices:
        listener.notice(line)
    old_names = {each.head: each.base for each in cases.renamed}
    revisions: dict[SideName, Staged] = {
        "base": Staged(interpreters.base, of_base, _find_cases(base_says, cases, old_names)),
        "head": Staged(interpreters.head, of_head, _find_cases(head_says, cases, {})),
    }
    return record, Slots(revisions, source, Lots(options.seed), tools=tools, scratch=workplace.folder)


def _find_cases(introduction: Introduction, cases: Cases, own_names: Mapping[str, str]) -> dict[str, Case]:
    """The revision's own cases, by the name under which they are compared."""
    known = {case.id: case for case in introduction.cases}
    return {name: known[own_names.get(name, name)] for name in cases.compared}


def _start_record(
    options: GateOptions, workplace: Workplace, of_base: Introduction, of_head: Introduction, cases: Cases
) -> GateRecord:
    settings = load_gate_settings(workplace.head.folder / "pyproject.toml")
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


def narrow(cases: Cases, patterns: Sequence[str]) -> Cases:
    """Those cases whose id, in either revision, matches one of the patterns; all of them if there are none.

    Raises:
        InputError: None is left that both revisions have.
    """
    old_names = {each.head: each.base for each in cases.renamed}

    def choose(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(case for case in ids if is_chosen(patterns, case, old_names.get(case, case)))

    chosen = Cases(
        choose(cases.compared),
        choose(cases.only_in_base),
        choose(cases.only_in_head),
        tuple(each for each in cases.renamed if is_chosen(patterns, each.head, each.base)),
    )
    if not chosen.compared:
        wanted = f"matches {', '.join(patterns)}" if patterns else "is in both revisions"
        known = ", ".join(cases.compared or (*cases.only_in_base, *cases.only_in_head))
        raise InputError(f"nothing can be compared: no case {wanted}; there are {known}.")
    return chosen


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
