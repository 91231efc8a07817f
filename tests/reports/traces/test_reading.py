"""A trace read back: with marks of every kind, without any, with nothing in it, cut short."""

from pathlib import Path

import pytest
from made_traces import MILLISECOND, make_trace, make_waits, read_space, read_trace, save
from spaces import PYTHON, Made, make_slow_map, make_space

from mnist_core.files.xspace import TraceError
from reports.timeline.marks import CALLS, MARKS
from reports.timeline.steps import Step
from reports.traces.reading import load_trace
from reports.traces.trace import StepKind
from reports.traces.verdict import CAPTURE, STEPS, InputVerdict


def test_a_step_computes_for_as_long_as_it_does_not_wait_for_input() -> None:
    trace = read_trace(make_waits(1000, 2000, 4000, 3000, 2000, 2500, 2000, 2000))
    assert trace.computing_ms is not None
    assert trace.step_ms is not None
    assert (trace.step_ms.median, trace.computing_ms.median) == (10.0, 7.75)
    assert make_trace([]).computing_ms is None


def test_a_marked_trace_needs_no_remark_and_the_steps_that_may_be_cut_do_not_count(tmp_path: Path) -> None:
    trace = load_trace(save(tmp_path, make_space(make_slow_map(12))))
    assert (len(trace.steps), trace.num_marks, trace.remarks, trace.notes) == (10, 12, (), ())
    assert [(each.kind, each.self_ns // MILLISECOND) for each in trace.operations] == [("PyFunc", 84), ("MatMul", 21)]
    assert trace.steps[0] == Step("train", 1, 10_000_000, 10_000_000, 8_100_000, 0, 1_850_000, 0, 0, 50_000)
    assert trace.steps[0].name == "train 1"
    assert trace.verdict == InputVerdict(0.81, STEPS, "highly input-bound")
    assert (trace.unclear, trace.activity, trace.origin) == ("", None, MARKS)
    assert trace.num_bytes == (tmp_path / "vm.xplane.pb").stat().st_size


@pytest.mark.parametrize(("marked", "counted"), [(1, 1), (2, 2), (5, 5), (6, 4), (7, 5)])
def test_of_six_steps_or_more_the_first_and_the_last_do_not_count(marked: int, counted: int) -> None:
    trace = read_trace(make_slow_map(marked))
    assert (trace.num_marks, len(trace.steps)) == (marked, counted)
    assert trace.steps[0].number == (0 if marked == counted else 1)


@pytest.mark.parametrize("mark", ["train", "Profiled batch"])
def test_marks_without_a_level_are_read_all_the_same(mark: str) -> None:
    marked, weak = (read_trace(make_slow_map(12, mark=mark, level=level)) for level in (1, None))
    assert weak.steps == marked.steps
    assert weak.verdict == marked.verdict


def test_no_marks_leave_stages_and_a_verdict_of_the_capture() -> None:
    trace = read_trace(make_slow_map(12, number=None))
    assert (trace.steps, trace.step_ms, trace.mean_step_ms, trace.split) == ((), None, None, None)
    assert trace.verdict == InputVerdict(pytest.approx(0.805), CAPTURE, "highly input-bound")
    assert trace.pipelines[0].slowest.name == "Map"


def make_calls(num_calls: int, name: str = "train_function") -> dict[str, list[Made]]:
    """Calls of a function that fetches its input itself: 6 of 10 ms, on a thread of tf.data."""
    python = [
        event
        for number in range(num_calls)
        for event in (
            Made(name, number * 10_000, 10_000),
            Made("FunctionRun", number * 10_000 + 100, 9_000, {"id": 50 + number}),
        )
    ]
    fetched = [
        event
        for number in range(num_calls)
        for event in (
            Made("IteratorGetNextOp::DoCompute", number * 10_000 + 200, 6_000, {"id": 50 + number}),
            Made("Iterator::Root", number * 10_000 + 200, 6_000),
            Made("Iterator::Root::Map", number * 10_000 + 200, 6_000),
        )
    ]
    return {PYTHON: python, "tf_data_iterator_get_next/4": fetched}


def test_calls_that_fetch_their_input_are_taken_for_steps_where_nothing_is_marked() -> None:
    trace = read_trace(make_calls(12))
    assert (trace.origin, trace.num_marks, len(trace.steps)) == (CALLS, 12, 10)
    assert trace.steps[0].name == "train_function 1"
    assert trace.verdict == InputVerdict(0.6, STEPS, "highly input-bound")


def test_marks_go_before_calls() -> None:
    threads = make_calls(3)
    threads[PYTHON] += [Made("train", number * 10_000, 9_900, {"step_num": number, "_r": 1}) for number in range(3)]
    trace = read_trace(threads)
    assert (trace.origin, [kind.name for kind in trace.kinds]) == (MARKS, ["train"])


def make_kinds(*counts: tuple[str, int], step_us: int = 1000) -> dict[str, list[Made]]:
    """Steps of several names, one after the other; each waits for a quarter of its time."""
    names = [name for name, count in counts for _ in range(count)]
    events = [
        event
        for place, name in enumerate(names)
        for event in (
            Made(name, place * step_us, step_us, {"step_num": place, "_r": 1}),
            Made("Iterator::Root", place * step_us, step_us // 4),
        )
    ]
    return {PYTHON: events}


def test_marks_are_told_apart_by_name_and_those_of_a_training_come_first() -> None:
    trace = read_trace(make_kinds(("eval", 30), ("train", 4), ("test", 2)))
    assert [(kind.name, kind.num_marked, len(kind.steps)) for kind in trace.kinds] == [
        ("train", 4, 4), ("eval", 30, 29), ("test", 2, 1),
    ]  # fmt: skip
    assert (trace.num_marks, len(trace.steps)) == (36, 4)
    assert {step.kind for step in trace.steps} == {"train"}


def test_without_a_training_the_steps_that_took_longest_come_first() -> None:
    assert [kind.name for kind in read_trace(make_kinds(("a", 2), ("b", 4))).kinds] == ["b", "a"]


def test_a_kind_whose_steps_are_all_cut_has_no_split() -> None:
    trace = read_trace(make_kinds(("eval", 1), ("train", 6)))
    assert trace.kinds[1] == StepKind("eval", 1, ())
    assert (trace.kinds[1].split, trace.kinds[1].mean_ms) == (None, 0.0)


def test_a_training_of_which_every_step_may_be_cut_does_not_come_first() -> None:
    trace = read_trace(make_kinds(("train", 1), ("eval", 6)))
    assert [(kind.name, len(kind.steps)) for kind in trace.kinds] == [("eval", 5), ("train", 0)]
    assert trace.verdict == InputVerdict(0.25, STEPS, "highly input-bound")


def test_the_pipeline_of_the_first_kind_of_steps_comes_first_however_short_its_wait() -> None:
    threads = {PYTHON: [
        Made("eval", 0, 5000, {"step_num": 0, "_r": 1}),
        Made("Iterator::Root", 0, 4000, {"id": 1}),
        Made("Iterator::Root::Map", 0, 4000, {"id": 2, "parent_id": 1}),
        Made("train", 6000, 5000, {"step_num": 0, "_r": 1}),
        Made("Iterator::Root", 6000, 100, {"id": 3}),
        Made("Iterator::Root::BatchV2", 6000, 90, {"id": 4, "parent_id": 3}),
    ]}  # fmt: skip
    trace = read_trace(threads)
    assert [(pipeline.chain, pipeline.consumer) for pipeline in trace.pipelines] == [
        ("BatchV2", "train"), ("Map", "eval"),
    ]  # fmt: skip
    assert trace.verdict == InputVerdict(0.02, STEPS, "not input-bound")


def test_nested_marks_are_counted_by_the_outermost() -> None:
    threads = make_slow_map(12)
    threads[PYTHON] += [Made("fetch", number * 10_000, 8_100, {"step_num": number, "_r": 1}) for number in range(12)]
    trace = read_trace(threads)
    assert (trace.num_marks, [kind.name for kind in trace.kinds]) == (12, ["train"])
    assert trace.steps == read_trace(make_slow_map(12)).steps


def test_what_the_profiler_complains_of_is_kept_the_errors_first() -> None:
    space = make_space(make_slow_map())
    space.warnings.append("Dropped 12 events.")
    space.errors.append("Failed to load libcupti:\n  is it \x1b[2Jinstalled?")
    trace = read_space(space)
    assert trace.notes == (r"Failed to load libcupti: is it \x1b[2Jinstalled?", "Dropped 12 events.")


def test_a_trace_in_which_nothing_ran_has_no_verdict() -> None:
    for plane in ("/host:CPU", "/device:GPU:0"):
        trace = read_space(make_space({}, plane=plane))
        assert (trace.verdict, trace.kinds, trace.pipelines, trace.num_rounds) == (None, (), (), 1)
        assert trace.remarks == ()


def test_the_share_of_the_work_is_told_up_to_all_of_it(tmp_path: Path) -> None:
    told: list[float] = []
    load_trace(save(tmp_path, make_space(make_slow_map())), tell=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1.0


def test_a_cut_file_and_a_foreign_one_are_told_apart_from_a_trace(tmp_path: Path) -> None:
    whole = make_space(make_slow_map()).SerializeToString()
    for content, reason in (
        (whole[: len(whole) // 2], "is cut short or no profiler trace"),
        (b"PK\x03\x04 a zip", "is cut short or no profiler trace"),
        (b"\x1a\x03abc", "is no profiler trace"),
    ):
        path = tmp_path / "file.xplane.pb"
        path.write_bytes(content)
        with pytest.raises(TraceError, match=reason) as raised:
            load_trace(path)
        assert str(raised.value).startswith(str(path))
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("num_seen", "lost"), [(0, None), (1, "2 steps are left out"), (2, "1 step is left out"), (3, None)]
)
def test_steps_whose_loop_the_profiler_lost_are_left_out(num_seen: int, lost: str | None) -> None:
    """Of a loop over a dataset inside a graph each step fetches; where none has a fetch, nothing was lost."""
    threads: dict[str, list[Made]] = {PYTHON: [], "tf_data_reduce/1": []}
    for number in range(3):
        start = number * 10_000
        threads[PYTHON] += [
            Made("epoch", start, 10_000, {"step_num": number, "_r": 1}),
            Made("FunctionRun", start + 10, 9_000, {"id": 70 + number, "_r": 1}),
        ]
        threads["tf_data_reduce/1"] += [
            Made("ReduceDatasetOp::DoCompute", start + 20, 8_000, {"id": 70 + number}),
            Made("ReduceIterator::Root", start + 30, 7_000, {"id": 1}),
        ]
        if number < num_seen:
            threads["tf_data_reduce/1"] += [
                Made("ReduceIterator::Root::Scan", start + 30, 7_000, {"id": 2, "parent_id": 1}),
                Made("ReduceIterator::Root::Scan::BatchV2", start + 40, 6_000, {"id": 3, "parent_id": 2}),
            ]
    trace = read_trace(threads)
    told = [remark for remark in trace.remarks if "left out" in remark]
    assert len(trace.steps) == (num_seen if lost else 3)
    assert (not told) if lost is None else told[0].startswith(lost)
    if num_seen:
        assert trace.verdict is not None
        assert trace.verdict.input_share == pytest.approx(0.6)
