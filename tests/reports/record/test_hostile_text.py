"""Texts of files from anybody: nothing that steers a terminal, hides its direction or cannot be encoded gets in."""

import json
from pathlib import Path

import pytest

from reports.page.charts.themes import LIGHT
from reports.page.compose import render_page
from reports.page.picture import render_picture
from reports.page.runs import load_runs
from reports.record.file import load_json
from reports.summary.files import load_summary

HOSTILE = "a\x1b[31mred\x07 \u202ebidi \ud800 \u2028end"
PLAIN = r"a\x1b[31mred\x07 \u202ebidi \ud800 \u2028end"


def write(folder: Path, text: str, *, ascii_only: bool = True) -> Path:
    stats = {"median": 1.5, "data": [1.0, 1.01, 0.99, 1.02, 0.98, 1.0]}
    benchmark = {"group": text, "name": text, "fullname": text, "extra_info": {text: text}, "stats": stats}
    content = {
        "machine_info": {"node": text, "cpu": {"brand_raw": text}, "system": text, "python_version": text},
        "commit_info": {"id": text, "branch": text},
        "benchmarks": [benchmark],
        "datetime": text,
        "version": text,
    }
    file = folder / "hostile.json"
    file.write_bytes(json.dumps(content, ensure_ascii=ascii_only).encode("utf-8", "replace"))
    return file


def test_every_text_and_name_is_plain(tmp_path: Path) -> None:
    content = load_json(write(tmp_path, HOSTILE))
    assert content["benchmarks"][0]["extra_info"] == {PLAIN: PLAIN}
    assert content["commit_info"] == {"id": PLAIN, "branch": PLAIN}


def test_what_is_written_without_escapes_is_plain_too(tmp_path: Path) -> None:
    content = load_json(write(tmp_path, "a\u202eb", ascii_only=False))
    assert content["datetime"] == r"a\u202eb"


@pytest.mark.parametrize("text", ["plain", "näme 数字 😀", "two\nlines", "back\\slash", 'quo"te'])
def test_what_can_be_shown_stays_as_it_is(text: str, tmp_path: Path) -> None:
    assert load_json(write(tmp_path, text))["datetime"] == text


def test_a_page_and_a_picture_can_be_made_of_it(tmp_path: Path) -> None:
    file = write(tmp_path, HOSTILE)
    page = render_page(load_runs([file]))
    page.encode()
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert b"\x1b" not in render_picture(load_summary(file), "benchmarks", ".svg", LIGHT, "a")
