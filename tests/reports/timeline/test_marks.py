"""What is taken for a step, and what is not."""

import numpy as np
import pytest
from made_timelines import make_events, mark
from spaces import MICROSECOND, PYTHON, Made

from reports.timeline.marks import CALLS, MARKS, Marks, find_calls, find_marks

OTHER = "python/2"


def marks_of(*events: Made, **others: list[Made]) -> Marks:
    return find_marks(make_events({PYTHON: list(events), **others}))


def periods_us(marks: Marks) -> list[list[int]]:
    return ((marks.periods - marks.periods[:1, :1]) // MICROSECOND).tolist()


def test_a_mark_holds_the_marks_inside_it_whatever_their_names() -> None:
    marks = marks_of(
        mark(0, 100, 4),
        mark(0, 60, 4, "fetch"),
        mark(60, 40, 4, "compute"),
        mark(200, 50, 5),
        mark(210, 10, 5, "fetch"),
    )
    assert marks.names == ("train", "train")
    assert marks.numbers == (4, 5)
    assert periods_us(marks) == [[0, 100], [200, 250]]
    assert marks.origin == MARKS


def test_a_callbacks_mark_inside_keras_own_of_the_same_name_is_no_second_step() -> None:
    assert len(marks_of(mark(0, 100, 1), mark(0, 100, 1), mark(5, 90, 1))) == 1


def test_a_mark_that_begins_where_another_ends_is_a_step_of_its_own() -> None:
    assert len(marks_of(mark(0, 100, 1), mark(100, 100, 2))) == 2


def test_a_mark_that_ends_after_the_one_it_began_in_lies_in_none() -> None:
    assert len(marks_of(mark(0, 100, 1), mark(99, 2, 2))) == 2


def test_steps_of_several_names_come_in_their_order() -> None:
    marks = marks_of(mark(200, 50, 1), mark(0, 50, 0), mark(100, 50, 0, "eval"))
    assert marks.names == ("train", "eval", "train")
    assert marks.numbers == (0, 0, 1)


def test_marks_on_two_threads_at_once_all_count() -> None:
    marks = find_marks(make_events({PYTHON: [mark(0, 100, 0)], OTHER: [mark(10, 50, 0, "eval")]}))
    assert marks.names == ("train", "eval")
    assert marks.lines.tolist() == [0, 1]


def test_marks_without_numbers_are_counted() -> None:
    marks = marks_of(mark(0, 10, None), mark(20, 10, None))
    assert (marks.numbers, marks.has_numbers, marks.has_levels) == ((0, 1), False, True)


def test_where_one_mark_tells_its_number_it_keeps_it() -> None:
    marks = marks_of(mark(0, 10, None), mark(20, 10, 7))
    assert (marks.numbers, marks.has_numbers) == ((0, 7), True)


def test_marks_with_a_number_alone_count_and_lack_the_level() -> None:
    marks = marks_of(mark(0, 10, 0, level=None), mark(20, 10, 1, level=None))
    assert (len(marks), marks.has_levels) == (2, False)


@pytest.mark.parametrize(("level", "count"), [(0, 0), (1, 1), (2, 1)])
def test_a_level_above_zero_makes_a_mark(level: int, count: int) -> None:
    assert len(marks_of(mark(0, 10, None, level=level))) == count


def test_marks_of_tensorflow_2_3_are_named_by_what_they_are_of() -> None:
    marks = marks_of(
        Made("TraceContext", 0, 10, {"step_num": 5, "graph_type": "train"}),
        Made("TraceContext", 20, 10, {"step_num": 6, "graph_type": "test"}),
        Made("TraceContext", 40, 10, {"step_num": 7}),
        Made("mine", 60, 10, {"step_num": 8, "graph_type": "train"}),
    )
    assert marks.names == ("train", "test", "TraceContext", "mine")
    assert marks.numbers == (5, 6, 7, 8)


@pytest.mark.parametrize(
    "name",
    [
        "FunctionRun",
        "SessionRun",
        "RunGraph",
        "ExecutorState::Process",
        "InstantiatedCapturedFunction::Run",
        "IteratorGetNextOp::DoCompute",
    ],
)
def test_a_run_of_a_graph_is_no_mark_though_it_is_a_root(name: str) -> None:
    assert len(marks_of(Made(name, 0, 10, {"_r": 1, "id": 3}))) == 0


@pytest.mark.parametrize(
    ("spelled", "names"),
    [
        (["step 4", "step 5"], ("step", "step")),
        (["train_4", "eval_5"], ("train", "eval")),
        (["train4", "train5"], ("train", "train")),
        (["train0", "train0"], ("train0", "train0")),
        (["train4", "train4"], ("train4", "train4")),
        (["4", "5"], ("4", "5")),
    ],
)
def test_names_that_all_end_with_their_steps_number_are_one_kind(spelled: list, names: tuple) -> None:
    marks = marks_of(*(mark(place * 20, 10, 4 + place, name) for place, name in enumerate(spelled)))
    assert (marks.names, marks.numbers, marks.spelled) == (names, (4, 5), set(spelled))


def test_nothing_marked_is_no_step() -> None:
    marks = marks_of(Made("train", 0, 10))
    assert (len(marks), marks.names, marks.periods.shape) == (0, (), (0, 2))
    assert len(find_marks(make_events({}))) == 0


def run(start_us: int, duration_us: int, number: int) -> Made:
    return Made("FunctionRun", start_us, duration_us, {"id": number, "_r": 1})


def test_the_outermost_calls_around_runs_that_fetch_are_steps_for_want_of_marks() -> None:
    host = make_events(
        {
            PYTHON: [
                Made("train_function", 0, 100),
                run(10, 80, 7),
                Made("other", 110, 50),
                run(120, 20, 8),
                Made("train_function", 200, 100),
                run(210, 30, 9),
                run(250, 30, 10),
                run(400, 20, 11),
            ]
        }
    )
    calls = find_calls(host, np.array([7, 9, 10, 11]))
    assert calls.names == ("train_function", "train_function", "FunctionRun")
    assert calls.numbers == (0, 1, 2)
    assert periods_us(calls) == [[0, 100], [200, 300], [400, 420]]
    assert calls.origin == CALLS


def test_where_nothing_fetches_no_call_is_a_step() -> None:
    assert len(find_calls(make_events({PYTHON: [run(10, 80, 7)]}), np.array([8]))) == 0
    assert len(find_calls(make_events({}), np.array([8]))) == 0
