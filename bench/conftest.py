"""pytest's side of the bench: options, the cases, and the table at the end."""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.harness.cases import Case, build_ordering_cases
from bench.harness.environment import describe_machine
from bench.harness.group import Outcome, measure_group
from bench.harness.schedule import Budget
from bench.harness.workers import WorkerError, WorkerStarter
from bench.progress import GroupProgress
from mnist_core.digits import default_source
from mnist_core.errors import InputError
from reports.record import KEY, CaseRecord, load_record
from reports.tables import render_orderings
from reports.terminal import open_console

CASES = pytest.StashKey[list[Case]]()
EXIT_BAD_INPUT = 2
BUDGET_S = 240.0
MIN_ROUNDS = 5
MAX_ROUNDS = 20  # more would narrow the interval by less than a fifth in twice the time


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's own options; pytest-benchmark's keep their meaning."""
    group = parser.getgroup("mnist-bench", "MNIST Bench")
    group.addoption(
        "--data",
        metavar="SOURCE",
        help="auto, mnist, synthetic, an .npz file or a folder of IDX files (default: $MNIST_CORE_DATA or auto)",
    )
    group.addoption(
        "--ordering",
        action="append",
        default=[],
        metavar="TEXT",
        help="also measure this ordering, for example 'shuffle(1000).batch(64).map().prefetch(2)'; can be repeated",
    )
    group.addoption(
        "--budget",
        type=float,
        default=BUDGET_S,
        metavar="SECONDS",
        help=f"time for the whole group, after at least {MIN_ROUNDS} rounds (default: %(default)g)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Build the cases; keep a measured run as runs/<time>/record.json, unless --benchmark-json names another file."""
    try:
        config.stash[CASES] = build_ordering_cases(config.option.ordering)
    except InputError as error:
        raise pytest.UsageError(f"--ordering: {error}") from None
    if config.option.benchmark_json is None and not config.option.benchmark_disable:
        now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
        config.option.benchmark_json = str(config.rootpath / "runs" / f"{now:%Y%m%d-%H%M%S}" / "record.json")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every ordering, named or added, to the tests that ask for a case."""
    if "case" in metafunc.fixturenames:
        cases = metafunc.config.stash[CASES]
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])


class Measurements:
    """The outcomes of the selected cases, measured together when the first is asked for."""

    def __init__(self, session: pytest.Session) -> None:
        self._config = session.config
        self._cases: list[Case] = [item.callspec.params["case"] for item in session.items if hasattr(item, "callspec")]
        self._outcomes: dict[str, Outcome] = {}

    def __call__(self, case: Case) -> CaseRecord:
        """The record of `case`; the test fails with the reason if its worker failed."""
        if not self._outcomes:
            try:
                self._outcomes = self._measure()
            except InputError as error:
                pytest.exit(f"error: {error}", returncode=EXIT_BAD_INPUT)
        outcome = self._outcomes[case.id]
        if isinstance(outcome, WorkerError):
            pytest.fail(str(outcome), pytrace=False)
        return outcome

    def _measure(self) -> dict[str, Outcome]:
        options = self._config.option
        once = options.benchmark_disable
        budget = Budget(options.budget, 1, 1) if once else Budget(options.budget, MIN_ROUNDS, MAX_ROUNDS)
        capture = self._config.pluginmanager.getplugin("capturemanager")
        start_worker = WorkerStarter(options.data or default_source())
        with capture.global_and_fixture_disabled(), GroupProgress(open_console(), budget) as progress:
            return measure_group(
                self._cases,
                start_worker,
                budget,
                seed=random.SystemRandom().getrandbits(32),
                clock_s=time.monotonic,
                listener=progress,
            )


@pytest.fixture(scope="session")
def measure(request: pytest.FixtureRequest) -> Callable[[Case], CaseRecord]:
    """The record of a case, measured together with all others that were selected."""
    return Measurements(request.session)


def pytest_benchmark_update_json(config: pytest.Config) -> None:
    """Make the folder of the record, which pytest-benchmark writes next."""
    if config.option.benchmark_json is not None:
        Path(config.option.benchmark_json).parent.mkdir(parents=True, exist_ok=True)


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Add what tables say of the machine."""
    machine = describe_machine()
    machine_info[KEY] = {"cpu": machine.cpu, "num_cores": machine.num_cores, "system": machine.system}


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of what was measured, after pytest-benchmark's own."""
    path = config.option.benchmark_json
    if path is not None and Path(path).exists():
        terminalreporter.section("orderings")
        open_console().print(render_orderings(load_record(Path(path))))
