"""What events carry, and the numbers of stages, in every form that a file can give them."""

import math
from typing import Any

import numpy as np
import pytest
from made_captures import BYTES, DOUBLE, INT64, REFERENCE, TEXT, UINT64, Event, add_line, get, read, read_space
from spaces import number_of

from mnist_core.files.xspace import build_space
from reports.xplane.events import LONGEST_NAME, Setting

RUN, STAGE, ALLOCATION = "FunctionRun", "Iterator::Root::Prefetch", "MemoryAllocation"


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        (INT64, 7, 7),
        (INT64, 0, 0),
        (INT64, -(2**63), -(2**63)),
        (UINT64, 7, 7),
        (UINT64, 2**63 - 1, 2**63 - 1),
        (UINT64, 2**63, -(2**63)),  # an address: what matters is that it is the same wherever it stands
        (UINT64, 2**64 - 1, -1),
        (TEXT, "42", 42),
        (TEXT, "-42", -42),
        (TEXT, "0", 0),
        (TEXT, str(2**63), -(2**63)),
        (TEXT, str(-(2**63)), -(2**63)),
        (BYTES, b"42", 42),
        (TEXT, str(2**64), None),
        (TEXT, str(-(2**63) - 1), None),
        (TEXT, "9" * 5000, None),  # more digits than Python reads
        (TEXT, "--5", None),
        (TEXT, "-", None),
        (TEXT, "", None),
        (TEXT, " 5", None),
        (TEXT, "4.0", None),
        (TEXT, "²", None),
        (TEXT, "unavailable", None),
        (BYTES, b"\xff", None),
        (DOUBLE, 4.0, None),
        (REFERENCE, 2**64 - 1, None),
        (REFERENCE, 0, None),
    ],
)
def test_a_whole_number_is_kept_however_it_is_written(field: str, given: Any, kept: int | None) -> None:
    assert get(read((RUN, 0, 1, ("id", field, given))), "id") == ({} if kept is None else {0: kept})


def test_an_argument_without_a_value_is_not_kept() -> None:
    space = build_space()
    plane = add_line(space, (RUN, 0, 1, ("id", INT64, 5)))
    plane.lines[0].events[0].stats[0].ClearField("int64_value")
    assert get(read_space(space).host, "id") == {}


def test_a_reference_is_the_name_of_another_argument() -> None:
    space = build_space()
    plane = add_line(space, (RUN, 0, 1, ("id", REFERENCE, 0)), ("TraceContext", 1, 1, ("graph_type", REFERENCE, 0)))
    plane.lines[0].events[0].stats[0].ref_value = number_of(plane.stat_metadata, "123")
    plane.lines[0].events[1].stats[0].ref_value = number_of(plane.stat_metadata, "train\n")
    host = read_space(space).host
    assert get(host, "id") == {0: 123}
    assert get(host, "graph_type") == {1: "train\\n"}


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        (TEXT, "train", "train"),
        (TEXT, "", ""),
        (TEXT, "\x1b[2Jgone\n", "\\x1b[2Jgone\\n"),
        (TEXT, "x" * 5000, "x" * LONGEST_NAME),
        (BYTES, b"tr\xffain", "tr\ufffdain"),
        (INT64, 5, "5"),
        (DOUBLE, 0.5, "0.5"),
        (REFERENCE, 77, ""),
    ],
)
def test_a_text_is_plain_and_not_endless(field: str, given: Any, kept: str) -> None:
    assert get(read(("TraceContext", 0, 1, ("graph_type", field, given))), "graph_type") == {0: kept}


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        (DOUBLE, 0.25, {0: 0.25}),
        (INT64, 1, {0: 1.0}),
        (TEXT, "0.5", {}),
        (DOUBLE, math.nan, {}),
        (DOUBLE, -math.inf, {}),
    ],
)
def test_a_fraction_is_a_number(field: str, given: Any, kept: dict[int, float]) -> None:
    found = read((ALLOCATION, 0, 0, ("fragmentation", field, given)))
    assert get(found, "fragmentation") == kept
    assert found.get("fragmentation").values.dtype == (np.float64 if kept else np.int64)


def test_an_argument_given_twice_is_what_was_said_last() -> None:
    twice = (RUN, 5, 1, ("id", INT64, 7), ("id", INT64, 3))
    assert get(read(twice, (RUN, 2, 1, ("id", INT64, 9)), twice), "id") == {0: 9, 1: 3, 2: 3}
    assert get(read((RUN, 5, 1, ("id", INT64, 7), ("id", TEXT, "no"))), "id") == {0: 7}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("train", {"step_num", "_r", "graph_type", "correlation_id"}),
        (STAGE, {"id", "parent_id"}),
        ("ReduceIterator::Root", {"id", "parent_id"}),
        ("IteratorGetNextOp::DoCompute", {"id", "iter_num"}),
        ("FunctionRun", {"id", "iter_num"}),
        ("ExecutorState::Process", {"id", "iter_num"}),
        ("InstantiatedCapturedFunction::Run", {"id", "iter_num"}),
        (ALLOCATION, {"tf_op", "allocator_name", "bytes_allocated", "fragmentation"}),
        ("MemoryDeallocation", {"tf_op", "allocator_name", "bytes_allocated", "fragmentation"}),
        ("dense/MatMul:MatMul", set()),
        ("$model.py:7 fit", set()),
        ("EagerExecute: AddV2", set()),
    ],
)
def test_every_kind_of_event_keeps_the_arguments_that_are_read_of_it(name: str, kept: set[str]) -> None:
    numbers = ("id", "parent_id", "iter_num", "step_num", "_r", "correlation_id", "bytes_allocated", "fragmentation")
    texts = ("graph_type", "tf_op", "annotation", "memcpy_details", "allocator_name", "something_else")
    stats = [(argument, INT64, 5) for argument in numbers] + [(argument, TEXT, "x") for argument in texts]
    assert set(read((name, 0, 1, *stats)).arguments) == kept


def test_the_first_iteration_is_no_iteration() -> None:
    given: list[Event] = [
        (RUN, at, 1, ("iter_num", field, value))
        for at, (field, value) in enumerate([(INT64, 0), (INT64, 2), (TEXT, "3"), (UINT64, 4)])
    ]
    assert get(read(*given), "iter_num") == {1: 2}


def stage(at: int, *told: tuple[str, Any], name: str = STAGE) -> Event:
    return (name, at, 1, *((argument, TEXT if isinstance(value, str) else INT64, value) for argument, value in told))


def test_a_setting_is_the_last_number_that_the_stage_told() -> None:
    host = read(
        stage(20, ("buffer_limit", 8), ("autotune", "true")),
        stage(10, ("buffer_limit", 2), ("autotune", "true")),
        stage(0, ("parallelism", 4), name=f"{STAGE}::Map"),
    )
    assert host.settings == {
        (STAGE, "buffer_limit"): Setting(8, tuned=True),
        (f"{STAGE}::Map", "parallelism"): Setting(4, tuned=False),
    }
    assert not host.arguments, "settings are kept once, not for every call"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["unavailable", 4], 4),
        ([4, "unavailable"], 4),
        (["unavailable", 4, "unavailable"], 4),
        ([4, "unavailable", 2], 2),
        (["unavailable", "unavailable"], None),
        ([4, 0], 0),
        ([4, -1], -1),
        ([4, "6"], 6),
    ],
)
def test_a_stage_that_was_too_busy_to_tell_keeps_its_number(told: list[Any], kept: int | None) -> None:
    given = [stage(at, ("parallelism", value)) for at, value in enumerate(told)]
    for order in (given, given[::-1]):
        assert read(*order).settings == {(STAGE, "parallelism"): Setting(kept, tuned=False)}


def test_of_calls_at_the_same_time_the_later_in_the_file_tells() -> None:
    assert read(stage(5, ("parallelism", 3)), stage(5, ("parallelism", 2))).settings[STAGE, "parallelism"].value == 2


def test_the_last_number_may_stand_on_an_earlier_thread() -> None:
    space = build_space()
    add_line(space, stage(0, ("parallelism", 7)), start_ns=9)
    add_line(space, stage(0, ("parallelism", 2)), start_ns=5)
    assert read_space(space).host.settings == {(STAGE, "parallelism"): Setting(7, tuned=False)}


def test_whether_autotune_chose_a_number_is_told_with_that_number() -> None:
    host = read(
        stage(1, ("parallelism", 7), ("autotune", "true"), ("buffer_size", 5)),
        stage(2, ("parallelism", 3), ("autotune", "false")),
        stage(3, ("autotune", "true")),
    )
    assert host.settings == {
        (STAGE, "parallelism"): Setting(3, tuned=False),
        (STAGE, "buffer_size"): Setting(5, tuned=True),
    }
