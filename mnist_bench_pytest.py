"""The pytest fixture ``pipeline_benchmark``: a test measures a tf.data pipeline as ``mnist-bench run`` does.

It is the whole plugin, outside of our packages: a project may have a ``bench/`` or ``reports/`` of its own. None of our
packages is imported in the process that runs its tests; another one measures.
"""

from __future__ import annotations

import ast
import inspect
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

KEY = "mnist_bench"  # where a record's files have what is ours
OURS = str(Path(__file__).resolve().parent)
START = (
    "import sys; ours = sys.argv[1]; sys.path[:] = [ours, *filter(None, sys.path)]; import bench, mnist_core, reports; "
    "sys.path.remove(ours); from bench.calls.for_pytest import main; main(*sys.argv[2:])"
)
ASKED, RECORD, TABLES, FAILURE = "asked.json", "record.json", "tables.txt", "failure.txt"  # files of a folder
TWICE = (
    "pipeline_benchmark measures one pipeline a test, as benchmark does: parametrize the test, or write one for each."
)
NEEDED = "pipeline_benchmark needs pytest-benchmark: install it, and leave out -p no:benchmark."
MOST_PRINTED = 10  # lines of what a pipeline that fails had printed
FOLDERS = pytest.StashKey[dict[str, Path]]()  # where the record of each test is kept, by the test's name in tables

PipelineBenchmark = Callable[..., None]


class _Clock:
    """A timer that stands still except while a measured turn is replayed."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __repr__(self) -> str:
        return "measured turns"  # what pytest-benchmark stores as the timer's name

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds


CLOCK = _Clock()


@pytest.fixture
def _pipeline_clock(request: pytest.FixtureRequest) -> None:
    """Have pytest-benchmark read the clock of the turns in this test; it needs to be asked for before `benchmark`."""
    marker = request.node.get_closest_marker("benchmark")
    chosen = {**(marker.kwargs if marker else {}), "timer": CLOCK}
    request.node.add_marker(pytest.mark.benchmark(**chosen), append=False)


@pytest.fixture
def pipeline_benchmark(
    _pipeline_clock: None, benchmark: Any, request: pytest.FixtureRequest
) -> Iterator[PipelineBenchmark]:
    """Measures the pipeline that a function makes, in processes of its own, and gives its turns to pytest-benchmark.

    A test has one pipeline. With ``--benchmark-disable``, which ``pytest -n`` sets too, one batch is drawn here, and
    nothing is measured.

    Example:
        >>> def make(batch_size: int = 32) -> tf.data.Dataset:
        ...     return tf.data.Dataset.range(1000).batch(batch_size)
        >>> def test_make(pipeline_benchmark):
        ...     pipeline_benchmark(make, arguments={"batch_size": 64}, seconds=5)
    """
    calls: list[Callable[..., Any]] = []

    def measure(
        make_dataset: Callable[..., Any],
        *,
        arguments: Mapping[str, Any] | None = None,
        select: str | int | None = None,
        seconds: float = 10.0,
    ) -> None:
        """Measure the pipeline; the test fails, in one line, if that is not possible.

        Args:
            make_dataset: The function that makes the dataset, at the top of a file: other processes import it.
            arguments: Its arguments, literals of Python.
            select: Name or number of the dataset that is meant, where it gives several.
            seconds: Time for the turns, of which 6 are taken however long they take.
        """
        calls.append(make_dataset)
        if calls[1:] or benchmark.stats is not None:
            pytest.fail(TWICE, pytrace=False)
        asked = _describe(make_dataset, dict(arguments or {}))
        if benchmark.disabled:
            benchmark.pedantic(_draw, args=(make_dataset, dict(arguments or {}), select))
            return
        chosen = {"select": None if select is None else str(select), "seconds": seconds}
        folders = request.config.stash.setdefault(FOLDERS, {})
        name = request.node.nodeid if request.node.name in folders else request.node.name
        folder = Path(tempfile.mkdtemp(prefix="mnist-bench-"))
        request.config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        _replay(_measure({**asked, **chosen, "test": name}, folder), benchmark)
        folders[name] = folder

    yield measure
    benchmark.skipped = benchmark.skipped or bool(calls)  # else it warns that a test that failed did not use it


class WithoutBenchmark:
    """Has the fixture where pytest-benchmark is not there: its tests fail in one line."""

    @pytest.fixture
    def pipeline_benchmark(self) -> PipelineBenchmark:
        """What cannot be had."""
        pytest.fail(NEEDED, pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    """Let tests fail in one line where pytest-benchmark is turned off."""
    if not config.hook.pytest_benchmark_update_json.has_spec():
        config.pluginmanager.register(WithoutBenchmark(), "mnist-bench-without-benchmark")


def _describe(make: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """What another process needs to call the function."""
    name = getattr(make, "__qualname__", type(make).__name__)
    module = sys.modules.get(getattr(make, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not inspect.isroutine(make) or file is None or found != make:
        pytest.fail(
            f"pipeline_benchmark needs a function at the top of a file, which other processes import, got {name}: move "
            "what makes the dataset there, and give what it needs as arguments={...}.",
            pytrace=False,
        )
    wrong = [key for key, value in arguments.items() if not _is_literal(value)]
    if wrong:
        pytest.fail(
            f"pipeline_benchmark needs arguments that are literals of Python, got {arguments[wrong[0]]!r} for "
            f"{wrong[0]}: give a path as str(path), and make all else in {name}.",
            pytrace=False,
        )
    written = {key: repr(value) for key, value in arguments.items()}
    return {
        "module": make.__module__,
        "file": file,
        "name": name,
        "arguments": written,
        "path": list(map(str, sys.path)),
    }


def _is_literal(value: Any) -> bool:
    """True if its text, as Python writes it, is that value again."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _draw(make: Callable[..., Any], arguments: dict[str, Any], select: str | int | None) -> None:
    """Draw one batch, so that a test that measures nothing still tries the pipeline."""
    made = make(**arguments)
    if select is not None:
        made = made[select] if isinstance(made, Mapping) else made[int(select)]
    next(iter(made))


def _measure(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What the record says of the pipeline, measured in another process; the test fails if there is none."""
    (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
    done = _start(folder)
    if (folder / FAILURE).is_file():
        line, *printed = (folder / FAILURE).read_text(encoding="utf-8").splitlines()
        pytest.fail("\n".join([line, *(f"  | {each}" for each in printed[-MOST_PRINTED:])]), pytrace=False)
    if done.returncode:
        pytest.fail(_tell_end(done), pytrace=False)
    measured: dict[str, Any] = _load(folder)["benchmarks"][0]
    return measured


def _start(*folders: Path) -> subprocess.CompletedProcess[bytes]:
    """Have another process measure what the file in a folder asks for, or tabulate the records of several."""
    command = [sys.executable, "-c", START, OURS, *map(str, folders)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603


def _tell_end(done: subprocess.CompletedProcess[bytes]) -> str:
    """How the other process ended, and its last lines."""
    said = done.stderr.decode(errors="replace").splitlines()[-MOST_PRINTED:]
    return "\n".join([f"the process that measures ended with {done.returncode}:", *said])


def _load(folder: Path) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    return stored


def _replay(measured: dict[str, Any], benchmark: Any) -> None:
    """Run the measured turns as rounds of pytest-benchmark, whose timer is the clock above."""
    walls_s: list[float] = measured["stats"]["data"]
    rounds: Iterator[float] = iter(walls_s)

    def begin_round() -> tuple[tuple[float], dict[str, Any]]:
        CLOCK.now_s = 0.0  # so that the seconds come out exactly as they were measured
        return (next(rounds),), {}

    benchmark.extra_info.update(measured["extra_info"])
    benchmark.pedantic(CLOCK.advance, setup=begin_round, rounds=len(walls_s))


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add what `mnist-report` reads of the machine."""
    for folder in config.stash.get(FOLDERS, {}).values():
        stored = _load(folder)
        output_json.setdefault(KEY, stored[KEY])
        output_json["machine_info"].setdefault(KEY, stored["machine_info"][KEY])


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print one table of all pipelines, after pytest-benchmark's own."""
    folders = list(config.stash.get(FOLDERS, {}).values())
    if folders:
        terminalreporter.section("MNIST Bench")
        done, tables = _start(folders[0], *folders), folders[0] / TABLES
        terminalreporter.write_line(tables.read_text(encoding="utf-8") if tables.is_file() else _tell_end(done))
