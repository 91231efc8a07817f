"""The lines of the architecture: who may import whom, and who may read a clock or print. Read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("mnist_core", "bench", "reports")
BUDGETS = {"bench/measurements.py", *(f"bench/commands/{name}.py" for name in ("against", "runs/gate", "trials"))}
READS_A_CLOCK = {"bench/machine/clock.py", *BUDGETS, "mnist_core/training/train.py"}  # compared; the budget; a log
OURS = {f"bench/commands/{name}.py" for name in ("doctor", "runs/pipelines", "runs/sweep", "trace")}
COMMANDS = {f"reports/commands/{name}.py" for name in ("claims", "compare", "export", "gate", "page", "trace")}
PRINTS = {"mnist_core/cli.py", "bench/commands/cli.py", "reports/commands/cli.py", *BUDGETS, *OURS, *COMMANDS}


def find_modules(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def imports_of(path: Path) -> set[str]:
    return set(imported(ast.parse(path.read_text(encoding="utf-8"))))


def called(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_contracts_of_pyproject_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    importlinter = pytest.importorskip("importlinter.cli", reason="needs the extra dev")
    monkeypatch.chdir(ROOT)
    assert importlinter.lint_imports(no_cache=True) == 0


@pytest.mark.process
def test_the_bench_itself_imports_no_tensorflow_at_its_start() -> None:
    script = "import sys, bench.conftest; sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_the_plugin_for_any_project_imports_the_standard_library_and_pytest_alone_and_is_installed() -> None:
    tops = {name.partition(".")[0] for name in imports_of(ROOT / "mnist_bench_pytest.py")}
    assert tops - set(sys.stdlib_module_names) == {"pytest"}
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points.pytest11]\nmnist_bench_pytest = "mnist_bench_pytest"' in settings
    assert 'packages = ["mnist_core", "bench", "reports", "mnist_bench_pytest.py"]' in settings


def test_only_the_worker_side_of_the_bench_imports_tensorflow() -> None:
    found = {names(path) for path in find_modules("bench") if imports_of(path) & {"tensorflow", "keras"}}
    rooms = [f"bench/{name}/" for name in ("advice", "consumers", "files", "pipelines", "programs", "subjects")]
    allowed = (*rooms, "bench/machine/device.py", "bench/workers/preload.py")
    assert {name for name in found if not name.startswith(allowed)} == set()


def test_one_clock() -> None:
    found = {names(path) for package in PACKAGES for path in find_modules(package) if "time" in imports_of(path)}
    assert found == READS_A_CLOCK


def test_one_printer() -> None:
    found = {
        names(path)
        for package in PACKAGES
        for path in find_modules(package)
        if called(path) & {"print", "sys.stdout.write", "sys.stderr.write"}
    }
    assert found <= PRINTS


def test_nothing_is_unpickled_or_evaluated() -> None:
    wrong = {
        (names(path), call)
        for package in PACKAGES
        for path in find_modules(package)
        for call in called(path) | imports_of(path)
        if call in {"eval", "exec", "pickle", "pickle.load", "pickle.loads", "marshal"} or "allow_pickle=True" in call
    }
    assert wrong == set()


def test_no_module_is_a_drawer() -> None:
    found = {path.stem for package in PACKAGES for path in find_modules(package)}
    assert not found & {"utils", "common", "helpers", "base", "misc"}
