"""The page for newcomers: its tree is the tree, its files are there, its glossary is in order."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
TREE = PAGE.split("```")[1]
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
PACKAGES = ("mnist_core", "bench", "reports")
FEWEST, MOST = 2, 12  # modules of a room, its __init__ not counted


def list_rooms(package: str) -> list[Path]:
    return sorted(each.parent for each in (ROOT / package).glob("*/__init__.py"))


def count_modules(folder: Path) -> int:
    return sum(each.name not in {"__init__.py", "__main__.py"} for each in folder.glob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_tree_on_the_page_names_every_room_and_no_other(package: str) -> None:
    told = re.search(rf"^{package}/ .*?(?=^\S)", TREE, re.MULTILINE | re.DOTALL)
    assert told is not None
    rooms = re.findall(r"^  (\w+)/", told[0], re.MULTILINE)
    assert sorted(rooms) == [each.name for each in list_rooms(package)]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_can_be_seen_at_a_glance(package: str) -> None:
    counts = {each.name: count_modules(each) for each in list_rooms(package)}
    counts.pop("page", None)  # its modules lie in sections/ and charts/
    assert {name: count for name, count in counts.items() if not FEWEST <= count <= MOST} == {}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.(?:py|toml))`", PAGE))))
def test_every_file_on_the_page_is_there(name: str) -> None:
    if name in {"pyproject.toml", "lines.py", "tables.py", "registry.py"}:
        return  # named after the folder in the same sentence
    found = [path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob(Path(name).name)]
    assert any(path.as_posix().endswith(f"/{name}") for path in found)


def test_the_words_of_the_glossary_are_in_order() -> None:
    words = [word.lower() for word in re.findall(r"^\*\*([^*]+)\*\*", GLOSSARY, re.MULTILINE)]
    assert words == sorted(words)
