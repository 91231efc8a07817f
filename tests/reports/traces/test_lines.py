"""What a trace says of its input: literal sentences for each kind of trace."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from made_traces import MILLISECOND, make_step, make_trace, make_waits, read_space, read_trace
from spaces import BACKGROUND, PYTHON, Made, make_slow_map, make_space, number_of

from reports.traces.lines import NO_STAGES, list_notes, tell_counted, tell_verdict
from reports.traces.trace import StepKind

NO_TF_DATA = "cannot tell from this trace: no tf.data in it, so it does not show how long the steps wait for input"
ADVICE = (
    "to do: feed the steps from tf.data, or mark what loads a batch, inside of the step, with"
    ' tf.profiler.experimental.Trace("load")'
)
OPENED = (
    "in the steps their thread ran step 20 %, 80 % nothing that was recorded (Python, or waiting; in 72 % no other"
    " thread did anything either)"
)
JAX_ADVICE = (
    'to do: mark what loads a batch with jax.profiler.TraceAnnotation("load"), inside of'
    ' jax.profiler.StepTraceAnnotation("train", step_num=n)'
)


def make_loader(*inside: Made) -> dict[str, list[Made]]:
    """Four steps of 10 ms: 7.5 ms of loading in Python, 2 ms of a call; decoding on another thread in the first."""
    python = [
        event
        for number in range(4)
        for event in (
            Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}),
            Made("$loader.py:7 load", number * 10_000, 7_000),
            Made("$loader.py:9 read", number * 10_000 + 1_000, 5_000),
            Made("step", number * 10_000 + 7_500, 2_000),
        )
    ]
    return {PYTHON: [*python, *inside], "decoder/2": [Made("decode", 0, 3_000)]}


def without_python(threads: dict[str, list[Made]]) -> dict[str, list[Made]]:
    return {thread: [event for event in events if not event.name.startswith("$")] for thread, events in threads.items()}


def test_a_loader_in_python_cannot_be_judged_and_the_steps_are_opened() -> None:
    assert tell_verdict(read_trace(make_loader())) == [
        NO_TF_DATA,
        OPENED,
        "Python's own time there: loader.py:9 read 50 %, loader.py:7 load 20 %",
        ADVICE,
    ]


def test_without_the_tracer_of_python_its_functions_are_not_told() -> None:
    told = tell_verdict(read_trace(without_python(make_loader())))
    assert told[0] == NO_TF_DATA
    assert told[2:] == [ADVICE]


@pytest.mark.parametrize(
    ("durations_us", "told"),
    [
        ((199,), "step 20 %, 80 % nothing"),
        ((300,), "step 20 %, call 0 1 %, 79 % nothing"),
        ((300, 500, 400), "step 20 %, call 1 1 %, call 2 1 %, 77 % nothing"),
    ],
)
def test_the_three_longest_calls_of_a_step_are_told_unless_they_round_to_nothing(
    durations_us: tuple[int, ...], told: str
) -> None:
    calls = [Made(f"call {place}", place * 10_000 + 9_500, each) for place, each in enumerate(durations_us)]
    (_, opened, _) = tell_verdict(read_trace(without_python(make_loader(*calls))))
    assert opened.startswith(f"in the steps their thread ran {told}")


def test_the_first_and_the_last_of_many_steps_are_not_opened() -> None:
    marks = [Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}) for number in range(6)]
    calls = [Made("first", 0, 9_000), Made("inner", 20_000, 5_000), Made("last", 50_000, 9_000)]
    told = tell_verdict(read_trace({PYTHON: [*marks, *calls]}))
    assert told[1].startswith("in the steps their thread ran inner 12 %, 88 % nothing that was recorded")


def test_jax_gets_the_advice_of_jax() -> None:
    told = tell_verdict(read_trace(make_loader(Made("PjitFunction(update)", 7_600, 100))))
    assert told[-1] == f"{JAX_ADVICE}: a capture by JAX holds no stages of tf.data"
    assert not any("tf.profiler" in line for line in told)


def test_steps_that_fetch_from_none_of_the_pipelines_cannot_be_judged() -> None:
    threads = make_loader(Made("FunctionRun", 7_600, 100, {"id": 3}))
    threads["loader/7"] = [Made("Iterator::Root", number * 10_000, 9_000) for number in range(4)]
    told = tell_verdict(read_trace(threads))
    assert told[0] == "cannot tell from this trace: its steps fetch from none of the tf.data pipelines in it"
    assert told[-1] == ADVICE
    threads[PYTHON].append(Made("PjitFunction(update)", 7_900, 100))
    assert tell_verdict(read_trace(threads))[-1] == JAX_ADVICE


def test_neither_steps_nor_tf_data_is_one_line() -> None:
    assert tell_verdict(read_trace({PYTHON: [Made("anything", 0, 10)]})) == [
        "cannot tell from this trace: neither steps nor tf.data in it"
    ]


def test_nothing_ran() -> None:
    assert tell_verdict(read_space(make_space({}))) == [
        "nothing that the profiler records ended in this capture: start the profiler, run some steps, and stop it then"
    ]


def test_steps_of_a_device_alone_cannot_be_judged() -> None:
    streams = {"Steps": [Made("0", 0, 1000), Made("1", 1000, 1000)], "Stream #1": [Made("gemm", 100, 500)]}
    assert tell_verdict(read_space(make_space(streams, "/device:GPU:0"))) == [
        "cannot tell from this trace: the host marks no step, so no wait for input can be put down to one"
    ]


def test_what_keeps_up_says_what_else_takes_the_time() -> None:
    assert tell_verdict(read_trace(make_waits(10, 10, 10))) == [
        "not input-bound: <1 % of the step time is waiting for input",
        "most of a step, 100 %, is other: Python, compilation, output",
        "the pipeline keeps up: 0.03 ms of waiting in all, most of it for Root",
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("host_ns", "most of a step, 90 %, is host compute"),
        ("device_ns", "most of a step, 90 %, is device compute"),
        ("launch_ns", "most of a step, 90 %, is kernel launch"),
        ("other_ns", "most of a step, 90 %, is other: Python, compilation, output"),
    ],
)
def test_what_is_not_input_bound_says_what_takes_the_time(part: str, said: str) -> None:
    step = replace(make_step(0.1), host_ns=0, other_ns=round(0.9 * MILLISECOND))
    lines = tell_verdict(make_trace([replace(step, **{part: 9 * MILLISECOND})] * 6))
    assert lines[:2] == ["not input-bound: 1 % of the step time is waiting for input", said]
    assert not any("to do:" in line for line in lines)


@pytest.mark.parametrize(("copied_ms", "blames_copies"), [(1.0, False), (1.1, True)])
def test_where_more_of_the_wait_is_copying_the_pipeline_is_not_blamed(copied_ms: float, blames_copies: bool) -> None:
    lines = tell_verdict(make_trace([make_step(1.0, copy_ns=copied_ms)] * 6))
    assert lines[0] == f"highly input-bound: {20 if copied_ms == 1 else 21} % of the step time is waiting for input"
    assert lines[2].startswith("slowest stage: Map") != blames_copies
    assert (
        "most of that wait, 11 % of the step time, is copying to the device: the pipeline itself keeps up" in lines
    ) == blames_copies


def test_a_wait_whose_pipeline_is_not_in_the_trace_is_put_down_to_no_other() -> None:
    threads = make_slow_map(4)
    threads[PYTHON] = [event for event in threads[PYTHON] if "Iterator::" not in event.name]
    trace = read_trace(threads)
    assert trace.pipelines
    assert trace.awaited is None
    assert tell_verdict(trace) == [
        "highly input-bound: 81 % of the step time is waiting for input",
        "without that wait a step would take 1.9 ms instead of 10.0 ms, at best",
        NO_STAGES,
    ]


def test_the_capture_promises_no_gain_for_a_step() -> None:
    lines = tell_verdict(read_trace(make_slow_map(12, number=None)))
    assert lines[0] == "highly input-bound: 80 % of the captured time is waiting for input"
    assert not any("without that wait" in line for line in lines)


def test_steps_of_other_names_have_a_line_each() -> None:
    names = [*["train"] * 8, "eval", "eval", "test"]
    threads = {PYTHON: [
        event
        for place, name in enumerate(names)
        for event in (
            Made(name, place * 1000, 1000, {"step_num": place, "_r": 1}),
            Made("Iterator::Root", place * 1000, 250 if name == "eval" else 30),
        )
    ]}  # fmt: skip
    assert tell_verdict(read_trace(threads))[3:] == [
        "2 steps named eval, mean 1.0 ms, 25 % waiting for input",
        "1 step named test, of which 0 count",
    ]


@pytest.mark.parametrize(
    ("num_marked", "num_counted", "said"),
    [
        (1, 1, "1 step named train"),
        (2, 2, "2 steps named train"),
        (3, 1, "3 steps named train, of which 1 counts"),
        (
            1200,
            1198,
            "1,200 steps named train, of which 1,198 count",
        ),
    ],
)
def test_marked_steps_and_those_that_count_are_told(num_marked: int, num_counted: int, said: str) -> None:
    assert tell_counted(StepKind("train", num_marked, (make_step(1.0),) * num_counted)) == said


@pytest.mark.parametrize(
    ("count", "last"),
    [(1, "the profiler says: note 0"), (5, "the profiler says: note 4"), (6, "and 1 more"), (9, "and 4 more")],
)
def test_of_many_notes_the_first_are_shown_and_the_others_counted(count: int, last: str) -> None:
    notes: Sequence[str] = [f"note {number}" for number in range(count)]
    listed = list_notes(replace(make_trace([make_step(1.0)]), notes=tuple(notes)))
    assert listed[-1] == last
    assert listed[:5] == [f"the profiler says: {note}" for note in notes[:5]]
    assert len(listed) == min(count, 6)


@pytest.mark.parametrize(
    ("input_ms", "said"),
    [
        (0.499, "not input-bound: 4.9 %"),
        (0.5, "moderately input-bound: 5 %"),
        (1.94, "moderately input-bound: 19 %"),
        (1.999, "moderately input-bound: 19.9 %"),
        (2.0, "highly input-bound: 20 %"),
    ],
)
def test_no_rounding_lifts_a_share_over_a_threshold(input_ms: float, said: str) -> None:
    assert tell_verdict(make_trace([make_step(input_ms)] * 6))[0].startswith(said)


@pytest.mark.parametrize(
    ("name", "duration_us", "is_loading"),
    [
        ("load", 5_000, True),
        ("NextBatch", 500, True),
        ("load", 499, False),
        ("thread", 5_000, False),
        ("tsl::InputBuffer", 5_000, False),
        ("compute", 5_000, False),
    ],
)
def test_a_call_that_seems_to_load_batches_is_what_steps_may_wait_for(
    name: str, duration_us: int, is_loading: bool
) -> None:
    mark, call = Made("train", 0, 10_000, {"step_num": 0, "_r": 1}), Made(name, 0, duration_us)
    advice = (
        f"to do: if {name} loads the batches, steps wait for it, {duration_us // 100} % of their time: load ahead, as"
        " with tf.data"
    )
    assert tell_verdict(read_trace({PYTHON: [mark, call]}))[-1] == (advice if is_loading else ADVICE)


def make_timed(threads: dict[str, list[Made]], duration_ms: int) -> object:
    """A space whose profiler noted how long it ran."""
    space = make_space(threads)
    plane = space.planes.add(name="Task Environment")
    for name, value in (("profile_start_time", 10**9), ("profile_stop_time", 10**9 + duration_ms * MILLISECOND)):
        plane.stats.add(metadata_id=number_of(plane.stat_metadata, name), uint64_value=value)
    return space


def test_a_capture_lasts_as_long_as_its_profiler_notes() -> None:
    threads = {PYTHON: [Made("IteratorGetNextOp::DoCompute", 0, 10_000), Made("Iterator::Root", 0, 10_000)]}
    trace = read_space(make_timed(threads, 40))
    assert trace.capture_ms == 40
    assert tell_verdict(trace)[0] == "highly input-bound: 25 % of the captured time is waiting for input"
    assert read_space(make_timed(threads, 5)).capture_ms == 10  # less than its events took


def test_a_capture_in_which_nothing_ended_says_how_long_it_was() -> None:
    (said,) = tell_verdict(read_space(make_timed({}, 51)))
    assert said.startswith("nothing that the profiler records ended in this capture of 51.0 ms: start the profiler")


def test_a_pipeline_without_a_fetch_that_ended_needs_a_longer_capture() -> None:
    threads = {BACKGROUND: [Made("Iterator::Root::Prefetch::Map", 0, 8_000, {"id": 3, "parent_id": 2})]}
    assert tell_verdict(read_space(make_timed(threads, 20))) == [
        "cannot tell from this trace: no fetch from tf.data ended in the 20.0 ms of it: capture longer"
    ]


@pytest.mark.parametrize(("length", "shown"), [(300, "x" * 300), (301, f"{'x' * 297}...")])
def test_a_long_note_is_cut(length: int, shown: str) -> None:
    trace = replace(read_trace(make_waits(1)), notes=("x" * length,))
    assert list_notes(trace) == [f"the profiler says: {shown}"]
