"""CPU seconds of commands on files of 2,500 and of 10,000 benchmarks: four times as many take four times as long.

Run by ``pytest tests/speed --benchmark-only -k many``.
"""

import json
from pathlib import Path

import pytest
from foreign import make_benchmark, make_file
from fresh_start import PROGRAM, read_children_cpu_s, start
from pytest_benchmark.fixture import BenchmarkFixture

COUNTS = (2_500, 10_000)
NUM_GROUPS = 200
COMMANDS = ("show {file}", "export {file} --to json", "export {file} --to markdown", "page {file} -o {file}.html")


def write_many(path: Path, count: int) -> Path:
    """A file of so many benchmarks, in groups, with parameters."""
    benchmarks = (
        make_benchmark(
            f"tests/test_{number % 50}.py::test_it[{number}]",
            scale=1e-6 * (1 + number % 997),
            group=f"group {number % NUM_GROUPS}",
            params={"n": number},
        )
        for number in range(count)
    )
    path.write_text(json.dumps(make_file(*benchmarks)))
    return path


@pytest.mark.process
@pytest.mark.benchmark(timer=read_children_cpu_s)
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("command", COMMANDS)
def bench_many(benchmark: BenchmarkFixture, tmp_path: Path, command: str, count: int) -> None:
    file = write_many(tmp_path / "many.json", count)
    line = command.format(file=file).split()
    done = benchmark.pedantic(start, ("-c", PROGRAM, "mnist-report", *line), rounds=1)
    assert done.returncode == 0
