"""How often operations ran, and their own time."""

from made_timelines import make_events
from spaces import POOL, PYTHON, Made

from reports.timeline.operations import Operation, order_operations, sum_operations


def operations(threads: dict[str, list[Made]]) -> list[tuple[str, str, int, int]]:
    return [(each.name, each.kind, each.num_calls, each.self_ns) for each in sum_operations(make_events(threads))]


def test_the_own_time_of_an_operation_is_without_those_inside_it_and_longest_first() -> None:
    assert operations({PYTHON: [
        Made("outer:PartitionedCall", 0, 100), Made("dense/MatMul:MatMul", 10, 60), Made("dense/MatMul:MatMul", 75, 5),
    ]}) == [("dense/MatMul", "MatMul", 2, 65_000), ("outer", "PartitionedCall", 1, 35_000)]  # fmt: skip


def test_other_events_inside_an_operation_leave_its_own_time_and_stages_of_tf_data_do_not() -> None:
    assert operations({PYTHON: [
        Made("a:MatMul", 0, 100), Made("memory", 10, 50), Made("Iterator::Root::Map", 70, 20),
    ]}) == [("a", "MatMul", 1, 80_000)]  # fmt: skip


def test_threads_do_not_hold_each_others_operations() -> None:
    found = operations({PYTHON: [Made("a:MatMul", 0, 100)], POOL: [Made("a:MatMul", 10, 50), Made("b:Relu", 70, 10)]})
    assert found == [("a", "MatMul", 2, 150_000), ("b", "Relu", 1, 10_000)]


def test_names_without_a_type_or_with_a_stages_are_no_operations() -> None:
    names = ["train", "Iterator::Root", "FunctionRun", "a b:MatMul", "a:2", "EagerExecute: step", "a::MatMul"]
    assert operations({PYTHON: [Made(name, place * 10, 5) for place, name in enumerate(names)]}) == []


def test_the_longest_comes_first() -> None:
    short, long = (Operation("a", "Relu", place, 1, spent) for place, spent in (("host", 5), ("device", 9)))
    assert order_operations([short, long]) == (long, short)
