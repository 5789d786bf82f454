"""A real browser for the dashboard's tests: what it shows, and that it asks nobody outside."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def browsing() -> Iterator[Any]:
    """Start Chromium without a screen; the test is skipped where it or Playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chromium on PATH (Debian's package chromium, or the variable CHROMIUM)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Reader:
    """Somebody who looks at the page, and notes what should not be: faults and outside requests."""

    page: Any
    address: str
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, view: str = "") -> None:
        """Open a view of the page afresh and wait until all of it is drawn."""
        self.page.goto("about:blank")
        self.page.goto(self.address + view)
        self.settled()

    def settled(self) -> None:
        self.page.wait_for_selector("body[data-state=complete]", timeout=20_000)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def tile(self, name: str) -> str:
        return self.text(f"[data-tile={name}] .tile-value")

    def press(self, card: str, button: str) -> None:
        self.page.locator(f"#card-{card} button", has_text=button).first.click()

    def rows(self, card: str) -> list[dict[str, str]]:
        """Give what a card offers as CSV."""
        with self.page.expect_download() as coming:
            self.press(card, "CSV")
        text = coming.value.path().read_text(encoding="utf-8")
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

    def sql(self, card: str) -> str:
        """Give the SQL that a card shows."""
        self.press(card, "SQL")
        text = self.text(f"#card-{card} .sql")
        self.press(card, "SQL")
        return text


@contextmanager
def looking(browser: Any, address: str, **ways: Any) -> Iterator[Reader]:
    """Look at a page; fails in the end if it had a fault or asked anybody but its own place."""
    context = browser.new_context(
        **{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **ways}
    )
    page = context.new_page()
    reader = Reader(page, address)
    page.on("pageerror", lambda error: reader.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and reader.faults.append(said.text))
    page.on("request", lambda request: reader.asked.append(request.url))
    try:
        yield reader
        own = address.rpartition("/")[0] + "/"
        outside = [
            url for url in reader.asked if not url.startswith((own, "about:", "blob:", "data:"))
        ]
        assert not reader.faults, reader.faults
        assert not outside, outside
    finally:
        context.close()
