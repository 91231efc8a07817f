"""What caches and snapshots write goes below a folder, however a program names their files."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tensorflow as tf

from bench.programs.written_files import keep_files_apart
from bench.subjects.shrinking import shrink_buffers

WRITERS: dict[str, Callable[[tf.data.Dataset, str], tf.data.Dataset]] = {
    "by place": lambda dataset, path: dataset.cache(path),
    "by name": lambda dataset, path: dataset.cache(filename=path),
    "as a tensor": lambda dataset, path: dataset.cache(tf.constant(path)),
    "as a path": lambda dataset, path: dataset.cache(Path(path)),
    "snapshot": lambda dataset, path: dataset.snapshot(path),
    "snapshot by name": lambda dataset, path: dataset.snapshot(path=path, compression=None),
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    own, apart = tmp_path / "own", tmp_path / "apart"
    own.mkdir()
    apart.mkdir()
    return own, apart


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_lies_below_the_folder_and_where_it_would_be_is_listed(
    kind: str, folders: tuple[Path, Path]
) -> None:
    own, apart = folders
    with keep_files_apart(apart) as listed:
        dataset = WRITERS[kind](tf.data.Dataset.range(5), str(own / "c"))
    assert [int(each) for each in dataset] == [0, 1, 2, 3, 4]
    assert list(listed) == [str(own / "c")]
    assert not list(own.iterdir())
    assert list(apart.iterdir())


def test_a_path_that_only_a_graph_knows_is_moved_too(folders: tuple[Path, Path]) -> None:
    own, apart = folders
    with keep_files_apart(apart) as listed:
        names = tf.data.Dataset.from_tensor_slices([str(own / "a"), str(own / "b"), ""])
        dataset = names.flat_map(lambda name: tf.data.Dataset.range(2).cache(name))
    assert [int(each) for each in dataset] == [0, 1, 0, 1, 0, 1]
    assert not listed
    assert not list(own.iterdir())
    assert len({each.name.partition(".")[0].removesuffix("_0") for each in apart.iterdir()}) == 2


def test_caches_in_memory_stay_there(folders: tuple[Path, Path]) -> None:
    _, apart = folders
    with keep_files_apart(apart) as listed:
        dataset = tf.data.Dataset.range(2).cache().cache("").cache(filename="")
    assert [int(each) for each in dataset] == [0, 1]
    assert not listed
    assert not list(apart.iterdir())


def test_what_is_built_again_finds_its_own_file_and_no_other(folders: tuple[Path, Path]) -> None:
    own, apart = folders
    with keep_files_apart(apart):
        first, again, other = (
            tf.data.Dataset.range(length).cache(str(own / name)) for length, name in ((3, "c"), (9, "c"), (4, "d"))
        )
    assert [[int(each) for each in dataset] for dataset in (first, again, other)] == [
        [0, 1, 2],
        [0, 1, 2],
        [0, 1, 2, 3],
    ]


def test_caches_that_are_left_out_are_listed_all_the_same(folders: tuple[Path, Path]) -> None:
    own, apart = folders
    with shrink_buffers(drops_caches=True), keep_files_apart(apart) as listed:
        dataset = tf.data.Dataset.range(2).cache(str(own / "c"))
    assert "Cache" not in type(dataset).__name__
    assert list(listed) == [str(own / "c")]
