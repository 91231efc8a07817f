"""What a step spends its time on, divided as xprof divides it."""

import itertools

import numpy as np
import pytest
from made_timelines import make_capture, mark
from spaces import PYTHON, Made, make_slow_map

from reports.timeline.devices import DeviceTime, time_devices
from reports.timeline.fetches import find_fetches
from reports.timeline.marks import find_marks
from reports.timeline.pipelines import build_pipelines
from reports.timeline.steps import PARTS, Step, count_places, measure_steps
from reports.xplane.periods import EMPTY, Period, Periods, merge

MICROSECOND = 1_000_000  # picoseconds


def steps_of(threads: dict[str, list[Made]], **device_us: list[Period]) -> tuple[Step, ...]:
    """The steps; `device_us` says when a device was at work, by the fields of `DeviceTime`."""
    capture = make_capture(threads)
    marks = find_marks(capture.host)
    fetches = find_fetches(capture.host, marks)
    device = time_devices(capture.host, capture.devices, marks)
    if device_us:
        names = ("computing", "collecting", "to_device", "to_host", "launching")
        device = DeviceTime(*(_scale(device_us.get(name, [])) for name in names), windows=marks.periods)
    return measure_steps(capture.host, marks, fetches, build_pipelines(capture.host, marks, fetches), device)


def _scale(periods: list[Period]) -> Periods:
    return merge(np.array(periods, np.int64) * MICROSECOND) if periods else EMPTY


def parts_us(step: Step) -> dict[str, float]:
    parts = {part: getattr(step, f"{part}_ns") / 1000 for part in PARTS}
    assert sum(parts.values()) * 1000 == step.duration_ns
    return {part: spent for part, spent in parts.items() if spent}


def test_a_step_waits_then_computes() -> None:
    steps = steps_of(make_slow_map(12))
    assert len(steps) == 12
    assert steps[1] == Step("train", 1, 10_000_000, 10_000_000, 8_100_000, 0, 1_850_000, 0, 0, 50_000)
    assert steps[1].name == "train 1"


def test_what_waits_for_input_does_not_compute_and_what_nothing_recorded_is_the_rest() -> None:
    (step,) = steps_of({PYTHON: [mark(0, 100), Made("call", 10, 70), Made("Iterator::Root", 20, 30)]})
    assert parts_us(step) == {"input": 30, "host": 40, "other": 30}


@pytest.mark.parametrize(
    ("name", "host"),
    [("train", 0), ("train/a:MatMul", 50), ("EagerExecute: step", 0), ("EagerLocalExecute", 0), ("FunctionRun", 0),
     ("EagerKernelExecute", 0), ("$loop.py:12 fit", 0), ("testing", 0), ("TFE_Py_Execute", 50), ("PyFunc:PyFunc", 50)],
)  # fmt: skip
def test_what_holds_others_and_frames_of_python_are_no_computing(name: str, host: int) -> None:
    (step,) = steps_of({PYTHON: [mark(0, 100), Made(name, 10, 50)]})
    assert step.host_ns == host * 1000


def test_a_mark_of_any_name_is_no_computing() -> None:
    (step,) = steps_of({PYTHON: [mark(0, 100, name="epoch"), mark(0, 60, name="fetch"), Made("call", 70, 10)]})
    assert parts_us(step) == {"host": 70, "other": 30}  # a mark inside a step is a call of it, as to xprof
    (step,) = steps_of({PYTHON: [mark(0, 100, name="epoch"), Made("call", 70, 10)]})
    assert parts_us(step) == {"host": 10, "other": 90}


def test_a_mark_whose_name_ends_with_its_number_is_no_computing() -> None:
    first, second = steps_of({PYTHON: [mark(0, 100, 7, "step 7"), mark(100, 100, 8, "step 8"), Made("call", 110, 20)]})
    assert (first.name, second.name) == ("step 7", "step 8")
    assert (parts_us(first), parts_us(second)) == ({"other": 100}, {"host": 20, "other": 80})


def test_graphs_that_a_step_runs_on_other_threads_are_its_computing_and_others_are_not() -> None:
    (step,) = steps_of(
        {
            PYTHON: [mark(0, 100), Made("FunctionRun", 5, 90, {"id": 7})],
            "tf_Compute/1": [
                Made("ExecutorState::Process", 20, 30, {"id": 7}),
                Made("ExecutorState::Process", 50, 30, {"id": 8}),
                Made("call", 80, 10),
            ],
        }
    )
    assert parts_us(step) == {"host": 30, "other": 70}


def test_a_fetch_counts_as_far_as_it_lies_within_its_step() -> None:
    threads = {PYTHON: [mark(0, 100, 0), mark(100, 100, 1), Made("Iterator::Root", 90, 30)]}
    assert [step.input_ns for step in steps_of(threads)] == [10_000, 20_000]


def test_steps_of_two_threads_at_once_each_wait_for_their_own() -> None:
    train, evaluate = steps_of(
        {
            PYTHON: [mark(0, 100), Made("Iterator::Root", 10, 20), Made("call", 30, 50)],
            "python/2": [mark(0, 100, name="eval"), Made("Iterator::Root", 0, 90)],
        }
    )
    assert parts_us(train) == {"input": 20, "host": 50, "other": 30}
    assert parts_us(evaluate) == {"input": 90, "other": 10}


def test_in_a_loop_inside_a_graph_the_input_of_the_body_is_the_wait() -> None:
    (step,) = steps_of({
        PYTHON: [mark(0, 100, name="epoch"), Made("FunctionRun", 0, 100, {"id": 7}), Made("call", 0, 100)],
        "tf_data_reduce_dataset/1": [
            Made("ReduceDatasetOp::DoCompute", 0, 100, {"id": 7}),
            Made("ReduceIterator::Root", 0, 100), Made("ReduceIterator::Root::Prefetch", 0, 100),
        ],
        "tf_data_prefetch/2": [Made("ReduceIterator::Root::Prefetch::Scan", 0, 100),
                               Made("ReduceIterator::Root::Prefetch::Scan::Map", 40, 15)],
    })  # fmt: skip
    assert parts_us(step) == {"input": 15, "host": 85}


@pytest.mark.parametrize(
    ("stages", "parts"),
    [
        (["Map"], {"input": 60, "other": 40}),
        (["Prefetch", "Map"], {"input": 60, "other": 40}),
        (["Prefetch"], {"other": 100}),  # the map or the body of a loop below it may be what the trace lacks
        (["Prefetch", "Scan"], {"other": 100}),
    ],
)
def test_a_reduction_waits_for_each_of_its_elements_where_it_is_known_for_one(stages: list, parts: dict) -> None:
    names = ["::".join(["ReduceIterator::Root", *stages[:depth]]) for depth in range(len(stages) + 1)]
    (step,) = steps_of(
        {
            PYTHON: [mark(0, 100), Made("FunctionRun", 0, 100, {"id": 7})],
            "tf_data_reduce_dataset/1": [
                Made("ReduceDatasetOp::DoCompute", 0, 100, {"id": 7}),
                *(Made(name, 10, 60) for name in names),
            ],
        }
    )
    assert parts_us(step) == parts


RANKED = ("computing", "to_host", "input", "collecting", "launching", "to_device", "host")
PART = {"computing": "device", "to_host": "other", "collecting": "device", "launching": "launch", "to_device": "copy"}


@pytest.mark.parametrize("names", list(itertools.combinations(RANKED, 2)))
def test_of_two_things_at_once_the_first_in_xprofs_order_counts(names: tuple[str, str]) -> None:
    periods = dict(zip(names, ((0, 60), (40, 100)), strict=True))
    threads = {PYTHON: [mark(0, 100)]}
    if "host" in periods:
        threads[PYTHON].append(Made("call", 40, 60))
    if "input" in periods:
        start, end = periods["input"]
        threads[PYTHON].append(Made("IteratorGetNextOp::DoCompute", start, end - start))
    device = {name: [period] for name, period in periods.items() if name not in {"host", "input"}}
    (step,) = steps_of(threads, **(device or {"computing": []}))
    expected: dict[str, float] = {}
    for name, spent in zip(names, (60, 40), strict=True):
        part = PART.get(name, name)
        expected[part] = expected.get(part, 0) + spent
    assert parts_us(step) == expected


@pytest.mark.parametrize(
    ("count", "places"), [(0, []), (1, [0]), (5, [0, 1, 2, 3, 4]), (6, [1, 2, 3, 4]), (7, [1, 2, 3, 4, 5])]
)
def test_of_six_or_more_steps_the_first_and_the_last_do_not_count(count: int, places: list) -> None:
    assert list(count_places(count)) == places


def test_no_steps_are_none() -> None:
    assert steps_of({PYTHON: [Made("call", 0, 10)]}) == ()
