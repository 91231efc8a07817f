"""The winner's code: a patch of the person's file where the chain is written in one expression, else the chain."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.sweep.chain_source import ChainSource, Inserted, Kept, Step, list_chains, rewrite
from reports.record.description import Description, StageDescription

NO_LINE_END = "\\ No newline at end of file\n"
PREFETCH, NUMBER = "+prefetch", "num_parallel_calls"  # what a rewrite may add: a call, and an argument


def patch_chain(description: Description, text: str) -> tuple[Path, bytes] | None:
    """The file that holds a pipeline's chain, and what is to be in it; None where it is not in one expression.

    Args:
        description: The pipeline as it is written, with where each stage stands.
        text: The rewrite that is wanted, as a subject's option has it.
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
            steps = read_steps(text, names, find_autotune(source))
            changed = None if steps is None else rewrite(written, steps, len(names), count)
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


def read_steps(text: str, names: Sequence[str], autotune: str) -> list[Step] | None:
    """The calls of a chain in the order of a rewrite; None where the text is of another chain.

    Args:
        text: The rewrite, such as ``0:interleave 2:shuffle 3:batch 1:map:parallel +prefetch``: calls by their places
            behind the first one, which is the source.
        names: The calls as they are written.
        autotune: What the person's file calls the number that AUTOTUNE chooses.
    """
    steps: list[Step] = [Kept(0)]
    for word in text.split():
        if word.startswith("+"):
            steps.append(Inserted(f"{word[1:]}({autotune if word == PREFETCH else ''})"))
            continue
        number, method, *more = word.split(":")
        place = int(number) + 1
        if names[place : place + 1] != [method]:
            return None
        steps.append(Kept(place, (NUMBER, autotune) if more else None))
    return steps


def find_autotune(source: bytes) -> str:
    """What a file calls the number that AUTOTUNE chooses, by how it imports TensorFlow; else the number itself."""
    for node in ast.walk(ast.parse(source)):
        for alias in node.names if isinstance(node, ast.Import) else ():
            if alias.name == "tensorflow":
                return f"{alias.asname or alias.name}.data.AUTOTUNE"
    return "-1"


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
