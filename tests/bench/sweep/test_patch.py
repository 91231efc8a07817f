"""The patch of a person's file: what git and patch take, and nothing where the chain is not in one place."""

import subprocess
from pathlib import Path

import pytest
from written_chain import SOURCE, STAGES, WANTED, describe

from bench.sweep.chain_source import Inserted, Kept, list_chains
from bench.sweep.patch import derive_steps, find_root, patch_chain, write_patch


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
    ("lines", "chain"),
    [
        ({**STAGES, "prefetch": 9}, WANTED),  # a chain of another function
        (STAGES, "list_files('*.csv').interleave(read).map(parse).shuffle(10000, seed=seed).batch(128).prefetch(1)"),
        (STAGES, "list_files('*.csv').map(parse).shuffle(10000, seed=seed).batch(128).prefetch(1)"),
        (STAGES, "list_files('*.csv').map(parse).interleave(read).shuffle(10000, seed=seed).batch(128).prefetch(1)"),
        (STAGES, "not a chain"),
        ({"map": 15, "cache": 16, "batch": 18}, "map(f).batch(128)"),
    ],
)
def test_without_the_chain_in_one_place_there_is_no_patch(file: Path, lines: dict[str, int], chain: str) -> None:
    assert patch_chain(describe(file, lines), chain) is None


def test_a_chain_in_two_places_is_left_alone(tmp_path: Path) -> None:
    (file := tmp_path / "data.py").write_text("d = read().map(f)\nd = d.shuffle(4).batch(2)\n", encoding="utf-8")
    described = describe(file, {"range": 9, "map": 1, "shuffle": 2, "batch": 2})
    assert patch_chain(described, "range(9).shuffle(4).batch(2).map(f)") is None
    assert patch_chain(described, "range(9).batch(2).map(f).shuffle(4)") is None
    found = patch_chain(described, "range(9).map(f).shuffle(4).batch(2).prefetch(1)")
    assert found is not None, "what stands in the other place stays there"
    assert found[1].decode().endswith("d = d.shuffle(4).batch(2).prefetch(1)\n")


def test_a_file_that_is_gone_or_is_no_python_has_no_patch(file: Path) -> None:
    file.write_text("def make(:\n", encoding="utf-8")
    assert patch_chain(describe(file), WANTED) is None
    file.unlink()
    assert patch_chain(describe(file), WANTED) is None


def test_calls_are_known_by_their_arguments_where_two_are_of_one_method() -> None:
    (chain,) = list_chains(b"d = read().shuffle(4).map(f).shuffle(600).batch(2)\n")
    assert derive_steps("read().shuffle(4).map(f).batch(2)", chain.parts) == [Kept(0), Kept(1), Kept(3)]
    assert derive_steps("read().shuffle(600).map(f).batch(2)", chain.parts) == [Kept(2), Kept(1), Kept(3)]
    assert derive_steps(
        "read().shuffle(4).map(f, num_parallel_calls=tf.data.AUTOTUNE).batch(2).prefetch(tf.data.AUTOTUNE)", chain.parts
    ) == [Kept(0), Kept(1, "num_parallel_calls=tf.data.AUTOTUNE"), Kept(3), Inserted("prefetch(tf.data.AUTOTUNE)")]
    assert derive_steps("read(", chain.parts) is None
    (listed,) = list_chains(b"d = tf.data.Dataset.list_files('*').map(f).shuffle(600)\n")
    assert derive_steps("list_files('*').map(f)", listed.parts) == [Kept(0), Kept(1)], "a chain may begin with a name"
