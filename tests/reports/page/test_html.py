"""The page as a file: whole, safe against hostile names, and asking nothing of any network."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from page_runs import CASES, FAST, POST, SETTING, make_case, make_run, make_summary, make_traced_run

from reports.drawing.blocks import Emphasis
from reports.page.charts.themes import ON_PAGE, VARIABLES, build_config
from reports.page.compose import render_page
from reports.page.runs import Run

LIMIT_BYTES = 5_000_000
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
ADDRESSES = {"src", "href", "srcset", "action", "data", "poster", "background", "formaction"}


class Elements(HTMLParser):
    """The elements of a page with their attributes, the texts of its scripts, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script" and data.strip():
            self.scripts.append(data)
        else:
            self.text += data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    hostile = make_case(HOSTILE, [500, 510, 490, 505, 495, 500], setting=replace(SETTING, data_name=HOSTILE))
    run = make_traced_run(tmp_path_factory.mktemp("run"), *CASES, hostile)
    return render_page([replace(run, name=HOSTILE), make_run(POST, FAST)])


def test_it_is_one_file_of_less_than_5_mb_that_refers_to_nothing(page: str) -> None:
    assert len(page.encode()) < LIMIT_BYTES
    addresses = [
        (tag, value) for tag, found in Elements(page).found for name, value in found.items() if name in ADDRESSES
    ]
    assert {value for _, value in addresses if not (value or "").startswith("#run-")} == {"data:,"}
    assert {tag for tag, _ in Elements(page).found} & {"iframe", "object", "embed", "base", "form"} == set()


def test_only_its_own_scripts_may_run(page: str) -> None:
    policy = next(found["content"] for _, found in Elements(page).found if "http-equiv" in found) or ""
    allowed = set(re.findall(r"'(sha256-[^']+)'", policy))
    _figures, *scripts = Elements(page).scripts
    hashes = {f"sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}" for each in scripts}
    assert hashes == allowed
    assert len(scripts) == 2
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy


def test_a_hostile_name_is_text_and_nothing_else(page: str) -> None:
    elements = Elements(page)
    assert "img" not in {tag for tag, _ in elements.found}
    assert elements.text.count(HOSTILE) > 3
    assert not any(name.startswith("on") for _, found in elements.found for name in found)
    assert page.count("<script") == page.count("</script") == 3


def test_the_pictures_are_json_with_a_place_each(page: str) -> None:
    figures = json.loads(Elements(page).scripts[0])
    places = [found["data-figure"] for _, found in Elements(page).found if "data-figure" in found]
    assert places == [str(number) for number in range(len(figures["specs"]))]
    assert figures["config"] == build_config(ON_PAGE)
    style = page[page.index("<style>") : page.index("</style>")]
    for name in VARIABLES:
        assert style.count(f"--{name}: #") == 3, "light, dark by the system's choice, dark by a person's"
        assert f"var(--{name})" in json.dumps(figures["config"]) + style


def test_anchors_are_unique_and_links_lead_to_them(page: str) -> None:
    found = Elements(page).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    links = [attributes["href"] for tag, attributes in found if tag == "a"]
    assert len(ids) == len(set(ids))
    assert {f"#{name}" for name in ids} >= set(links) != set()


def test_a_warning_stands_where_a_trace_could_not_be_read() -> None:
    page = render_page([Run("x", make_summary(POST), (), ("The trace a could not be read: it is <cut> short.",))])
    assert '<p class="warning">The trace a could not be read: it is &lt;cut&gt; short.</p>' in page


def test_one_run_has_no_selector_and_several_have(page: str) -> None:
    assert '<select id="run">' in page
    assert '<select id="run">' not in render_page([make_run(POST)])


def test_the_same_runs_make_the_same_page(tmp_path: Path) -> None:
    run = make_traced_run(tmp_path, *CASES)
    assert render_page([run]) == render_page([run])


def test_every_emphasis_has_a_look_on_the_page() -> None:
    style = (resources.files("reports.page") / "templates" / "page.css").read_text(encoding="utf-8")
    known = set(re.findall(r"\.([a-z]+)(?=[^{}]*\{[^}]*(?:font-weight: 700|color: var\(--muted\)))", style))
    assert {emphasis.value for emphasis in Emphasis} - {"plain"} <= known
