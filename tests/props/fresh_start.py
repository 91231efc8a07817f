"""A command line in a process of its own, as a shell starts it."""

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = ROOT / "tests" / "snapshots" / "runs"
TABLES = ("mnist-report show main", "mnist-report claims main", "mnist-report compare main later")
PROGRAM = """
import sys
from importlib import import_module
sys.argv = sys.argv[1:]
program = {"mnist-bench": "bench.commands.cli", "mnist-core": "mnist_core.cli", "mnist-report": "reports.commands.cli"}
import_module(program[sys.argv[0]]).main()
"""
LIST_MODULES = f"""
try:
    exec({PROGRAM!r})
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def read_children_cpu_s() -> float:
    """Seconds of processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What a fresh Python does with these arguments, beside the stored runs and with byte code, as users have it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=RUNS,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def list_imported(line: str) -> set[str]:
    """The modules that a command line has imported when it ends; it must end well and print something."""
    done = start("-c", LIST_MODULES, *line.split())
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.split())
