"""A chain is made again in another order, from the calls that were remembered while it was built."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from bench.subjects.open import open_subject
from bench.subjects.pipeline_text import REWRITE, describe_pipeline
from bench.subjects.rewriting.calls import find_made, record_calls, unroll
from bench.subjects.rewriting.remake import Step, parse_steps, remake, write_steps
from mnist_core import InputError

SOURCE = """import tensorflow as tf

def double(number):
    return number * 2

def make():
    return tf.data.Dataset.range(6).map(double).apply(lambda dataset: dataset.batch(2)).prefetch(1)
"""


def build() -> Any:
    with record_calls():
        numbers = tf.data.Dataset.range(6).map(lambda number: number * 2)
        return numbers.apply(lambda dataset: dataset.batch(2)).prefetch(1)


def test_calls_are_remembered_also_those_of_a_function_given_to_apply() -> None:
    source, made = unroll(build())
    assert [each.call.method for each in made] == ["map", "batch", "prefetch"]
    call = find_made(source)
    assert call is not None
    assert (call.method, call.args, call.on) == ("range", (6,), None)
    assert made[1].call.find("batch_size", 0) == 2
    assert made[1].call.find("drop_remainder", 1, False) is False


def test_nothing_is_remembered_outside_and_a_call_inside_of_another_is_its_own() -> None:
    assert find_made(tf.data.Dataset.range(6).batch(2)) is None
    with record_calls():
        files = tf.data.Dataset.list_files([__file__])
    call = find_made(files)
    assert call is not None
    assert (call.method, call.on) == ("list_files", None), "its own shuffle is part of it"


def test_a_chain_is_made_again_in_another_order() -> None:
    remade = remake(build(), parse_steps("1:batch 0:map:parallel +prefetch"))
    _, made = unroll(remade)
    assert made == []
    assert type(remade._input_dataset).__name__ == "_ParallelMapDataset"
    assert [batch.tolist() for batch in remade.as_numpy_iterator()] == [[0, 2], [4, 6], [8, 10]]


def test_the_text_of_a_rewrite_is_read_and_written() -> None:
    text = "0:interleave:parallel 2:batch 1:map +cache +prefetch"
    steps = parse_steps(text)
    assert steps[0] == Step(0, "interleave", is_parallel=True)
    assert steps[3] == Step(None, "cache")
    assert write_steps(steps) == text
    with pytest.raises(InputError, match=r"a rewrite must be such as .* got 'map' in '0:batch map'"):
        parse_steps("0:batch map")


@pytest.mark.parametrize("text", ["0:shuffle", "7:map"])
def test_a_pipeline_that_has_changed_is_not_made_again(text: str) -> None:
    with pytest.raises(InputError, match=f"has no call {text} any more: sweep it again"):
        remake(build(), parse_steps(text))


def test_a_subject_with_the_option_is_opened_so(tmp_path: Path) -> None:
    (tmp_path / "data.py").write_text(SOURCE, encoding="utf-8")
    subject = describe_pipeline(f"{tmp_path / 'data.py'}:make")
    rewritten = replace(subject, options=((REWRITE, "1:batch 0:map"),))
    plain, other = (open_subject(each, "").open() for each in (subject, rewritten))
    assert type(plain).__name__ == "_PrefetchDataset"
    assert type(other).__name__ == "_MapDataset"
    assert [batch.numpy().tolist() for batch in other] == [batch.numpy().tolist() for batch in plain]
