"""The packages that each revision runs with: those of the present environment, unless the revisions ask for others."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.gate.revisions import Checkout, RevisionError, Workplace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Install = Callable[[Path, tuple[str, ...]], Path]
"""Makes an environment in a folder, installs these requirements and gives its interpreter."""

Say = Callable[[str], None]
TENSORFLOW = "tensorflow"


@dataclass(frozen=True)
class Interpreters:
    """Which Python runs each side, and a line that says how they differ; empty if they do not."""

    base: Path
    head: Path
    environment_line: str = ""


def install(folder: Path, requirements: tuple[str, ...]) -> Path:
    """A new environment of the present interpreter in `folder`, with these requirements: its interpreter.

    Raises:
        RevisionError: It cannot be made, or pip finds no such packages.
    """
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    _run(sys.executable, "-m", "venv", str(folder))
    if requirements:  # pip asks for at least one
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
    return python


def find_interpreters(
    workplace: Workplace, say: Say, install: Install = install, *, needs_tensorflow: bool = False
) -> Interpreters:
    """The present interpreter for both, or, if they declare different dependencies, one in a new environment for each.

    Args:
        workplace: Both revisions; new environments are made in its folder.
        say: Is given a line before each of them is made, which takes minutes.
        install: Makes an environment.
        needs_tensorflow: True to add the present TensorFlow to requirements that do not name it.
    """
    base, head = (read_dependencies(each.folder / "pyproject.toml") for each in (workplace.base, workplace.head))
    if base == head:
        return Interpreters(Path(sys.executable), Path(sys.executable))

    def make(side: Checkout, name: str, requirements: frozenset[str]) -> Path:
        say(f"installing the dependencies of {side.name}, which differ: this takes minutes")
        needed = requirements | (_find_tensorflow(requirements) if needs_tensorflow else frozenset())
        return install(workplace.folder / f"environment-{name}", tuple(sorted(needed)))

    line = f"an environment each, since the dependencies differ: {_tell_difference(base, head)}"
    return Interpreters(make(workplace.base, "base", base), make(workplace.head, "head", head), line)


def read_dependencies(file: Path) -> frozenset[str]:
    """What a ``pyproject.toml`` requires, spaces left out; nothing where there is no such file.

    Raises:
        RevisionError: It is not TOML, or its dependencies are no list of texts.
    """
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("dependencies", [])
        return frozenset("".join(each.split()) for each in declared)
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise RevisionError(f"{file.name} of {file.parent.name} cannot be read: {error}.") from None


def _find_tensorflow(requirements: Iterable[str]) -> frozenset[str]:
    """The present TensorFlow as a requirement, unless these ask for one."""
    if any(each.lower().startswith(TENSORFLOW) for each in requirements):
        return frozenset()
    return frozenset({f"{TENSORFLOW}=={importlib.metadata.version(TENSORFLOW)}"})


def _tell_difference(base: Iterable[str], head: Iterable[str]) -> str:
    base, head = set(base), set(head)
    sides = (("base", base - head), ("head", head - base))
    return "; ".join(f"{name} asks for {', '.join(sorted(only))}" for name, only in sides if only)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the commands are ours
    if done.returncode:
        words = ([line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"])[-1]
        raise RevisionError(f"{' '.join(command[1:4])} failed: {words}")
