"""A gate run of a person's pipelines: both sides shown to do the same work, then timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cases.gate import match_cases, narrow
from bench.gate.design import AUTO, GateOptions
from bench.gate.draws import Lots
from bench.gate.packages import Install, Interpreters, find_interpreters, install
from bench.gate.pipelines.chosen import build_cases, find_listed, locate_subjects, tell_subject
from bench.gate.pipelines.compared import Compared, Failures, compare_pipelines, tell_failures, tell_refusal
from bench.gate.pipelines.places import find_place, find_search_path
from bench.gate.revisions import Repository, Workplace
from bench.gate.rounds import GateListener, GateRun, Keep
from bench.gate.slots import Slots, Staged
from bench.gate.start import choose_controls, start_record
from bench.slots.tools import build_tools
from bench.workers.protocol import Introduction
from mnist_core.language.errors import InputError
from reports.gate.record import GateRecord, SideName
from reports.record.case import Case


@dataclass(frozen=True)
class Gated:
    """The pipelines of a run.

    Args:
        cases: Their cases, by id.
        texts: The pipelines as their owner types them, by the same ids.
        repository: Top folder of the repository.
        inside: Folder that the user is in.
    """

    cases: Mapping[str, Case]
    texts: Mapping[str, str]
    repository: Path
    inside: Path


def measure_pipelines(
    options: GateOptions,
    workplace: Workplace,
    *,
    clock_s: Callable[[], float],
    listener: GateListener,
    keep: Keep,
    install: Install = install,
) -> GateRecord:
    """The record of a gate run of pipelines between the two sides of a workplace.

    Nothing is timed where the two sides of one do not give the same, unless the options ask for it. Arguments and
    errors are those of `bench.gate.run.run_gate`.
    """
    gated = _find_gated(options, workplace)
    interpreters = find_interpreters(workplace, listener.notice, install, needs_tensorflow=True)
    if interpreters.environment_line:
        listener.notice(interpreters.environment_line)
    slots = Slots(
        _stage(gated, workplace, interpreters, Compared()),
        AUTO,
        Lots(options.seed),
        tools=build_tools(workplace.folder / "tools"),
        scratch=workplace.folder,
        search_path=find_search_path(gated.inside),
    )
    compared = _compare(options, workplace, gated, slots, listener)
    record = replace(_start(options, workplace, gated, compared), environment_line=interpreters.environment_line)
    for line in (*record.notices, *(each.failure for each in record.pipelines if each.failure)):
        listener.notice(line)
    if record.refusal:
        keep(record)
        return record
    slots.change(_stage(gated, workplace, interpreters, compared))
    run = GateRun(
        record, slots, options.design, budget_s=options.budget_s, clock_s=clock_s, listener=listener, keep=keep
    )
    return run.run()


def _find_gated(options: GateOptions, workplace: Workplace) -> Gated:
    """The pipelines that are meant, those whose id no pattern matches left out."""
    inside = (options.inside or Path.cwd()).resolve()
    repository = Repository(inside).root.resolve()
    chosen = options.pipelines or find_listed(workplace)
    subjects = locate_subjects(chosen, repository, inside if options.pipelines else repository)
    cases = build_cases(subjects, repository, inside)
    texts = dict(zip(cases, map(tell_subject, subjects), strict=True))
    every = tuple(cases.values())
    wanted = narrow(match_cases(every, every), options.patterns).compared
    return Gated({name: cases[name] for name in wanted}, texts, repository, inside)


def _stage(
    gated: Gated, workplace: Workplace, interpreters: Interpreters, compared: Compared
) -> dict[SideName, Staged]:
    base, head = (find_place(each.folder, gated.repository, gated.inside) for each in (workplace.base, workplace.head))
    return {
        "base": Staged(interpreters.base, None, gated.cases, base, compared.read_lengths()),
        "head": Staged(interpreters.head, None, gated.cases, head, compared.read_lengths()),
    }


def _compare(
    options: GateOptions, workplace: Workplace, gated: Gated, slots: Slots, listener: GateListener
) -> Compared:
    try:
        compared = compare_pipelines(
            slots,
            {name: gated.texts[name] for name in gated.cases},
            core=options.design.choose_core(),
            times_different=options.times_different,
            say=listener.notice,
        )
    finally:
        slots.close()
    if not compared.works:
        raise InputError("; ".join(_tell(workplace, failures) for failures in compared.failures.values()))
    return compared


def _tell(workplace: Workplace, failures: Failures) -> str:
    base, head = workplace.base, workplace.head
    return tell_failures(
        failures,
        {"base": base.name, "head": head.name},
        {"base": str(base.folder.resolve()), "head": str(head.folder.resolve())},
    )


def _start(options: GateOptions, workplace: Workplace, gated: Gated, compared: Compared) -> GateRecord:
    in_head = tuple(gated.cases.values())
    in_base = tuple(each for each in in_head if each.id not in compared.new)
    of_base = Introduction(in_base, compared.settings["base"], _tell_new(workplace, compared))
    of_head = Introduction(in_head, compared.settings["head"], ())
    record = start_record(options, workplace, of_base, of_head, match_cases(in_base, in_head))
    pipelines = compared.describe(
        {name: gated.texts[name] for name in gated.cases}, lambda failures: _tell(workplace, failures)
    )
    refusal = "" if options.times_different else tell_refusal(pipelines)
    plan = replace(record.plan, control_cases=choose_controls(tuple(compared.works)))
    return replace(record, plan=plan, pipelines=pipelines, refusal=refusal)


def _tell_new(workplace: Workplace, compared: Compared) -> tuple[str, ...]:
    """Why base has nothing to compare with, for each case that is new in head."""
    return tuple(f"new in head: not compared: {_tell(workplace, compared.failures[case])}" for case in compared.new)
