"""A gate run as a function: two revisions in, a record of all pairs out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.cases.gate import match_cases, narrow
from bench.gate.design import AUTO, GateOptions
from bench.gate.draws import Lots
from bench.gate.introduction import ask_introduction
from bench.gate.packages import Install, Interpreters, find_interpreters, install
from bench.gate.pipelines.measure import measure_pipelines
from bench.gate.revision_api import UncomparableError, check_age
from bench.gate.revisions import Repository, Workplace, check_out
from bench.gate.rounds import GateListener, GateRun, Keep
from bench.gate.slots import Slots, Staged, build_stage
from bench.gate.start import start_record
from bench.slots.tools import build_tools
from bench.turns.measure import SILENCE, read_clock_s
from bench.workers.protocol import Introduction
from mnist_core.digits.load import SOURCES
from mnist_core.language.errors import InputError
from reports.gate.record import Cases, GateRecord, SideName
from reports.record.case import Case


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
    repository = Repository(options.inside or Path.cwd())
    if options.pipelines or not repository.holds(options.package, options.head):
        measure, package = measure_pipelines, None
    else:
        measure, package = measure_gate, options.package
    with check_out(options.base, options.head, package, inside=options.inside) as workplace:
        return measure(options, workplace, clock_s=clock_s, listener=listener, keep=keep, install=install)


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
    record = start_record(options, workplace, base_says, head_says, cases)
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
