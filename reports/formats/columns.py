"""A result and a turn as one flat row: names of columns, each with its unit last, and unrounded values."""

from __future__ import annotations

import dataclasses

from reports.formats.measures import MEASURES
from reports.formats.results import Result, name_case
from reports.record.record import COUNTS, CaseRecord, Record, Turn
from reports.stats.median import Estimate
from reports.summary.selection import describe_consumer

Cell = str | int | float | bool | None
Row = dict[str, Cell]
SCORES = ("displacement", "label_runs")


def build_result_rows(record: Record, results: tuple[Result, ...]) -> list[Row]:
    """A row for each result, all with the same columns: what it is, what was measured, and on what."""
    return [{**_identify(result.case), **_measure(result), **_locate(record)} for result in results]


def build_turn_rows(record: Record) -> list[Row]:
    """A row for each turn as it was counted, in nanoseconds; all with the same columns."""
    return [{**_identify(case), **_count(turn), **_locate(record)} for case in record.cases for turn in case.turns]


def _identify(case: CaseRecord) -> Row:
    return {
        "id": name_case(case),
        "name": case.name,
        "ordering": case.ordering,
        "consumer": describe_consumer(case),
        "arm": case.arm,
        "device": case.device,
        "group": case.group,
        "choices": " ".join(f"{name}={value}" for name, value in case.choices),
        "runs_as": None if case.program is None else case.program.chain,
    }


def _measure(result: Result) -> Row:
    row: Row = {
        "num_turns": len(result.case.turns),
        "num_contaminated_turns": sum(turn.sample.contaminated for turn in result.case.turns),
        **_spread("ratio_to_post", result.ratio),
    }
    for measure in MEASURES:
        estimate = result.find(measure)
        if measure.has_interval:
            row |= _spread(measure.name, estimate)
        else:
            row[measure.name] = None if estimate is None else estimate.median
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


def _locate(record: Record) -> Row:
    """The machine, the data and the versions: the same for every row, so that files can be laid end to end."""
    setting, machine = record.cases[0].setting, record.machine
    return {
        "datetime": record.datetime,
        "cpu": machine.cpu,
        "num_cores": machine.num_cores,
        "system": machine.system,
        "data_name": setting.data_name,
        "data_sha256": setting.data_fingerprint,
        **{f"{name}_version": version for name, version in setting.versions},
    }
