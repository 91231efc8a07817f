"""The page as people see it: in headless Chromium, in both themes, on a phone, with several runs and hostile names."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Seen, watch
from page_runs import CASES, FAST, ON_GPU, POST, make_case, make_run, make_summary, make_traced_run
from playwright.sync_api import Browser, Page

from reports.page.charts.themes import DARK, LIGHT
from reports.page.compose import render_page
from reports.page.files import write_file
from reports.page.runs import Run

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
    assert page.evaluate(GROUND) == to_css(first.ground)
    assert first.series[0] in {path.get_attribute("fill") for path in page.locator(point).all()}
    page.click("#theme")
    page.wait_for_selector(f"#run-1-speed svg .mark-symbol path[fill='{second.series[0]}']")
    assert page.evaluate(GROUND) == to_css(second.ground)
    page.evaluate(DRAW_ALL)
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
    assert page.locator("#run-2 [data-figure] svg").count() == page.locator("#run-2 [data-figure]").count() == 2
    assert seen.complaints == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_link_leads_to_its_section_while_the_pictures_above_are_drawn(
    visit, file: Path, viewport: dict[str, int]
) -> None:
    page, _ = visit(file, viewport=viewport)
    page.locator("nav:visible a", has_text="traces say").click()
    page.wait_for_function("!document.querySelector('#run-1 [data-figure]:not(:has(svg))')")
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
