"""What starting and reading cost is measured when it is asked for: no test, and no assertion on time."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks to ``pytest tests/speed --benchmark-only``."""
    return None if config.getoption("benchmark_only") else True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the table of times has no column for."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}: {name} {value}")
