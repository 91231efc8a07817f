"""How a command ends: its exit codes, its one line of an error, its version."""

import errno
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest
import typer

from mnist_core.language.errors import InputError
from mnist_core.language.version import read_version
from mnist_core.terminal.shell import EXIT_UNHEARD, build_app, run_app


class LostError(RuntimeError):
    """A failure that a command knows."""


def end(monkeypatch: pytest.MonkeyPatch, raised: BaseException | None, *arguments: str) -> object:
    """The exit code of a command whose one subcommand raises this."""
    app = build_app("Does *nothing*.", "mnist-test work")

    @app.command()
    def work() -> None:
        """Work."""
        if raised is not None:
            raise raised

    monkeypatch.setattr(sys, "argv", ["mnist-test", *(arguments or ("work",))])
    with pytest.raises(SystemExit) as ended:
        run_app(app, LostError)
    return ended.value.code


def test_what_is_done_ends_with_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(monkeypatch, None) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("raised", "line"),
    [
        (InputError("batch must be above 0, got [0]."), "error: batch must be above 0, got [0].\n"),
        (LostError("the worker is gone."), "error: the worker is gone.\n"),
        (PermissionError(13, "Permission denied", "runs/x"), "error: runs/x: Permission denied.\n"),
    ],
)
def test_what_is_known_to_go_wrong_is_one_line_and_2(
    raised: Exception, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(monkeypatch, raised) == 2
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(
    ("installed", "package", "line"),
    [
        ("mnist-report", "altair", "altair is not installed: pip install 'mnist-report[charts]'."),
        ("mnist-report", "scipy.stats", "scipy is not installed: pip install 'mnist-report[trials]'."),
        (
            "mnist-report",
            "tensorboard.compat",
            "tensorboard is not installed: pip install 'mnist-report[tensorboard]'.",
        ),
        ("mnist-bench", "altair", "altair is not installed: pip install mnist-bench."),
    ],
)
def test_a_package_that_a_light_installation_lacks_is_named_with_its_extra(
    installed: str, package: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def find(name: str) -> str:
        if name != installed:
            raise PackageNotFoundError(name)
        return "1.2.3"

    monkeypatch.setattr("mnist_core.language.version.version", find)
    assert read_version() == "1.2.3"
    assert end(monkeypatch, ModuleNotFoundError("No module", name=package)) == 2
    assert capsys.readouterr() == ("", f"error: {line}\n")


@pytest.mark.parametrize("raised", [ZeroDivisionError("by zero"), OSError("no name"), ModuleNotFoundError(name="rich")])
def test_what_nobody_expected_is_a_traceback_and_2_as_1_is_a_verdict(
    raised: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(monkeypatch, raised) == 2
    assert capsys.readouterr().err.startswith("Traceback (most recent call last):\n")


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert end(monkeypatch, KeyboardInterrupt()) == 130


def test_the_version_is_that_of_the_distribution(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(monkeypatch, None, "--version") == 0
    assert capsys.readouterr().out.endswith(f"mnist-test {version('mnist-bench')}\n")


def test_a_reader_that_has_gone_is_no_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    assert end(monkeypatch, BrokenPipeError(errno.EPIPE, "Broken pipe")) == EXIT_UNHEARD


def test_an_exit_code_of_1_stays_what_a_command_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert end(monkeypatch, typer.Exit(1)) == 1


def test_a_full_disk_under_the_output_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(monkeypatch, OSError(errno.ENOSPC, "No space left on device")) == 2
    assert capsys.readouterr().err == "error: the output cannot be written: No space left on device.\n"
