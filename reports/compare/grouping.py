"""One run as several: what differs in one parameter alone stands beside each other, as if in runs of its own."""

from __future__ import annotations

from dataclasses import replace

from reports.compare.pairing import CompareError
from reports.summary.case import CaseSummary
from reports.summary.identity import Identity
from reports.summary.summary import Summary

PREFIX = "param:"  # as pytest-benchmark has it


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
    return [replace(run, cases=tuple(cases), path=f"{name}={value}") for value, cases in groups.items()]


def _name(case: CaseSummary, without: str) -> str:
    """The full name with the other parameters alone."""
    others = ", ".join(f"{name}={value}" for name, value in case.parameters if name != without)
    test = case.name.partition("[")[0]
    return f"{test}[{others}]" if others else test
