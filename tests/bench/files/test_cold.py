"""Which files a pipeline reads, however it names and opens them; dropped before every turn; what cannot be."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from pipeline_files import FOLDER

from bench.cases.pipelines import build_cold, build_subject
from bench.consumers.registry import build_meter
from bench.files import cold
from bench.files.cold import ColdFiles
from bench.files.named import find_named_files, find_neighbours
from bench.files.opened import is_data, list_open, watch_opened
from bench.files.page_cache import Reads
from bench.machine.clock import MachineClock
from bench.subjects.open import open_subject
from bench.subjects.opened_pipeline import OpenedPipeline
from mnist_core import InputError
from reports.record.case import PIPELINE, Case, Subject

CLASSES, EACH = ("a", "b"), 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in CLASSES:
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(EACH):
            (tmp_path / "data" / name / f"{number}.bin").write_bytes(os.urandom(10_000))
    (tmp_path / "data" / "a" / "notes.md").write_text("not read")
    return tmp_path / "data"


def list_all(folder: Path) -> set[str]:
    return {str(path) for path in folder.glob("*/*.bin")}


def read_listed(folder: Path) -> tf.data.Dataset:
    return tf.data.Dataset.list_files(f"{folder}/*/*.bin").map(tf.io.read_file)


def read_sliced(folder: Path) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(sorted(list_all(folder))).map(tf.io.read_file)


def read_records(folder: Path) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(sorted(list_all(folder)))


def read_interleaved(folder: Path) -> tf.data.Dataset:
    return tf.data.Dataset.list_files(f"{folder}/*/*.bin").interleave(tf.data.TextLineDataset)


def read_named_on_the_way(folder: Path) -> tf.data.Dataset:
    stems = tf.data.Dataset.from_tensor_slices([f"{name}/{number}" for name in CLASSES for number in range(EACH)])
    return stems.map(lambda stem: tf.strings.join([f"{folder}/", stem, ".bin"])).map(tf.io.read_file)


def read_below_a_folder(folder: Path) -> tf.data.Dataset:
    root = tf.constant(str(folder))
    numbers = tf.data.Dataset.range(EACH)
    return numbers.map(
        lambda number: tf.io.read_file(tf.strings.join([root, "/a/", tf.strings.as_string(number), ".bin"]))
    )


WAYS = [read_listed, read_sliced, read_records, read_interleaved, read_named_on_the_way, read_below_a_folder]


@pytest.mark.parametrize("read", WAYS)
def test_what_a_dataset_names_is_found(read: Callable[[Path], tf.data.Dataset], folder: Path) -> None:
    assert find_named_files(read(folder), lambda: True) >= list_all(folder)


def test_the_search_ends_when_there_is_no_more_time(folder: Path) -> None:
    endless = tf.data.Dataset.from_tensors("nowhere").repeat()
    assert find_named_files(endless, lambda: False) == set()


def test_what_python_opens_is_seen_and_what_is_written_or_code_is_not(folder: Path) -> None:
    with watch_opened() as seen:
        (folder / "a" / "0.bin").read_bytes()
        (folder / "written.bin").write_bytes(b"1")
        Path(__file__).read_bytes()
    (folder / "b" / "0.bin").read_bytes()
    assert seen == {str(folder / "a" / "0.bin")}


def test_what_is_open_at_a_look_is_seen_whoever_opened_it(folder: Path) -> None:
    path = str(folder / "a" / "1.bin")
    with watch_opened() as seen:
        descriptor = os.open(path, os.O_RDONLY)
        assert path in list_open()
    os.close(descriptor)
    assert path in seen


def test_neighbours_end_alike_and_stand_beside_or_in_the_folders_of_other_classes(folder: Path) -> None:
    first = {str(folder / "a" / "0.bin")}
    assert find_neighbours(first) == {path for path in list_all(folder) if "/a/" in path}
    (folder / "c").mkdir()
    (folder / "c" / "9.bin").write_bytes(b"1")
    assert find_neighbours({*first, str(folder / "b" / "1.bin")}) == list_all(folder)


def test_files_of_the_system_and_of_packages_are_no_data(folder: Path) -> None:
    assert is_data(str(folder / "a" / "0.bin"))
    assert not is_data("/proc/self/io")
    assert not is_data(tf.__file__)
    assert not is_data(str(folder))


def open_cold(make: Callable[[], tf.data.Dataset]) -> Any:
    case = Case(Subject(PIPELINE, "mine", "mine.py:mine"), is_cold=True)
    return build_meter(case, OpenedPipeline("mine.py:mine", make))


def test_before_every_turn_its_files_are_dropped_and_none_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident: set[str] = set()
    monkeypatch.setattr(cold, "count_resident_bytes", lambda path: 10_000 if path in resident else 0)
    monkeypatch.setattr(cold, "drop_file", resident.discard)
    meter = open_cold(lambda: read_listed(folder))
    sample, _ = meter.measure_first_turn()
    assert sample.cold is None
    resident |= list_all(folder)
    found = meter.measure_turn().cold
    assert found is not None
    assert (found.num_files, found.num_bytes, found.dropped_bytes, found.kept_bytes) == (10, 100_000, 100_000, 0)
    assert not resident
    assert meter.measure_turn().cold.dropped_bytes == 0


def test_what_is_opened_in_python_alone_is_dropped_too(folder: Path) -> None:
    def generate() -> Any:
        for number in range(EACH):
            yield (folder / "b" / f"{number}.bin").read_bytes()

    meter = open_cold(lambda: tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((), tf.string)))
    meter.measure_first_turn()
    assert meter.measure_turn().cold.num_files == EACH


def test_a_pipeline_without_files_and_files_that_stay_are_bad_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="mine reads no file that could be found: there is nothing to read cold"):
        open_cold(lambda: tf.data.Dataset.range(4)).measure_first_turn()
    monkeypatch.setattr(cold, "drop_file", lambda _path: None)
    monkeypatch.setattr(cold, "find_file_systems", lambda _paths: ["tmpfs"])
    told = (
        r"mine cannot be read cold: on tmpfs its files stay in the page cache when they are dropped, as .*0\.bin does"
    )
    with pytest.raises(InputError, match=told):
        open_cold(lambda: read_sliced(folder)).measure_first_turn()


def test_what_a_turn_reads_is_counted_from_the_drop_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counters = iter([Reads(100, 10), Reads(600, 310), None])
    monkeypatch.setattr(cold, "read_counters", lambda: next(counters))
    files = ColdFiles("mine", MachineClock())
    files.find(read_sliced(folder))
    dropped = files.drop()
    told = files.count(dropped)
    assert (told.asked_bytes, told.disk_bytes) == (500, 300)
    assert files.count(dropped) == dropped, "nothing counts there"


@pytest.mark.parametrize("text", ["image_folder.py:make", "record_shards.py:make", "csv_table.py:make"])
def test_pipelines_as_people_write_them_have_all_their_files_found(
    text: str, pipeline_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.consumers.epochs.ENDLESS_TURN_S", 0.1)
    monkeypatch.setattr("bench.files.cold.SEARCH_S", 1.0)
    (case,) = build_cold([build_subject(f"{FOLDER}/{text}")])
    meter = build_meter(case, open_subject(case.subject, ""))
    meter.measure_first_turn()
    found = meter.measure_turn().cold
    assert found.num_files >= 1
    assert found.asked_bytes is None or found.asked_bytes >= 1
