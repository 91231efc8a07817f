"""The page as people see it: in headless Chromium, in both themes, on a phone, with several runs and hostile names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Seen, watch
from page_runs import CASES, FAST, ON_GPU, POST, make_case, make_run, make_summary, make_traced_run

from reports.page.charts.themes import DARK, LIGHT
from reports.page.compose import render_page
from reports.page.files import write_file
from reports.page.runs import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.process]

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
ENDLESS = "shuffle(60000)." + "map().cache()." * 30 + "batch(32)"
CLAIMED = (make_case("map_after_shuffle", [100] * 6), make_case("map_before_shuffle", [200] * 6))
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1200, "height": 900}
GROUND = "getComputedStyle(document.body).backgroundColor"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDEST = "Math.max(...[...document.querySelectorAll('svg')].map((each) => each.getBoundingClientRect().right))"
DRAW_ALL = """async () => {
  const waiting = () => [...document.querySelectorAll('[data-figure]')].find(
    (each) => each.checkVisibility() && !each.querySelector('svg'));
  for (let each, frames = 0; (each = waiting()); frames++) {
    if (frames === 1000) throw new Error(`picture ${each.dataset.figure} is never drawn`);
    each.scrollIntoView();
    await new Promise(requestAnimationFrame);
  }
}"""
MOST_LOOKS = 300  # at a page, ten a second


def wait_until(page: Page, expression: str) -> None:
    """Ask until it is true; the page's own policy forbids the polling of Playwright, which evaluates text in it."""
    for _ in range(MOST_LOOKS):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two runs: one with everything, names that are hostile or endless, and a trace; one that is plain."""
    folder = tmp_path_factory.mktemp("page")
    odd = [make_case(name, [500, 510, 490, 505, 495, 500], ordering=name) for name in (HOSTILE, ENDLESS)]
    run = make_traced_run(folder, *CASES, ON_GPU, *CLAIMED, *odd)
    unreadable = Run("second", make_summary(POST, FAST), (), ("The trace a could not be read: it is cut short.",))
    write_file(folder / "report.html", render_page([replace(run, name=HOSTILE), unreadable]).encode())
    return folder / "report.html"


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., tuple[Page, Seen]]]:
    """Opens a file as somebody without internet, and closes it after the test."""
    contexts = []

    def open_file(path: Path, **options: object) -> tuple[Page, Seen]:
        context = browser.new_context(offline=True, **{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        seen = watch(page)
        page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        return page, seen

    yield open_file
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_picture_is_drawn_without_a_complaint_and_without_a_request(
    visit, file: Path, scheme: str, viewport: dict[str, int]
) -> None:
    page, seen = visit(file, color_scheme=scheme, viewport=viewport, is_mobile=viewport is PHONE)
    page.evaluate(DRAW_ALL)
    assert page.locator("#run-1 [data-figure] svg").count() == page.locator("#run-1 [data-figure]").count() > 10
    assert page.locator("text=HOLDS").count() > 0
    assert (seen.complaints, seen.requests) == ([], [file.as_uri()])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_never_scrolls_sideways(visit, file: Path, viewport: dict[str, int]) -> None:
    page, _ = visit(file, viewport=viewport, is_mobile=viewport is PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.evaluate(DRAW_ALL)
    assert page.evaluate(OVERFLOW) == 0
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('svg')].map((e) => e.getBoundingClientRect().right))"
    )
    assert widest <= viewport["width"]


def to_css(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))})"


@pytest.mark.parametrize(("scheme", "first", "second"), [("light", LIGHT, DARK), ("dark", DARK, LIGHT)])
def test_the_theme_follows_the_system_and_a_button_turns_it(visit, file: Path, scheme: str, first, second) -> None:
    page, seen = visit(file, color_scheme=scheme)
    page.evaluate(DRAW_ALL)
    point = "#run-1-speed svg .mark-symbol path"
    for theme in (first, second):
        assert page.evaluate(GROUND) == to_css(theme.ground)
        fills = page.eval_on_selector_all(point, "(paths) => paths.map((path) => getComputedStyle(path).fill)")
        assert {to_css(theme.colours["default"]), to_css(theme.colours["raw"])} <= set(fills)
        page.click("#theme")
    assert seen.complaints == []


def column(page: Page, number: int) -> list[str]:
    cells = page.locator(f"#run-1-memory tbody tr td:nth-child({number})").all()
    return [cell.inner_text().splitlines()[0] for cell in cells]


def test_a_press_on_a_title_sorts_numbers_as_numbers_and_another_press_turns_them(visit, file: Path) -> None:
    page, _ = visit(file)
    header = page.locator("#run-1-memory th", has_text="live MiB")
    header.locator("button").click()
    assert column(page, 2) == ["200", "50.0", "10.0"]
    assert header.get_attribute("aria-sort") == "descending"
    header.locator("button").press("Enter")
    assert column(page, 2) == ["10.0", "50.0", "200"]
    assert header.get_attribute("aria-sort") == "ascending"
    page.locator("#run-1-memory th", has_text="ordering").locator("button").click()
    assert column(page, 1) == ["close_second", "fast", "post"]
    assert header.get_attribute("aria-sort") is None


def test_cells_without_a_number_come_last_either_way(visit, file: Path) -> None:
    page, _ = visit(file)
    button = page.locator("#run-1-speed th", has_text="live MiB").locator("button")
    cells = page.locator("#run-1-speed tbody tr td:last-child")
    for expected in (["200 (190)", "50.0 (50.0)", "10.0 (10.0)", ""], ["10.0 (10.0)", "50.0 (50.0)", "200 (190)", ""]):
        button.click()
        assert [cell.inner_text() for cell in cells.all()][:4] == expected


def test_the_selector_shows_one_run_at_a_time(visit, file: Path) -> None:
    page, seen = visit(file)
    assert page.locator("h1:visible").inner_text() == "The fastest here: map_after_shuffle."
    page.select_option("#run", "run-2")
    assert page.locator("h1:visible").inner_text() == "The fastest here: fast."
    assert page.locator(".warning:visible").inner_text() == "The trace a could not be read: it is cut short."
    page.evaluate(DRAW_ALL)
    assert page.locator("#run-2 [data-figure] svg").count() == page.locator("#run-2 [data-figure]").count() == 3
    assert seen.complaints == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_link_leads_to_its_section_while_the_pictures_above_are_drawn(
    visit, file: Path, viewport: dict[str, int]
) -> None:
    page, _ = visit(file, viewport=viewport)
    page.locator("nav:visible a", has_text="traces say").click()
    wait_until(page, "!document.querySelector('#run-1 [data-figure]:not(:has(svg))')")
    top = page.locator("#run-1-traces").evaluate("(each) => each.getBoundingClientRect().top")
    assert abs(top) < viewport["height"] / 2


def test_pointing_at_a_median_tells_its_numbers(visit, file: Path) -> None:
    page, seen = visit(file)
    page.locator("#run-1-speed svg .mark-symbol path").first.hover()
    tip = page.locator("#vg-tooltip-element").inner_text()
    assert "median [interval]" in tip
    assert "examples/s" in tip
    assert seen.complaints == []


def test_a_hostile_name_is_shown_as_it_is(visit, file: Path) -> None:
    page, seen = visit(file)
    page.evaluate(DRAW_ALL)
    assert page.locator(".origin:visible strong").inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert seen.complaints == []


def test_without_scripts_the_tables_and_the_reason_are_there(visit, file: Path) -> None:
    page, seen = visit(file, java_script_enabled=False)
    assert "need JavaScript" in page.locator("noscript").inner_text()
    assert page.locator("#run-2-speed tbody tr").count() == 2
    assert page.locator("#theme").is_hidden()
    assert seen.requests == [file.as_uri()]


def test_a_run_of_one_case_with_too_few_turns_is_drawn(visit, tmp_path: Path) -> None:
    write_file(tmp_path / "few.html", render_page([make_run(make_case("post", [100]))]).encode())
    page, seen = visit(tmp_path / "few.html")
    page.evaluate(DRAW_ALL)
    assert page.locator("h1").inner_text().startswith("The highest median here: post. Too few turns")
    assert seen.complaints == []


def test_no_section_is_empty(visit, file: Path) -> None:
    page, _ = visit(file)
    for section in page.locator("section").all():
        assert section.locator(":is(figure, table, p)").count() > 0, section.get_attribute("id")
    assert page.locator("#run-2 section").count() == page.locator("#run-2 nav a").count() == 5
    assert page.locator("#run-2-devices, #run-2-claims, #run-2-memory, #run-2-feeding").count() == 0


def test_what_is_asked_of_a_run_stands_below_its_headline(visit, file: Path) -> None:
    page, _ = visit(file)
    found = page.locator("#run-1 .made div").all_inner_texts()
    assert [line.split()[0] for line in found] == ["Noise", "Machine", "Digits"]
    assert page.locator("#run-1 .made").bounding_box()["y"] > page.locator("#run-1 h1").bounding_box()["y"]


NAMES = """(wanted) => [...document.querySelectorAll("#run-1-frontier svg")].map((svg) => {
  const boxes = (selector) => [...svg.querySelectorAll(selector)].map((each) => [
    each.textContent, ...["left", "top", "right", "bottom"].map((side) => each.getBoundingClientRect()[side])]);
  return [boxes(".mark-text.role-mark text").filter(([name]) => name), boxes(".mark-symbol.role-mark path")];
})"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_frontier_names_its_marks_and_no_name_covers_another_or_a_mark(
    visit, file: Path, viewport: dict[str, int]
) -> None:
    page, _ = visit(file, viewport=viewport)
    page.evaluate(DRAW_ALL)
    ((names, marks),) = page.evaluate(NAMES)
    assert {name for name, *_ in names} == {"post", "fast", "close_second"}
    assert len(marks) == 3
    for one, other in itertools.combinations([*names, *marks], 2):
        is_apart = one[1] >= other[3] or other[1] >= one[3] or one[2] >= other[4] or other[2] >= one[4]
        assert is_apart, (one, other)


MORE = "(box) => [box.hasAttribute('data-left'), box.hasAttribute('data-right'), getComputedStyle(box).maskImage]"


def test_a_wide_table_fades_where_there_is_more_of_it_and_only_there(visit, file: Path) -> None:
    page, _ = visit(file, viewport=PHONE)
    box = page.locator("#run-1-speed .scroll")
    wait_until(page, "document.querySelector('#run-1-speed .scroll').hasAttribute('data-right')")
    is_left, is_right, fade = box.evaluate(MORE)
    assert (is_left, is_right) == (False, True)
    assert "48px" in fade
    box.evaluate("(box) => { box.scrollLeft = 30; }")
    wait_until(page, "document.querySelector('#run-1-speed .scroll').hasAttribute('data-left')")
    assert box.evaluate(MORE)[:2] == [True, True]
    box.evaluate("(box) => { box.scrollLeft = 10000; }")
    wait_until(page, "!document.querySelector('#run-1-speed .scroll').hasAttribute('data-right')")
    page.set_viewport_size(DESKTOP)
    wait_until(page, "!document.querySelector('#run-1-mixing .scroll').hasAttribute('data-right')")
    assert "48px" not in page.locator("#run-1-mixing .scroll").evaluate(MORE)[2]


PAPER = {"width": 718, "height": 1000}  # pixels of A4 between the margins of the page
CUT = """() => [...document.querySelectorAll("#run-1 :is(figure, tr)")].filter((each) =>
  each.checkVisibility() && getComputedStyle(each).breakInside !== "avoid").length"""


def test_on_paper_it_is_light_nothing_is_cut_and_nothing_stands_out_of_the_sheet(visit, file: Path) -> None:
    page, _ = visit(file, viewport=PAPER, color_scheme="dark")
    page.evaluate(DRAW_ALL)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(GROUND) == to_css(LIGHT.ground)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(CUT) == 0
    assert page.locator("nav:visible, header button:visible, .run:visible details:visible").count() == 0
    tallest = page.evaluate("Math.max(...[...document.querySelectorAll('figure')].map((each) => each.offsetHeight))")
    assert tallest < PAPER["height"]
    tables = page.eval_on_selector_all(".scroll", "(all) => all.map((each) => getComputedStyle(each).overflowX)")
    assert set(tables) == {"visible"}


def test_a_pdf_has_as_many_pages_as_there_is_to_see(visit, file: Path) -> None:
    page, seen = visit(file)
    page.evaluate(DRAW_ALL)
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
    assert 6 <= pages <= 14
    widths = page.eval_on_selector_all("#run-1-speed svg", "(all) => all.map((each) => each.clientWidth)")
    wait_until(page, "document.querySelector('#run-1-speed svg').clientWidth > 1000")
    assert widths, "after printing the pictures are as wide as the window again"
    assert seen.complaints == []
