"""For which step a batch is fetched, and which fetches are nobody's."""

import numpy as np
import pytest
from made_timelines import make_events, mark
from spaces import MICROSECOND, PYTHON, Made

from reports.timeline.fetches import ELSEWHERE, Fetches, find_fetches, find_fetching_runs, find_step_runs
from reports.timeline.marks import find_marks

ROOT = "Iterator::Root"
GET_NEXT = "IteratorGetNextOp::DoCompute"
IN_GRAPH = "tf_data_iterator_get_next/7"
OTHER = "python/2"
START = 1_000_000  # picoseconds: where the lines of a space made by hand begin


def fetches_of(threads: dict[str, list[Made]]) -> Fetches:
    host = make_events(threads)
    return find_fetches(host, find_marks(host))


def waits_us(periods: np.ndarray) -> list[list[int]]:
    return (periods // MICROSECOND).tolist()


@pytest.mark.parametrize(
    ("start_us", "step"),
    [(99, ELSEWHERE), (100, 0), (199, 0), (200, ELSEWHERE), (299, ELSEWHERE), (300, 1), (400, ELSEWHERE)],
)
def test_a_fetch_on_the_steps_thread_is_of_the_mark_in_which_it_begins(start_us: int, step: int) -> None:
    fetches = fetches_of(
        {PYTHON: [mark(100, 100, 0), mark(300, 100, 1), Made(ROOT, start_us, 50), Made("end", 0, 500)]}
    )
    assert fetches.steps.tolist() == [step]
    assert fetches.beside_steps.tolist() == [step == ELSEWHERE]
    assert fetches.fetching.tolist() == [step == 0, step == 1]


def fetch_in_graph(start_us: int, number: int | None) -> list[Made]:
    arguments = {} if number is None else {"id": number}
    return [Made(GET_NEXT, start_us, 40, arguments), Made(ROOT, start_us + 5, 30)]


def test_a_fetch_in_the_graph_is_of_the_step_that_runs_it_however_late_it_begins() -> None:
    fetches = fetches_of(
        {
            PYTHON: [
                mark(0, 100, 0),
                Made("FunctionRun", 10, 80, {"id": 7}),
                mark(200, 100, 1),
                Made("FunctionRun", 210, 80, {"id": 8}),
            ],
            IN_GRAPH: [*fetch_in_graph(130, 7), *fetch_in_graph(230, 8)],
        }
    )
    assert fetches.steps.tolist() == [0, 1]
    assert not fetches.beside_steps.any()
    assert waits_us(fetches.waits[0]) == [[130, 170], [230, 270]]
    assert len(fetches.waits_beside) == 0


def test_a_run_that_the_steps_thread_starts_between_them_fetches_beside_the_steps() -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), Made("FunctionRun", 110, 80, {"id": 7}), mark(200, 100, 1)],
            IN_GRAPH: fetch_in_graph(120, 7),
        }
    )
    assert (fetches.steps.tolist(), fetches.beside_steps.tolist()) == ([ELSEWHERE], [True])
    assert waits_us(fetches.waits_beside) == [[120, 160]]


def test_a_run_that_nobody_in_the_trace_started_is_nobodys() -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), Made("FunctionRun", 10, 80, {"id": 7})],
            IN_GRAPH: fetch_in_graph(20, 99),
        }
    )
    assert (fetches.steps.tolist(), fetches.beside_steps.tolist()) == ([ELSEWHERE], [False])
    assert len(fetches.waits[0]) == len(fetches.waits_beside) == 0


def test_a_loader_in_the_background_is_no_wait_of_the_steps() -> None:
    fetches = fetches_of(
        {PYTHON: [mark(0, 100, 0), Made(ROOT, 10, 20)], OTHER: [Made(ROOT, 0, 100), Made(GET_NEXT, 0, 100)]}
    )
    assert fetches.steps.tolist() == [0, ELSEWHERE]
    assert fetches.beside_steps.tolist() == [False, False]
    assert waits_us(fetches.waits[0]) == [[10, 30]]
    assert len(fetches.waits_beside) == 0


def test_steps_of_two_threads_wait_for_their_own_fetches_alone() -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), Made(ROOT, 10, 20)],
            OTHER: [mark(0, 100, 0, "eval"), Made(ROOT, 40, 30)],
        }
    )
    assert fetches.steps.tolist() == [0, 1]
    assert {line: waits_us(waits) for line, waits in fetches.waits.items()} == {0: [[10, 30]], 1: [[40, 70]]}


def test_in_traces_of_old_without_numbers_of_runs_the_time_decides() -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), mark(200, 100, 1)],
            IN_GRAPH: [*fetch_in_graph(10, None), *fetch_in_graph(120, None), *fetch_in_graph(250, None)],
        }
    )
    assert fetches.steps.tolist() == [0, ELSEWHERE, 1]


@pytest.mark.parametrize(("thread", "step"), [("tf_data_reduce_dataset/3", 0), ("tf_data_service_thread/3", ELSEWHERE)])
def test_where_runs_have_numbers_only_a_loop_in_a_graph_is_linked_by_time(thread: str, step: int) -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), Made("FunctionRun", 10, 80, {"id": 7})],
            thread: [Made("ReduceIterator::Model", 20, 30)],
        }
    )
    assert fetches.steps.tolist() == [step]


def test_a_loop_inside_a_graph_fetches_for_its_step_and_is_itself_no_wait() -> None:
    fetches = fetches_of(
        {
            PYTHON: [mark(0, 100, 0), Made("FunctionRun", 10, 80, {"id": 7})],
            "tf_data_reduce_dataset/3": [
                Made("ReduceDatasetOp::DoCompute", 15, 70, {"id": 7}),
                Made("ReduceIterator::Root", 20, 60),
            ],
        }
    )
    assert fetches.steps.tolist() == [0]
    assert fetches.fetching.tolist() == [True]
    assert len(fetches.waits[0]) == 0


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("IteratorGetNextOp::DoCompute", True),
        ("IteratorGetNextAsOptionalOp::DoCompute", True),
        ("MultiDeviceIteratorGetNextFromShardOp::DoCompute", True),
        ("$gen_dataset_ops.py:3067 iterator_get_next", True),
        ("$iterator_ops.py:807 __next__", False),
        ("MakeIterator::Map", False),
    ],
)
def test_what_asks_for_a_batch_is_a_wait(name: str, waits: bool) -> None:
    fetches = fetches_of({PYTHON: [mark(0, 100, 0), Made(name, 10, 20)]})
    assert waits_us(fetches.waits[0]) == ([[10, 30]] if waits else [])
    assert fetches.fetching.tolist() == [waits]


def test_without_steps_every_fetch_is_beside_them() -> None:
    fetches = fetches_of({PYTHON: [Made(GET_NEXT, 10, 20)], OTHER: [Made(GET_NEXT, 50, 20)]})
    assert waits_us(fetches.waits_beside) == [[10, 30], [50, 70]]
    assert dict(fetches.waits) == {}


def test_in_traces_of_old_too_a_fetch_that_tells_its_run_is_linked_by_no_time() -> None:
    assert fetches_of({PYTHON: [mark(0, 100, 0)], IN_GRAPH: fetch_in_graph(10, 99)}).steps.tolist() == [ELSEWHERE]


def test_a_run_inside_another_that_has_ended_leaves_the_fetch_to_the_outer() -> None:
    runs = [Made("FunctionRun", 0, 100, {"id": 3}), Made("ExecutorState::Process", 10, 10, {"id": 4})]
    host = make_events({PYTHON: [*runs, Made("IteratorGetNext:IteratorGetNext", 50, 10)]})
    assert find_fetching_runs(host).tolist() == [3]


def test_the_innermost_run_around_a_fetch_is_its_own() -> None:
    host = make_events(
        {
            PYTHON: [
                Made("FunctionRun", 0, 100, {"id": 3}),
                Made("ExecutorState::Process", 10, 50, {"id": 4}),
                Made("IteratorGetNext:IteratorGetNext", 20, 10),
                Made("FunctionRun", 200, 100, {"id": 5}),
            ],
        }
    )
    assert find_fetching_runs(host).tolist() == [4]


def test_the_graphs_of_a_step_run_on_any_thread_by_their_number() -> None:
    host = make_events(
        {
            PYTHON: [mark(0, 100, 0), Made("FunctionRun", 10, 80, {"id": 7}), Made("FunctionRun", 150, 80, {"id": 8})],
            "tf_Compute/1": [
                Made("ExecutorState::Process", 20, 9, {"id": 7}),
                Made("ExecutorState::Process", 160, 9, {"id": 8}),
            ],
        }
    )
    found = find_step_runs(host, find_marks(host), 0)
    assert waits_us(host.periods[found]) == [[20, 29]]
