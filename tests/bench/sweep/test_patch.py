"""The patch of a person's file: what git and patch take, and nothing where the chain is not in one place."""

import subprocess
from pathlib import Path

import pytest
from written_chain import SOURCE, STAGES, WANTED, describe

from bench.sweep.chain_source import Inserted, Kept
from bench.sweep.patch import find_autotune, find_root, patch_chain, read_steps, write_patch


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    (file := tmp_path / "mine" / "data.py").write_text(SOURCE, encoding="utf-8")
    return file


def test_the_chain_is_found_by_its_lines_and_only_it_changes(file: Path) -> None:
    found = patch_chain(describe(file), WANTED)
    assert found is not None
    path, changed = found
    assert path == file
    line = "        .map(parse)  # a line\n"
    expected = SOURCE.replace(line, "").replace("        .batch(128)\n", f"        .batch(128)\n{line}")
    assert changed.decode() == expected


@pytest.mark.process
@pytest.mark.parametrize("tool", ["git apply", "patch -p1"])
@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_git_and_patch_take_it(file: Path, tool: str, end: str) -> None:
    source = SOURCE.replace("\n", "\r\n") if end == "\r\n" else SOURCE.removesuffix("\n") + end
    file.write_bytes(source.encode())
    found = patch_chain(describe(file), WANTED)
    assert found is not None
    patch = write_patch(*found)
    assert patch.startswith("--- a/mine/data.py\n+++ b/mine/data.py\n@@ ")
    command = [*tool.split(), *(["--binary"] if tool.startswith("patch") else [])]
    done = subprocess.run(command, input=patch.encode(), cwd=file.parents[1], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == found[1]


def test_a_repository_is_where_a_patch_is_applied(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_root(file) == file.parents[1].resolve()
    (file.parent / ".git").mkdir()
    assert find_root(file) == file.parent.resolve()
    (file.parent / ".git").rmdir()
    (elsewhere := file.parents[1] / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    assert find_root(file) == file.parent.resolve()


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ({**STAGES, "prefetch": 9}, WANTED),  # a chain of another function
        (STAGES, "0:interleave 1:map 2:shuffle 3:batch 4:prefetch"),  # as it is
        (STAGES, "1:map 0:interleave 2:shuffle 3:batch 4:prefetch"),  # what stands elsewhere
        (STAGES, "1:map 2:shuffle 3:batch 4:prefetch"),
        (STAGES, "0:interleave 2:batch 1:map"),  # another chain
        (STAGES, "0:interleave 9:batch"),
        ({"range": 9, "map": 15, "cache": 16, "batch": 18}, "1:cache 0:map 2:batch"),
    ],
)
def test_without_the_chain_in_one_place_there_is_no_patch(file: Path, lines: dict[str, int], text: str) -> None:
    assert patch_chain(describe(file, lines), text) is None


def test_a_chain_in_two_places_is_left_alone(tmp_path: Path) -> None:
    (file := tmp_path / "data.py").write_text("d = read().map(f)\nd = d.shuffle(4).batch(2)\n", encoding="utf-8")
    described = describe(file, {"range": 9, "map": 1, "shuffle": 2, "batch": 2})
    assert patch_chain(described, "1:shuffle 2:batch 0:map") is None
    assert patch_chain(described, "2:batch 0:map 1:shuffle") is None
    found = patch_chain(described, "0:map 1:shuffle 2:batch +prefetch")
    assert found is not None, "what stands in the other place stays there"
    assert found[1].decode().endswith("d = d.shuffle(4).batch(2).prefetch(-1)\n")


def test_a_file_that_is_gone_or_is_no_python_has_no_patch(file: Path) -> None:
    file.write_text("def make(:\n", encoding="utf-8")
    assert patch_chain(describe(file), WANTED) is None
    file.unlink()
    assert patch_chain(describe(file), WANTED) is None


def test_the_text_of_a_rewrite_is_calls_by_their_places() -> None:
    names = ["list_files", "map", "shuffle", "batch"]
    assert read_steps("0:map:parallel 2:batch +cache +prefetch", names, "tf.data.AUTOTUNE") == [
        *(Kept(0), Kept(1, ("num_parallel_calls", "tf.data.AUTOTUNE")), Kept(3)),
        *(Inserted("cache()"), Inserted("prefetch(tf.data.AUTOTUNE)")),
    ]
    assert read_steps("0:batch", names, "-1") is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import tensorflow as tf", "tf.data.AUTOTUNE"),
        ("import os, tensorflow as flow", "flow.data.AUTOTUNE"),
        ("import tensorflow", "tensorflow.data.AUTOTUNE"),
        ("from tensorflow import data", "-1"),
        ("import tensorflow.keras as k", "-1"),
    ],
)
def test_the_number_of_autotune_is_called_as_the_file_can(line: str, name: str) -> None:
    assert find_autotune(f"{line}\n".encode()) == name
