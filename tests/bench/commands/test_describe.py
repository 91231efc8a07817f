"""``mnist-bench describe`` as a person runs it: what it says, and what it says of code that does not work."""

import json
from pathlib import Path

import pytest
from command_lines import run_apart
from pipeline_files import FOLDER

ENDED = "its process ended by itself with exit code 7, perhaps in its own code"
NEEDS = "wrong.py:make needs --arg size=... or --source, if it transforms a dataset"
UNBATCHED = ["range", "scan", "batch", "map", "restructured", "unbatch", "map", "batch"]
WRONG = """import os
import tensorflow as tf
print("reading the settings")
def make(size, *, name: str = "a"):
    print("making", size)
    return tf.data.Dataset.range(size).map(lambda number: number + undefined)
def number(): return 3
def die(): os._exit(7)
def fill(size: int): return tf.data.Dataset.from_tensor_slices(bytearray(size * 2**20))
"""


def hide_folder(text: str) -> str:
    return text.replace(str(Path.cwd()), "FOLDER")


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    monkeypatch.chdir(tmp_path)


@pytest.mark.process
def test_a_pipeline_is_described(pipeline_data: Path) -> None:
    output, errors, code = run_apart(f"mnist-bench describe {FOLDER}/branches.py:make_splits --select test")
    assert (errors, code) == ("", 0)
    lines = [line.split() for line in output.splitlines()]
    assert ["make_splits[test]:", "2", "elements", "of", "40", "B"] in lines
    assert ["range(40)", "7", "40", "8", "B"] in lines
    assert ["as", "written", "in", "branches.py"] in lines
    assert ["FiniteSkip"] in lines


@pytest.mark.process
def test_arguments_and_a_source_are_given_and_the_answer_is_json(pipeline_data: Path) -> None:
    line = f"describe {FOLDER}/branches.py:transform --arg factor=3 --source {FOLDER}/windows.py:make_sums --json"
    output, errors, code = run_apart(f"mnist-bench {line}")
    assert (errors, code) == ("", 0)
    told = json.loads(output)
    assert told["subject"]["options"] == [["arg.factor", "3"], ["source", f"{FOLDER}/windows.py:make_sums"]]
    assert [stage["name"] for stage in told["stages"]] == UNBATCHED
    assert {Path(stage["origin"]["file"]).name for stage in told["stages"]} == {"branches.py", "windows.py"}


@pytest.mark.process
def test_an_ordering_of_ours_is_described_too(digits_file: str) -> None:
    output, errors, code = run_apart(f"mnist-bench describe 'shuffle(50).map().batch(8)' --data {digits_file} --json")
    assert (errors, code) == ("", 0)
    told = json.loads(output)
    assert [stage["name"] for stage in told["stages"]] == ["from_tensor_slices", "shuffle", "map", "batch"]
    assert told["stages"][1]["holding"]["num_bytes"] == 50 * 785


PROGRAM = """import sys
import tensorflow as tf
def main(size):
    print("training")
    dataset = tf.data.Dataset.range(size).shuffle(5)
    for batch in dataset.batch(2):
        raise RuntimeError("nobody comes here")
if __name__ == "__main__":
    main(int(sys.argv[1]))
"""


@pytest.mark.process
def test_the_dataset_of_a_program_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    output, errors, code = run_apart("mnist-bench describe --run 'train.py 20' --json")
    assert (errors, code) == ("", 0)
    told = json.loads(output)
    lines = [(stage["name"], stage["origin"]["line"], stage["num_elements"]) for stage in told["stages"]]
    assert lines == [("range", 5, 20), ("shuffle", 5, 20), ("batch", 6, 10)]
    (note,) = told["notes"]
    assert note.startswith("train.py: took ")
    assert not note.endswith(".")


@pytest.mark.process
@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize(
    ("line", "said", "printed"),
    [
        (
            "wrong.py:make --arg size=3",
            "wrong.py:make cannot be built at FOLDER/wrong.py:6: NameError: name 'undefined' is not defined.",
            ["making 3"],
        ),
        (
            "wrong.py:make",
            f"{NEEDS}: it takes size, name: str = 'a'.",
            [],
        ),
        (
            "wrong.py:number",
            "wrong.py:number must give a tf.data.Dataset, or several in a tuple or dictionary, got builtins.int.",
            [],
        ),
        ("wrong.py:mak", "wrong.py has no mak: did you mean make?", []),
    ],
)
def test_what_is_wrong_with_a_persons_code_is_told_with_what_it_printed(
    line: str, said: str, printed: list[str]
) -> None:
    output, errors, code = run_apart(f"mnist-bench describe {line}")
    told = [f"error: {said}", *(f"  it printed: {each}" for each in ["reading the settings", *printed])]
    assert (output, hide_folder(errors).splitlines(), code) == ("", told, 2)


@pytest.mark.process
@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wrong.py:die", f"error: die: wrong.py:die: {ENDED}; its last words: reading the settings"),
        (
            "wrong.py:fill --arg size=3000 --memory-limit 2",
            "error: wrong.py:fill cannot be built at FOLDER/wrong.py:9: MemoryError: without a message.",
        ),
    ],
)
def test_a_process_that_ends_or_wants_too_much_memory_is_told_of(line: str, said: str) -> None:
    output, errors, code = run_apart(f"mnist-bench describe {line}")
    assert (output, hide_folder(errors).splitlines()[0], code) == ("", said, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "wrong.py",
            "a pipeline must be path/to/file.py:name or package.module:name, got 'wrong.py': write wrong.py:name.",
        ),
        ("a.py:make --arg size", "--arg must be key=value, such as batch_size=64, got 'size'."),
        ("", "give one of SUBJECT, such as my_pipeline.py:make, and --run 'train.py ARGUMENTS'."),
        ("post --run train.py", "give one of SUBJECT, such as my_pipeline.py:make, and --run 'train.py ARGUMENTS'."),
        ("--run train.py --arg a=1", "--run takes neither --arg nor --source: the program has its own arguments."),
        ("post --select 0", "--arg, --select and --source belong to a pipeline of yours, got the ordering post."),
    ],
)
def test_what_is_written_wrongly_starts_no_process(line: str, said: str) -> None:
    assert run_apart(f"mnist-bench describe {line}") == ("", f"error: {said}\n", 2)
