"""What is said of a dataset without running an epoch: of pipelines of many kinds, and by hand of some."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from pipeline_files import FOLDER, TEXTS

from bench.pipelines.builders import find_builder
from bench.pipelines.describe import describe_dataset
from bench.subjects.pipeline_text import describe_pipeline
from reports.drawing.text import render_text
from reports.record.case import Subject
from reports.record.description import Argument, Description, ElementBytes, Holding, StageDescription
from reports.tables.description import tabulate_description

PICTURE_BYTES = 64 * 64 * 3 * 4 + 8  # float32, and a label
CHAINS = {
    "feather_folder.py:feathers": "from_tensor_slices shuffle map shuffle batch",
    "ledger_csv.py:ledger": "from_tensor_slices TextLineDataset skip interleave map shuffle batch prefetch",
    "shard_stream.py:shard_stream": (
        "from_tensor_slices shuffle repeat TFRecordDataset interleave map shuffle batch prefetch"
    ),
    "good.py:tidy": "from_tensor_slices shuffle batch map prefetch",
    "good.py:shrinking": "from_tensor_slices map shuffle batch prefetch",
    "image_folder.py:make": "from_tensor_slices from_tensor_slices zip shuffle map batch prefetch map prefetch",
    "record_shards.py:make": (
        "from_tensor_slices shuffle TFRecordDataset interleave shuffle repeat batch map prefetch with_options"
    ),
    "csv_table.py:make": "from_tensor_slices shuffle CsvDataset interleave shuffle batch map prefetch",
    "sentences.py:make": "TextLineDataset filter map cache shuffle padded_batch",
    "sentences.py:make_buckets": "TextLineDataset filter map dataset padded_batch group_by_window",
    "sentences.py:make_ragged": "TextLineDataset filter map dense_to_ragged batch",
    "generated.py:make": "from_generator map padded_batch",
    "generated.py:Loader.make": "range map batch",
    "branches.py:make_pairs": "range shuffle random map zip batch",
    "branches.py:make_mixture": "random batch map range map range repeat sample_from_datasets batch",
    "branches.py:make_blend": "random batch map range map range sample_from_datasets batch",
    "branches.py:make_choice": "dataset range range choose_from_datasets batch",
    "branches.py:make_split": "range shuffle take skip concatenate batch",
    "branches.py:make_splits": "range take shuffle batch",
    "windows.py:make": "range map window dataset batch flat_map shuffle batch",
    "windows.py:make_groups": "range dataset batch group_by_window",
    "windows.py:make_sums": "range scan batch",
    "module_level.py:train_ds": "from_tensor_slices cache shuffle batch",
    "module_level.py:both": "from_tensors repeat",
    "cached_file.py:make": "range map cache map batch",
    "catalog.py:make": (
        "from_tensor_slices shuffle TFRecordDataset interleave assert_cardinality with_options map prefetch shuffle "
        "dense_to_ragged batch prefetch"
    ),
    "own_model.py:make": "from_tensor_slices batch",
}
SPECS = {
    "feather_folder.py:feathers": "(float32[?,64,64,3], int64[?])",
    "ledger_csv.py:ledger": "(float32[?,8], float32[?])",
    "shard_stream.py:shard_stream": "(float32[?,?], int64[?])",
    "good.py:tidy": "(float32[?,28,28], int64[?])",
    "good.py:shrinking": "float32[?,4]",
    "image_folder.py:make": "(float32[?,16,16,3], int32[?])",
    "record_shards.py:make": "{label: int64[?], values: float32[?,4]}",
    "csv_table.py:make": "({count: int32[?], price: float32[?], name: string[?]}, int32[?])",
    "sentences.py:make": "int64[?,?]",
    "sentences.py:make_buckets": "int64[?,?]",
    "sentences.py:make_ragged": "ragged int64[4,?]",
    "generated.py:make": "(float32[?,4], int32[?])",
    "generated.py:Loader.make": "int64[...]",
    "branches.py:make_pairs": "({number: int64[?]}, float32[?])",
    "branches.py:make_mixture": "int64[?]",
    "branches.py:make_blend": "int64[?]",
    "branches.py:make_choice": "int64[?]",
    "branches.py:make_split": "int64[?]",
    "branches.py:make_splits": "int64[?]",
    "windows.py:make": "float32[?,6]",
    "windows.py:make_groups": "int64[?]",
    "windows.py:make_sums": "int64[?]",
    "module_level.py:train_ds": "(sparse float32[3,8], int64[3])",
    "module_level.py:both": "float32[12,8]",
    "cached_file.py:make": "string[?]",
    "catalog.py:make": "{image: uint8[4,8,8,3], boxes: ragged float32[4,?,4]}",
    "own_model.py:make": "(float32[?,5], int64[?])",
}


def describe_text(text: str, *arguments: str, **options: str | None) -> Description:
    subject = describe_pipeline(f"{FOLDER}/{text}", arguments, **options)
    return describe_dataset(subject, find_builder(subject, "none"))


def describe_built(build: Callable[[], Any]) -> Description:
    return describe_dataset(Subject("object", "mine", "mine"), build)


def find_stage(description: Description, name: str, number: int = 0) -> StageDescription:
    return [stage for stage in description.stages if stage.name == name][number]


@pytest.mark.usefixtures("pipeline_data")
@pytest.mark.parametrize(("text", "select"), TEXTS.items())
def test_every_kind_of_pipeline_is_described_with_its_lines_and_bytes(text: str, select: str | None) -> None:
    description = describe_text(text, select=select)
    assert " ".join(stage.name for stage in description.stages) == CHAINS[text]
    assert description.stages[-1].spec == SPECS[text]
    file = str(FOLDER / text.partition(":")[0])
    assert all(stage.origin is not None and stage.origin.file == file for stage in description.stages)
    assert description.stages[-1].element_bytes is not None
    assert description.program
    assert [note for note in description.notes if "used up" not in note] == []
    lines = render_text(tabulate_description(description), columns=80).splitlines()
    assert max(map(len, lines)) <= 80


def test_there_is_no_pipeline_that_is_not_tried() -> None:
    assert {text.partition(":")[0] for text in TEXTS} == {file.name for file in FOLDER.glob("*.py")}
    assert set(TEXTS) == set(CHAINS) == set(SPECS)


@pytest.mark.usefixtures("pipeline_data")
def test_what_a_buffer_of_decoded_pictures_holds() -> None:
    description = describe_text("feather_folder.py:feathers")
    paths, pictures = find_stage(description, "shuffle"), find_stage(description, "shuffle", 1)
    assert (paths.call, pictures.call, paths.is_seeded) == ("list_files", None, False)
    assert pictures.element_bytes == ElementBytes(PICTURE_BYTES, 0)
    assert pictures.holding is not None
    assert pictures.holding.num_bytes == 600 * PICTURE_BYTES
    assert round(pictures.holding.num_bytes / 2**20, 1) == 28.1
    assert description.find_bytes_before(find_stage(description, "map")) == paths.element_bytes
    assert [stage.name for stage in description.program][1:4] == ["Shuffle(600)", "ParallelMapV2(auto)", "Shuffle(600)"]


@pytest.mark.usefixtures("pipeline_data")
def test_a_map_that_shrinks_its_elements_is_seen_to() -> None:
    description = describe_text("good.py:shrinking")
    source, shrunk = description.stages[0], find_stage(description, "map")
    assert (source.element_bytes, shrunk.element_bytes) == (ElementBytes(12_000, 0), ElementBytes(16, 0))
    assert source.holding == Holding(0, None, 4000 * 12_000)
    assert shrunk.holding == Holding(None, 16)  # as many as AUTOTUNE lets it work on
    assert find_stage(description, "shuffle").holding == Holding(4000, 16)
    assert find_stage(description, "prefetch").holding == Holding(None, 32 * 16)


def test_lines_of_text_are_sampled(pipeline_data: Path) -> None:
    description = describe_text("ledger_csv.py:ledger")
    lines, skipped = find_stage(description, "interleave"), find_stage(description, "skip")
    files = [file.read_text().splitlines()[1:] for file in sorted((pipeline_data / "ledger").glob("*.csv"))]
    first = [files[number % 4][number // 4] for number in range(30)]
    assert lines.element_bytes == ElementBytes(sum(map(len, first)) / 30, 30)
    assert skipped.element_bytes == lines.element_bytes, "what comes out of the interleave came out of it"
    assert (lines.inner, skipped.inputs) == ((2,), (1,))
    assert lines.holding == Holding(0, None, 4 * 256 * 1024)  # what is read ahead of four open files
    assert find_stage(description, "map").element_bytes == ElementBytes(36, 0)


@pytest.mark.usefixtures("pipeline_data")
def test_endless_is_said_where_tensorflow_does_not_know_it() -> None:
    description = describe_text("shard_stream.py:shard_stream")
    assert [stage.is_endless for stage in description.stages] == [False, False, True, False, *[True] * 5]
    assert {stage.num_elements for stage in description.stages} == {8, None}


@pytest.mark.parametrize(
    ("build", "is_endless", "num_elements"),
    [
        (lambda: tf.data.Dataset.range(3).filter(bool_of).repeat(), True, None),
        (lambda: tf.data.Dataset.range(3).filter(bool_of).repeat().take(4), False, 4),
        (lambda: tf.data.Dataset.range(3).filter(bool_of).repeat(2), False, None),
        (lambda: tf.data.Dataset.range(3).repeat().filter(bool_of).concatenate(tf.data.Dataset.range(2)), True, None),
        (
            lambda: tf.data.Dataset.zip((tf.data.Dataset.range(3).filter(bool_of), tf.data.Dataset.random())),
            False,
            None,
        ),
        (lambda: tf.data.Dataset.range(3).flat_map(lambda _: tf.data.Dataset.range(2).repeat()), True, None),
        (lambda: tf.data.Dataset.random(seed=1), True, None),
        (lambda: tf.data.Dataset.range(7).batch(2), False, 4),
    ],
)
def test_how_many_elements_there_are(build: Callable[[], Any], is_endless: bool, num_elements: int | None) -> None:
    last = describe_built(build).stages[-1]
    assert (last.is_endless, last.num_elements) == (is_endless, num_elements)


def bool_of(number: tf.Tensor) -> tf.Tensor:
    return number >= 0


@pytest.mark.usefixtures("pipeline_data")
def test_a_tree_has_its_branches_and_what_is_used_twice_stands_there_once() -> None:
    pairs = describe_text("branches.py:make_pairs")
    assert [stage.inputs for stage in pairs.stages] == [(), (0,), (), (2,), (1, 3), (4,)]
    zipped = [stage.inputs for stage in pairs.program if stage.name == "Zip"]
    assert len(zipped) == 1
    assert len(zipped[0]) == 2
    split = describe_text("branches.py:make_split")
    assert [stage.inputs for stage in split.stages] == [(), (0,), (1,), (1,), (2, 3), (4,)]
    assert find_stage(split, "shuffle").is_seeded is False


@pytest.mark.usefixtures("pipeline_data")
def test_options_are_told_by_their_dotted_names() -> None:
    description = describe_text("record_shards.py:make")
    assert description.options == (
        Argument("deterministic", value=False),
        Argument("threading.private_threadpool_size", 2),
    )
    interleave = find_stage(description, "interleave")
    assert interleave.find_argument("num_parallel_calls") == 2
    assert interleave.holding is not None
    assert (interleave.holding.num_elements, interleave.holding.further_bytes) == (2 * 4, 2 * 256 * 1024)


def test_a_cache_in_a_file_is_left_alone(pipeline_data: Path) -> None:
    description = describe_text("cached_file.py:make")
    assert list((pipeline_data / "cached_file").iterdir()) == []
    cache = find_stage(description, "cache")
    assert cache.find_argument("filename") == str(pipeline_data / "cached_file/words")
    words = [str(number) for number in range(20)]
    assert cache.holding == Holding(20, sum(map(len, words)) / 20, is_on_disk=True)
    assert find_stage(description, "map", 1).element_bytes == ElementBytes(sum(map(len, words)) / 20 + 1, 20)


def test_a_dataset_that_cannot_be_made_again_is_looked_at_as_it_is(tmp_path: Path) -> None:
    words = tf.data.Dataset.range(20).shuffle(20).map(tf.strings.as_string)
    cached = words.cache(str(tmp_path / "words")).map(lambda word: word + "!")
    description = describe_built(lambda: cached)
    assert [stage.origin for stage in description.stages] == [None] * 5
    assert description.stages[2].element_bytes == ElementBytes((10 + 2 * 10) / 20, 20)
    assert description.stages[-1].element_bytes is None
    assert description.program == ()
    assert list(tmp_path.iterdir()) == []
    assert [note.partition(",")[0] for note in description.notes] == [
        "the dataset was there already",
        "map: not sampled",
        "what TensorFlow runs is not read",
    ]


def test_a_dataset_that_fails_is_described_all_the_same() -> None:
    def build() -> tf.data.Dataset:
        return tf.data.Dataset.range(3).map(lambda number: tf.io.read_file("nowhere/" + tf.strings.as_string(number)))

    description = describe_built(build)
    assert description.stages[-1].element_bytes is None
    assert len(description.notes) == 2
    assert description.notes[0].startswith("map: element 0 counted from 0 fails: NotFoundError: ")
    assert "nowhere/0; No such file" in description.notes[0]
    assert [stage.name for stage in description.program][:2] == ["Range", "ParallelMapV2(auto)"]


def test_a_dataset_of_the_first_tensorflow_has_its_stages_too() -> None:
    description = describe_built(lambda: tf.compat.v1.data.Dataset.range(10).shuffle(4).batch(2))
    assert [stage.name for stage in description.stages] == ["range", "shuffle", "batch"]
    assert find_stage(description, "shuffle").holding == Holding(4, 8)


def test_what_a_function_makes_of_its_arguments_is_no_array_that_is_held() -> None:
    description = describe_built(lambda: tf.data.Dataset.range(4).flat_map(tf.data.Dataset.from_tensors))
    assert [stage.holding for stage in description.stages] == [None, None, None]


def test_an_empty_dataset_is_described_all_the_same() -> None:
    description = describe_built(lambda: tf.data.Dataset.from_tensor_slices(np.zeros((0, 2))).map(tf.strings.as_string))
    assert [stage.num_elements for stage in description.stages] == [0, 0]
    assert description.stages[-1].element_bytes is None
    assert description.notes == ("what TensorFlow runs was read before the first element: there is none",)


def test_an_older_tensorflow_does_not_tell_what_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tf.data.experimental, "get_model_proto")
    description = describe_built(lambda: tf.data.Dataset.range(3))
    assert description.program == ()
    assert description.notes == (f"TensorFlow {tf.__version__} does not tell which stages it runs: 2.17 and newer do",)


def test_the_stages_are_told_where_autotune_is_off() -> None:
    options = tf.data.Options()
    options.autotune.enabled = False
    description = describe_built(lambda: tf.data.Dataset.range(9).batch(2).with_options(options))
    assert [stage.name for stage in description.program][:2] == ["Range", "BatchV2"]
    assert description.options == (Argument("autotune.enabled", value=False),)


def test_a_shuffle_inside_a_map_function_is_told_with_the_size_that_was_asked_for() -> None:
    def spread(number: tf.Tensor) -> tf.data.Dataset:
        if number > 1:
            number += 1
        return tf.data.Dataset.range(number).shuffle(50, seed=4)

    description = describe_built(lambda: tf.data.Dataset.range(4).flat_map(spread).shuffle(60))
    inner, outer = find_stage(description, "shuffle"), find_stage(description, "shuffle", 1)
    assert (inner.find_argument("buffer_size"), outer.find_argument("buffer_size")) == (50, 60)
    assert (inner.is_seeded, outer.is_seeded) == (True, False)
    assert inner.origin is not None
    assert outer.origin is not None
    assert inner.origin.line < outer.origin.line
    assert inner.holding == Holding(50, 8)


def test_buffers_of_what_a_cache_in_memory_holds_take_nothing_more(tmp_path: Path) -> None:
    cached = tf.data.Dataset.range(300).map(lambda number: tf.fill([25_000], tf.cast(number, tf.float32))).cache()
    description = describe_built(lambda: cached.shuffle(300).repeat().prefetch(2).batch(10).prefetch(1))
    assert [(stage.name, stage.holding.num_bytes) for stage in description.stages if stage.holding] == [
        ("cache", 300 * 100_000),
        ("shuffle", 0),
        ("prefetch", 0),
        ("prefetch", 10 * 100_000),
    ]
    text = render_text(tabulate_description(description), 100)
    assert "in the cache" in text
    assert "In memory when full: 29.6 MiB." in text
    on_disk = describe_built(lambda: tf.data.Dataset.range(9).cache(str(tmp_path / "cache")).shuffle(9))
    assert find_stage(on_disk, "shuffle").holding == Holding(9, 8)
