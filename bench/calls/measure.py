"""The measuring as a call: what a program or a notebook of one's own gives is measured side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.calls.given import DATASET, Given, check_no_worker, check_seconds, list_given
from bench.calls.here import HereWorker
from bench.calls.progress import open_progress
from bench.cases.pipelines import build_read, build_staged, name_apart
from bench.turns.group import TakesTurns
from bench.turns.measure import MAX_ROUNDS, Measuring, ReadGroup, build_record, check_together, gather_pipelines
from bench.turns.readings import measure_memory, measure_stages
from bench.turns.schedule import Budget
from bench.workers.case_worker import CaseWorker
from bench.workers.fork_server import WorkerStarter
from mnist_core.digits.load import default_source
from mnist_core.files.parts import hold_scratch
from mnist_core.language.errors import InputError
from reports.record.case import GRAPH, OBJECT, Case, Subject
from reports.record.record import CaseRecord, Record
from reports.stats.median import FEWEST_VALUES
from reports.summary.fields import HELD

_Reading = tuple[ReadGroup, Callable[[Sequence[Subject]], list[Case]]]


@dataclass(frozen=True)
class _Brought:
    """A subject on its way: with the folder of its graph, or with a dataset that cannot leave this process.

    A case that was given is measured as it is.
    """

    subject: Subject
    folder: Path | None = None
    dataset: Any = None
    case: Case | None = None


def measure(
    *what: Case | str | Callable[..., Any] | Mapping[str, Any] | Any,
    arguments: Mapping[str, Any] | None = None,
    select: str | None = None,
    source: str | None = None,
    seconds: float = 60.0,
    min_rounds: int = FEWEST_VALUES,
    max_rounds: int = MAX_ROUNDS,
    seed: int = 0,
    reads_memory: bool = True,
    reads_stages: bool = True,
    shows_progress: bool = True,
) -> Record:
    """The record of cases and pipelines that take turns on this machine, each in a fresh process of its own.

    Functions that a file has by name are called in that process. Datasets, and what lambdas, closures and functions of
    a notebook make, go there by their graph. What calls Python, by ``numpy_function``, ``py_function`` or
    ``from_generator``, or uses a resource of this process cannot: it is measured in this process, after the others, and
    marked so. Cases of the consumer "memory" are read one after the other, since nothing is timed there. A script that
    gives a function of its own needs ``if __name__ == "__main__":`` around the call, since the processes import it.

    Args:
        what: What to measure together, so that what disturbs one of them disturbs the others too: cases; texts, such
            as ``path/to/file.py:name``, ``package.module:name`` or an ordering; functions that make a dataset;
            datasets; or dictionaries of these, whose keys are the names in tables. Unless all are cases, each is
            drained, and ratios are to the first.
        arguments: Arguments of the functions. They are called in this process if one is no literal of Python.
        select: Name or number of the dataset that is meant, where a function gives several.
        source: Where the digits of an ordering come from, as `load_digits` takes it.
        seconds: The time after which no new round of turns is begun, start and warm-up included.
        min_rounds: Rounds of turns that are measured however long they take; 6 are the fewest with a 95 % interval.
        max_rounds: Rounds of turns after which the measuring ends, however much time is left.
        seed: Seed for the random order of the turns.
        reads_memory: True to read what pipelines hold too, in a further process each: some 15 s. What is given as a
            case, or measured in this process, is left out.
        reads_stages: True to read too which stage each pipeline's time goes to, in a further process each.
        shows_progress: True to show on standard error how far the measuring has come.

    Raises:
        InputError: What was given cannot be used, or cannot be measured together.
        WorkerError: One of them could not be measured; the message says which, and why.

    Example:
        >>> if __name__ == "__main__":
        ...     record = measure(build_case("post"), build_case("batch_before_map"), seconds=30)
        ...     [case.name for case in record.cases]
        ['post', 'batch_before_map']
    """
    check_no_worker("measure")
    if not 1 <= min_rounds <= max_rounds:
        raise InputError(f"rounds must be 1 <= min_rounds <= max_rounds, got {min_rounds} and {max_rounds}.")
    budget = Budget(check_seconds(seconds), min_rounds, max_rounds)
    cases = [each for each in what if isinstance(each, Case)]
    if len(cases) == len(what):
        check_together(cases)
        with open_progress(is_shown=shows_progress) as listener:
            measuring = Measuring(budget, seed, listener)
            return build_record(measuring.measure(cases, WorkerStarter(source or default_source())))
    with hold_scratch("mnist-bench-graphs-") as folder:
        brought = _bring(list_given(what, arguments or {}, select), folder)
        readings: list[_Reading] = [(measure_stages, build_staged)] if reads_stages else []
        readings += [(measure_memory, build_read)] if reads_memory else []
        with open_progress(is_shown=shows_progress) as listener:
            return build_record(_measure_all(brought, Measuring(budget, seed, listener), source, readings))


def _bring(given: Sequence[Case | Given], folder: Path) -> list[_Brought]:
    """What was given, each with a name of its own, and what is needed to have it in another process."""
    brought = [_carry(each, folder / str(number)) for number, each in enumerate(_number(given))]
    named = iter(name_apart([each.subject for each in brought if each.case is None]))
    return [each if each.case is not None else replace(each, subject=next(named)) for each in brought]


def _number(given: Sequence[Case | Given]) -> list[Case | Given]:
    """The same, with datasets that nobody named told apart by their place among them."""
    unnamed = [each for each in given if isinstance(each, Given) and each.subject.name == DATASET]
    places = {id(each): f"{DATASET} {place}" for place, each in enumerate(unnamed, start=1)} if unnamed[1:] else {}
    return [
        replace(each, subject=replace(each.subject, name=places[id(each)]))
        if isinstance(each, Given) and id(each) in places
        else each
        for each in given
    ]


def _carry(given: Case | Given, folder: Path) -> _Brought:
    if isinstance(given, Case):
        return _Brought(given.subject, case=given)
    if not given.is_here:
        return _Brought(given.subject)
    from bench.programs.graph import NotCarriedError, read_dataset  # noqa: PLC0415  # whoever has one has TensorFlow

    dataset = given.make()
    folder.mkdir(mode=0o700)
    try:
        read_dataset(dataset).write(folder)
    except NotCarriedError as why:
        text = f"{given.subject.text} ({why})"
        return _Brought(replace(given.subject, kind=OBJECT, text=text), dataset=dataset)
    return _Brought(replace(given.subject, kind=GRAPH), folder)


def _measure_all(
    brought: Sequence[_Brought], measuring: Measuring, source: str | None, readings: Sequence[_Reading]
) -> tuple[CaseRecord, ...]:
    """The records: of what takes turns in processes of its own, then of what is in this one."""
    away, held = (
        [each for each in brought if each.dataset is None],
        [each for each in brought if each.dataset is not None],
    )
    leaving = [each.case or Case(each.subject) for each in away]
    staying = [Case(each.subject) for each in held]
    check_together([*leaving, *staying])
    start = WorkerStarter(source or default_source())
    starters = {each.subject.name: WorkerStarter(str(each.folder)) for each in away if each.folder is not None}
    datasets = {each.subject.name: each.dataset for each in held}
    share = len(leaving) / (len(leaving) + len(staying))

    def start_away(case: Case) -> CaseWorker:
        return starters.get(case.name, start)(case)

    def start_here(case: Case) -> TakesTurns:
        return HereWorker(case, datasets[case.name])

    records = [*measuring.scale(share).measure(leaving, start_away)]
    subjects = [each.subject for each in away if each.case is None]
    for read, build in readings:
        records += measuring.read(build(subjects), start_away, read)
    kept = measuring.scale(1 - share).measure_turns(staying, start_here)
    return (*gather_pipelines(records), *gather_pipelines(kept, HELD, has_reference=not leaving))
