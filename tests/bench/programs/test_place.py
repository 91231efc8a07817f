"""Where a person's code is imported from: their revision's checkout, and nowhere else."""

import os
import sys
import types
from pathlib import Path

import pytest

from bench.programs.place import MisplacedError, Place, check_place, enter_folder, enter_place, tell_path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A repository and a checkout of it, in a process that may be changed at will."""
    repository, checkout = tmp_path / "repository", tmp_path / "scratch/base"
    for root in (repository, checkout):
        (root / "src/own").mkdir(parents=True)
        (root / "notebooks").mkdir()
        (root / "src/own/__init__.py").touch()
        (root / "single.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "/elsewhere"])
    return Place(str(checkout), str(checkout / "notebooks"), str(repository))


def pretend(monkeypatch: pytest.MonkeyPatch, name: str, file: str, **held: object) -> types.ModuleType:
    """A module that was imported from a file."""
    module = types.ModuleType(name)
    module.__file__ = file
    vars(module).update(held)
    monkeypatch.setitem(sys.modules, name, module)
    return module


def test_it_runs_in_the_users_folder_of_the_checkout_which_is_searched_last(place: Place) -> None:
    enter_place(place)
    assert Path.cwd() == Path(place.run_in)
    assert sys.path == ["/elsewhere", place.folder]


def test_from_a_folder_that_is_only_run_in_nothing_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "/elsewhere"])
    (tmp_path / "mine").mkdir()
    enter_folder(str(tmp_path / "mine"))
    assert (Path.cwd(), sys.path) == (tmp_path / "mine", ["/elsewhere"])


def test_what_leads_into_the_repository_leads_into_the_checkout(place: Place) -> None:
    sys.path[:] = ["", f"{place.repository}/src", "/elsewhere", place.repository]
    enter_place(place)
    assert sys.path == [f"{place.folder}/src", "/elsewhere", place.folder]


def test_a_link_into_the_repository_leads_into_the_checkout(place: Place, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(place.repository)
    sys.path[:] = [str(tmp_path / "link/src")]
    enter_place(place)
    assert sys.path == [f"{place.folder}/src", place.folder]


@pytest.mark.parametrize(
    "kept", [".venv/lib/python3.12/site-packages", "env/lib/dist-packages", "conda/lib/python3.12"]
)
def test_an_environment_within_the_repository_stays(place: Place, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", f"{place.repository}/conda")
    folder = f"{place.repository}/{kept}"
    sys.path[:] = [folder]
    enter_place(place)
    assert sys.path == [folder, place.folder]


def test_checkouts_within_the_repository_stay(place: Place) -> None:
    inside = Place(f"{place.repository}/scratch/base", place.run_in, place.repository)
    sys.path[:] = [f"{place.repository}/scratch/tools"]
    enter_place(inside)
    assert sys.path == [f"{place.repository}/scratch/tools", inside.folder]


def test_a_finder_of_an_editable_install_leads_into_the_checkout(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = {"own": f"{place.repository}/src/own", "other": "/elsewhere/other"}
    finder = pretend(monkeypatch, "__editable___own_finder", "/site/finder.py", MAPPING=mapping)
    enter_place(place)
    assert {"own": f"{place.folder}/src/own", "other": "/elsewhere/other"} == finder.MAPPING


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("own.decode", "{checkout}/src/own/decode.py"),
        ("bench.cases", "{repository}/bench/cases.py"),
        ("mnist_bench_first", "{repository}/bench/workers/server_folder/mnist_bench_first.py"),
        ("numpy_like", "/elsewhere/numpy_like.py"),
        ("helper", "{repository}/.venv/lib/site-packages/helper.py"),
        ("relative", "relative.py"),
    ],
)
def test_what_is_no_other_copy_of_the_code_is_fine(
    place: Place, name: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.run_in)
    pretend(monkeypatch, name, file.format(checkout=place.folder, repository=place.repository))
    check_place(place)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("own.decode", "{repository}/src/own/decode.py"),
        ("unknown", "{repository}/generated/unknown.py"),
        ("own", "/usr/lib/site-packages/own/__init__.py"),
        ("single", "/usr/lib/site-packages/single.py"),
    ],
)
def test_another_copy_of_the_code_is_refused_with_what_to_do(
    place: Place, name: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = file.format(repository=place.repository)
    pretend(monkeypatch, name, where)
    with pytest.raises(MisplacedError) as told:
        check_place(place)
    top = name.partition(".")[0]
    assert str(told.value) == (
        f"{name} was imported from {where}, and not from the revision, so both sides would run the same code: "
        f"pip uninstall {top}, or install it with pip install --editable."
    )


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("c", "notebooks/c"),
        ("../c", "c"),
        ("{checkout}/raw/c", "raw/c"),
        ("/elsewhere/c", "/elsewhere/c"),
        ("../../c", "../../c"),
    ],
)
def test_a_path_is_told_from_the_top_of_the_repository(place: Place, path: str, told: str) -> None:
    assert tell_path(path.format(checkout=place.folder), place) == told


REFUSED = (
    "{repository}/src/own/decode.py was run, and not the revision's, so both sides would run the same code: "
    "find it beside __file__, or from the working directory."
)
LOADED = {
    "as a module without a name": (
        "import importlib.util as u; s = u.spec_from_file_location('odd', {file!r}); m = u.module_from_spec(s); "
        "s.loader.exec_module(m)"
    ),
    "as a program": "import runpy; runpy.run_path({file!r})",
    "as compiled text": "with open({file!r}, 'rb') as file: exec(compile(file.read(), {file!r}, 'exec'), dict())",
    "as text": "with open({file!r}, encoding='utf-8') as file: exec(file.read(), dict())",
    "as bytes": "from pathlib import Path; exec(Path({file!r}).read_bytes(), dict())",
}


@pytest.mark.parametrize("how", LOADED)
def test_code_of_the_repository_that_is_loaded_by_its_whole_path_is_refused(place: Place, how: str) -> None:
    told = []
    for folder in (place.folder, place.repository):
        file = Path(folder) / "src/own/decode.py"
        file.write_bytes("WORD = 'décodé'\r\n".encode())
        enter_place(place)
        exec(LOADED[how].format(file=str(file)), {})  # noqa: S102
        try:
            check_place(place)
        except MisplacedError as error:
            told.append(str(error))
    assert told == [REFUSED.format(repository=place.repository)]


def test_code_that_is_read_and_not_run_is_fine_and_so_is_what_ran_before(place: Place) -> None:
    file = Path(place.repository) / "single.py"
    file.write_text("WORD = 1\n")
    exec(compile(file.read_text(), str(file), "exec"), {})  # noqa: S102
    enter_place(place)
    assert file.read_text() == "WORD = 1\n"
    exec("WORD = 2", {})  # noqa: S102
    check_place(place)


def test_data_that_both_sides_have_as_links_may_be_code(place: Place) -> None:
    (Path(place.repository) / "generated.py").write_text("WORD = 1\n")
    link = Path(place.folder) / "generated.py"
    link.symlink_to(Path(place.repository) / "generated.py")
    enter_place(place)
    exec(compile(link.read_text(), str(link), "exec"), {})  # noqa: S102
    check_place(place)


def test_a_file_of_the_standard_librarys_name_is_no_other_copy(place: Place) -> None:
    (Path(place.folder) / "queue.py").touch()
    assert "queue" in sys.modules or __import__("queue")
    check_place(place)
    assert os.sep in str(sys.modules["queue"].__file__)
