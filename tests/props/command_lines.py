"""The three commands, run in this process as a user runs them: what each printed, and how it ended.

These are the only imports of the snapshots from what they test, so that any module behind the commands can move.
"""

from __future__ import annotations

import io
import itertools
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

import typer

import bench.commands.cli
import mnist_core.cli
import reports.commands.cli

PROGRAMS: Mapping[str, tuple[typer.Typer, Callable[[], object]]] = {
    "mnist-bench": (bench.commands.cli.app, bench.commands.cli.main),
    "mnist-core": (mnist_core.cli.app, mnist_core.cli.main),
    "mnist-report": (reports.commands.cli.app, reports.commands.cli.main),
}


def find_commands() -> dict[str, Any]:
    """Every command and subcommand by its name, such as ``mnist-report show``, as the apps themselves list them."""
    listed = (_list_below(program, typer.main.get_command(app)) for program, (app, _) in PROGRAMS.items())
    return dict(itertools.chain.from_iterable(listed))


def _list_below(path: str, command: object) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, each in sorted(getattr(command, "commands", {}).items()):
        yield from _list_below(f"{path} {name}", each)


def run(line: str) -> str:
    """The transcript of a command line: what was typed, standard output, standard error and the exit code."""
    output, errors, code = run_apart(line)
    assert "Traceback" not in errors, f"{line} failed:\n{errors}"
    parts = [f"$ {line}\n", _end_line(output)]
    if errors:
        parts += ["--- standard error\n", _end_line(errors)]
    return "".join((*parts, f"--- exit code {code}\n"))


def run_apart(line: str) -> tuple[str, str, int]:
    """Standard output, standard error and the exit code of a command line."""
    program, *arguments = shlex.split(line)
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (
        redirect_stdout(output),
        redirect_stderr(errors),
        patch.object(sys, "argv", [program, *arguments]),
        patch.object(sys.modules["__main__"], "__package__", None),  # else click says `python -m pytest` in its usage
    ):
        try:
            PROGRAMS[program][1]()
        except SystemExit as ended:
            code = 0 if ended.code is None else int(ended.code)
        else:
            raise AssertionError(f"{line} did not end with an exit code")
    return _read(output), _read(errors), code


def _read(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]  # a BytesIO


def _end_line(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
