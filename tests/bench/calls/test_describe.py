"""What is described from a program of one's own: by name in a fresh process, or here where there is no name."""

import functools
from pathlib import Path

import pytest
import tensorflow as tf

import bench
from bench.calls.naming import find_text
from mnist_core.language.errors import InputError


def make_numbers(count: int = 12) -> tf.data.Dataset:
    return tf.data.Dataset.range(count).shuffle(5).batch(2)


class Maker:
    @staticmethod
    def make() -> tf.data.Dataset:
        return make_numbers()


@pytest.mark.process
def test_a_function_is_described_in_a_fresh_process() -> None:
    description = bench.describe(make_numbers, arguments={"count": 20})
    assert description.subject.text == f"{__file__}:make_numbers"
    assert [stage.num_elements for stage in description.stages] == [20, 20, 10]


def test_a_dataset_is_described_here() -> None:
    description = bench.describe(make_numbers())
    assert [stage.name for stage in description.stages] == ["range", "shuffle", "batch"]
    assert (description.subject.kind, description.subject.name) == ("object", "dataset")


def test_a_function_without_a_name_is_called_here() -> None:
    description = bench.describe(lambda count: {"train": make_numbers(count)}, arguments={"count": 8}, select="train")
    assert description.stages[-1].num_elements == 4
    assert description.stages[-1].origin is not None
    assert Path(description.stages[-1].origin.file) == Path(__file__)
    assert description.notes == ()


def test_what_makes_no_dataset_is_refused() -> None:
    with pytest.raises(InputError, match=r"^lambda must give a tf\.data\.Dataset, .*, got builtins\.int\.$"):
        bench.describe(lambda: 3)
    with pytest.raises(InputError, match=r"^lambda cannot be built at .*test_describe\.py:\d+: ZeroDivisionError: "):
        bench.describe(lambda: 1 / 0)


def test_what_another_process_finds_by_name() -> None:
    assert find_text(make_numbers) == f"{__file__}:make_numbers"
    assert find_text(Maker.make) == f"{__file__}:Maker.make"
    assert find_text(lambda: 1) is None
    assert find_text(functools.partial(make_numbers, 3)) is None
    assert find_text(make_numbers()) is None
    assert find_text(len) is None
