"""Pipelines under several interpreters: what each row is called, and what its ratio is to."""

import pytest

from bench.cases.pipelines import build_subject, name_apart, refer, spread
from bench.subjects.pipeline_text import describe_run

OLD, NEW = ("TensorFlow 2.18.1", "/old/bin/python"), ("TensorFlow 2.20.0", "/new/bin/python")
BEFORE, AFTER = name_apart([build_subject("data.py:before"), build_subject("data.py:after")])


def tell(subjects) -> list[tuple[str, str | None, str | None]]:
    return [(each.name, each.reference, each.python) for each in subjects]


def test_a_row_is_named_by_the_version_and_its_ratio_is_to_the_first_interpreter() -> None:
    assert tell(spread([BEFORE, AFTER], [OLD, NEW])) == [
        ("before, TensorFlow 2.18.1", "before, TensorFlow 2.18.1", "/old/bin/python"),
        ("before, TensorFlow 2.20.0", "before, TensorFlow 2.18.1", "/new/bin/python"),
        ("after, TensorFlow 2.18.1", "after, TensorFlow 2.18.1", "/old/bin/python"),
        ("after, TensorFlow 2.20.0", "after, TensorFlow 2.18.1", "/new/bin/python"),
    ]


def test_one_interpreter_given_twice_is_compared_with_itself() -> None:
    twice = spread([BEFORE, AFTER], [("old (1)", "/old/bin/python"), ("old (2)", "/old/bin/python")])
    assert [(each.name, each.reference) for each in twice] == [
        (f"{name}, old ({place})", f"{name}, old (1)") for name in ("before", "after") for place in (1, 2)
    ]


def test_a_single_interpreter_changes_no_name_and_no_reference() -> None:
    assert tell(spread([BEFORE, AFTER], [("", "/old/bin/python")])) == [
        ("before", "before", "/old/bin/python"),
        ("after", "before", "/old/bin/python"),
    ]
    assert tell(spread([build_subject("data.py:before")], [("", "/new/bin/python")])) == [
        ("before", None, "/new/bin/python")
    ]


def test_what_is_left_of_a_run_refers_to_what_is_left() -> None:
    _, newer, older, newest = spread([BEFORE, AFTER], [OLD, NEW])
    assert [each.reference for each in refer([newer, older, newest])] == [None, older.name, older.name]
    assert [each.reference for each in refer([AFTER])] == [None]


def test_the_same_pipeline_twice_without_interpreters_is_compared_with_the_first() -> None:
    twice = name_apart([build_subject("data.py:before")] * 2 + [build_subject("data.py:after")])
    assert {each.reference for each in twice} == {"data.py:before (1)"}


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["data.py:make", "data.py:load"], ["make", "load"]),
        (["old/data.py:make", "new/data_again.py:make", "post"], ["data.py:make", "data_again.py:make", "post"]),
        (["old/data.py:make", "new/data.py:make"], ["old/data.py:make", "new/data.py:make"]),
        (["old/data.py:make", "new/data.py:make", "a.py:make"], ["old/data.py:make", "new/data.py:make", "a.py:make"]),
        (["package.old:make", "package.new:make"], ["package.old:make", "package.new:make"]),
        (["data.py:make[a]", "data.py:make[b]"], ["make[a]", "make[b]"]),
        (["data.py:make", "data.py:make"], ["data.py:make (1)", "data.py:make (2)"]),
    ],
)
def test_names_are_as_short_as_tells_them_apart(texts: list[str], names: list[str]) -> None:
    named = name_apart([build_subject(text) for text in texts])
    assert [each.name for each in named] == names
    assert {each.reference for each in named} == {names[0]}


def tell_named(*given: tuple[str, ...]) -> list[str]:
    """The names of pipelines, each a text and its arguments."""
    return [each.name for each in name_apart([build_subject(text, arguments) for text, *arguments in given])]


def test_the_same_function_with_other_arguments_is_named_by_those_that_differ() -> None:
    assert tell_named(("data.py:make",), ("data.py:load",), ("data.py:make", "size=64")) == [
        "make",
        "load",
        "make size=64",
    ]
    shared = [("data.py:make", "size=64", "seed=1"), ("data.py:make", "size=8", "seed=1")]
    assert tell_named(*shared) == ["make size=64", "make size=8"]
    assert tell_named(*shared, ("data.py:make", "size=8")) == [
        "make size=64 seed=1",
        "make size=8 seed=1",
        "make size=8",
    ]
    assert tell_named(("data.py:make", "text=a\nb"), ("data.py:make", "text=c")) == ["make text=a b", "make text=c"]


def test_where_files_differ_too_all_of_that_name_have_theirs() -> None:
    made = [("old/data.py:make",), ("old/data.py:make", "size=64"), ("test.py:make",)]
    assert tell_named(*made) == ["data.py:make", "data.py:make size=64", "test.py:make"]
    assert tell_named(*made, ("new/data.py:make",)) == [
        "old/data.py:make",
        "old/data.py:make size=64",
        "test.py:make",
        "new/data.py:make",
    ]
    assert tell_named(("a.py:make[train]",), ("b.py:make[train]",), ("a.py:make[test]",), ("b.py:make[test]",)) == [
        "a.py:make[train]",
        "b.py:make[train]",
        "a.py:make[test]",
        "b.py:make[test]",
    ]


def test_only_what_is_there_twice_is_counted() -> None:
    twice = [("data.py:make",), ("data.py:make", "size=8"), ("data.py:make",), ("data.py:load",)]
    assert tell_named(*twice) == ["data.py:make (1)", "data.py:make size=8", "data.py:make (3)", "load"]


def test_datasets_of_one_program_are_named_by_their_numbers() -> None:
    programs = [describe_run("train.py"), describe_run("train.py", select="2"), describe_run("train.py --bs 2")]
    assert [each.name for each in name_apart(programs)] == ["train.py", "train.py --select 2", "train.py --bs 2"]
    assert [each.name for each in name_apart(programs[:2])] == ["train", "train --select 2"]
