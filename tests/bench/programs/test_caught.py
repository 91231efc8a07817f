"""Datasets of people's own programs, each caught in a process of its own."""

import gc
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forked import call_forked

from bench.subjects.pipeline_text import describe_run
from bench.workers.fork_server import Worker, build_context
from mnist_core import InputError
from reports.record.case import Case

pytestmark = pytest.mark.process

PROGRAMS = Path(__file__).parents[2] / "props" / "programs"
SHORT = (2.0, 0.5, 0.5)  # seconds, for programs that come to no end
MOST_TAKEN = 5  # elements of a dataset, which may be endless

Catch = Callable[..., tuple[str, list[int]]]
Refuse = Callable[..., str]


@pytest.fixture(autouse=True)
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs lie in a folder with a space in its name, where one works."""
    folder = tmp_path / "my programs"
    shutil.copytree(PROGRAMS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)


@pytest.fixture
def catch() -> Catch:
    """What is said of the dataset of a program, and the number of examples in each of its first batches."""

    def catch_one(command: str, select: str | None = None, limits: tuple[float, ...] = ()) -> tuple[str, list[int]]:
        choice, sizes = call_forked(_catch, str(Path.cwd()), command, select, limits)
        return choice, sizes

    return catch_one


@pytest.fixture
def refuse() -> Refuse:
    """What is said of a program whose dataset cannot be caught."""

    def refuse_one(command: str, select: str | None = None, limits: tuple[float, ...] = ()) -> str:
        reason = call_forked(_refuse, str(Path.cwd()), command, select, limits)
        assert "\n" not in reason
        return str(reason)

    return refuse_one


def _start(folder: str, command: str, select: str | None, limits: tuple[float, ...]) -> Any:
    from bench.programs.caught import Catcher, Limits  # noqa: PLC0415  # TensorFlow is there by now

    os.chdir(folder)
    return Catcher(command, select, Limits(*limits))


def _catch(folder: str, command: str, select: str | None, limits: tuple[float, ...]) -> tuple[str, list[int]]:
    catcher = _start(folder, command, select, limits)
    dataset = catcher.make()
    return catcher.choice, _read_sizes(dataset)


def _read_sizes(dataset: Any) -> list[int]:
    import tensorflow as tf  # noqa: PLC0415

    return [int(tf.size(tf.nest.flatten(each)[-1])) for each in dataset.take(MOST_TAKEN)]


def _refuse(folder: str, command: str, select: str | None, limits: tuple[float, ...]) -> str:
    try:
        made = _start(folder, command, select, limits).make()
    except InputError as error:
        return str(error)
    raise AssertionError(made)


CAUGHT = {
    "keras_main.py --bs 5": (
        (
            "keras_main.py: took dataset 3 (built at keras_main.py:13, given to fit at keras_main.py:16); "
            "--select chooses another, of 5 (built at keras_main.py:14, given to fit for validation at "
            "keras_main.py:16)."
        ),
        [5, 5, 2],
    ),
    "absl_flags.py --batch_size=7": (
        "absl_flags.py: took dataset 2 (built at absl_flags.py:11, given to fit at absl_flags.py:11).",
        [7, 5],
    ),
    "module_loop.py": (
        "module_loop.py: took dataset 2 (built at module_loop.py:6, iterated at module_loop.py:7).",
        [5, 5, 2],
    ),
    "function_loop.py": (
        (
            "function_loop.py: took dataset 2 (built at function_loop.py:8, trained on in a loop at "
            "function_loop.py:20)."
        ),
        [4, 4, 4],
    ),
    "function_argument.py": (
        (
            "function_argument.py: took dataset 2 (built at function_argument.py:18, trained on in a loop at "
            "function_argument.py:18); --select chooses another, of 4 (built at function_argument.py:18)."
        ),
        [3, 3, 3, 3],
    ),
    "function_evaluation.py": (
        (
            "function_evaluation.py: took dataset 3 (built at function_evaluation.py:6, iterated in a tf.function at "
            "function_evaluation.py:17)."
        ),
        [4] * 5,
    ),
    "peeks.py": (
        (
            "peeks.py: took dataset 7 (built at peeks.py:14, given to fit at peeks.py:15); --select chooses "
            "another, of 1 (built at pieces.py:10, reduced at peeks.py:13), 2 (built at peeks.py:8, iterated at "
            "peeks.py:8), 3 (built at peeks.py:9, iterated at peeks.py:9), 5 (built at peeks.py:12, iterated at "
            "peeks.py:12)."
        ),
        [6, 6],
    ),
    "own_loop.py": (
        (
            "own_loop.py: took dataset 3 (built at own_loop.py:7, trained on in a loop at own_loop.py:7); "
            "--select chooses another, of 6 (built at own_loop.py:8, iterated at own_loop.py:8)."
        ),
        [7, 7, 7, 7, 7],
    ),
    "iterator_argument.py": (
        (
            "iterator_argument.py: took dataset 6 (built at iterator_argument.py:8, trained on in a loop at "
            "iterator_argument.py:8); --select chooses another, of 3 (built at iterator_argument.py:7, iterated "
            "at iterator_argument.py:7)."
        ),
        [7, 7, 7, 7, 7],
    ),
    "numpy_iterator.py": (
        "numpy_iterator.py: took dataset 2 (built at numpy_iterator.py:5, iterated at numpy_iterator.py:5).",
        [5, 5, 2],
    ),
    "mirrored.py": (
        ("mirrored.py: took dataset 2 (built at mirrored.py:9, given to a distribution strategy at mirrored.py:10)."),
        [4, 4, 4],
    ),
    "mirrored_function.py": (
        (
            "mirrored_function.py: took dataset 3 (built at mirrored_function.py:13, given to a distribution "
            "strategy at mirrored_function.py:16)."
        ),
        [4, 4, 4],
    ),
    "threads.py": (
        "threads.py: took dataset 2 (built at threads.py:9, given to fit at threads.py:9).",
        [3, 3, 3, 3],
    ),
    "generator_fit.py": (
        ("generator_fit.py: took dataset 2 (built at generator_fit.py:8, trained on in a loop at generator_fit.py:8)."),
        [3, 3, 3, 3],
    ),
    "evaluates.py": (
        (
            "evaluates.py: took dataset 6 (built at evaluates.py:8, given to fit at evaluates.py:8); --select "
            "chooses another, of 2 (built at evaluates.py:6, given to evaluate at evaluates.py:6), 4 (built at "
            "evaluates.py:7, given to predict at evaluates.py:7)."
        ),
        [4, 4, 4],
    ),
    "pools.py": (
        "pools.py: took dataset 1 (built at pools.py:17, iterated at pools.py:17).",
        [1, 1, 1],
    ),
}


@pytest.mark.parametrize("command", CAUGHT)
def test_a_dataset_is_caught_where_the_program_trains_or_else_where_it_is_consumed(command: str, catch: Catch) -> None:
    assert catch(command) == CAUGHT[command]


def test_nothing_of_the_program_runs_after_that(catch: Catch) -> None:
    catch("keras_main.py --bs 5")
    assert not Path("trained").exists()


@pytest.mark.parametrize(
    ("command", "select", "choice", "sizes"),
    [
        ("keras_main.py --bs 5", "5", "keras_main.py: took dataset 5 (built at keras_main.py:14).", [4]),
        ("unconsumed.py", "3", "unconsumed.py: took dataset 3 (built at unconsumed.py:6).", [4, 4, 4]),
        ("unconsumed.py", "4", "unconsumed.py: took dataset 4 (built at unconsumed.py:7).", [6, 6]),
        ("leaves.py", "2", "leaves.py: took dataset 2 (built at leaves.py:7).", [3, 3, 3, 3]),
    ],
)
def test_another_dataset_is_chosen_by_number(
    command: str, select: str, choice: str, sizes: list[int], catch: Catch
) -> None:
    assert catch(command, select) == (choice, sizes)


def test_a_program_has_its_own_package_that_is_called_as_ours_is(catch: Catch, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("bench").mkdir()
    Path("bench/__init__.py").write_text("SIZE = 7\n")
    Path("bench/data.py").write_text("import tensorflow as tf\nmake = tf.data.Dataset.range\n")
    Path("trains.py").write_text(
        "import bench\nfrom bench.data import make\nfor batch in make(21).batch(bench.SIZE):\n    pass\n"
    )
    monkeypatch.syspath_prepend(Path.cwd())
    _, sizes = catch("trains.py")
    assert sizes == [7, 7, 7]


def test_what_trains_nothing_is_stopped_after_a_while(catch: Catch) -> None:
    choice = "forever.py: took dataset 2 (built at forever.py:5, iterated at forever.py:7)."
    assert catch("forever.py", limits=SHORT) == (choice, [4, 4, 4])


REFUSED = {
    "keras_main.py": (
        "keras_main.py ended with 2 at keras_main.py:12 and said 'keras_main.py: error: the following arguments are "
        "required: --bs', before it consumed a dataset: try python keras_main.py."
    ),
    "leaves.py": "leaves.py ended without consuming a dataset; choose one with --select, of 2 (built at leaves.py:7).",
    "unconsumed.py": (
        "unconsumed.py ended without consuming a dataset; choose one with --select, of 3 (built at unconsumed.py:6), "
        "4 (built at unconsumed.py:7)."
    ),
    "pieces.py": "pieces.py ended and built no tf.data.Dataset.",
    "raises.py": (
        "raises.py raised InvalidArgumentError at raises.py:7: Batch size must be greater than zero, before it "
        "consumed a dataset: try python raises.py; choose one with --select, of 1 (built at pieces.py:10)."
    ),
    "windows.py": (
        "windows.py raised KeyError at windows.py:14: 'columns', before it consumed a dataset: try python windows.py; "
        "choose one with --select, of 3 (built at windows.py:13)."
    ),
    "asks.py": (
        "asks.py raised EOFError at asks.py:3: EOF when reading a line, before it consumed a dataset: try python "
        "asks.py."
    ),
    "arrays.py": "arrays.py gives fit a numpy.ndarray, which is no tf.data.Dataset.",
    "restarts.py": "restarts.py starts itself anew (os.execve): give what it starts.",
    "inner.py": "inner.py makes the dataset that it consumes inside of a tf.function: make it outside.",
    "graphs.py": "graphs.py builds graphs of TensorFlow 1, whose datasets only a session can run.",
    "nowhere.py": "nowhere.py does not exist: give --run the program and its arguments.",
}


@pytest.mark.parametrize("command", REFUSED)
def test_why_nothing_is_caught_is_said_in_a_line_with_the_next_step(command: str, refuse: Refuse) -> None:
    assert refuse(command) == REFUSED[command]


def test_a_program_that_takes_too_long_is_told_where_it_is(refuse: Refuse) -> None:
    reason = "slow.py consumed no dataset within 0.5 s, and is at slow.py:5: give it less to do before."
    assert refuse("slow.py", limits=(0.5, 0.5, 0.5)) == reason


def test_what_does_not_come_back_from_tensorflow_can_still_be_chosen(refuse: Refuse, catch: Catch) -> None:
    assert refuse("reduces.py", limits=SHORT) == (
        "reduces.py does not come back from TensorFlow, where it is at reduces.py:6; choose one with --select, of "
        "3 (built at reduces.py:5, reduced at reduces.py:6)."
    )
    assert catch("reduces.py", "3") == ("reduces.py: took dataset 3 (built at reduces.py:5).", [4] * 5)


def test_a_number_that_is_not_there_is_refused_with_those_that_are(refuse: Refuse) -> None:
    assert refuse("evaluates.py", "9") == (
        "evaluates.py builds no dataset 9; choose one with --select, of 2 (built at evaluates.py:6, given to evaluate "
        "at evaluates.py:6), 4 (built at evaluates.py:7, given to predict at evaluates.py:7), 6 (built at "
        "evaluates.py:8, given to fit at evaluates.py:8)."
    )
    assert refuse("leaves.py", "9") == (
        "leaves.py ended without consuming a dataset, and builds no dataset 9; choose one with --select, of 2 (built "
        "at leaves.py:7)."
    )


def _read_folder_while_and_after(folder: str) -> tuple[list[int], bool, bool, int]:
    """The sizes of the batches, whether the program's own folder is there while they are used and after, threads."""
    dataset = _start(folder, "swallows.py", None, ()).catch()
    data = Path(Path("folder").read_text())
    sizes, is_there = _read_sizes(dataset), data.is_dir()
    del dataset
    gc.collect()
    return sizes, is_there, data.is_dir(), threading.active_count()


def test_a_program_that_handles_everything_keeps_its_folder_while_it_is_used_and_clears_it_away() -> None:
    sizes, is_there, is_left, num_threads = call_forked(_read_folder_while_and_after, str(Path.cwd()))
    assert sizes == [2, 1]
    assert is_there
    assert not is_left
    assert num_threads == 1


def _build_twice(folder: str, command: str) -> tuple[Any, ...]:
    import tensorflow as tf  # noqa: PLC0415

    from bench.subjects.shrinking import shrink_buffers  # noqa: PLC0415

    before = {name: getattr(tf.data.Dataset, name) for name in ("__init__", "__iter__", "reduce", "shuffle")}
    catcher = _start(folder, command, None, ())
    with shrink_buffers() as asked:
        first = catcher.make()
    again = catcher.make()
    with shrink_buffers(shuffle=2, drops_caches=True) as asked_again:
        small = catcher.make()
    choice = catcher.choice
    tf.random.set_seed(77)
    seeded = catcher.make()
    is_restored = before == {name: getattr(tf.data.Dataset, name) for name in before}
    sizes = [_read_sizes(each) for each in (first, small, seeded)]
    return first is again, first is seeded, asked, asked_again, sizes, choice, is_restored


def test_the_program_is_run_again_where_another_dataset_is_wanted_of_it() -> None:
    is_same, is_same_seed, asked, asked_again, sizes, choice, is_restored = call_forked(
        _build_twice, str(Path.cwd()), "sizes.py"
    )
    assert is_same
    assert not is_same_seed
    assert asked == asked_again == [100, 50, 30]
    assert sizes == [[2] * 5] * 3
    assert choice == "sizes.py: took dataset 6 (built at sizes.py:8, iterated at sizes.py:8)."
    assert is_restored


@pytest.mark.parametrize("command", ["absl_flags.py --batch_size=7", "mirrored.py", "keras_main.py --bs 7"])
def test_a_second_run_finds_what_the_first_one_found(command: str) -> None:
    first_is_again, _, _, _, sizes, _, _ = call_forked(_build_twice, str(Path.cwd()), command)
    assert first_is_again
    assert sizes[0] == sizes[1] == sizes[2]


def test_a_program_s_dataset_is_measured_like_any_other() -> None:
    case = Case(describe_run(f"'{Path.cwd()}/keras_main.py' --bs 5"))
    with Worker(case, "auto", build_context()) as worker:
        assert [notice.partition("took ")[2].partition(" (")[0] for notice in worker.ready.notices] == ["dataset 3"]
        warmed_up = worker.warm_up()
        assert warmed_up.sample.num_examples == 12
        assert "BatchV2 > Shuffle(12)" in warmed_up.program.chain
        assert worker.measure_turn().num_examples == 12
