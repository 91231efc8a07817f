"""A pipeline as text: what is understood, what is refused and which step comes next."""

from pathlib import Path

import pytest
from fresh_start import start

from bench.subjects.pipeline_text import (
    PIPELINE,
    RUN,
    PipelineText,
    check_file,
    describe_pipeline,
    describe_run,
    is_pipeline,
    parse_pipeline,
    read_number,
    read_value,
    split_text,
)
from mnist_core import InputError
from reports.record.case import Subject


def test_a_file_and_a_name_become_a_subject() -> None:
    assert describe_pipeline("my_pipeline.py:make") == Subject(PIPELINE, "make", "my_pipeline.py:make")


def test_all_that_is_given_comes_back_and_sets_the_case_apart() -> None:
    subject = describe_pipeline(
        "data/my_pipeline.py:Loader.make", ["batch_size=64", "path=a=b"], select="train", source="raw:images"
    )
    assert subject.name == "make[train]"
    assert subject.options == (
        ("arg.batch_size", "64"),
        ("arg.path", "a=b"),
        ("select", "train"),
        ("source", "raw:images"),
    )
    assert parse_pipeline(subject) == PipelineText(
        "data/my_pipeline.py", "Loader.make", (("batch_size", 64), ("path", "a=b")), "train", "raw:images"
    )


@pytest.mark.parametrize(
    ("text", "select", "meant"),
    [
        ("data.py:make[train]", None, "train"),
        ("data.py:make[train]", "test", "train"),
        ("data.py:make", "test", "test"),
        ("package.data:Loader.make[0.train]", None, "0.train"),
    ],
)
def test_a_text_may_say_which_dataset_itself(text: str, select: str | None, meant: str) -> None:
    subject = describe_pipeline(text, select=select)
    assert (subject.name, subject.text) == (f"make[{meant}]", text.partition("[")[0])
    assert parse_pipeline(subject).select == meant


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("data.py:make", True),
        ("data.py", True),
        ("package.data:make", True),
        ("a b/data:make", True),
        ("my (copy).py:make", True),
        ("post", False),
        ("shuffle(10).batch(2)", False),
        ("ds.map(lambda x: parse(x)).batch(2)", False),
        ("ds.map(lambda x: x).batch(2)", False),
    ],
)
def test_a_pipeline_is_told_from_an_ordering(text: str, is_meant: bool) -> None:
    assert is_pipeline(text) is is_meant


@pytest.mark.parametrize(
    ("text", "place", "attribute", "is_file"),
    [
        ("make.py:make", "make.py", "make", True),
        ("/a b/größe.py:größe", "/a b/größe.py", "größe", True),
        ("C:\\data\\make.py:make", "C:\\data\\make.py", "make", True),
        ("package.module:Class.method", "package.module", "Class.method", False),
        ("_private:_make_2", "_private", "_make_2", False),
    ],
)
def test_a_file_or_a_module_and_a_name(text: str, place: str, attribute: str, is_file: bool) -> None:
    assert split_text(text) == (place, attribute)
    assert parse_pipeline(describe_pipeline(text)).is_file is is_file


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("make.py", "make.py:name"),
        ("a/b.py", "a/b.py:name"),
        ("make", "path/to/file.py:name or package.module:name"),
        ("make.py:", "path/to/file.py:name or package.module:name"),
        (":make", "path/to/file.py:name or package.module:name"),
        ("make.py:2nd", "path/to/file.py:name or package.module:name"),
        ("make.py:make()", "path/to/file.py:name or package.module:name"),
        ("make.py:a..b", "path/to/file.py:name or package.module:name"),
        ("a/b:make", "path/to/file.py:name or package.module:name"),
        ("", "path/to/file.py:name or package.module:name"),
    ],
)
def test_another_form_is_refused_with_the_right_one(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        describe_pipeline(text)
    assert str(caught.value) == (
        f"a pipeline must be path/to/file.py:name or package.module:name, got {text!r}: write {hint}."
    )


def test_a_source_is_checked_as_well() -> None:
    with pytest.raises(InputError, match=r"got 'raw': write path/to/file\.py:name"):
        describe_pipeline("make.py:make", source="raw")


@pytest.mark.parametrize("argument", ["batch_size", "=64", "batch-size=64", "2nd=3", "a b=1", ""])
def test_an_argument_of_another_form_is_refused(argument: str) -> None:
    with pytest.raises(InputError) as caught:
        describe_pipeline("make.py:make", [argument])
    assert str(caught.value) == f"--arg must be key=value, such as batch_size=64, got {argument!r}."


def test_an_argument_that_is_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"^--arg size was given 2 times: give it once\.$"):
        describe_pipeline("make.py:make", ["size=1", "seed=3", "size=2"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("-1.5", -1.5),
        ("None", None),
        ("True", True),
        ("(28, 28)", (28, 28)),
        ("{'a': [1]}", {"a": [1]}),
        ("'64'", "64"),
        ("train", "train"),
        ("gs://bucket/*.rec", "gs://bucket/*.rec"),
        ("01", "01"),
        ("[1, 2", "[1, 2"),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
        ("1 + 1", "1 + 1"),
        ("a\0b", "a\0b"),
        ("(" * 500, "(" * 500),
        ("", ""),
    ],
)
def test_a_value_is_a_literal_or_a_text_and_nothing_is_evaluated(text: str, value: object) -> None:
    read = read_value(text)
    assert read == value
    assert type(read) is type(value)


def test_a_program_and_its_arguments_become_a_subject() -> None:
    command = "'my programs/train.py' --bs 16 --name 'a b'"
    assert describe_run(command, select="3") == Subject(RUN, "train", command, (("select", "3"),))
    assert describe_run("train.py") == Subject(RUN, "train", "train.py")


@pytest.mark.parametrize("command", ["", "   ", "train", "python train.py", "-m package.train"])
def test_a_command_without_a_program_is_refused(command: str) -> None:
    with pytest.raises(InputError) as caught:
        describe_run(command)
    assert str(caught.value) == (
        f"--run must begin with a program that ends in .py, such as 'train.py --bs 16', got {command!r}."
    )


def test_an_open_quotation_is_refused() -> None:
    with pytest.raises(InputError, match=r"^--run must be a program and its arguments, got .*: No closing quot"):
        describe_run("train.py 'a")


@pytest.mark.parametrize("select", ["train", "0", "-1", "1.5", ""])
def test_a_program_s_dataset_is_chosen_by_number(select: str) -> None:
    with pytest.raises(InputError) as caught:
        describe_run("train.py", select=select)
    assert str(caught.value) == f"--select must be the number of a dataset with --run, such as 1, got {select!r}."


def test_a_number_is_read() -> None:
    assert read_number("12") == 12


@pytest.mark.process
def test_no_tensorflow_is_imported() -> None:
    done = start("-c", "import sys; import bench.subjects.pipeline_text; print('tensorflow' in sys.modules)")
    assert (done.returncode, done.stdout) == (0, "False\n")


def test_a_file_that_is_not_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    there = tmp_path / "mine.py"
    there.touch()
    for subject in (
        describe_pipeline(f"{there}:make"),
        describe_run(f"{there} --bs 16"),
        describe_pipeline("no.such:a"),
    ):
        check_file(subject)  # a module is looked for where it is imported
    with pytest.raises(InputError, match=r"^nowhere\.py does not exist: give the file that makes the dataset"):
        check_file(describe_pipeline("nowhere.py:make"))
    with pytest.raises(InputError, match=r"^nowhere\.py does not exist: give --run the program"):
        check_file(describe_run("nowhere.py --bs 16"))
