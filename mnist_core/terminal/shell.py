"""The shell of a command: its settings, ``--version``, and an exit code for every way in which it can end."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from mnist_core.language.errors import InputError
from mnist_core.language.version import read_version, tell_missing
from mnist_core.terminal.console import print_error
from mnist_core.terminal.stopping import stop_as_interrupted
from mnist_core.terminal.usage import BadUsage, explain_usage, is_help

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
EXIT_UNHEARD = 141  # 128 + SIGPIPE: whoever read the output has gone


def _show_version(context: typer.Context, is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"{context.info_name} {read_version()}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
]


def build_app(words: str, example: str) -> typer.Typer:
    """A command that is still without subcommands.

    Args:
        words: What ``--help`` says of the command, in Markdown.
        example: A command line, which ``--help`` ends with.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(help=words, epilog=f"Example:\n\n    {example}")
    def take_options(_version: Version = False) -> None:
        """Take the options that come before a subcommand."""

    return app


def run_app(app: typer.Typer, failure: type[Exception] = InputError) -> NoReturn:
    """Run a command and end the process.

    Exit codes: 0 when it is done, 2 with one line for wrong input or a failure that is known, 2 with a traceback for
    anything else, since 1 says of a gate that something regressed, 130 when the user interrupts it, and 141 when
    nobody reads the output any more, for which typer and rich would end with 1.

    Args:
        app: The command to run, from `build_app`.
        failure: A further error that is told in one line.
    """
    stop_as_interrupted()
    try:
        code = app(standalone_mode=False)
    except BadUsage as error:
        if not is_help(error):
            print_error(InputError(explain_usage(error)))
        sys.exit(EXIT_BAD_INPUT)
    except (InputError, failure) as error:
        print_error(error)
        sys.exit(EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except SystemExit as ended:
        if _is_broken_pipe(ended.__context__):
            sys.exit(EXIT_UNHEARD)
        raise
    except (OSError, ModuleNotFoundError) as error:
        if told := _explain(error):
            print_error(InputError(told))
        else:
            traceback.print_exc()
        sys.exit(EXIT_BAD_INPUT)
    except Exception:  # noqa: BLE001  # Python would end with 1
        traceback.print_exc()
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(code or 0)


def _explain(error: OSError | ModuleNotFoundError) -> str:
    """What a full disk, a name too long, a folder that may not be read or a package that is not there means."""
    if isinstance(error, ModuleNotFoundError):
        return tell_missing(error.name or "")
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    return f"the output cannot be written: {error.strerror}." if error.errno == errno.ENOSPC else ""


def _is_broken_pipe(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EPIPE
