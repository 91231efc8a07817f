"""The light distribution: what it is made of is all that its command needs, and nothing of it needs TensorFlow."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mnist_core.language.version import DISTRIBUTION, EXTRAS, LIGHT, read_version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "light/pyproject.toml").read_text(encoding="utf-8"))
WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TAKEN = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
OURS = {"mnist_core", "reports", "bench"}
IMPORTED_AS = {"google": "protobuf", "vl_convert": "vl-convert-python"}  # of packages that are called otherwise


def list_modules() -> dict[str, Path]:
    """By their names, the files of all modules of the light wheel."""
    found = {}
    for source, target in TAKEN.items():
        path = ROOT / "light" / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = Path(target, file.relative_to(path)) if path.is_dir() else Path(target)
            if name.suffix == ".py":
                found[".".join(name.with_suffix("").parts).removesuffix(".__init__")] = file.resolve()
    return found


def list_imports(file: Path) -> Iterator[str]:
    """What a module imports when it runs, wherever in it that stands, and not for the type checker alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from {f"{node.module}.{alias.name}" for alias in node.names}


def is_there(name: str, modules: dict[str, Path]) -> bool:
    """True if it is a module, or a name in one."""
    return name in modules or name.rpartition(".")[0] in modules


def test_every_module_of_ours_that_is_imported_is_in_the_wheel() -> None:
    modules = list_modules()
    wanted = {
        (name, each)
        for name, file in modules.items()
        for each in list_imports(file)
        if each.partition(".")[0] in OURS and not is_there(each, modules)
    }
    assert wanted == set()
    assert {"reports.commands.cli", "mnist_core", "mnist_core.terminal.shell"} <= modules.keys()


def test_every_module_of_reports_is_in_the_wheel_and_none_that_measures_or_trains() -> None:
    modules = list_modules()
    assert {file for file in modules.values() if "reports" in file.parts} >= set((ROOT / "reports").rglob("*.py"))
    rooms = {name.split(".")[1] for name in modules if name.startswith("mnist_core.")}
    assert rooms == {"files", "language", "terminal"}
    assert not any(name.partition(".")[0] == "bench" for name in modules)


def list_required() -> dict[str, str]:
    """What is installed with it, and by which extra; empty for what always is."""
    project = SETTINGS["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {Requirement(line).name: extra for extra, lines in groups.items() for line in lines}


def test_what_it_imports_of_others_is_required_and_is_no_tensorflow() -> None:
    required = list_required()
    tops = {each.partition(".")[0] for file in list_modules().values() for each in list_imports(file)}
    others = tops - OURS - set(sys.stdlib_module_names) - {"__future__", "tomllib"}
    assert {IMPORTED_AS.get(name, name) for name in others} == set(required) - {"tensorboard-plugin-profile"}
    assert not {"tensorflow", "keras"} & others


def test_what_an_extra_brings_is_known_to_the_line_that_names_it() -> None:
    named = {IMPORTED_AS.get(package, package): extra for package, extra in EXTRAS.items()}
    assert named == {
        name: extra for name, extra in list_required().items() if extra and name != "tensorboard-plugin-profile"
    }
    assert SETTINGS["project"]["name"] == LIGHT
    assert WHOLE["project"]["name"] == DISTRIBUTION


def test_it_asks_for_no_other_versions_than_the_whole_does() -> None:
    whole = set(map(str, map(Requirement, WHOLE["project"]["dependencies"])))
    groups = [SETTINGS["project"]["dependencies"], *SETTINGS["project"]["optional-dependencies"].values()]
    assert {str(Requirement(line)) for lines in groups for line in lines} <= whole


def test_its_version_is_that_of_the_whole() -> None:
    version = SETTINGS["tool"]["hatch"]["version"]
    text = (ROOT / "light" / version["path"]).read_text(encoding="utf-8")
    assert re.findall(version["pattern"], text) == [WHOLE["project"]["version"]]
    assert read_version()


def test_its_licence_is_the_same() -> None:
    assert (ROOT / "light/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", ["reports", "mnist_core/files", "mnist_core/language", "mnist_core/terminal"])
def test_whole_folders_are_taken(name: str) -> None:
    assert TAKEN[f"../{name}"] == name
