"""What is wrong with a command line, in one line: typer would draw a box around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from mnist_core.language.choice import suggest

_BAD_USAGE = typer.BadParameter.__bases__[0]
BadUsage: type[Any] = _BAD_USAGE
"""What typer raises for a command line that it does not understand; of click or its own, which its version decides."""

QUOTED = re.compile(r"'((?:\[?[A-Z]|--?\w)[^']*)'(?: / '-\w')?")  # an option's or an argument's own name
OF_A_LIBRARY = re.compile(r"(?<=: )(?:Value error, )?(\w|')")  # where its own words begin
NO_COMMAND = re.compile(r"No such command '(?P<name>[^']*)'")
CHOICE = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*?)\.?$")


def is_help(error: Any) -> bool:
    """True for the command line without a command, which has shown the help already."""
    return type(error).__name__ == "NoArgsIsHelpError"


def explain_usage(error: Any) -> str:
    """The one line: what is wrong, and what was probably meant or where it is told.

    Args:
        error: A `BadUsage`.
    """
    told = " ".join(str(error.message if _is_option(error) else error.format_message()).split())
    hint = _suggest(error, told) or _tell_help(error)
    if named := NO_COMMAND.match(told):
        return f"no command '{named['name']}'{hint}"
    if _is_option(error):
        return f"no option {error.option_name}{hint}"
    plain = OF_A_LIBRARY.sub(lambda begin: begin[1].lower(), QUOTED.sub(r"\1", told)).removesuffix(".")
    return f"{plain[:1].lower()}{plain[1:]}{hint}"


def _tell_help(error: Any) -> str:
    """The end of the line that says where the command is explained; a wrong value needs none."""
    is_value = isinstance(error, typer.BadParameter) and not type(error).__name__.startswith("Missing")
    return "." if is_value or error.ctx is None else f": {error.ctx.command_path} --help tells what there is."


def _is_option(error: Any) -> bool:
    return hasattr(error, "option_name") and hasattr(error, "possibilities")


def _suggest(error: Any, told: str) -> str:
    """The end of the line for a name that is like another one; empty for all else."""
    if named := NO_COMMAND.match(told):
        return suggest(getattr(error.ctx.command, "commands", {}), named["name"])
    if _is_option(error):
        return suggest(_list_options(error), error.option_name)
    if chosen := CHOICE.search(told):
        return suggest(re.findall(r"'([^']*)'", chosen["known"]), chosen["given"])
    return ""


def _list_options(error: Any) -> Iterator[str]:
    for parameter in error.ctx.command.get_params(error.ctx):
        yield from (name for name in parameter.opts if name.startswith("-"))
