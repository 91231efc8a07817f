"""The process that the pytest fixture starts: it measures one pipeline and leaves what came out in a folder.

`mnist_bench_pytest` is the other side, in the person's process, where none of our packages is imported.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.calls.measure import measure
from bench.calls.naming import write_text
from bench.machine.environment import describe_environment
from bench.subjects.pipeline_text import read_value
from bench.turns.saving import save_record
from bench.workers.worker_process import WorkerError, forks
from mnist_core.language.errors import InputError
from reports.drawing.text import render_text
from reports.record.file import load_record
from reports.record.record import Record
from reports.record.stored.typed_json import convert_json
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run

ASKED, RECORD, TABLES, FAILURE = "asked.json", "record.json", "tables.txt", "failure.txt"  # files of the folder


@dataclass(frozen=True)
class Asked:
    """What the fixture asks for.

    Args:
        test: Name of the test, which tables call the pipeline by.
        module: Name of the module of the function that makes the dataset.
        file: Its file.
        name: Name of the function in it.
        arguments: Arguments of the function, as Python writes them.
        select: Name or number of the dataset that is meant, where the function gives several.
        seconds: Time for the turns.
        path: Import path of the person's process.
    """

    test: str
    module: str
    file: str
    name: str
    arguments: Mapping[str, str]
    select: str | None
    seconds: float
    path: tuple[str, ...]


def main(folder: str, *records: str) -> None:
    """Measure what a folder's file asks for, and leave the record there, or why there is none; or tabulate records.

    Args:
        folder: The folder.
        records: Folders of records of which the folder gets one table; none to measure.
    """
    if records:
        _tabulate([Path(each) for each in records], Path(folder))
        return
    place = Path(folder)
    asked = convert_json(json.loads((place / ASKED).read_text(encoding="utf-8")), Asked)
    ours = str(Path(__file__).resolve().parents[2])
    sys.path[:] = asked.path if forks() else [ours, *asked.path]  # a process that was not forked imports them anew
    environment = describe_environment()  # before the measuring itself makes load
    try:
        save_record(_measure(asked), place / RECORD, environment)
    except (InputError, WorkerError) as failure:
        line = str(failure).removeprefix(f"{asked.test}-default-cpu: ")  # pytest names the test
        (place / FAILURE).write_text(f"{line}\n{getattr(failure, 'printed', '')}", encoding="utf-8")


def _measure(asked: Asked) -> Record:
    return measure(
        {asked.test: write_text(asked.module, asked.file, asked.name)},
        arguments={name: read_value(text) for name, text in asked.arguments.items()},
        select=asked.select,
        seconds=asked.seconds,
        reads_memory=False,
        reads_stages=False,
        shows_progress=False,
    )


def _tabulate(folders: Sequence[Path], place: Path) -> None:
    """Leave one table of records, whose pipelines took no turns with each other."""
    records = [load_record(each / RECORD) for each in folders]
    everything = replace(records[0], cases=tuple(case for record in records for case in record.cases))
    (place / TABLES).write_text(render_text(tabulate_run(summarize(everything))), encoding="utf-8")
