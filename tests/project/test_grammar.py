"""One grammar for all commands: an option has one name and one form wherever it is, and a help ends with examples."""

import shlex

import pytest
import typer
from command_lines import PROGRAMS, find_commands, run_apart

COLUMNS = 80
MARGIN = 2  # of an example in a help, both sides together
ALL = find_commands()
LEAVES = {path: command for path, command in ALL.items() if not hasattr(command, "commands")}
WRITES = {
    *("mnist-core train", "mnist-core export", "mnist-core predict"),
    *("mnist-bench run", "mnist-bench sweep", "mnist-bench trace", "mnist-bench gate"),
    *("mnist-bench trials run", "mnist-bench trials designs"),
    *("mnist-report page", "mnist-report picture", "mnist-report export"),
}
TAKES_DIGITS = {
    *("mnist-core train", "mnist-core evaluate"),
    *(
        f"mnist-bench {name}"
        for name in ("describe", "lint", "run", "sweep", "trace", "noise", "gate", "trials run", "trials designs")
    ),
}
WRITES_FOR_OTHERS = {"mnist-report page", "mnist-report picture", "mnist-report export", "mnist-report tensorboard"}
READS = {path for path in LEAVES if path.startswith("mnist-report")} | {"mnist-core evaluate", "mnist-core export"}


def list_options(command: object) -> dict[str, list[str]]:
    """The options by their long names, each with all its names."""
    return {each.opts[0]: each.opts for each in command.params if each.param_type_name == "option"}


def read_examples(path: str) -> list[str]:
    """The command lines that the help of a command ends with."""
    epilog = ALL[path].epilog or ""
    head, *examples = [line for line in epilog.splitlines() if line.strip()] or [""]
    assert head in ("Example:", "Examples:"), f"{path}: the help ends with {head!r}"
    return examples


@pytest.mark.parametrize("path", ALL)
def test_every_help_ends_with_examples_of_that_command_which_fit(path: str) -> None:
    examples = read_examples(path)
    assert any(line.strip().startswith(path) for line in examples)
    assert [line for line in examples if len(line.strip()) > COLUMNS - MARGIN] == []


@pytest.mark.parametrize("path", LEAVES)
def test_examples_name_options_that_there_are(path: str) -> None:
    for line in (line.strip() for line in read_examples(path)):
        if line.startswith(path) and not set(line) & set("&|>"):
            given = {word.partition("=")[0] for word in shlex.split(line) if word.startswith("-") and word != "-"}
            assert given <= {name for names in list_options(LEAVES[path]).values() for name in names}, line


def test_the_version_is_an_option_of_each_program() -> None:
    for program, (app, _) in PROGRAMS.items():
        assert "--version" in list_options(typer.main.get_command(app)), program


def test_what_is_written_is_named_by_out_and_o() -> None:
    outs = {path for path, command in LEAVES.items() if list_options(command).get("--out") == ["--out", "-o"]}
    assert outs == WRITES
    assert not any("--output" in list_options(command) for command in LEAVES.values())


def test_digits_are_named_by_data() -> None:
    assert {path for path, command in LEAVES.items() if "--data" in list_options(command)} == TAKES_DIGITS


def test_what_prints_results_prints_them_as_json_too() -> None:
    assert {path for path, command in LEAVES.items() if "--json" not in list_options(command)} == WRITES_FOR_OTHERS


def test_a_time_is_given_in_seconds_or_minutes() -> None:
    times = [
        f"{path} {each.opts[0]}"
        for path, command in LEAVES.items()
        for each in command.params
        if "budget" in each.name or "SECONDS" in str(each.metavar)
    ]
    assert len(times) == 8
    for option in times:
        _, said, code = run_apart(f"{option} 4h")
        assert "give seconds or minutes, such as 240 or 4m: at least " in said
        assert code == 2


@pytest.mark.parametrize("path", sorted(READS))
def test_what_reads_a_run_takes_the_newest_by_default(path: str) -> None:
    assert not [each.name for each in LEAVES[path].params if each.param_type_name == "argument" and each.required]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_mistyped_option_or_command_is_one_line_that_asks_what_was_meant(program: str) -> None:
    assert run_apart(f"{program} --versoin") == ("", "error: no option --versoin: did you mean --version?\n", 2)
    first = next(path.split()[1] for path in LEAVES if path.startswith(program))
    assert run_apart(f"{program} {first}x") == ("", f"error: no command '{first}x': did you mean {first}?\n", 2)
