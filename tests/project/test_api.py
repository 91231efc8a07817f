"""The public API: every name can be had, costs nothing before it is asked for, and shows its use."""

import ast
import doctest
import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

import bench
import mnist_core
import mnist_core.profiling
import reports

ROOT = Path(__file__).parents[2]
PACKAGES = [mnist_core, bench, reports]
HEAVY = ("tensorflow", "keras", "rich", "scipy", "msgspec", "numpy", "importlib.metadata")
WITHOUT_TENSORFLOW = (
    *("InputError", "DeviceError", "NAMED_ORDERINGS", "parse_ordering", "PipelineSpec", "TrainSpec", "StepWindow"),
    *("predict_live_bytes", "load_digits", "Device", "ModelName", "read_driver", "describe_versions", "__version__"),
)
START_PROCESSES = ("export_model", "export_litert", "export_onnx", "ExportError")  # tested on their own, for minutes

each_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)


def find_examples(thing: object, name: str) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder(recurse=False).find(thing, name, module=False) if test.examples]


def list_documented(package: ModuleType) -> list[str]:
    """The names of the functions and classes; of a constant nothing can be called."""
    return [name for name in package.__all__ if isinstance(getattr(package, name), type | FunctionType)]


@each_package
def test_every_name_can_be_had(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))


@each_package
def test_what_mypy_is_told_is_what_is_loaded(package: ModuleType) -> None:
    tree = ast.parse(Path(str(package.__file__)).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    for name in set(package.__all__) - {"__version__"}:
        assert getattr(importlib.import_module(told[name]), name) is getattr(package, name)


@each_package
def test_an_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"^module '{package.__name__}' has no attribute 'nonsense'$"):
        package.nonsense  # noqa: B018


@pytest.mark.process
@each_package
def test_importing_a_package_imports_nothing_heavy(package: ModuleType) -> None:
    script = f"import sys, {package.__name__}; print(*(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


@pytest.mark.process
def test_orderings_and_digits_need_no_tensorflow() -> None:
    asked = ", ".join(f"mnist_core.{name}" for name in WITHOUT_TENSORFLOW)
    script = f"import sys, mnist_core; {asked}; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


@each_package
def test_every_function_and_class_shows_its_use(package: ModuleType) -> None:
    silent = [name for name in list_documented(package) if not find_examples(getattr(package, name), name)]
    assert silent == []
    assert find_examples(package, package.__name__)


def run_examples(thing: object, name: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run the examples of a docstring, and return the names that they have made, too."""
    (test,) = find_examples(thing, name)
    test.globs = dict(names)
    said: list[str] = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False).failed
    assert not failed, "".join(said)
    return test.globs


def gather_names(*packages: ModuleType) -> dict[str, Any]:
    return {name: getattr(package, name) for package in packages for name in package.__all__} | {"Path": Path}


def test_the_examples_of_mnist_core_work(digits_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_CORE_DATA", digits_file)
    monkeypatch.chdir(tmp_path)
    names = run_examples(mnist_core, "mnist_core", gather_names(mnist_core))
    for name in list_documented(mnist_core):
        if name not in START_PROCESSES:
            run_examples(getattr(mnist_core, name), name, names)


@pytest.mark.process
def test_the_examples_of_reports_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = ROOT / "tests/snapshots/runs"
    shutil.copytree(runs / "main", tmp_path / "runs/before")
    shutil.copytree(runs / "later", tmp_path / "runs/after")
    shutil.copy(runs / "gate/regressed.json", tmp_path / "runs/gate.json")
    monkeypatch.chdir(tmp_path)
    names = run_examples(reports, "reports", gather_names(reports))
    for name in list_documented(reports):
        run_examples(getattr(reports, name), name, names)


@pytest.mark.parametrize("name", ["Subject", "Case", "build_case", "GateOptions"])
def test_the_examples_of_bench_work_that_only_say_what_to_measure(name: str) -> None:
    run_examples(getattr(bench, name), name, gather_names(mnist_core, bench))


def test_a_subject_opens_as_its_example_says(digits_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(digits_file, tmp_path / "mnist.npz")
    monkeypatch.chdir(tmp_path)
    run_examples(bench.open_subject, "open_subject", gather_names(mnist_core, bench))


def test_the_profiler_is_had_from_its_own_package_too() -> None:
    assert {name: getattr(mnist_core.profiling, name) for name in mnist_core.profiling.__all__} == {
        name: getattr(mnist_core, name) for name in ("ProfileSteps", "StepProfiler", "StepWindow")
    }
    with pytest.raises(AttributeError, match=r"^module 'mnist_core.profiling' has no attribute 'nonsense'$"):
        mnist_core.profiling.nonsense  # noqa: B018
