"""The console of results: how wide it is where it leads to a file, and that no line of it ends with blanks."""

import sys

import pytest
from rich.table import Table
from rich.text import Text

from mnist_core.terminal.console import open_console


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("said", "columns"),
    [(None, 100), ("", 100), ("wide", 100), ("0", 100), ("-5", 100), ("60", 60), ("1", 1), ("250", 250)],
)
def test_a_pipe_is_as_wide_as_columns_says(said: str | None, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert open_console().width == columns


def test_no_line_of_a_pipe_ends_with_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(box=None)
    table.add_column("name")
    table.add_row("a")
    table.add_row("longer")
    open_console().print(table, Text("  said", justify="full"))
    assert capsys.readouterr().out == " name\n a\n longer\n  said\n"


def test_a_terminal_gets_all_that_rich_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "30")
    console = open_console()
    assert (console.is_terminal, console.width, console.file) == (True, 30, sys.stdout)
