"""CPU seconds of the commands that should be there at once, beside those of the imports that none can do without.

Run by ``pytest tests/speed --benchmark-only``. A number in brackets is the ratio to the fastest line, so that it is at
least the ratio to those imports.
"""

import pytest
from command_lines import find_commands
from fresh_start import PROGRAM, TABLES, read_children_cpu_s, start
from pytest_benchmark.fixture import BenchmarkFixture

LEAST = ("-c", "import rich.table, typer, numpy")
STARTED = {
    LEAST[1]: LEAST,
    **{line: ("-c", PROGRAM, *line.split()) for line in (*TABLES, *map("{} --help".format, find_commands()))},
}


@pytest.mark.process
@pytest.mark.benchmark(timer=read_children_cpu_s)
@pytest.mark.parametrize("arguments", STARTED.values(), ids=STARTED)
def bench_start(benchmark: BenchmarkFixture, arguments: tuple[str, ...]) -> None:
    done = benchmark.pedantic(start, arguments, rounds=5, warmup_rounds=1)
    assert done.returncode == 0
