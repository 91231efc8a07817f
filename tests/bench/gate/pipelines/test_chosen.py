"""Which pipelines a gate compares, and how they are called on both sides."""

from pathlib import Path

import pytest

from bench.gate.pipelines.chosen import build_cases, find_listed, locate_subjects, read_listed, tell_subject
from bench.gate.pipelines.places import find_place, find_search_path
from bench.gate.revisions import Checkout, Workplace
from bench.programs.place import Place
from bench.subjects.pipeline_text import describe_pipeline, describe_run
from mnist_core.language.errors import InputError
from reports.record.case import Case, Subject

MAKE = describe_pipeline("data.py:make")


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[tool.mnist-bench]\n{text}\n")
    return file


def test_a_project_lists_its_pipelines_as_texts_or_with_what_they_take(tmp_path: Path) -> None:
    listed = (
        'pipelines = ["data.py:make", {pipeline = "pkg.data:both", arg = {size = 3, name = "a", f = [1, 2]}, '
        'select = 0, source = "data.py:raw"}, "data.py:both[train]", {run = "train.py --bs 2", select = 1}]'
    )
    assert read_listed(write(tmp_path, listed)) == (
        MAKE,
        describe_pipeline("pkg.data:both", ["size=3", "name=a", "f=[1, 2]"], select="0", source="data.py:raw"),
        describe_pipeline("data.py:both", select="train"),
        describe_run("train.py --bs 2", select="1"),
    )


@pytest.mark.parametrize("text", ["", "other = 1", "[tool.mnist-bench.gate]\nalpha = 0.1"])
def test_a_project_may_list_none(tmp_path: Path, text: str) -> None:
    assert read_listed(write(tmp_path, text)) == ()
    assert read_listed(tmp_path / "no-such.toml") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "pipelines = 3",
            r"^pyproject.toml: pipelines of \[tool.mnist-bench\]: Expected `array`, got `int`.*; each is a",
        ),
        ('pipelines = [{arg = "x"}]', "Expected `object`"),
        ('pipelines = [{pipeline = "a.py:b", sorce = "x"}]', "unknown field `sorce`"),
        ('pipelines = ["data.py"]', r"a pipeline must be path/to/file.py:name"),
        ("pipelines = [", "cannot be read"),
        ('pipelines = [{pipeline = "a.py:b", run = "a.py"}]', "a table has one of pipeline and run"),
        ('pipelines = [{select = "b"}]', "a table has one of pipeline and run"),
        ('pipelines = [{run = "a.py", arg = {b = 1}}]', "arg and source belong to a pipeline, not to a.py"),
        ('pipelines = [{run = "a.py", source = "a.py:b"}]', "arg and source belong to a pipeline, not to a.py"),
        ('pipelines = [{run = "a.py", select = "b"}]', "--select must be the number of a dataset"),
        ('pipelines = [{run = "train"}]', "--run must begin with a program that ends in .py"),
    ],
)
def test_a_list_that_is_written_otherwise_is_told_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as told:
        read_listed(write(tmp_path, text))
    assert "\n" not in str(told.value)


def test_head_decides_what_is_listed_and_without_a_list_it_says_what_to_do(tmp_path: Path) -> None:
    base, head = (Checkout(name, "1", tmp_path / name) for name in ("base", "head"))
    for each in (base, head):
        each.folder.mkdir()
    workplace = Workplace(tmp_path, base, head)
    write(base.folder, 'pipelines = ["old.py:make"]')
    with pytest.raises(InputError) as told:
        find_listed(workplace)
    assert str(told.value) == (
        "this repository has no mnist_core, and its pyproject.toml lists no pipelines in [tool.mnist-bench]: "
        "give --pipeline path/to/file.py:name."
    )
    write(head.folder, 'pipelines = ["data.py:make"]')
    assert find_listed(workplace) == (MAKE,)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("data.py:make", "data.py:make"),
        ("../data.py:make", "data.py:make"),
        ("near.py:make", "sub/near.py:make"),
        ("nowhere.py:make", "sub/nowhere.py:make"),
        ("{root}/sub/near.py:make", "sub/near.py:make"),
        ("package.module:make", "package.module:make"),
    ],
)
def test_a_file_is_found_from_the_users_folder_or_else_from_the_top(tmp_path: Path, given: str, found: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "data.py").touch()
    (tmp_path / "sub/near.py").touch()
    subject = describe_pipeline(given.format(root=tmp_path), source=given.format(root=tmp_path))
    (located,) = locate_subjects([subject], tmp_path, tmp_path / "sub")
    assert (located.text, dict(located.options)["source"]) == (found, found)


def test_the_programs_file_alone_is_led_to_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "train.py").touch()
    command = describe_run("train.py --data 'my files' x.py", select="2")
    (located,) = locate_subjects([command], tmp_path, tmp_path / "sub")
    assert (located.kind, located.text) == ("run", "train.py --data 'my files' x.py")
    assert tell_subject(located) == "train.py --data 'my files' x.py --select 2"
    ((case_id, case),) = build_cases([located], tmp_path, tmp_path / "sub").items()
    assert (case_id, case.subject.text) == ("train-default-cpu", "../train.py --data 'my files' x.py")
    with pytest.raises(InputError, match=r"/x\.py lies outside of .*: a gate compares what git holds\.$"):
        locate_subjects([describe_run("../../x.py --bs 2")], tmp_path, tmp_path / "sub")


def test_a_selected_dataset_keeps_its_file_and_its_choice(tmp_path: Path) -> None:
    (tmp_path / "data.py").touch()
    train, test = (describe_pipeline(f"data.py:make[{name}]", source="data.py:raw[0]") for name in ("train", "test"))
    cases = build_cases(locate_subjects([train, test], tmp_path, tmp_path), tmp_path, tmp_path)
    assert list(cases) == ["make[train]-default-cpu", "make[test]-default-cpu"]
    assert [case.subject for case in cases.values()] == [train, test]


def test_a_file_outside_of_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.\./\.\./x\.py lies outside of .*: a gate compares what git holds\.$"):
        locate_subjects([describe_pipeline("../../x.py:make")], tmp_path, tmp_path / "sub")


def test_cases_have_files_as_the_users_folder_sees_them(tmp_path: Path) -> None:
    other = describe_pipeline("package.data:make", ["a=1"])
    cases = build_cases([MAKE, other], tmp_path, tmp_path / "sub")
    assert cases == {
        "data.py:make-default-cpu": Case(Subject("pipeline", "data.py:make", "../data.py:make")),
        "package.data:make-default-cpu": Case(
            Subject("pipeline", "package.data:make", "package.data:make", (("arg.a", "1"),))
        ),
    }
    assert list(build_cases([MAKE], tmp_path, tmp_path)) == ["make-default-cpu"]


def test_the_same_pipeline_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^a pipeline is given twice: leave one out\.$"):
        build_cases([MAKE, MAKE], tmp_path, tmp_path)


def test_a_pipeline_is_told_as_its_owner_types_it() -> None:
    subject = describe_pipeline("data.py:make", ["size=3"], select="train", source="raw.py:read")
    assert tell_subject(subject) == "data.py:make[train] size=3 source=raw.py:read"


def test_a_place_has_the_users_folder_even_if_the_revision_has_not(tmp_path: Path) -> None:
    (tmp_path / "repository/sub").mkdir(parents=True)
    (tmp_path / "base").mkdir()
    place = find_place(tmp_path / "base", tmp_path / "repository", tmp_path / "repository/sub")
    root = tmp_path.resolve()
    assert place == Place(f"{root}/base", f"{root}/base/sub", f"{root}/repository")
    assert (tmp_path / "base/sub").is_dir()


def test_a_users_folder_that_git_does_not_hold_is_one_of_the_checkout_and_not_a_link(tmp_path: Path) -> None:
    (tmp_path / "repository/ignored/deep").mkdir(parents=True)
    (tmp_path / "repository/ignored/data.txt").write_text("data")
    (tmp_path / "base").mkdir()
    (tmp_path / "base/ignored").symlink_to(tmp_path / "repository/ignored")
    for _ in range(2):
        find_place(tmp_path / "base", tmp_path / "repository", tmp_path / "repository/ignored/deep")
        assert (tmp_path / "base/ignored/deep").resolve() == tmp_path.resolve() / "base/ignored/deep"
        assert (tmp_path / "base/ignored/data.txt").read_text() == "data"
    assert (tmp_path / "repository/ignored/data.txt").exists()


def test_the_users_own_search_path_is_found_from_anywhere() -> None:
    assert find_search_path(Path("/here"), {"PYTHONPATH": "src:/abs:"}) == ("/here/src", "/abs")
    assert find_search_path(Path("/here"), {}) == ()
