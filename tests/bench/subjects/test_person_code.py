"""A person's files and modules, loaded, called and told apart, in a worker or here."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

import bench
from bench.subjects.person_code import add_folder, find_attribute, make_dataset, select_dataset
from bench.subjects.pipeline_text import PipelineText
from mnist_core import InputError

Write = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    known = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(known):
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str, name: str = "my_pipeline.py") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import tensorflow as tf\nrange_of = tf.data.Dataset.range\n{text}\n")
        return str(path)

    return write_file


def make(place: str, attribute: str = "make", *, select: str | None = None, source: str | None = None, **given: Any):
    return make_dataset(PipelineText(place, attribute, tuple(given.items()), select, source))


def count(dataset: tf.data.Dataset) -> int:
    return sum(1 for _ in dataset)


def refuse(message: str) -> Any:
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize("name", ["my_pipeline.py", "my pipeline.py", "größe/datei.py", "deep/er/file.py"])
def test_a_function_in_a_file(write: Write, name: str) -> None:
    assert count(make(write("def make(count=3): return range_of(count)", name))) == 3
    assert count(make(name, count=5)) == 5  # the path is relative


def test_a_file_is_loaded_once(write: Write) -> None:
    path = write("made = []\ndef make():\n    made.append(1)\n    return range_of(len(made))")
    assert [count(make(path)) for _ in range(3)] == [1, 2, 3]


def test_variables_and_names_in_classes(write: Write) -> None:
    path = write(
        "ready = range_of(2)\n"
        "class Loader:\n"
        "    ready = range_of(4)\n"
        "    @staticmethod\n"
        "    def plain(): return range_of(5)\n"
        "    @classmethod\n"
        "    def of_class(cls, more=0): return range_of(6 + more)\n"
        "    def method(self): return range_of(7)\n"
        "    class Inner:\n"
        "        @staticmethod\n"
        "        def make(): return range_of(8)\n"
        "loader = Loader()"
    )
    names = ("ready", "Loader.ready", "Loader.plain", "Loader.of_class", "loader.method", "Loader.Inner.make")
    assert [count(make(path, name)) for name in names] == [2, 4, 5, 6, 7, 8]
    assert count(make(path, "Loader.of_class", more=10)) == 16
    with refuse(
        f"{path}:Loader.method is a method of an object: give a function, or a name that holds the object, as in "
        "loader.method."
    ):
        make(path, "Loader.method")


def test_a_variable_takes_nothing(write: Write) -> None:
    path = write("ready = range_of(2)")
    for given in ({"size": 3}, {"source": f"{path}:ready"}):
        with refuse(f"{path}:ready is no function: leave out --arg and --source."):
            make(path, "ready", **given)


def test_a_module_of_the_folder_one_works_in_and_its_neighbours(write: Write) -> None:
    write("SIZE = 4", "package/sizes.py")
    write("from package.sizes import SIZE\ndef make(): return range_of(SIZE)", "package/module.py")
    assert count(make("package.module")) == 4


def test_a_file_imports_its_neighbour(write: Write) -> None:
    write("SIZE = 6", "folder/neighbour_of_mine.py")
    path = write("from neighbour_of_mine import SIZE\ndef make(): return range_of(SIZE)", "folder/file.py")
    assert count(make(path)) == 6


def test_a_file_with_the_name_of_a_package_is_itself_and_the_package_stays(write: Write) -> None:
    path = write("import numpy\ndef make(): return tf.data.Dataset.from_tensor_slices(numpy.ones(3))", "numpy.py")
    first = make(path)
    assert count(first) == count(make(path)) == 3
    assert find_attribute(path, "make") is find_attribute(path, "make")  # it is loaded once as well
    import numpy as np  # noqa: PLC0415

    assert np.__file__ != path


def test_files_of_one_name_in_two_folders_are_two(write: Write) -> None:
    first, second = (write(f"def make(): return range_of({size})", f"{size}/same_name.py") for size in (2, 3))
    assert [count(make(path)) for path in (first, second, first, second)] == [2, 3, 2, 3]
    assert find_attribute(second, "make") is find_attribute(second, "make")


def test_folders_named_like_ours_do_not_stand_in_for_ours(write: Write) -> None:
    for name in ("bench", "reports", "mnist_core"):
        write("raise RuntimeError('theirs')", f"{name}/__init__.py")
        write("raise RuntimeError('theirs')", f"{name}/subjects/__init__.py")
    assert count(make(write("def make(): return range_of(2)"))) == 2
    assert sys.modules["bench"] is bench
    with pytest.raises(RuntimeError, match="theirs"):
        make(write("import bench", "wants_theirs.py"))
    assert sys.modules["bench"] is bench
    assert importlib.import_module("bench.subjects.open").__file__ == str(
        Path(bench.__file__).parent / "subjects/open.py"
    )


@pytest.mark.parametrize("place", [0, 1000], ids=["before ours", "behind ours"])
def test_packages_of_theirs_that_are_called_as_ours_are_theirs_in_their_code_alone(
    place: int, write: Write, tmp_path: Path
) -> None:
    write("SIZE = 5", "bench/__init__.py")
    write("import reports.words\nfrom bench import SIZE\ndef make(): return range_of(SIZE)", "bench/data.py")
    write("", "reports/__init__.py")
    write("WORD = 'theirs'", "reports/words.py")
    write(
        "import bench\ndef build():\n    import bench.data\n    return bench.data.make().take(bench.SIZE - 1)",
        "more.py",
    )
    copy = tmp_path / "copies" / "bench" / "__init__.py"  # of ours, as those that work for a gate have one
    copy.parent.mkdir(parents=True)
    copy.write_bytes(Path(bench.__file__).read_bytes())
    sys.path.insert(0, str(tmp_path / "copies"))
    sys.path.insert(place, str(tmp_path))
    ours = {name: module for name, module in sys.modules.items() if name.startswith(("bench", "reports"))}
    for _ in range(2):
        assert count(make("bench.data")) == 5
        assert count(make(str(tmp_path / "more.py"), "build")) == 4
    assert find_attribute("bench.data", "SIZE") == 5
    assert {name: sys.modules.get(name) for name in ours} == ours
    assert "reports.words" not in sys.modules


def test_a_neighbour_comes_before_an_installed_package_and_after_python_s_own(write: Write, tmp_path: Path) -> None:
    write("SIZE = 1", "site-packages/twice_there.py")
    sys.path.append(str(tmp_path / "site-packages"))
    write("SIZE = 2", "mine/twice_there.py")
    write("SIZE = 2", "mine/colorsys.py")
    path = write(
        "from twice_there import SIZE\nimport colorsys\nTHEIRS = hasattr(colorsys, 'SIZE')\n"
        "def make(): return range_of(SIZE)",
        "mine/file.py",
    )
    assert count(make(path)) == 2
    assert not find_attribute(path, "THEIRS")


def test_a_folder_is_added_once(tmp_path: Path) -> None:
    add_folder(tmp_path)
    add_folder(tmp_path)
    assert sys.path.count(str(tmp_path)) == 1


def test_what_is_not_there_is_said_with_the_next_step(write: Write) -> None:
    path = write("def make_train(): ...\ndef load(): ...")
    with refuse("nowhere.py does not exist: give the file that makes the dataset, as path/to/file.py:name."):
        make("nowhere.py")
    with refuse(f"{path} has no make_trian: did you mean make_train?"):
        make(path, "make_trian")
    with refuse(f"{path} has no zzz: it has load, make_train."):
        make(path, "zzz")
    with refuse(f"{path} has no load.zzz: it has no names."):
        make(path, "load.zzz")
    with refuse("there is no module no_such.module here: run from the folder that holds it, or give the file."):
        make("no_such.module")


def test_a_missing_module_that_their_code_wants_is_theirs_to_tell(write: Write) -> None:
    path = write("import no_such_neighbour")
    with pytest.raises(ModuleNotFoundError, match="no_such_neighbour"):
        make(path)
    with pytest.raises(ModuleNotFoundError, match="no_such_neighbour"):
        make("my_pipeline")


def test_what_their_import_raises_goes_through_and_the_next_try_is_a_new_one(write: Write) -> None:
    path = write("raise KeyError('nope')")
    for _ in range(2):
        with pytest.raises(KeyError, match="nope"):
            make(path)
    assert not [name for name in sys.modules if "my_pipeline" in name]


@pytest.mark.parametrize("text", ["import sys\nsys.exit(3)", "def make():\n    raise SystemExit(3)"])
def test_a_file_that_ends_python_is_refused(write: Write, text: str) -> None:
    path = write(text)
    with refuse(f"{path}:make ends Python with sys.exit(3): let it give a dataset, or catch one with --run."):
        make(path)


def test_missing_and_unknown_arguments_are_listed_with_what_there_is(write: Write) -> None:
    path = write(
        "def make(path: str, count: int = 3, *, seed=None): return range_of(count)\n"
        "def two(path, names): ...\n"
        "def none(): ..."
    )
    takes = "path: str, count: int = 3, seed=None"
    with refuse(f"{path}:make needs --arg path=... or --source, if it transforms a dataset: it takes {takes}."):
        make(path, count=2)
    with refuse(f"{path}:two needs --arg path=... --arg names=...: it takes path, names."):
        make(path, "two")
    with refuse(f"{path}:make takes no size: it takes {takes}."):
        make(path, path="x", size=3)
    with refuse(f"{path}:none takes no size: leave it out."):
        make(path, "none", size=3)


def test_arguments_go_where_they_belong(write: Write) -> None:
    path = write(
        "def make(count, /, *more, seed, **others):\n"
        "    return range_of(count + len(more) + seed + sum(others.values()))\n"
        "def keywords(*, count): return range_of(count)"
    )
    assert count(make(path, count=1, seed=2, third=4)) == 7
    assert count(make(path, "keywords", count=3)) == 3


def test_a_function_transforms_the_dataset_of_a_source(write: Write) -> None:
    path = write(
        "def raw(): return range_of(10)\n"
        "def batch(dataset, size=3): return dataset.batch(size)\n"
        "def only(dataset, /, *, size): return dataset.take(size)\n"
        "def any_number(*datasets, size): return datasets[0].take(size)\n"
        "def none(): return range_of(1)"
    )
    source = f"{path}:raw"
    assert count(make(path, "batch", source=source)) == 4
    assert count(make(path, "batch", source=source, size=5)) == 2
    assert count(make(path, "only", source=source, size=4)) == 4
    splits = "def splits():\n    return {'train': range_of(12), 'test': range_of(6)}\n"
    of_test = write(splits, "splits.py")
    assert count(make(path, "batch", source=f"{of_test}:splits[test]", size=3)) == 2
    with refuse(f"{of_test}:splits gives 2 datasets: choose one with --select, of train, test."):
        make(path, "batch", source=f"{of_test}:splits")
    assert count(make(path, "any_number", source=source, size=6)) == 6
    with refuse(f"{path}:none takes no dataset: leave out --source."):
        make(path, "none", source=source)
    with refuse(f"{path}:only needs --arg size=...: it takes size."):
        make(path, "only", source=source)
    with refuse(f"{path}:batch takes no dataset: it takes size=3."):
        make(path, "batch", source=source, dataset=3)


SEVERAL = """
from collections import namedtuple
Splits = namedtuple("Splits", ["train", "test"])
def pair(): return range_of(1), range_of(2)
def named(): return Splits(range_of(3), range_of(4))
def by_name(): return {"train": range_of(5), "classes": 10, 7: range_of(6)}
def nested(): return (range_of(7), {"held_out": [range_of(8)]}), "info"
def single(): return [range_of(9), 3]
def plain(): return range_of(10)
"""


@pytest.mark.parametrize(
    ("name", "select", "number"),
    [
        ("pair", "0", 1),
        ("pair", "1", 2),
        ("named", "train", 3),
        ("named", "test", 4),
        ("by_name", "train", 5),
        ("by_name", "7", 6),
        ("nested", "0.0", 7),
        ("nested", "0.1.held_out.0", 8),
        ("single", None, 9),
        ("single", "0", 9),
        ("plain", None, 10),
    ],
)
def test_one_of_several_datasets_by_name_or_number(write: Write, name: str, select: str | None, number: int) -> None:
    assert count(make(write(SEVERAL), name, select=select)) == number


def test_which_dataset_must_be_clear(write: Write) -> None:
    path = write(SEVERAL)
    with refuse(f"{path}:named gives 2 datasets: choose one with --select, of train, test."):
        make(path, "named")
    with refuse(f"{path}:by_name gives no dataset 'classes': choose one with --select, of train, 7."):
        make(path, "by_name", select="classes")
    with refuse(f"{path}:nested gives no dataset '0': choose one with --select, of 0.0, 0.1.held_out.0."):
        make(path, "nested", select="0")
    with refuse(f"{path}:plain gives one dataset: leave out --select 0."):
        make(path, "plain", select="0")


def test_many_datasets_are_not_all_named() -> None:
    with refuse("x gives 10 datasets: choose one with --select, of 0, 1, 2, 3, 4, 5, 6, 7 and 2 more."):
        select_dataset("x", [tf.data.Dataset.range(1)] * 10, None)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (None, "None: return it from the function"),
        (3, "builtins.int"),
        ((), "builtins.tuple"),
        ({"a": 1}, "builtins.dict"),
        ("text", "builtins.str"),
    ],
)
def test_what_is_no_dataset_is_named(made: object, told: str) -> None:
    with refuse(f"x must give a tf.data.Dataset, or several in a tuple or dictionary, got {told}."):
        select_dataset("x", made, None)
