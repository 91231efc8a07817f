"""What a gate asks of a revision: the names, held one by one, and what is said of a revision that lacks them."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mnist_core
from bench.gate.revision_api import ASKED, UncomparableError, answer, check_age
from bench.workers.protocol import Failure

ROOT = Path(__file__).parents[3]
SERVED = """
import json, multiprocessing, os, sys, threading
from dataclasses import replace
from pathlib import Path

kept = os.dup(1)
digits, stderr, model = sys.argv[1:]
from bench.workers.protocol import ReadMemory, Start, WarmUp, encode, find_failure
from bench.workers.worker import serve
from bench.cases.selection import build_case
from bench.consumers.registry import CONSUMERS
from bench.gate.revision_api import introduce
from reports.record.case import Fitting

def ask(connection, request):
    connection.send_bytes(encode(request))
    failure = find_failure(connection.recv_bytes())
    assert failure is None, failure

introduce(digits, "raw", 200)
more = {"emulated": {"step_ms": 0.1}, "fit": {"fitting": Fitting()}, "infer": {"model": "mlp", "batch_size": 2}}
more["model"] = {"model": model}
for name in CONSUMERS:
    ours, theirs = multiprocessing.Pipe()
    threading.Thread(target=serve, args=(theirs, Path(stderr)), daemon=True).start()
    ask(ours, Start(replace(build_case("batch_before_map"), consumer=name, **more.get(name, {})), digits))
    if name in ("drain", "memory"):
        ask(ours, WarmUp() if name == "drain" else ReadMemory())
files = {name: module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in ("bench", "reports")}
os.write(kept, json.dumps(files).encode())
"""
MODEL = f"{ROOT}/tests/props/own_model.py:make"
INDISPENSABLE = {"bench.workers.worker", "bench.subjects.orderings", "bench.consumers.fit", "reports.record.case"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, digits_file: str) -> dict[str, ast.Module]:
    """The modules of ours that a slot's workers load, whatever they are asked for, and what is written in them."""
    stderr = tmp_path_factory.mktemp("served") / "stderr"
    command = [sys.executable, "-c", SERVED, digits_file, str(stderr), MODEL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + stderr.read_text()
    return {name: ast.parse(Path(file).read_text()) for name, file in json.loads(done.stdout).items()}


def find_taken(module: ast.AST) -> Iterator[str]:
    """The names that a module takes from mnist_core when it runs; of anything but the package itself, the import."""
    for node in ast.iter_child_nodes(module):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mnist_core":
            yield from [each.name for each in node.names] if node.module == "mnist_core" else [ast.unparse(node)]
        elif isinstance(node, ast.Import):
            yield from [ast.unparse(node) for each in node.names if each.name.partition(".")[0] == "mnist_core"]
        else:
            yield from find_taken(node)


def find_inner(module: ast.Module) -> list[str]:
    """The imports of what lies inside of mnist_core, those for the type checker too."""
    froms = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    return [ast.unparse(node) for node in froms if (node.module or "").startswith("mnist_core.")]


@pytest.mark.process
def test_a_worker_takes_these_names_of_a_revision_and_no_others(loaded: dict[str, ast.Module]) -> None:
    """A name that is added here makes every older base incomparable whose mnist_core has it not in its public API.

    So the changelog must say it. A name may be taken away at any time.
    """
    assert loaded.keys() >= INDISPENSABLE
    taken = {name for module in loaded.values() for name in find_taken(module)} - {"__version__"}
    assert taken == {
        "Cache",
        "Device",
        "DeviceError",
        "DeviceInUse",
        "Digits",
        "InputError",
        "ModelName",
        "NAMED_ORDERINGS",
        "NUM_CLASSES",
        "Ordering",
        "PipelineSpec",
        "Placement",
        "Prefetch",
        "SIDE",
        "Say",
        "Shuffle",
        "StepProfiler",
        "StepWindow",
        "TrainStep",
        "build_dataset",
        "build_model",
        "check_placement",
        "describe_versions",
        "drop_from_page_cache",
        "find_ordering",
        "find_placement",
        "find_tensor_placement",
        "load_digits",
        "load_source",
        "parse_ordering",
        "predict_live_bytes",
        "say_nothing",
        "scale_pixels",
        "use_device",
    }
    assert taken == set(ASKED)
    assert taken <= set(mnist_core.__all__)


@pytest.mark.process
def test_no_module_that_a_worker_loads_knows_the_inside_of_a_revision(loaded: dict[str, ast.Module]) -> None:
    assert {name: inner for name, module in loaded.items() if (inner := find_inner(module))} == {}


@pytest.mark.parametrize(
    ("text", "taken", "inner"),
    [
        ("from mnist_core import A, B as C", ["A", "B"], 0),
        ("def f():\n    from mnist_core import A", ["A"], 0),
        ("if TYPE_CHECKING:\n    from mnist_core import A\nfrom mnist_core import B", ["B"], 0),
        ("from mnist_core.digits.load import A", ["from mnist_core.digits.load import A"], 1),
        ("if TYPE_CHECKING:\n    from mnist_core.digits import A", [], 1),
        ("import mnist_core.digits", ["import mnist_core.digits"], 0),
        ("from bench import mnist_core", [], 0),
    ],
)
def test_the_walk_sees_every_way_of_taking_a_name(text: str, taken: list[str], inner: int) -> None:
    assert list(find_taken(ast.parse(text))) == taken
    assert len(find_inner(ast.parse(text))) == inner


def test_a_package_from_before_the_api_is_known_by_its_text() -> None:
    check_age("other_core", '__all__ = ["load_digits"]')
    reason = "^its other_core is older than the public API that a gate asks for, and cannot be compared.$"
    with pytest.raises(UncomparableError, match=reason):
        check_age("other_core", '"""A program."""')


def test_a_package_whose_api_lacks_a_name_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"__all__ = {[name for name in sorted(ASKED) if name != 'load_digits']}"
    reason = "its other_core has no load_digits in its public API, which this bench asks for, and cannot be compared."
    (tmp_path / "other_core").mkdir()
    (tmp_path / "other_core/__init__.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "other_core", raising=False)
    assert answer("other_core", str(tmp_path), "digits", "raw", "200") == Failure(reason, bad_input=True)
    monkeypatch.delitem(sys.modules, "other_core")


def test_a_package_from_elsewhere_is_not_taken_for_the_revisions() -> None:
    there = Path(str(mnist_core.__file__)).parent
    said = answer("mnist_core", "/head", "digits", "raw", "200")
    assert said == Failure(f"mnist_core was imported from {there}, not from its revision.", bad_input=True)
