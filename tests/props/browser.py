"""A headless Chromium for the tests of what people look at, and a watch over what a page asks for and complains of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")  # Debian's, Ubuntu's, Google's


def find_chromium() -> str | None:
    """The path of an installed Chromium; Playwright's own download of one is not used."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once; the test is skipped where none is installed."""
    path = find_chromium()
    if path is None:
        pytest.skip("needs a browser: install chromium (Debian: apt-get install chromium)")
    library = pytest.importorskip("playwright.sync_api", reason="needs Playwright, of the extra dev")
    with library.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path)
        yield started
        started.close()


@dataclass
class Seen:
    """What a page did: the addresses that it asked for, and its errors and warnings as text."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def watch(page: Page) -> Seen:
    """What `page` asks for and complains of from now on."""
    seen = Seen()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda line: seen.complaints.append(line.text) if line.type in {"error", "warning"} else None)
    return seen
