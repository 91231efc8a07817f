"""pytest's side of the bench: options, the cases, and the tables at the end."""

from __future__ import annotations

import datetime
import shlex
import warnings
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.cases.groups import build_groups
from bench.keeping import hold_run, save_whole
from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import Surroundings, describe_environment, describe_machine
from bench.measurements import Measurements
from bench.options import add_options, read_selection
from bench.screen import print_answer, quieten, tell_empty, tell_selection, tell_status
from bench.turns.replay import CLOCK, Measure, replay
from bench.workers.worker_process import forks
from mnist_core.digits.load import choose_source
from mnist_core.files.run_kinds import RECORD
from mnist_core.language.errors import InputError
from mnist_core.terminal.stopping import stop_as_interrupted
from reports.record.case import Case
from reports.record.record import KEY
from reports.stats.median import FEWEST_VALUES

CASES = pytest.StashKey[dict[str, list[Case]]]()
SOURCE = pytest.StashKey[str]()
ENVIRONMENT = pytest.StashKey[Surroundings]()
IS_WRITTEN = pytest.StashKey[bool]()  # this run's record: an older file of that name is not this run's result
IS_EMPTY = pytest.StashKey[bool]()
IS_QUIET = pytest.StashKey[bool]()
SLOW_START = "no fork on this system: every case imports TensorFlow anew, some 4 s each"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's own options."""
    add_options(parser, min_rounds=FEWEST_VALUES)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Build the cases; keep a measured run as runs/<time>/record.json, unless --benchmark-json names another file."""
    stop_as_interrupted()
    options = config.option
    config.addinivalue_line("filterwarnings", "ignore:Benchmark fixture was not used at all")  # of an interrupted run
    config.stash[IS_QUIET] = quieten(config)
    config.stash[ENVIRONMENT] = describe_environment()  # before the run itself makes load
    try:
        selection = read_selection(config)
        config.stash[CASES] = build_groups(selection)
        config.stash[SOURCE] = choose_source(options.data, is_read=selection.reads_digits)
    except InputError as error:
        raise pytest.UsageError(str(error)) from None
    if options.benchmark_json is None and not options.benchmark_disable and not options.collectonly:
        now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
        options.benchmark_json = str(config.rootpath / "runs" / f"{now:%Y%m%d-%H%M%S}" / RECORD)
    if options.benchmark_json is not None:
        hold_run(config, Path(options.benchmark_json))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test the cases of its group."""
    if "case" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("benchmark")
        cases = metafunc.config.stash[CASES][marker.kwargs["group"]] if marker else []
        marks = {"cpu": [], "gpu": [pytest.mark.gpu]}
        metafunc.parametrize("case", [pytest.param(case, id=case.id, marks=marks[case.device]) for case in cases])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out groups that have no case in this run, instead of telling of each that it was skipped."""
    items[:] = [item for item in items if not hasattr(item, "callspec") or _case_of(item) is not None]
    config.stash[IS_EMPTY] = not items


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Let pytest-benchmark not warn that it saves nothing where nothing was selected, which is told in a line."""
    with warnings.catch_warnings():
        if session.config.stash.get(IS_EMPTY, False):
            warnings.filterwarnings("ignore", message="Not saving anything")
        return (yield)


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """No dots where one line tells how far it has come; what fails is told at the end, as ever."""
    return tell_status(report) if config.stash[IS_QUIET] else None


def _case_of(item: pytest.Item) -> Case | None:
    case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
    return case if isinstance(case, Case) else None


def _group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("benchmark")
    return str(marker.kwargs["group"]) if marker else ""


@pytest.fixture(scope="session")
def measurements(request: pytest.FixtureRequest) -> Measurements:
    """What has been measured in this session."""
    config, items = request.config, request.session.items
    selected = [(_group_of(item), case) for item in items if (case := _case_of(item)) is not None]
    disturbances = render_disturbances(find_disturbances(config.stash[ENVIRONMENT]))
    notices = [*tell_selection(config.stash[CASES]), *([disturbances] if disturbances else [])]
    return Measurements(config, config.stash[SOURCE], selected, notices if forks() else [*notices, SLOW_START])


@pytest.fixture
def measure(
    case: Case, request: pytest.FixtureRequest, measurements: Measurements, benchmark: BenchmarkFixture
) -> Measure:
    """Measures the case, together with all others of its group that were selected, and replays its turns."""
    group = _group_of(request.node)
    return lambda: replay(measurements.measure(group, case), benchmark, CLOCK)


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add how the machine was before, and let the file be written whole, which pytest-benchmark does next."""
    command = shlex.join(("pytest", *config.invocation_params.args))
    output_json[KEY] = {"environment": config.stash[ENVIRONMENT].to_dict(), "command": command}
    if config.option.benchmark_json is not None:
        saving = config._benchmarksession  # type: ignore[attr-defined]  # pytest-benchmark's own, as its plugin has it
        saving.save_json = partial(save_whole, Path(config.option.benchmark_json))
        config.stash[IS_WRITTEN] = True


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Add what tables say of the machine; nothing that changes, or every comparison would warn of another machine."""
    processor = machine_info.get("cpu", {})
    machine = describe_machine(read_brand=lambda: str(processor.get("brand_raw", "")))
    machine_info[KEY] = {"cpu": machine.cpu, "num_cores": machine.num_cores, "system": machine.system}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Generator[None]:
    """Print the answer behind all that pytest and pytest-benchmark print, so that it is on the last screen."""
    yield
    if config.stash.get(IS_EMPTY, False):
        terminalreporter.write_line(tell_empty(config.option))
    elif config.stash.get(IS_WRITTEN, False):
        terminalreporter.ensure_newline()
        print_answer(config.option, len(terminalreporter.stats.get("failed", [])))
