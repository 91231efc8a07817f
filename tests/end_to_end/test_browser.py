"""The watch over a page sees what it asks for and complains of; else an empty list would prove nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.process]

FAULTY = """<!doctype html><title>faulty</title><link rel="icon" href="data:,">
<img src="missing.png"><script>console.warn("careful"); throw new Error("broken")</script>"""


def test_requests_warnings_and_errors_are_seen(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "faulty.html"
    file.write_text(FAULTY, encoding="utf-8")
    page = browser.new_page()
    seen = watch(page)
    page.goto(file.as_uri())
    page.close()
    assert [Path(request).name for request in seen.requests] == ["faulty.html", "missing.png"]
    assert sorted(seen.complaints) == ["Failed to load resource: net::ERR_FILE_NOT_FOUND", "broken", "careful"]
