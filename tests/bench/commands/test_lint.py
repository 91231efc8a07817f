"""``mnist-bench lint`` as a person runs it: what it prints, writes, leaves out and ends with."""

import json
from pathlib import Path

import pytest
from command_lines import run_apart
from json_docs import check_documented
from pipeline_files import FOLDER

FAULTS = FOLDER.parent / "linted" / "faults.py"
TEXT = """import tensorflow as tf
def draw(number):
    return tf.cast(number, tf.float32) + tf.random.normal([])
def make():
    numbers = tf.data.Dataset.range(640)
    return numbers.map(draw, num_parallel_calls=2).cache().batch(64){}
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(TEXT.format(""))
    return tmp_path / "mine.py"


@pytest.mark.process
def test_an_error_is_told_with_its_price_and_ends_with_1(mine: Path) -> None:
    output, errors, code = run_apart("mnist-bench lint mine.py:make --quick")
    assert (errors, code) == ("", 1)
    assert max(map(len, output.splitlines())) <= 100
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert lines[0] == "make: 1 error; what mends it stands below each"
    assert lines[2].startswith("error mine.py:6 random (RandomStandardNormal) before cache")
    assert any("640 examples that are the same in every epoch (computed)" in line for line in lines)
    assert "ds = ds.map(draw, num_parallel_calls=2) # behind the cache" in lines


@pytest.mark.process
def test_a_comment_turns_it_off_and_json_counts_it(mine: Path) -> None:
    output, _, code = run_apart("mnist-bench lint mine.py:make --quick --json")
    told = check_documented(output)
    assert (code, told["exit_code"], told["num_ignored"]) == (1, 1, 0)
    assert [(each["rule"], each["line"]) for each in told["findings"]] == [("frozen-random", 6)]
    mine.write_text(TEXT.format("  # mnist-bench: ignore[frozen-random]"))
    output, _, code = run_apart("mnist-bench lint mine.py:make --quick --json")
    assert (code, json.loads(output)["findings"], json.loads(output)["num_ignored"]) == (0, [], 1)


@pytest.mark.process
def test_sarif_is_written_beside_the_table_or_printed_alone(mine: Path) -> None:
    output, _, code = run_apart("mnist-bench lint mine.py:make --quick --sarif found/lint.sarif --fail-on none")
    assert code == 0
    assert "1 error" in output
    written = json.loads(Path("found/lint.sarif").read_text())
    assert written["runs"][0]["results"][0]["ruleId"] == "frozen-random"
    output, _, code = run_apart("mnist-bench lint mine.py:make --quick --sarif -")
    assert (json.loads(output), code) == (written, 1)


@pytest.mark.process
def test_stages_are_timed_only_where_a_rule_asks_what_they_take() -> None:
    output, errors, code = run_apart(f"mnist-bench lint {FAULTS}:python_generator --fail-on cost --json")
    assert errors == "timing its stages, some 2 s; --quick leaves that out\n"
    (found,) = json.loads(output)["findings"]
    assert (found["rule"], found["price"]["unit"], found["price"]["basis"], code) == ("python", "share", "measured", 1)
    _, errors, code = run_apart(f"mnist-bench lint {FOLDER}/good.py:tidy --fail-on cost")
    assert (errors, code) == ("", 0)
