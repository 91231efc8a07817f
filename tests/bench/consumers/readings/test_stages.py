"""What each stage has of the time: lower bounds by sleeping, the last that was seen, Python apart, or words."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf

from bench.consumers.readings import stages
from bench.consumers.readings.stages import NOTHING_TIMED, ModelReadings
from bench.consumers.registry import build_meter
from bench.subjects.opened_pipeline import OpenedPipeline
from mnist_core import InputError
from reports.record.case import PIPELINE, Case, Subject
from reports.record.program import StageTime, StageTimes
from reports.traces.reading import load_trace

SHORT_S, LONG_S = 0.001, 0.005
MILLISECOND = 1_000_000
SUBJECT = Subject(PIPELINE, "mine", "mine.py:mine")


def sleep_for(seconds: float) -> Callable[[tf.Tensor], tf.Tensor]:
    def sleep(number: Any) -> Any:
        time.sleep(seconds)
        return number

    return lambda number: tf.py_function(sleep, [number], tf.int64)


def make_sleeping() -> tf.data.Dataset:
    dataset = tf.data.Dataset.range(40).map(sleep_for(LONG_S)).shuffle(100)
    return dataset.filter(lambda number: number >= 0).map(sleep_for(SHORT_S)).batch(4)


def open_meter(make: Callable[[], tf.data.Dataset], consumer: str = "stages") -> Any:
    return build_meter(Case(SUBJECT, consumer), OpenedPipeline("mine.py:mine", make))


def read(make: Callable[[], tf.data.Dataset]) -> StageTimes:
    times: StageTimes = open_meter(make).read_stages()
    return times


def each_ns(stage: StageTime) -> float:
    return stage.busy_ns / stage.num_elements


def find(times: StageTimes, name: str) -> list[StageTime]:
    return [each for each in times.stages if each.name.startswith(name)]


@pytest.fixture(scope="module")
def sleeping() -> StageTimes:
    return read(make_sleeping)


def test_a_stage_has_at_least_what_its_function_sleeps_though_the_shuffle_has_swallowed_it(
    sleeping: StageTimes,
) -> None:
    after, slow = [each for each in sleeping.stages if "Map" in each.name]
    assert each_ns(slow) >= LONG_S * 1000 * MILLISECOND
    assert each_ns(after) >= SHORT_S * 1000 * MILLISECOND
    assert [each.name for each in sleeping.stages][-3:] == ["Shuffle(100)", "Map", "Range"]


def test_what_sleeps_in_python_is_python_and_has_its_line(sleeping: StageTimes) -> None:
    slow = find(sleeping, "Map")[-1]
    assert slow.python_ns is not None
    assert slow.num_elements * LONG_S * 1000 * MILLISECOND <= slow.python_ns <= slow.busy_ns
    line = make_sleeping.__code__.co_firstlineno + 1
    assert slow.place == f"{__file__}:{line}"
    assert [each.python_ns for each in find(sleeping, "Filter")] == [0]
    assert [each.python_ns for each in find(sleeping, "Range")] == [None]
    assert sleeping.python_ns >= slow.python_ns


def test_a_trace_of_the_same_pipeline_blames_the_same_stage(sleeping: StageTimes, tmp_path: Path) -> None:
    open_meter(make_sleeping, "observed").capture(tmp_path)
    (file,) = tmp_path.rglob("*.xplane.pb")
    (pipeline,) = load_trace(file).pipelines
    heaviest = max(sleeping.stages, key=lambda each: each.busy_ns)
    assert (pipeline.slowest.name, heaviest.name) == ("Map", "Map")
    assert pipeline.slowest.own_ps >= pipeline.slowest.num_calls * LONG_S * 10**12 * 0.9  # the first call may be cut
    for stage in pipeline.stages[1:]:
        assert any(each.name.startswith(stage.name) for each in sleeping.stages)


def sleep_in_numpy(number: tf.Tensor) -> tf.Tensor:
    def sleep(value: Any) -> Any:
        time.sleep(SHORT_S)
        return value

    return tf.ensure_shape(tf.numpy_function(sleep, [number], tf.int64), ())


def add_up(numbers: tf.Tensor) -> tf.Tensor:
    return numbers + tf.cast(tf.reduce_sum(tf.ones((100, 100)) @ tf.ones((100, 100))), tf.int64)


def keep_in_memory(dataset: tf.data.Dataset, _folder: Path) -> tf.data.Dataset:
    return dataset.cache()


def keep_behind_a_shuffle(dataset: tf.data.Dataset, _folder: Path) -> tf.data.Dataset:
    return dataset.cache().shuffle(50)


def keep_in_a_file(dataset: tf.data.Dataset, folder: Path) -> tf.data.Dataset:
    return dataset.cache(str(folder / "cache"))


def keep_in_a_snapshot(dataset: tf.data.Dataset, folder: Path) -> tf.data.Dataset:
    return dataset.snapshot(str(folder / "snapshot"))


def keep_endlessly(dataset: tf.data.Dataset, _folder: Path) -> tf.data.Dataset:
    return dataset.cache().repeat()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading of 0.5 s, which is several epochs of 50 ms."""
    monkeypatch.setattr(stages, "READING_S", 0.5)


Keep = Callable[[tf.data.Dataset, Path], tf.data.Dataset]
KEEPS = (keep_in_memory, keep_behind_a_shuffle, keep_in_a_file, keep_in_a_snapshot, keep_endlessly)


def make_kept(keep: Keep, folder: Path) -> tf.data.Dataset:
    source = tf.data.Dataset.range(50)
    slow = source.map(sleep_in_numpy)
    kept = keep(slow, folder)
    return kept.map(add_up).batch(10)


def find_line(number: int) -> str:
    """The place of a line of `make_kept`, counted from its first."""
    return f"{__file__}:{make_kept.__code__.co_firstlineno + number}"


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.usefixtures("soon")
def test_what_fills_a_cache_counts_in_the_first_epoch_alone_and_no_python_is_left(keep: Keep, tmp_path: Path) -> None:
    times = read(lambda: make_kept(keep, tmp_path))
    slow = next(each for each in times.stages if each.place == find_line(2))
    assert (slow.name, slow.is_first_only, slow.is_cut) == ("Map", True, False)
    assert slow.python_ns is not None
    assert 0 < slow.num_elements * SHORT_S * 1000 * MILLISECOND <= slow.python_ns <= slow.busy_ns
    assert times.python_ns == 0
    (last,) = find(times, "MapAndBatch")
    assert (last.place, last.python_ns, last.is_first_only) == (find_line(4), 0, False)
    assert not any(each.is_first_only for each in times.stages if "Cache" in each.name or "Reader" in each.name)
    assert all(each.is_first_only for each in times.stages if each.name in {"SnapshotWriter", "Range"})


@pytest.mark.usefixtures("soon")
def test_python_behind_a_cache_is_that_of_the_table(tmp_path: Path) -> None:
    times = read(lambda: keep_in_memory(tf.data.Dataset.range(50).map(sleep_in_numpy), tmp_path).map(sleep_in_numpy))
    behind, before = [each for each in times.stages if "Map" in each.name]
    assert (behind.is_first_only, before.is_first_only) == (False, True)
    assert times.python_ns == behind.python_ns


@pytest.mark.usefixtures("soon")
def test_a_cache_that_is_never_full_needs_what_feeds_it_in_every_epoch(tmp_path: Path) -> None:
    times = read(lambda: make_kept(lambda dataset, _folder: dataset.cache().take(20), tmp_path))
    assert [each.is_first_only for each in times.stages if each.place == find_line(2)] == [False]
    assert times.python_ns >= 20 * SHORT_S * 1000 * MILLISECOND


def test_a_first_epoch_that_is_cut_says_so_and_its_python_is_not_that_of_later_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages, "READING_S", 0.02)
    times = read(lambda: make_kept(keep_in_memory, tmp_path))
    slow = next(each for each in times.stages if each.place == find_line(2))
    assert (slow.is_first_only, slow.is_cut) == (True, True)
    assert 0 < slow.num_elements < 50
    assert times.python_ns == 0


@pytest.mark.usefixtures("soon")
def test_the_stage_after_a_snapshot_has_its_line_when_the_snapshot_is_read(tmp_path: Path) -> None:
    def make() -> tf.data.Dataset:
        written = tf.data.Dataset.range(50).map(lambda number: number + 1)
        kept = written.snapshot(str(tmp_path / "snapshot"))
        return kept.map(add_up).batch(10)

    for _ in make():
        pass
    times = read(make)
    first = make.__code__.co_firstlineno
    assert [each.place for each in find(times, "ParallelMap")] == [f"{__file__}:{first + 2}"]  # the snapshot's own
    assert [each.place for each in find(times, "MapAndBatch")] == [f"{__file__}:{first + 3}"]
    assert not any(each.is_first_only for each in times.stages)
    assert len(find(times, "SnapshotDatasetReader")) == 1


@pytest.mark.usefixtures("soon")
def test_the_interleave_that_reads_a_snapshot_is_not_a_persons(tmp_path: Path) -> None:
    def make() -> tf.data.Dataset:
        made = tf.data.Dataset.range(5).interleave(tf.data.Dataset.range, num_parallel_calls=2)
        return made.snapshot(str(tmp_path / "snapshot")).batch(2)

    for _ in make():
        pass
    assert [each.place for each in find(read(make), "ParallelInterleave")] == [""]


def make_generated() -> tf.data.Dataset:
    def generate() -> Any:
        for number in range(30):
            time.sleep(SHORT_S)
            yield number

    return tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((), tf.int64)).batch(4)


def test_a_generator_is_python() -> None:
    times = read(make_generated)
    (generator,) = find(times, "Generator")
    assert each_ns(generator) >= SHORT_S * 1000 * MILLISECOND
    assert generator.python_ns is not None
    assert generator.python_ns >= 0.5 * generator.busy_ns
    assert generator.place.startswith(__file__)
    assert [each.python_ns for each in find(times, "FlatMap")] == [None], "it is TensorFlow's own"


def test_the_datasets_of_an_interleave_are_one_stage_and_branches_are_several() -> None:
    def make() -> tf.data.Dataset:
        made = tf.data.Dataset.range(6).interleave(tf.data.Dataset.range, cycle_length=3)
        return tf.data.Dataset.zip(made, tf.data.Dataset.range(100)).batch(2)

    names = [each.name.partition("(")[0] for each in read(make).stages]
    assert names.count("Range") == 3  # of the interleave, inside of it, beside it


def test_autotune_that_is_off_is_turned_on_for_it() -> None:
    def make() -> tf.data.Dataset:
        options = tf.data.Options()
        options.autotune.enabled = False
        return tf.data.Dataset.range(1000).map(lambda number: number + 1).batch(10).with_options(options)

    times = read(make)
    assert not times.why
    assert any(each.busy_ns for each in find(times, "MapAndBatch"))


def test_an_older_tensorflow_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tf.data.experimental, "get_model_proto")
    monkeypatch.setattr(tf, "__version__", "2.16.2")
    assert read(make_generated) == StageTimes(
        (), 0, "TensorFlow 2.16.2 does not tell what its stages take: 2.17 and newer do"
    )


def test_a_pipeline_that_gives_nothing_is_bad_input() -> None:
    with pytest.raises(InputError, match="mine gives no batch: its dataset is empty"):
        read(lambda: tf.data.Dataset.range(0).batch(2))


def make_model(nodes: dict[int, tuple[str, int, int, list[int]]]) -> Any:
    """A model as ``get_model_proto`` gives it: name, elements, nanoseconds and inputs of each node, 0 is the output."""
    built = {
        number: SimpleNamespace(
            id=number, name=name, num_elements=count, processing_time=busy_ns, inputs=inputs, parameters=[]
        )
        for number, (name, count, busy_ns, inputs) in nodes.items()
    }
    return SimpleNamespace(output=0, nodes=built)


def take_passes(*passes: tuple[int, int]) -> ModelReadings:
    """Readings of a map under a repeat, after each pass: its elements and nanoseconds."""
    spent = iter(range(0, 1000, 100))
    readings = ModelReadings(lambda: {"token": next(spent)})
    for number, (count, busy_ns) in enumerate(passes):
        readings.take(
            make_model(
                {
                    0: ("Root", 1, 0, [1]),
                    1: ("ForeverRepeat", 9, 9, [10 + number]),
                    10 + number: ("Map", count, busy_ns, []),
                }
            )
        )
    return readings


def test_the_first_pass_builds_functions_and_the_last_is_cut_so_that_neither_counts() -> None:
    counted, stages = take_passes((10, 900), (10, 100), (10, 300), (2, 5)).list()
    assert [each.name for each in stages] == ["Map"]
    assert [(each.num_elements, each.busy_ns, each.is_later) for each in counted] == [(10, 200, True)]


def test_of_two_passes_the_second_counts_and_of_one_that_one() -> None:
    assert [each.busy_ns for each in take_passes((10, 900), (4, 40)).list()[0]] == [40]
    assert [(each.busy_ns, each.is_later) for each in take_passes((10, 900)).list()[0]] == [(900, False)]
    assert ModelReadings(dict).list() == ([], [])


def test_python_is_of_the_same_passes() -> None:
    readings = take_passes((1, 1), (1, 1), (1, 1), (1, 1))  # it is read at the begin of each, 100 ns apart
    assert readings.average_python(is_later=True) == {"token": 100}
    assert readings.average_python(is_later=False) == {"token": 100}


def test_what_is_seen_in_the_first_pass_alone_runs_there_alone_if_it_fills_a_cache() -> None:
    above = {0: ("Root", 1, 0, [1]), 1: ("ForeverRepeat", 1, 1, [2])}
    first = {
        2: ("Shuffle", 5, 9, [3]),
        3: ("MemoryCacheImpl", 5, 9, [4]),
        4: ("Map", 5, 500, [5]),
        5: ("Range", 5, 1, []),
    }
    swallowed = {2: ("Shuffle", 5, 9, [3]), 3: ("Map", 5, 500, [])}
    for nodes, found in (
        (first, [("Range", True), ("Map", True), ("MemoryCacheImpl", False), ("Shuffle", False)]),
        (swallowed, [("Map", False), ("Shuffle", False)]),
    ):
        readings = ModelReadings(dict)
        readings.take(make_model({**above, **nodes}))
        assert [(each.name, each.is_cut) for each in readings.list()[0]] == found
        readings.take(make_model({**above, 1: ("ForeverRepeat", 1, 1, [9]), 9: ("Shuffle", 5, 9, [])}))
        assert [(each.name, each.is_first_only) for each in readings.list()[0]] == found
        assert not any(each.is_cut for each in readings.list()[0])


def test_what_a_shuffle_takes_before_its_first_element_is_the_making_of_what_feeds_it() -> None:
    readings = ModelReadings(dict)
    for count, busy_ns in ((0, 0), (0, 700), (5, 750)):
        nodes = {0: ("Root", 1, 0, [1]), 1: ("ForeverRepeat", 1, 1, [2]), 2: ("Shuffle", count, busy_ns, [])}
        readings.take(make_model(nodes))
    assert [each.busy_ns for each in readings.list()[0]] == [50]


def test_what_stands_above_a_cache_in_the_first_pass_alone_counts_there() -> None:
    readings = ModelReadings(dict)
    first = {0: ("Root", 1, 0, [1]), 1: ("ForeverRepeat", 1, 1, [2]), 2: ("Cache", 5, 50, [3]), 3: ("Map", 5, 500, [])}
    second = {0: ("Root", 1, 0, [1]), 1: ("ForeverRepeat", 1, 1, [4]), 4: ("Cache", 5, 20, [])}
    for nodes in (first, second):
        readings.take(make_model(nodes))
    assert [(each.name, each.busy_ns, each.is_later) for each in readings.list()[0]] == [
        ("Map", 500, False),
        ("Cache", 20, True),
    ]


def test_where_nothing_is_timed_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model(
        {0: ("Root", 0, 0, [1]), 1: ("ForeverRepeat", 0, 0, [2]), 2: ("BatchV2", 2, 0, [3]), 3: ("Range", 2, 0, [])}
    )
    monkeypatch.setattr(tf.data.experimental, "get_model_proto", lambda _iterator: model)
    times = read(lambda: tf.data.Dataset.range(8).batch(2))
    assert times.why == NOTHING_TIMED
