"""What cannot be said of a trace, why, and what to do: literal remarks for each kind of trace."""

import pytest
from made_traces import make_waits, read_space, read_trace
from spaces import BACKGROUND, PYTHON, Made, add_plane, make_slow_map, make_space

PROFILE_STEPS = 'mnist_core.profiling.ProfileSteps("logs", "START:STOP") in fit'
MARK_THEM = f'{PROFILE_STEPS}, or tf.profiler.experimental.Trace("train", step_num=n, _r=1).'
KERAS_MARKS = (
    "TensorBoard's Profile tab is empty for this trace (\"No step marker observed\"): Keras' TensorBoard callback calls"
    ' Trace("Profiled batch", step_num=batch) without _r=1, in Keras 3.15 too. The steps here are read from those marks'
    f" all the same. To fill the tab, capture again with {MARK_THEM}"
)
WEAK_MARKS = (
    'TensorBoard\'s Profile tab is empty for this trace ("No step marker observed"): its marks lack _r=1. The steps'
    f" here are read from them all the same. To fill the tab, capture again with {MARK_THEM}"
)
ONE_BATCH = (
    "One batch was captured, as with profile_batch=2, and one tells little: give Keras' TensorBoard callback"
    " profile_batch=(5, 20)."
)
LOOPS = (
    "TensorBoard's Profile tab takes the iterations of loops inside this trace's graphs (an LSTM, tf.map_fn,"
    " tf.while_loop, steps_per_execution) for its steps, and drops the marks. The steps here are the marks. A trace of"
    " mnist_core.profiling fills the tab too."
)
NO_MARKS = (
    'No event marks a step, so there are no steps to tell ("No step marker observed" in TensorBoard). Mark each'
    " step, the fetch of its batch included: "
)
OUTSIDE = (
    "The input is fetched outside the marked steps, so they do not show it, and the verdict is of the whole capture."
    " Put next(iterator) inside {}, together with the step."
)


def remarks_of(threads: dict[str, list[Made]]) -> tuple[str, ...]:
    return read_trace(threads).remarks


@pytest.mark.parametrize(
    ("weak", "expected"),
    [
        ({}, ()),
        ({"level": None}, (WEAK_MARKS,)),
        ({"mark": "Profiled batch", "level": None}, (KERAS_MARKS,)),
        ({"mark": "Profiled batch"}, ()),
        ({"num_steps": 1, "mark": "Profiled batch", "level": None}, (KERAS_MARKS, ONE_BATCH)),
        ({"num_steps": 2, "mark": "Profiled batch", "level": None}, (KERAS_MARKS,)),
        ({"num_steps": 1}, ()),
        ({"number": None}, (NO_MARKS + MARK_THEM,)),
    ],
)
def test_marks_that_tensorboard_does_not_see_are_told(weak: dict, expected: tuple) -> None:
    assert remarks_of(make_slow_map(**weak)) == expected


def make_calls(num_calls: int, name: str) -> dict[str, list[Made]]:
    """Calls of a function that fetches its batch itself, ahead of which tf.data works."""
    starts = [number * 10_000 for number in range(num_calls)]
    return {
        PYTHON: [
            event
            for number, start in enumerate(starts)
            for event in (Made(name, start, 10_000), Made("FunctionRun", start, 9_000, {"id": 50 + number}))
        ],
        "tf_Compute/4": [
            event
            for number, start in enumerate(starts)
            for event in (
                Made("IteratorGetNextOp::DoCompute", start, 100, {"id": 50 + number}),
                Made("Iterator::Root", start, 100),
            )
        ],
    }


@pytest.mark.parametrize(
    ("num_calls", "name", "told"),
    [
        (3, "train_function", "3 calls of train_function, which fetch the input itself, are taken for steps"),
        (1, "f", "1 call of f, which fetches the input itself, is taken for a step"),
    ],
)
def test_calls_that_are_taken_for_steps_are_told(num_calls: int, name: str, told: str) -> None:
    said = f"No event marks a step, so {told}. To have marks, capture with {MARK_THEM}"
    assert remarks_of(make_calls(num_calls, name)) == (said,)


def test_the_one_batch_that_keras_captures_without_its_mark_is_known() -> None:
    told, one = remarks_of(make_calls(1, "train_function"))
    assert "1 call of train_function, which fetches the input itself, is taken for a step" in told
    assert one == ONE_BATCH


def test_a_loop_in_a_graph_hides_the_marks_from_tensorboard_and_one_of_tf_data_does_not() -> None:
    threads = make_slow_map()
    iteration = Made("ExecutorState::Process", 5_000, 10, {"id": 900, "iter_num": 3})
    threads["tf_Compute/5"] = [iteration]
    assert remarks_of(threads) == (LOOPS,)
    threads["tf_Compute/5"] = [Made("InstantiatedCapturedFunction::Run", 4_900, 200, {"id": 900}), iteration]
    assert remarks_of(threads) == ()


def test_weak_marks_are_the_reason_before_any_loop() -> None:
    threads = make_slow_map(level=None)
    threads["tf_Compute/5"] = [Made("ExecutorState::Process", 5_000, 10, {"id": 900, "iter_num": 3})]
    of_loops = (
        f"{PROFILE_STEPS}. With _r=1 alone the tab would take the iterations of loops inside the graphs (an LSTM,"
        " tf.map_fn, tf.while_loop, steps_per_execution) for its steps."
    )
    assert remarks_of(threads) == (WEAK_MARKS.replace(MARK_THEM, of_loops),)


@pytest.mark.parametrize(
    ("starts_us", "thread", "told"),
    [
        ((0, 1_000, 2_000), "python/2", ()),
        ((0, 999, 2_000), "python/2", ("1 step begins before another has ended, on 2 threads",)),
        ((0, 500, 999), "python/2", ("2 steps begin before another has ended, on 2 threads",)),
        ((0, 999, 2_000), "python/1", ("1 step begins before another has ended",)),
    ],
)
def test_steps_that_overlap_are_told(starts_us: tuple[int, ...], thread: str, told: tuple[str, ...]) -> None:
    threads: dict[str, list[Made]] = {"python/1": []}
    for number, start in enumerate(starts_us):
        events = threads.setdefault(thread if number == 1 else "python/1", [])
        events.append(Made("train", start, 1_000, {"step_num": number, "_r": 1}))
    expected = tuple(f"{each}: their times together are more than the program took." for each in told)
    assert remarks_of(threads) == expected


def make_outside() -> dict[str, list[Made]]:
    """Four steps of 9 ms, each after a fetch of 1 ms."""
    return {PYTHON: [
        event
        for start in range(0, 40_000, 10_000)
        for event in (
            Made("Iterator::Root", start, 1_000),
            Made("Iterator::Root::Prefetch", start, 1_000),
            Made("train", start + 1_000, 9_000, {"step_num": start, "_r": 1}),
        )
    ]}  # fmt: skip


def test_a_fetch_outside_of_the_marks_is_told_where_it_is_so() -> None:
    assert remarks_of(make_outside()) == (OUTSIDE.format("Trace(...)"),)
    assert remarks_of(make_waits(1_000, 1_000)) == ()


def test_jax_is_never_told_to_use_tensorflow() -> None:
    call = Made("PjitFunction(update)", 30, 10)
    (unmarked,) = remarks_of({PYTHON: [call]})
    assert unmarked == NO_MARKS + 'jax.profiler.StepTraceAnnotation("train", step_num=n).'
    outside = make_outside()
    outside[PYTHON].append(Made("PjitFunction(update)", 1_500, 100))
    assert remarks_of(outside) == (OUTSIDE.format("jax.profiler.StepTraceAnnotation(...)"),)


@pytest.mark.parametrize(
    ("num_steps", "told"),
    [
        (1, "1 step that the profiler derived from the device is"),
        (2, "2 steps that the profiler derived from the device are"),
    ],
)
def test_steps_of_a_device_are_told_for_what_they_are(num_steps: int, told: str) -> None:
    space = make_space({PYTHON: [Made("anything", 0, 10)]})
    steps = [Made(f"{number}", number * 1000, 1000) for number in range(num_steps)]
    add_plane(space, "/device:GPU:0", {"Steps": steps, "Stream #1": [Made("gemm", 100, 500)]})
    expected = (
        f"No event of the host marks a step, so {told} taken. What the host did in them cannot be told. Mark each step:"
        f" {MARK_THEM}"
    )
    assert read_space(space).remarks == (expected,)


def test_a_device_without_a_host_is_told_to_mark_its_steps() -> None:
    streams = {"Steps": [Made("0", 0, 1000)], "Stream #1": [Made("gemm", 100, 500)]}
    (remark,) = read_space(make_space(streams, "/device:GPU:0")).remarks
    assert remark.startswith("No event of the host marks a step, so 1 step that the profiler derived")


def test_nothing_needs_no_remark() -> None:
    assert read_space(make_space({})).remarks == ()


def make_in_flight(wait_us: int, after_us: int) -> dict[str, list[Made]]:
    """A step that waits behind a prefetch for a map that no event tells of, then for one that is seen."""
    return {
        PYTHON: [
            Made("train", 0, 100_000, {"step_num": 0, "_r": 1}),
            Made("Iterator::Root", 0, wait_us),
            Made("Iterator::Root::Prefetch", 0, wait_us),
            Made("Iterator::Root", 50_000, after_us),
            Made("Iterator::Root::Prefetch", 50_000, after_us),
        ],
        BACKGROUND: [Made("Iterator::Root::Prefetch::Map", 50_000, after_us)],
    }


@pytest.mark.parametrize(("wait_us", "told"), [(20_000, "20.0"), (2_000, "2.00"), (1_000, "")])
def test_a_call_that_was_under_way_when_the_capture_began_is_told_unless_it_matters_little(
    wait_us: int, told: str
) -> None:
    trace = read_trace(make_in_flight(wait_us, 38_000 - wait_us if wait_us < 20_000 else 19_000))
    expected = (
        "A call of Map was under way when the capture began, and the trace does not hold it: {} ms of the wait are put"
        " down to it, whatever it or its inputs did."
    )
    assert trace.remarks == ((expected.format(told),) if told else ())
    assert trace.pipelines[0].slowest.name == "Map"
