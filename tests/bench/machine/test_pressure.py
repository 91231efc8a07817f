"""Counters of the machine and the scheduler, read from fake trees, and the rule that calls a turn contaminated."""

import os
from pathlib import Path

import pytest

from bench.machine import pressure
from bench.machine.pressure import Pressure, is_contaminated, read_pressure

TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
STAT = """cpu  9999 9999 9999 9999 9999 9999 9999 9999 0 0
cpu0 100 2 30 5000 600 7 8 9 11 12
cpu1 1 1 1 1 1 1 1 1 1 1
cpu10 500 500 500 500 500 500 500 500 0 0
intr 12345
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number, line in ((1, "11 22 3\n"), (2, "5 1000 1\n")):
        (tmp_path / f"proc/self/task/{number}").mkdir(parents=True)
        (tmp_path / f"proc/self/task/{number}/schedstat").write_text(line)
    (tmp_path / "proc/stat").write_text(STAT)
    monkeypatch.setattr(pressure, "find_allowed_cores", lambda: frozenset({0, 1}))
    return tmp_path


def test_busy_time_is_of_the_allowed_cores_and_leaves_out_idle_and_waiting_for_disks(tree: Path) -> None:
    assert read_pressure(tree).busy_ns == (100 + 2 + 30 + 7 + 8 + 9 + 6) * TICK_NS


def test_the_wait_is_the_sum_over_threads(tree: Path) -> None:
    assert read_pressure(tree).run_queue_wait_ns == 1022
    (tree / "proc/self/task/2/schedstat").unlink()  # the thread has ended
    assert read_pressure(tree).run_queue_wait_ns == 22
    (tree / "proc/self/task/1/schedstat").write_text("garbage")
    assert read_pressure(tree).run_queue_wait_ns is None


@pytest.mark.parametrize("text", ["", "cpu0 1 2\n", "cpu0 a b c d e f g h\n", "cpu7 1 1 1 1 1 1 1 1\n"])
def test_a_system_that_does_not_tell_is_no_error(text: str, tree: Path) -> None:
    (tree / "proc/stat").write_text(text)
    assert read_pressure(tree).busy_ns is None


def test_without_proc_there_is_nothing_to_tell(tmp_path: Path) -> None:
    found = read_pressure(tmp_path / "nowhere")
    assert (found.busy_ns, found.run_queue_wait_ns) == (None, None)


def test_differences() -> None:
    assert Pressure(50, 7, 3) - Pressure(20, 5, 3) == Pressure(30, 2, 0)
    assert Pressure(50, None, 3) - Pressure(None, 5, 1) == Pressure(None, None, 2)
    assert Pressure(50, 4, 3) - Pressure(50, 9, 3) == Pressure(0, 0, 0)  # a thread with a long wait has ended


@pytest.mark.parametrize(
    ("foreign_ns", "wall_ns", "num_cores", "expected"),
    [
        (200e6, 1000e6, 2, False),
        (201e6, 1000e6, 2, True),
        (100e6, 1000e6, 1, False),
        (101e6, 1000e6, 1, True),
        (None, 1000e6, 1, False),
        (400e6, 200e6, 2, True),
        (400e6, 199e6, 2, False),  # too short to be judged by counts of 10 ms
    ],
)
def test_a_turn_is_contaminated_above_a_tenth_of_the_cores_time(foreign_ns, wall_ns, num_cores, expected) -> None:
    assert is_contaminated(foreign_ns, wall_ns, num_cores) is expected


def test_this_machine_tells() -> None:
    before = read_pressure()
    sum(range(1_000_000))
    spent = read_pressure() - before
    assert all(value is None or value >= 0 for value in (spent.busy_ns, spent.run_queue_wait_ns))
    assert spent.involuntary_switches is not None
