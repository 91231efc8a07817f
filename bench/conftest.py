"""pytest's side of the bench: options, the cases, and the tables at the end."""

from __future__ import annotations

import datetime
import random
import shlex
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.calls.progress import GroupProgress
from bench.cases.groups import GROUPS, build_groups
from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import Surroundings, describe_environment, describe_machine
from bench.options import add_options, read_selection
from bench.turns.group import Outcome, capture_traces, measure_group, measure_memory, measure_mixing, measure_stages
from bench.turns.measure import MAX_ROUNDS, gather_pipelines
from bench.turns.replay import CLOCK, Measure, replay
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter, build_context
from bench.workers.gpu_search import find_missing_gpu
from bench.workers.worker_process import WorkerError, forks
from mnist_core.digits.load import choose_source
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.claims.file import ALL, load_claims, select_claims
from reports.claims.tables import tabulate_verdicts_briefly
from reports.claims.verdict import judge_claims
from reports.drawing.blocks import Block
from reports.drawing.text import lay_out
from reports.record.case import Case
from reports.record.errors import RecordError
from reports.record.file import load_record
from reports.record.record import KEY, CaseRecord
from reports.stats.median import FEWEST_VALUES
from reports.summary.fields import COLD, PIPELINES
from reports.summary.summary import Summary, summarize
from reports.tables.all_tables import tabulate_run

CASES = pytest.StashKey[dict[str, list[Case]]]()
SOURCE = pytest.StashKey[str]()
ENVIRONMENT = pytest.StashKey[Surroundings]()
READINGS = {"memory": measure_memory, "stages": measure_stages, "mixing": measure_mixing}
IS_WRITTEN = pytest.StashKey[bool]()  # this run's record: an older file of that name is not this run's result
EXIT_BAD_INPUT = 2
GIBIBYTE = 2**30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's own options."""
    add_options(parser, min_rounds=FEWEST_VALUES)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Build the cases; keep a measured run as runs/<time>/record.json, unless --benchmark-json names another file."""
    options = config.option
    config.stash[ENVIRONMENT] = describe_environment()  # before the run itself makes load
    try:
        selection = read_selection(config)
        config.stash[CASES] = build_groups(selection)
        config.stash[SOURCE] = choose_source(options.data, is_read=selection.reads_digits)
    except InputError as error:
        raise pytest.UsageError(str(error)) from None
    if options.benchmark_json is not None:
        _make_folder(Path(options.benchmark_json))
    elif not options.benchmark_disable:
        now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
        options.benchmark_json = str(config.rootpath / "runs" / f"{now:%Y%m%d-%H%M%S}" / "record.json")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What takes the place of our orderings, and what is left out then."""
    groups = config.stash[CASES]
    drained = [case for case in groups["orderings"] if case.subject.reads_own_data]
    if not drained:
        return []
    names = ", ".join(dict.fromkeys(case.name for case in drained))
    missing = ", ".join(name for name, group in GROUPS.items() if group.is_main and group.build_own is None)
    return [f"pipelines: {names}; left out, as they take our digits: {missing}"]


def _make_folder(file: Path) -> None:
    """Make the folder of a file that the user chose, before anything is measured that could then not be kept."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"--benchmark-json {file} cannot be written: {error.strerror}.") from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test the cases of its group."""
    if "case" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("benchmark")
        cases = metafunc.config.stash[CASES][marker.kwargs["group"]] if marker else []
        marks = {"cpu": [], "gpu": [pytest.mark.gpu]}
        metafunc.parametrize("case", [pytest.param(case, id=case.id, marks=marks[case.device]) for case in cases])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out groups that have no case in this run, instead of telling of each that it was skipped."""
    items[:] = [item for item in items if not hasattr(item, "callspec") or _case_of(item) is not None]


def _case_of(item: pytest.Item) -> Case | None:
    case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
    return case if isinstance(case, Case) else None


class Measurements:
    """The outcomes of the selected cases, a group measured together when its first case is asked for."""

    def __init__(self, session: pytest.Session) -> None:
        self._config = session.config
        selected = [(_group_of(item), case) for item in session.items if (case := _case_of(item)) is not None]
        asks_gpu = any(case.device == "gpu" for _, case in selected)
        self._missing_gpu = find_missing_gpu(build_context()) if asks_gpu else None
        self._cases: dict[str, list[Case]] = {group: [] for group in GROUPS}
        for group, case in selected:
            if case.device == "cpu" or self._missing_gpu is None:
                self._cases[group].append(case)
        self._outcomes: dict[str, dict[str, Outcome]] = {}
        self._left_s = self._config.option.budget
        if self._left_s is None:
            self._left_s = sum(GROUPS[group].budget_s for group, cases in self._cases.items() if cases)
        limit = self._config.option.memory_limit
        self._start_worker = WorkerStarter(self._config.stash[SOURCE], None if limit is None else int(limit * GIBIBYTE))

    def measure(self, group: str, case: Case) -> CaseRecord:
        """The record of `case`; the test fails with the reason if its worker failed, and is skipped without its GPU."""
        if case.device == "gpu" and self._missing_gpu is not None:
            pytest.skip(self._missing_gpu)
        if group not in self._outcomes:
            begin_s = time.monotonic()
            try:
                self._outcomes[group] = self._gather(group, self._measure(group))
            except InputError as error:
                pytest.exit(f"error: {error}", returncode=EXIT_BAD_INPUT)
            self._left_s -= time.monotonic() - begin_s
        outcome = self._outcomes[group][case.id]
        if isinstance(outcome, WorkerError):
            pytest.fail("\n".join([str(outcome), *outcome.list_printed()]), pytrace=False)
        return outcome

    def _gather(self, group: str, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """The outcomes with the group that tables know; ratios of pipelines are to the first that did not fail."""
        records = [each for each in outcomes.values() if isinstance(each, CaseRecord)]
        if any(case.subject.reads_own_data for case in self._cases[group]):
            gathered = gather_pipelines(records, COLD if group == COLD else PIPELINES)
        else:
            gathered = tuple(replace(each, group=group) for each in records)
        return {**outcomes, **{each.case.id: each for each in gathered}}

    def _measure(self, group: str) -> dict[str, Outcome]:
        budget = self._share_budget(group)
        seed = random.SystemRandom().getrandbits(32)
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled(), GroupProgress(open_console()) as progress:
            if not self._outcomes and (line := render_disturbances(find_disturbances(self._config.stash[ENVIRONMENT]))):
                progress.notice(line)
            if not self._outcomes and not forks():
                progress.notice("no fork on this system: every case imports TensorFlow anew, some 4 s each")
            cases = self._cases[group]
            if GROUPS[group].measures == "traces":
                return self._capture(cases, seed, progress)
            if GROUPS[group].measures in READINGS:
                measure = READINGS[GROUPS[group].measures]
                return measure(cases, self._start_worker, seed=seed, clock_s=time.monotonic, listener=progress)
            return measure_group(
                cases, self._start_worker, budget, seed=seed, clock_s=time.monotonic, listener=progress
            )

    def _capture(self, cases: list[Case], seed: int, progress: GroupProgress) -> dict[str, Outcome]:
        """The traces beside the record, or for a moment only where no record is kept."""
        file = self._config.option.benchmark_json
        with tempfile.TemporaryDirectory(prefix="mnist-bench-") as away:
            run = Path(file).parent if file else Path(away)
            return capture_traces(cases, self._start_worker, run, seed=seed, listener=progress)

    def _share_budget(self, group: str) -> Budget:
        """This group's part of the time that is left, among the groups that are still to come."""
        if self._config.option.benchmark_disable:
            return Budget(0, 1, 1)
        coming = [each for each, cases in self._cases.items() if cases and each not in self._outcomes]
        total = sum(GROUPS[each].budget_s for each in coming) or 1.0
        return Budget(self._left_s * GROUPS[group].budget_s / total, FEWEST_VALUES, MAX_ROUNDS)


def _group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("benchmark")
    return str(marker.kwargs["group"]) if marker else ""


@pytest.fixture(scope="session")
def measurements(request: pytest.FixtureRequest) -> Measurements:
    """What has been measured in this session."""
    return Measurements(request.session)


@pytest.fixture
def measure(
    case: Case, request: pytest.FixtureRequest, measurements: Measurements, benchmark: BenchmarkFixture
) -> Measure:
    """Measures the case, together with all others of its group that were selected, and replays its turns."""
    group = _group_of(request.node)
    return lambda: replay(measurements.measure(group, case), benchmark, CLOCK)


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Make the folder of the record, which pytest-benchmark writes next, and add how the machine was before."""
    command = shlex.join(("pytest", *config.invocation_params.args))
    output_json[KEY] = {"environment": config.stash[ENVIRONMENT].to_dict(), "command": command}
    if config.option.benchmark_json is not None:
        Path(config.option.benchmark_json).parent.mkdir(parents=True, exist_ok=True)
        config.stash[IS_WRITTEN] = True


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Add what tables say of the machine; nothing that changes, or every comparison would warn of another machine."""
    processor = machine_info.get("cpu", {})
    machine = describe_machine(read_brand=lambda: str(processor.get("brand_raw", "")))
    machine_info[KEY] = {"cpu": machine.cpu, "num_cores": machine.num_cores, "system": machine.system}


def _judge(summary: Summary, wanted: str) -> list[Block]:
    """What people say of tf.data; nothing where a person's pipelines were measured, of which nobody says anything."""
    if summary.pipelines:
        return []
    return tabulate_verdicts_briefly(judge_claims(select_claims(load_claims(), wanted), summary))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the tables of what was measured, after pytest-benchmark's own."""
    if config.stash.get(IS_WRITTEN, False):
        terminalreporter.section("MNIST Bench")
        try:
            record = load_record(Path(config.option.benchmark_json))
            summary = summarize(record)
            open_console().print(lay_out([*tabulate_run(summary), *_judge(summary, config.option.claims or ALL)]))
        except RecordError as error:
            terminalreporter.write_line(f"no tables: {error}")
