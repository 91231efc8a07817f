"""The measuring from a program of one's own, for real, on a few digits."""

from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf

from bench import WorkerError, build_case, capture, measure, save_record
from mnist_core import InputError
from reports import load_record, summarize

pytestmark = pytest.mark.process
POST = build_case("post")
WORDS = ["a", "b", "c"] * 20


def make_numbers(count: int = 400) -> tf.data.Dataset:
    return tf.data.Dataset.range(count).shuffle(10).batch(4)


@pytest.mark.parametrize(
    ("cases", "options", "message"),
    [
        ((), {}, r'^there is nothing to measure: give a case, such as build_case\("post"\)\.$'),
        ((POST, replace(POST, num_examples=640)), {}, "^two cases have the id post-default-cpu: "),
        ((replace(POST, arm="x"),), {}, "^arm must be one of default, raw, .*got 'x'.$"),
        ((replace(POST, num_examples=-5),), {}, r"^num_examples must be an int >= 1, got -5\.$"),
        ((replace(POST, consumer="emulated", step_ms=-3),), {}, r"^step_ms must be above 0, got -3\.$"),
        ((replace(POST, consumer="traced"),), {}, "^post-traced-default-cpu takes no turns: give it to capture.$"),
        ((POST,), {"min_rounds": 0}, "got 0 and 20.$"),
        ((POST,), {"min_rounds": 9, "max_rounds": 8}, "got 9 and 8.$"),
        ((POST,), {"seconds": -1}, r"^seconds must be a number of at least 0, got -1\.$"),
        ((POST,), {"seconds": "a"}, r"^seconds must be a number of at least 0, got 'a'\.$"),
        ((POST,), {"seconds": True}, r"^seconds must be a number of at least 0, got True\.$"),
        ((POST,), {"seconds": float("nan")}, r"^seconds must be a number of at least 0, got nan\.$"),
        ((POST,), {"seconds": float("inf")}, r"^seconds must be a number of at least 0, got inf\.$"),
    ],
)
def test_what_cannot_be_measured_together_is_told_before_anything_starts(cases, options, message: str) -> None:
    with pytest.raises(InputError, match=message):
        measure(*cases, source="no such source", **options)


def test_functions_and_datasets_take_turns_and_what_calls_python_is_measured_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2])
    table = tf.lookup.StaticHashTable(values, -1)
    called = {
        "called": tf.data.Dataset.range(40).map(lambda x: tf.numpy_function(lambda y: y + 1, [x], tf.int64)),
        "looked_up": lambda: tf.data.Dataset.from_tensor_slices(WORDS).map(table.lookup).batch(7),
    }
    record = measure(
        *(make_numbers, called, make_numbers()),
        seconds=0,
        min_rounds=6,
        seed=3,
        reads_memory=False,
        reads_stages=False,
        shows_progress=False,
    )
    assert capsys.readouterr().err == ""
    assert [(case.name, case.case.subject.kind, case.group, len(case.turns)) for case in record.cases] == [
        ("make_numbers", "pipeline", "pipelines", 6),
        ("looked_up", "graph", "pipelines", 6),
        ("dataset", "graph", "pipelines", 6),
        ("called", "object", "this process", 6),
    ]
    sizes = {case.name: {turn.sample.num_examples for turn in case.turns} for case in record.cases}
    assert sizes == {"make_numbers": {400}, "looked_up": {60}, "dataset": {400}, "called": {40}}
    chains = {case.name: case.program.chain for case in record.cases if case.program is not None}
    assert chains["dataset"] == chains["make_numbers"] == "Prefetch(auto) > BatchV2 > Shuffle(10) > Range"
    assert "Map" in chains["called"]
    summary = summarize(record)
    assert summary.reference == "make_numbers"
    assert [case.name for case in summary.cases if case.ratio is None and not case.is_reference] == ["called"]


def test_what_a_dataset_holds_and_where_its_time_goes_is_read_as_well_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = measure(make_numbers(), seconds=0, min_rounds=1, max_rounds=1)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.partition(" after")[0] for line in shown.err.splitlines() if "0000 00:00" not in line] == [
        "",
        "warming up 1/1: dataset-default-cpu",
        "warmed up 1/1: dataset-default-cpu",
        "round 1 done",
        "the budget ended with 1 of 1 intervals wider than 10% of their median",
        "reading stages 1/1: dataset-stages-default-cpu",
        "read stages 1/1: dataset-stages-default-cpu",
        "reading memory 1/1: dataset-default-cpu",
        "read memory 1/1: dataset-default-cpu",
    ]
    assert [(case.name, case.consumer) for case in record.cases] == [
        ("dataset", "drain"),
        ("dataset", "stages"),
        ("dataset", "memory"),
    ]
    assert record.cases[2].memory is not None
    save_record(record, str(tmp_path / "runs/record.json"))
    assert load_record(tmp_path / "runs").cases == record.cases


def test_what_is_measured_here_takes_turns_with_what_else_is() -> None:
    def make(scale: int) -> tf.data.Dataset:
        return tf.data.Dataset.range(30).map(lambda x: tf.numpy_function(lambda y: y * scale, [x], tf.int64))

    record = measure({"one": make(1), "two": make(2)}, seconds=0, min_rounds=6)
    assert {case.case.subject.kind for case in record.cases} == {"object"}
    assert {case.name: case.ratio is not None for case in summarize(record).cases}["two"]


def test_what_fails_is_told_with_its_element() -> None:
    failing = tf.data.Dataset.range(9).map(lambda x: 1 // (x - 4))
    with pytest.raises(
        WorkerError, match="^mine-default-cpu: mine fails, element 4 counted from 0: .*division by zero"
    ):
        measure({"mine": failing}, seconds=0)
    empty = tf.data.Dataset.from_generator(lambda: iter(()), output_signature=tf.TensorSpec((), tf.int32))
    with pytest.raises(WorkerError, match="^empty-default-cpu: empty gives no batch: its dataset is empty"):
        measure({"empty": empty}, seconds=0)


def test_only_a_traced_case_is_captured(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^a trace is captured of the consumer traced, got drain.$"):
        capture(POST, tmp_path)


def test_a_ratio_is_to_the_reference_that_was_named(digits_file: str) -> None:
    cases = [build_case(name, reference="no_prefetch") for name in ("no_prefetch", "batch_before_map")]
    summary = summarize(measure(*cases, source=digits_file, seconds=0, min_rounds=6))
    ratios = {case.name: case.ratio for case in summary.cases}
    assert ratios["no_prefetch"] is None or ratios["no_prefetch"].median == 1
    assert ratios["batch_before_map"] is not None
    assert ratios["batch_before_map"].median > 0


def test_cases_take_turns_and_memory_is_read_beside_them(digits_file: str) -> None:
    cases = [build_case("post"), build_case("batch_before_map", "memory"), build_case("batch_before_map")]
    record = measure(*cases, source=digits_file, seconds=0, min_rounds=2, seed=3)
    assert [(case.name, case.consumer, len(case.turns), case.seed) for case in record.cases] == [
        ("post", "drain", 2, 3),
        ("batch_before_map", "memory", 0, 3),
        ("batch_before_map", "drain", 2, 3),
    ]
    assert {turn.sample.num_examples for case in record.cases for turn in case.turns} == {200}
    assert record.machine.num_cores >= 1


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="here the GPU is found")
def test_a_case_that_cannot_be_measured_is_an_error_with_its_name(digits_file: str) -> None:
    on_gpu = replace(build_case("batch_before_map", "train"), device="gpu")
    with pytest.raises(WorkerError, match=r"^batch_before_map-train-default-gpu: no GPU here: .+\.$"):
        measure(on_gpu, source=digits_file, seconds=0)


def test_a_trace_is_captured_and_read_back(digits_file: str, tmp_path: Path) -> None:
    trace = capture(build_case("batch_before_map", "traced"), tmp_path / "traces", source=digits_file)
    assert trace.verdict is not None
    assert trace.steps
    assert list((tmp_path / "traces").rglob("*.xplane.pb"))
