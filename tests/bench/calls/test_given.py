"""What was given to be measured: what it is called, where it is found, and what is refused."""

import functools
from pathlib import Path

import pytest
import tensorflow as tf

from bench import build_case
from bench.calls.given import check_no_worker, list_given, read_given
from bench.calls.naming import find_text, write_text
from bench.workers import worker
from mnist_core.language.errors import InputError

FILE = __file__


def make_numbers(count: int = 12) -> tf.data.Dataset:
    return tf.data.Dataset.range(count).batch(2)


class Maker:
    def make(self) -> tf.data.Dataset:
        return make_numbers()

    @classmethod
    def of_class(cls) -> tf.data.Dataset:
        return make_numbers()


class Heir(Maker):
    pass


@functools.cache
def make_once() -> tf.data.Dataset:
    return make_numbers()


def test_a_function_with_literal_arguments_goes_by_its_name() -> None:
    given = read_given(make_numbers, {"count": 8, "name": "a b"})
    assert (given.subject.kind, given.subject.text) == ("pipeline", f"{FILE}:make_numbers")
    assert given.subject.options == (("arg.count", "8"), ("arg.name", "'a b'"))
    assert given.what is None


def test_other_arguments_have_the_function_called_here() -> None:
    given = read_given(make_numbers, {"count": tf.constant(6, tf.int64)})
    assert (given.subject.kind, given.subject.name) == ("object", "make_numbers")
    assert int(given.make().cardinality()) == 3
    assert "make_numbers at " in given.subject.text


@pytest.mark.parametrize("what", [lambda: make_numbers(12), functools.partial(make_numbers, 12), Maker().make])
def test_what_has_no_name_is_called_here(what) -> None:
    given = read_given(what, {})
    assert given.subject.kind == "object"
    assert int(given.make().cardinality()) == 6


def test_names_that_lead_to_something_else_are_not_used() -> None:
    assert find_text(Maker().make) is None
    assert find_text(Heir.of_class) is None
    assert find_text(Maker.of_class) == f"{FILE}:Maker.of_class"


def test_a_module_of_a_package_goes_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lone_package"
    package.mkdir()
    file = package / "data.py"
    for each in (file, package / "__init__.py"):
        each.touch()
    assert write_text("lone_package.data", str(file), "make") == f"{file}:make"
    monkeypatch.syspath_prepend(tmp_path)
    assert write_text("lone_package.data", str(file), "make") == "lone_package.data:make"
    assert write_text("other.data", str(file), "make") == f"{file}:make"


def test_a_dictionary_gives_names() -> None:
    case = build_case("post")
    kept, *named = list_given([case, {"before": make_numbers, "after": make_numbers()}], {})
    assert kept is case
    assert [(each.subject.name, each.subject.kind) for each in named] == [("before", "pipeline"), ("after", "object")]


@pytest.mark.parametrize(
    ("what", "arguments", "message"),
    [
        ("nonsense", {}, "^a subject must be path/to/file.py:name, .*, got 'nonsense'"),
        ("post", {"count": 3}, "^--arg, --select and --source belong to a pipeline of yours"),
        (make_numbers(), {"count": 3}, "^arguments belong to a function, got count with dataset"),
    ],
)
def test_what_means_nothing_is_refused(what, arguments, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_given(what, arguments)


@pytest.mark.parametrize("what", [3, None, [make_numbers], tf.zeros(3)])
def test_what_is_no_dataset_is_refused(what) -> None:
    with pytest.raises(InputError, match=r"must give a tf\.data\.Dataset, or several in a tuple or dictionary, got "):
        read_given(lambda: what, {}).make()


def test_what_makes_no_dataset_either_is_refused() -> None:
    for what in (3, None, iter(make_numbers()), tf.keras.Input((1,))):
        with pytest.raises(InputError, match="^a pipeline must be a text, a function that makes a dataset, .*, got "):
            read_given(what, {}).make()
    assert int(read_given((make_numbers(), make_numbers(20)), {}, select="1").make().cardinality()) == 10


def test_a_worker_must_not_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    check_no_worker("measure")
    monkeypatch.setattr(worker, "_connections", [object()])
    with pytest.raises(
        InputError, match='^measure is called where a file is imported, .* put if __name__ == "__main__"'
    ):
        check_no_worker("measure")
