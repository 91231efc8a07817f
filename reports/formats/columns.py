"""A result and a turn as one flat row: names of columns, each with its unit last, and unrounded values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from reports.formats.results import EXPORTED
from reports.record.record import Record
from reports.record.sample import COUNTS, Turn
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import ROUND_TIME
from reports.summary.summary import Summary, summarize

Cell = str | int | float | bool | None
Row = dict[str, Cell]
PARAMETER = "param:"  # before the name of a parameter, as pytest-benchmark has it
MACHINE = {"processor": "cpu", "cores": "num_cores"}  # as the rows of our own cases have it
NO_VERSIONS = ("host", "commit")  # of what stands among the versions
SCORES = ("displacement", "label_runs")


def build_result_rows(summary: Summary, results: tuple[CaseSummary, ...]) -> list[Row]:
    """A row for each result, all with the same columns: what it is, what was measured, and on what."""
    if summary.benchmarks:
        return [{**each, **_locate_benchmarks(summary)} for each in _fill_up(map(_list_benchmark, results))]
    return [{**_identify(result), **_list_metrics(summary, result), **_locate(summary)} for result in results]


def build_turn_rows(record: Record) -> list[Row]:
    """A row for each turn as it was counted, in nanoseconds; all with the same columns."""
    summary = summarize(record)
    pairs = zip(summary.cases, record.cases, strict=True)
    return [{**_identify(case), **_count(turn), **_locate(summary)} for case, own in pairs for turn in own.turns]


def build_round_rows(summary: Summary) -> list[Row]:
    """A row for each round of another project's benchmarks, of those whose rounds are stored."""
    cases = [case for case in summary.benchmarks if not case.is_rough]
    rows = _fill_up(map(_identify_benchmark, cases))
    return [
        {**row, "round": number, ROUND_TIME.column: seconds, **_locate_benchmarks(summary)}
        for row, case in zip(rows, cases, strict=True)
        for number, seconds in case.values[ROUND_TIME.name].items()
    ]


def _identify_benchmark(case: CaseSummary) -> Row:
    """What the file says of it: its group and parameters where it has any."""
    group: Row = {"group": case.group} if case.group else {}
    return {"id": case.id, **group, **{f"{PARAMETER}{name}": value for name, value in case.parameters}}


def _list_benchmark(case: CaseSummary) -> Row:
    time = case.get(ROUND_TIME)
    mean: Row = {} if case.mean_s is None else {"mean_s": case.mean_s}
    counted: Row = {"num_rounds": time.count, "is_rough": case.is_rough}
    return {**_identify_benchmark(case), **counted, **_spread(ROUND_TIME.column, time), **mean}


def _fill_up(rows: Iterable[Row]) -> list[Row]:
    """The rows with all columns that any of them has; None in a row that lacks one."""
    kept = list(rows)
    empty: Row = dict.fromkeys(name for row in kept for name in row)
    return [{**empty, **row} for row in kept]


def _locate_benchmarks(summary: Summary) -> Row:
    return {
        **({"datetime": summary.datetime} if summary.datetime else {}),
        **{MACHINE.get(name, name): int(value) if value.isdecimal() else value for name, value in summary.machine},
        **{(name if name in NO_VERSIONS else f"{name}_version"): value for name, value in summary.versions},
    }


def _identify(case: CaseSummary) -> Row:
    return {
        "id": case.id,
        "name": case.name,
        "ordering": case.ordering,
        "consumer": case.consumer_label,
        "arm": case.arm,
        "device": case.device,
        "group": case.group,
        "choices": " ".join(f"{name}={value}" for name, value in case.choices),
        "runs_as": case.chain,
    }


def name_ratio(summary: Summary) -> str:
    """The column of how many times as fast as its reference a case is, such as ratio_to_post; ratio for several."""
    return "ratio" if len(summary.references) > 1 else f"ratio_to_{summary.reference}"


def _list_metrics(summary: Summary, case: CaseSummary) -> Row:
    row: Row = {
        "num_turns": case.num_turns,
        "num_contaminated_turns": case.num_contaminated,
        **_spread(name_ratio(summary), case.ratio),
    }
    for metric in EXPORTED:
        estimate = case.find(metric)
        if metric.is_read_once:
            row[metric.column] = None if estimate is None else estimate.median
        else:
            row |= _spread(metric.column, estimate)
    return row


def _spread(name: str, estimate: Estimate | None) -> Row:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.median, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _count(turn: Turn) -> Row:
    sample = turn.sample
    mixing = {} if sample.mixing is None else dataclasses.asdict(sample.mixing)
    return {
        "round": turn.round,
        **{name: getattr(sample, name) for name in COUNTS},
        "contaminated": sample.contaminated,
        "accuracy": sample.accuracy,
        **{name: mixing.get(name) for name in SCORES},
    }


def _locate(summary: Summary) -> Row:
    """The machine, the data and the versions: the same for every row, so that files can be laid end to end."""
    return {
        "datetime": summary.datetime,
        **{name: getattr(summary.computer, name, None) for name in ("cpu", "num_cores", "system")},
        "data_name": summary.data_name,
        "data_sha256": summary.data_fingerprint,
        **{f"{name}_version": version for name, version in summary.libraries},
    }
