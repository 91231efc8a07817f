"""The programs that measure: from a file, from standard input, and without asking for their name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

OPTIONS = "seconds=0.1, min_rounds=1, max_rounds=1, reads_memory=False, reads_stages=False"
PROGRAM = f"""
import tensorflow as tf
import bench

def make():
    return tf.data.Dataset.range(40).batch(4)

record = bench.measure({{given}}, {OPTIONS})
print([(case.name, case.case.subject.kind) for case in record.cases])
"""


def run(command: list[str], program: str = "") -> tuple[str, list[str]]:
    """What a program says, and the lines in which Python tells what is wrong with it."""
    done = subprocess.run([sys.executable, *command], input=program, capture_output=True, text=True, check=False)
    return done.stdout, [line for line in done.stderr.splitlines() if "Traceback" in line or "Error: " in line]


def test_a_program_on_standard_input_measures_its_functions_and_datasets_by_their_graph() -> None:
    said = run(["-"], PROGRAM.format(given='make, {"mine": make()}'))
    assert said == ("[('make', 'graph'), ('mine', 'graph')]\n", [])


def test_what_goes_by_its_graph_needs_no_program_that_asks_for_its_name(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(PROGRAM.format(given='{"mine": make()}'), encoding="utf-8")
    assert run([str(tmp_path / "script.py")]) == ("[('mine', 'graph')]\n", [])


@pytest.mark.parametrize("call", ["measure", "describe"])
def test_a_function_of_a_program_that_measures_where_it_is_imported_is_refused_in_one_line(
    tmp_path: Path, call: str
) -> None:
    program = PROGRAM.format(given="make")
    if call == "describe":
        program = program.replace(f"measure(make, {OPTIONS})", "describe(make)")
    (tmp_path / "script.py").write_text(program, encoding="utf-8")
    said, (traceback, line) = run([str(tmp_path / "script.py")])
    assert (said, traceback) == ("", "Traceback (most recent call last):")
    assert line == (
        f"mnist_core.language.errors.InputError: {call} is called where a file is imported, which the processes that "
        'measure do too: put if __name__ == "__main__": around it.'
    )
