"""Stored digits: the bytes that went in come out, in order, and nothing that is not whole is taken for whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest
import tensorflow as tf
from PIL import Image

from mnist_core.digits.arrays import fingerprint_arrays
from mnist_core.files import stored_folder
from mnist_core.language.errors import InputError
from mnist_core.pipeline import storage
from mnist_core.pipeline.storage import store_pngs, store_records

Store = Callable[..., np.ndarray]
BOTH = pytest.mark.parametrize("store", [store_pngs, store_records])


@pytest.fixture(autouse=True)
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Takes an entry for each sync; a real one would wait for whatever else this machine is writing."""
    calls: list[int] = []
    monkeypatch.setattr(os, "sync", lambda: calls.append(1), raising=False)
    return calls


def draw(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return images, generator.integers(0, 10, count).astype(np.uint8)


def run(
    store: Store, arrays: tuple[np.ndarray, np.ndarray], folder: Path | None = None
) -> tuple[np.ndarray, list[str]]:
    said: list[str] = []
    return store(*arrays, say=said.append, folder=folder), said


def read_pngs(paths: np.ndarray) -> np.ndarray:
    def read(path: tf.Tensor) -> tf.Tensor:
        return tf.ensure_shape(tf.io.decode_png(tf.io.read_file(path)), (28, 28, 1))[..., 0]

    return np.stack(list(tf.data.Dataset.from_tensor_slices(paths).map(read).as_numpy_iterator()))


def read_records(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    records = list(tf.data.TFRecordDataset(paths).as_numpy_iterator())
    wanted = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}
    parsed = tf.io.parse_example(records, wanted)
    return tf.io.decode_raw(parsed["image"], tf.uint8).numpy().reshape(-1, 28, 28), parsed["label"].numpy()


def find_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("count", [1, 9, 10, 1001])
def test_png_files_hold_the_pixels_in_order(tmp_path: Path, count: int) -> None:
    images, labels = draw(count)
    paths, said = run(store_pngs, (images, labels), tmp_path)
    assert said == [f"writing {count} PNG files, once: some 1 s"]
    assert paths.shape == (count,)
    assert paths[-1].decode() == str(tmp_path / "png" / f"{(count - 1) // 1000:02d}" / f"{count - 1:05d}.png")
    assert np.array_equal(read_pngs(paths), images)


def test_pillow_reads_the_same_from_the_png_files(tmp_path: Path) -> None:
    images, labels = draw(3)
    paths, _ = run(store_pngs, (images, labels), tmp_path)
    for path, image in zip(paths, images, strict=True):
        with Image.open(os.fsdecode(path)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (28, 28))
            assert np.array_equal(np.asarray(picture), image)


def test_no_folder_holds_more_than_a_thousand_png_files(tmp_path: Path) -> None:
    run(store_pngs, draw(1001), tmp_path)
    assert sorted(path.name for path in (tmp_path / "png").iterdir()) == ["00", "01", "manifest.json"]
    assert len(list((tmp_path / "png" / "00").iterdir())) == 1000
    assert [path.name for path in (tmp_path / "png" / "01").iterdir()] == ["01000.png"]


@pytest.mark.parametrize("count", [1, 9, 10, 1001])
def test_records_hold_pixels_and_labels_in_order(tmp_path: Path, count: int) -> None:
    images, labels = draw(count)
    paths, said = run(store_records, (images, labels), tmp_path)
    assert said == [f"writing {count} TFRecords, once: some 1 s"]
    names = [f"digits-{shard:05d}-of-00010.tfrecord" for shard in range(10)]
    assert [Path(os.fsdecode(path)) for path in paths] == [tmp_path / "tfrecord" / name for name in names]
    read_images, read_labels = read_records(paths)
    assert np.array_equal(read_images, images)
    assert np.array_equal(read_labels, labels)
    assert read_labels.dtype == np.int64


def test_shards_are_contiguous_and_even(tmp_path: Path) -> None:
    images, labels = draw(1001)
    paths, _ = run(store_records, (images, labels), tmp_path)
    parts = [read_records(paths[shard : shard + 1])[0] for shard in range(10)]
    assert [len(part) for part in parts] == [100] * 9 + [101]
    assert np.array_equal(parts[3], images[300:400])


@BOTH
def test_none_at_all(tmp_path: Path, store: Store) -> None:
    paths, _ = run(store, draw(0), tmp_path)
    assert [Path(os.fsdecode(path)).stat().st_size for path in paths] == [0] * len(paths)
    assert run(store, draw(0), tmp_path)[1] == []


@BOTH
@pytest.mark.parametrize("count", [1, 1001])
def test_second_call_writes_and_says_nothing(
    tmp_path: Path, store: Store, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = run(store, draw(count), tmp_path)
    times = find_times(tmp_path)
    monkeypatch.setattr(storage, "write_stored_folder", None)
    second, said = run(store, draw(count), tmp_path)
    assert (second.tolist(), said) == (first.tolist(), [])
    assert find_times(tmp_path) == times


@BOTH
def test_same_digits_give_the_same_bytes(tmp_path: Path, store: Store) -> None:
    first, _ = run(store, draw(12), tmp_path / "a")
    second, _ = run(store, draw(12), tmp_path / "b")
    assert [Path(os.fsdecode(path)).read_bytes() for path in first] == [
        Path(os.fsdecode(path)).read_bytes() for path in second
    ]


def test_default_folders_are_in_the_cache_and_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda application: tmp_path / application)
    digits, other_labels = draw(5), (draw(5)[0], (draw(5)[1] + 1) % 10)
    pngs, _ = run(store_pngs, digits)
    records, _ = run(store_records, other_labels)
    for paths, arrays, kind in ((pngs, digits, "png"), (records, other_labels, "tfrecord")):
        assert Path(os.fsdecode(paths[0])).is_relative_to(
            tmp_path / "mnist-bench" / "stored" / fingerprint_arrays(arrays)[:16] / kind
        )
    assert len(list((tmp_path / "mnist-bench" / "stored").iterdir())) == 2


def test_paths_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths, _ = run(store_pngs, draw(1), Path("here"))
    assert os.fsdecode(paths[0]) == str(tmp_path / "here" / "png" / "00" / "00000.png")


def find_first_file(place: Path) -> Path:
    return min(path for path in place.rglob("*") if path.suffix in {".png", ".tfrecord"})


def remove_a_file(place: Path) -> None:
    find_first_file(place).unlink()


def truncate_a_file(place: Path) -> None:
    path = find_first_file(place)
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(place: Path) -> None:
    path = find_first_file(place)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def put_a_folder_for_a_file(place: Path) -> None:
    path = find_first_file(place)
    path.unlink()
    path.mkdir()


def remove_the_manifest(place: Path) -> None:
    (place / "manifest.json").unlink()


def empty_the_folder(place: Path) -> None:
    shutil.rmtree(place)
    place.mkdir()


def write_manifest(content: bytes) -> Callable[[Path], None]:
    return lambda place: (place / "manifest.json").write_bytes(content) and None


def change_manifest(**changes: object) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        path = place / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))

    return change


DAMAGES = [
    (remove_a_file, "damaged"),
    (truncate_a_file, "damaged"),
    (flip_a_bit, "damaged"),
    (put_a_folder_for_a_file, "damaged"),
    (remove_the_manifest, "damaged"),
    (empty_the_folder, "damaged"),
    (write_manifest(b"\xff\x00 garbage"), "damaged"),
    (write_manifest(b"[1, 2]"), "damaged"),
    (write_manifest(b'["version"]'), "damaged"),
    (write_manifest(b"{}"), "damaged"),
    (write_manifest(b"[" * 100_000), "damaged"),
    (change_manifest(sha256=7), "damaged"),
    (change_manifest(sha256={}), "damaged"),
    (change_manifest(size_bytes=[1]), "damaged"),
    (change_manifest(version=2), "of another version"),
    (change_manifest(fingerprint="0" * 64), "of other digits"),
    (change_manifest(num_examples=11), "of other digits"),
]


@BOTH
@pytest.mark.parametrize(("damage", "fault"), DAMAGES)
def test_damage_is_found_and_healed(tmp_path: Path, store: Store, damage: Callable[[Path], None], fault: str) -> None:
    paths, (line,) = run(store, draw(12), tmp_path)
    (place,) = tmp_path.iterdir()
    contents = [Path(os.fsdecode(path)).read_bytes() for path in paths]
    damage(place)
    healed, said = run(store, draw(12), tmp_path)
    files = "PNG files" if store is store_pngs else "TFRecords"
    assert said == [f"the stored {files} are {fault}: writing them anew", line]
    assert healed.tolist() == paths.tolist()
    assert [Path(os.fsdecode(path)).read_bytes() for path in healed] == contents
    assert run(store, draw(12), tmp_path)[1] == []
    assert list(tmp_path.iterdir()) == [place]


def test_lost_subfolder_is_found(tmp_path: Path) -> None:
    run(store_pngs, draw(2), tmp_path)
    shutil.rmtree(tmp_path / "png" / "00")
    assert run(store_pngs, draw(2), tmp_path)[1][0] == "the stored PNG files are damaged: writing them anew"


def test_folder_of_the_right_size_is_no_file(tmp_path: Path) -> None:
    """Outside the sample, where sizes alone are compared."""
    run(store_pngs, draw(129), tmp_path)
    path = tmp_path / "png" / "00" / "00001.png"
    path.unlink()
    path.mkdir()
    manifest = json.loads((tmp_path / "png" / "manifest.json").read_bytes())
    change_manifest(size_bytes=manifest["size_bytes"] | {"00/00001.png": path.stat().st_size})(tmp_path / "png")
    assert run(store_pngs, draw(129), tmp_path)[1][0] == "the stored PNG files are damaged: writing them anew"


@BOTH
def test_other_digits_take_the_place_in_a_folder_of_ones_own(tmp_path: Path, store: Store) -> None:
    run(store, draw(1001), tmp_path)
    paths, said = run(store, draw(12, seed=1), tmp_path)
    assert said[0].endswith("are of other digits: writing them anew")
    read = read_pngs(paths) if store is store_pngs else read_records(paths)[0]
    assert np.array_equal(read, draw(12, seed=1)[0])
    assert not (tmp_path / "png" / "01").exists()


def test_sample_is_spread_over_the_png_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(store_pngs, draw(1001), tmp_path)
    read: list[str] = []
    monkeypatch.setattr(stored_folder, "_hash", lambda path: read.append(path.name))
    run_until_written(monkeypatch, tmp_path)
    assert read == ["00000.png"]  # the first that differs ends the check
    names = json.loads((tmp_path / "png" / "manifest.json").read_bytes())["sha256"]
    read.clear()
    monkeypatch.setattr(
        stored_folder, "_hash", lambda path: read.append(path.name) or names[f"{path.parent.name}/{path.name}"]
    )
    run_until_written(monkeypatch, tmp_path)
    assert read == [f"{index:05d}.png" for index in range(0, 1001, 16)]


def run_until_written(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(storage, "write_stored_folder", lambda *_: None)
    run(store_pngs, draw(1001), folder)


def test_manifest_tells_sizes_and_hashes(tmp_path: Path) -> None:
    paths, _ = run(store_pngs, draw(2), tmp_path)
    contents = [Path(os.fsdecode(path)).read_bytes() for path in paths]
    assert json.loads((tmp_path / "png" / "manifest.json").read_bytes()) == {
        "version": 1,
        "fingerprint": fingerprint_arrays(draw(2)),
        "num_examples": 2,
        "size_bytes": {"00/00000.png": len(contents[0]), "00/00001.png": len(contents[1])},
        "sha256": {
            "00/00000.png": hashlib.sha256(contents[0]).hexdigest(),
            "00/00001.png": hashlib.sha256(contents[1]).hexdigest(),
        },
    }


@BOTH
def test_files_are_on_the_disk_before_they_are_in_place(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[bool]] = []
    monkeypatch.setattr(os, "sync", lambda: seen.append([path.name[0] == "." for path in tmp_path.iterdir()]))
    run(store, draw(2), tmp_path)
    assert seen == [[True]]


def interrupt_after(monkeypatch: pytest.MonkeyPatch, calls: int, error: BaseException) -> None:
    """The `calls`-th file or the next to be written raises."""
    left = [calls]

    def count(wanted: Callable[..., object]) -> Callable[..., object]:
        def write(*arguments: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise error
            return wanted(*arguments)

        return write

    monkeypatch.setattr(storage, "_encode_png", count(storage._encode_png))
    monkeypatch.setattr(storage, "_write_shard", count(storage._write_shard))


@BOTH
@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), OSError(28, "No space left on device")])
def test_interrupted_write_leaves_nothing(
    tmp_path: Path, store: Store, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        interrupt_after(patch, 5, error)
        with pytest.raises((type(error), InputError)):
            run(store, draw(12), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(run(store, draw(12), tmp_path)[1]) == 1


KILLED = """
import os, sys, numpy
from pathlib import Path
from mnist_core.pipeline.storage import store_pngs
os.sync = lambda: os._exit(9)
store_pngs(numpy.zeros((12, 28, 28), "u1"), numpy.zeros(12, "u1"), say=str, folder=Path(sys.argv[1]))
"""


@pytest.mark.process
def test_a_killed_writer_leaves_nothing_in_place_and_is_swept_up_by_the_next(tmp_path: Path) -> None:
    root = Path(storage.__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == 9
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".png.")
    zeros = np.zeros((12, 28, 28), np.uint8), np.zeros(12, np.uint8)
    paths, said = run(store_pngs, zeros, tmp_path)
    assert said == ["writing 12 PNG files, once: some 1 s"]
    assert np.array_equal(read_pngs(paths), zeros[0])
    assert [path.name for path in tmp_path.iterdir()] == ["png"]


@BOTH
def test_of_two_writers_at_once_the_first_stays(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first: list[dict[Path, int]] = []

    def write_first() -> None:
        monkeypatch.setattr(os, "sync", lambda: None)
        run(store, draw(12), tmp_path)
        (place,) = (path for path in tmp_path.iterdir() if path.name[0] != ".")
        first.append(find_times(place))

    monkeypatch.setattr(os, "sync", write_first)
    paths, _ = run(store, draw(12), tmp_path)
    (place,) = tmp_path.iterdir()
    assert [find_times(place)] == first
    assert Path(os.fsdecode(paths[-1])).is_file()


@BOTH
def test_folder_that_cannot_be_written_is_one_line(tmp_path: Path, store: Store) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        InputError, match=r"must be a folder that can be written, got '.+'.*set XDG_CACHE_HOME"
    ) as caught:
        run(store, draw(2), tmp_path / "file" / "below")
    assert "\n" not in str(caught.value)


@BOTH
def test_full_disk_is_one_line(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_after(monkeypatch, 1, OSError(28, "No space left on device"))
    with pytest.raises(InputError, match=r"got 'No space left on device': make room there, or set XDG_CACHE_HOME"):
        run(store, draw(2), tmp_path)


def test_error_of_tensorflow_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "disk full; No space left on device\n")

    monkeypatch.setattr(tf.io, "TFRecordWriter", fail)
    with pytest.raises(InputError, match=r"got 'disk full; No space left on device': make room there"):
        run(store_records, draw(2), tmp_path)


@BOTH
def test_somebody_elses_files_are_not_removed(tmp_path: Path, store: Store) -> None:
    place = tmp_path / ("png" if store is store_pngs else "tfrecord")
    place.mkdir()
    (place / "holidays.png").write_bytes(b"mine")
    with pytest.raises(InputError, match=r"must hold stored digits only, got 'holidays\.png': move it away\."):
        run(store, draw(2), tmp_path)
    assert (place / "holidays.png").read_bytes() == b"mine"
