"""Runs that are made of others: several as one side, and one as several by a parameter of its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.compare.pairing import CompareError
from reports.stats.median import estimate_median
from reports.summary.case import CaseSummary
from reports.summary.identity import Identity
from reports.summary.summary import Summary

LONGEST_VALUE = 40  # characters of a value in what a run is called
PREFIX = "param:"  # as pytest-benchmark has it


def join_runs(runs: Sequence[Summary]) -> Summary:
    """The runs as one, whose values are the runs' medians; a case need not be in all of them.

    Args:
        runs: At least one run of the same code on the same machine.

    Raises:
        CompareError: One of them is there twice.
    """
    first = runs[0]
    if twice := next((run for number, run in enumerate(runs) if _is_in(run, runs[:number])), None):
        raise CompareError(f"{twice.path} is there twice: give each run of a side once.")
    held: dict[Identity, list[CaseSummary]] = {}
    for case in (case for run in runs for case in run.cases):
        held.setdefault(case.identity, []).append(case)
    path = f"{first.path} and {len(runs) - 1} more" if len(runs) > 1 else first.path
    cases = tuple(_join(each) for each in held.values())
    names = {case.identity.label for case in cases}
    remarks = dict.fromkeys(remark for run in runs for remark in run.remarks)
    damaged = dict.fromkeys(label for run in runs for label in run.damaged if label not in names)
    return replace(first, cases=cases, path=path, remarks=tuple(remarks), damaged=tuple(damaged), parts=tuple(runs))


def _is_in(run: Summary, others: Sequence[Summary]) -> bool:
    return any(replace(run, path=other.path) == other for other in others)


def _join(cases: Sequence[CaseSummary]) -> CaseSummary:
    names = dict.fromkeys(name for case in cases for name in case.estimates)
    found = {name: [case.estimates[name].median for case in cases if name in case.estimates] for name in names}
    medians = {name: above for name, values in found.items() if (above := [each for each in values if each > 0])}
    means = [case.mean_s for case in cases if case.mean_s is not None]
    return replace(
        cases[0],
        values={name: dict(enumerate(each)) for name, each in medians.items()},
        estimates={name: estimate_median(each) for name, each in medians.items()},
        options=tuple(dict.fromkeys(option for case in cases for option in case.options)),
        num_turns=sum(case.num_turns for case in cases),
        num_contaminated=sum(case.num_contaminated for case in cases),
        mean_s=sum(means) / len(means) if means else None,
        is_rough=False,
        num_runs=len(cases),
    )


def split_by_parameter(run: Summary, wanted: str) -> list[Summary]:
    """The run's cases by the value of a parameter, a run each, in the order in which the values appear.

    Args:
        run: Run of another project, whose benchmarks have parameters.
        wanted: Name of the parameter.

    Raises:
        CompareError: No case has it, or all have one value of it.
    """
    name = wanted.removeprefix(PREFIX)
    groups: dict[str, list[CaseSummary]] = {}
    for case in run.cases:
        if (value := dict(case.parameters).get(name)) is not None:
            groups.setdefault(value, []).append(replace(case, identity=Identity(_name(case, name), "")))
    if not groups:
        known = dict.fromkeys(name for case in run.cases for name, _ in case.parameters)
        raise CompareError(f"no case of {run.path} has a parameter {name}: there are {', '.join(known) or 'none'}.")
    if len(groups) == 1:
        raise CompareError(f"all cases of {run.path} have {name}={next(iter(groups))}: there is nothing to compare.")
    return [replace(run, cases=tuple(cases), path=f"{name}={_shorten(value)}") for value, cases in groups.items()]


def _shorten(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE // 2]}..{value[-LONGEST_VALUE // 2 :]}"


def _name(case: CaseSummary, without: str) -> str:
    """The full name with the other parameters alone."""
    others = ", ".join(f"{name}={value}" for name, value in case.parameters if name != without)
    test = case.name.partition("[")[0]
    return f"{test}[{others}]" if others else test
