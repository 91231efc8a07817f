"""The winner's code: a patch of the person's file where the chain is written in one expression, else the chain."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.sweep.chain_source import ChainSource, Inserted, Kept, Part, Step, list_calls, list_chains, rewrite
from reports.record.description import Description, StageDescription

NO_LINE_END = "\\ No newline at end of file\n"
ADDED = ("num_parallel_calls", "deterministic")  # arguments that a rewrite may give a call


def patch_chain(description: Description, chain: str) -> tuple[Path, bytes] | None:
    """The file that holds a pipeline's chain, and what is to be in it; None where it is not in one expression.

    Args:
        description: The pipeline as it is written, with where each stage stands.
        chain: The chain that is wanted, as a person would write it.
    """
    stages = list(_list_main(description))
    origin = stages[-1].origin
    if origin is None:
        return None
    file = Path(origin.file)
    try:
        source = file.read_bytes()
        chains = list_chains(source)
    except (OSError, SyntaxError, ValueError):
        return None
    names = _name_calls(stages)
    for written in sorted(chains, key=lambda each: -len(each.parts)):
        count = _count_here(written, stages, names)
        if count:
            steps = derive_steps(chain, written.parts[-count:], names[:-count])
            changed = None if steps is None else rewrite(written, steps, count)
            if changed is not None and changed != source:
                return file, changed
    return None


def _list_main(description: Description) -> Iterator[StageDescription]:
    """The stages that feed each other alone, the last one last."""
    stages, found = description.stages, [description.stages[-1]]
    while len(found[-1].inputs) == 1:
        found.append(stages[found[-1].inputs[0]])
    yield from reversed(found)


def _name_calls(stages: Sequence[StageDescription]) -> list[str]:
    """The calls that made these stages; some calls make several."""
    names: list[str] = []
    for stage in stages:
        if not (stage.call and names[-1:] == [stage.call]):
            names.append(stage.call or stage.name)
    return names


def _count_here(chain: ChainSource, stages: Sequence[StageDescription], names: Sequence[str]) -> int:
    """How many of the calls, counted from the last, are the last ones of the chain, on its lines; 0 for another one."""
    lines = (0 if stage.origin is None else stage.origin.line for stage in reversed(stages))
    here = list(itertools.takewhile(lambda line: chain.line <= line <= chain.last_line, lines))
    count = len(_name_calls(stages[len(stages) - len(here) :]))
    return count if count and chain.ends_with(names[-count:]) else 0


def derive_steps(chain: str, parts: Sequence[Part], elsewhere: Sequence[str] = ()) -> list[Step] | None:
    """What is to be done with the calls of an expression so that they are those of a chain; None where that is unclear.

    Args:
        chain: The chain that is wanted; calls that stand elsewhere come first.
        parts: The calls of the expression.
        elsewhere: Methods of the calls before them, which have to stay.
    """
    wanted = list_calls(chain.encode())
    if wanted is None:
        return None
    given = [list_calls(b"_" + part.text) for part in parts]
    left = {number: calls[0] for number, calls in enumerate(given) if calls}
    if wanted and wanted[0][0] not in {*elsewhere, *(part.method for part in parts)}:
        wanted = wanted[1:]  # a function of the person's that gives what the calls are called on
    before: list[str] = []
    steps: list[Step] = []
    for method, call in wanted:
        is_elsewhere = method in elsewhere[len(before) : len(before) + 1]
        number = None if is_elsewhere else _find_written(method, call, left)
        if number is not None:
            steps.append(Kept(number, _find_added(call, left.pop(number)[1])))
        elif not steps:
            before.append(method)
        elif method in elsewhere:
            return None
        else:
            steps.append(Inserted(f"{method}{ast.unparse(call).removeprefix(ast.unparse(call.func))}"))
    stays = list(elsewhere[len(elsewhere) - len(before) :]) == before
    return steps if steps and stays else None


def _find_written(method: str, call: ast.Call, left: dict[int, tuple[str, ast.Call]]) -> int | None:
    """The number of the call that is meant: the one with the same arguments, or the only one of its method."""
    same = [number for number, (name, _) in left.items() if name == method]
    alike = [number for number in same if _list_given(left[number][1]) == _list_given(call)]
    if alike:
        return alike[0]
    return same[0] if len(same) == 1 else None


def _list_given(call: ast.Call) -> list[str]:
    keywords = (each for each in call.keywords if each.arg not in ADDED)
    return [*map(ast.dump, call.args), *map(ast.dump, keywords)]


def _find_added(call: ast.Call, written: ast.Call) -> str:
    known = {each.arg for each in written.keywords}
    return ", ".join(ast.unparse(each) for each in call.keywords if each.arg in ADDED and each.arg not in known)


def find_root(file: Path) -> Path:
    """The folder that a patch of a file is applied in: its repository, else the present one, else its own."""
    absolute = file.resolve()
    for folder in absolute.parents:
        if (folder / ".git").exists():
            return folder
    here = Path.cwd().resolve()
    return here if absolute.is_relative_to(here) else absolute.parent


def write_patch(file: Path, changed: bytes) -> str:
    """A unified diff, as ``git apply`` and ``patch -p1`` take it in the file's root.

    Args:
        file: The file, in UTF-8.
        changed: What is to be in it.
    """
    name = file.resolve().relative_to(find_root(file)).as_posix()
    old, new = _split(file.read_bytes().decode()), _split(changed.decode())
    return "".join(_end_lines(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")))


def _split(text: str) -> list[str]:
    """The lines as a patch has them, which ends them at line feeds alone."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])


def _end_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{NO_LINE_END}"
