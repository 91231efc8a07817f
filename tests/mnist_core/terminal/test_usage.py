"""What is wrong with a command line, in one line and with exit code 2."""

import sys
from typing import Annotated, Literal

import pytest
import typer

from mnist_core.terminal.budget import Budget
from mnist_core.terminal.shell import build_app, run_app


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit code of a command with two subcommands."""
    app = build_app("Does *nothing*.", "mnist-test work")

    @app.command()
    def work(
        file: Annotated[str, typer.Argument(metavar="FILE")],
        pace: Annotated[Literal["slow", "quick"], typer.Option()] = "slow",
        count: Annotated[int, typer.Option(min=2)] = 2,
        budget: Budget = 5.0,
    ) -> None:
        """Work."""

    @app.command()
    def rest() -> None:
        """Rest."""

    monkeypatch.setattr(sys, "argv", ["mnist-test", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_app(app)
    return ended.value.code


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wrok x", "no command 'wrok': did you mean work?"),
        ("nonsense", "no command 'nonsense': PROGRAM --help tells what there is."),
        ("work x --pase slow", "no option --pase: did you mean --pace?"),
        ("work x --nonsense", "no option --nonsense: PROGRAM work --help tells what there is."),
        ("work", "missing argument FILE: PROGRAM work --help tells what there is."),
        ("work x --pace quik", "invalid value for --pace: 'quik' is not one of 'slow', 'quick': did you mean quick?"),
        ("work x --budget 0", "invalid value for --budget: give seconds or minutes, such as 240 or 4m: at least 1 s"),
        ("work x --count 1", "invalid value for --count: "),
        ("work x --count many", "invalid value for --count: "),
        ("work x y", "got unexpected extra argument(s) (y): PROGRAM work --help tells what there is."),
        ("work x --pace", "option --pace requires an argument"),
    ],
)
def test_it_is_one_line(
    line: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    program = "mnist-test" if "mnist-test" in err else "python -m pytest"  # click's name for what runs the tests
    assert err.startswith(f"error: {said.replace('PROGRAM', program)}")
    assert not err.rstrip().endswith("..")


def test_no_command_at_all_shows_the_help_and_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 2
    out, err = capsys.readouterr()
    assert "Does nothing" in out + err
    assert "error" not in out + err
