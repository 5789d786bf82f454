"""Make the pictures of the dashboard: python docs/write_screenshots.py [--dir DIR].

Without DIR, a made-up city is settled for them. Look at them before you commit them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from bench._city import Shape, settle  # noqa: E402
from open311_etl.config import Settings  # noqa: E402
from open311_etl.dashboard import build  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PICTURES = {
    "overview": ("#overview", 1280, 900, "light", None),
    "overview-dark": ("#overview?ward=3", 1280, 900, "dark", None),
    "overview-phone": ("#overview", 390, 844, "light", None),
    "places": (
        "#overview?service=code-2&service=code-4",
        1280,
        900,
        "light",
        "#card-map",
    ),
    "search": ("#search?find=pothole&ward=3", 1280, 900, "light", None),
    "complete": ("#complete", 1280, 900, "light", None),
    "how": ("#how/wards", 1280, 900, "light", None),
}
"""View, width, height and scheme of each, and of what part of the page it is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dir", type=Path, help="a data directory to take them of")
    given = parser.parse_args().dir
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(given or Path(folder) / "data", {})
        if not given:
            settle(settings, Shape(40_000, services=60, wards=24, days=300))
        _take(build(settings, Path(folder) / "site", searched=100_000).index.as_uri())


def _take(address: str) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (view, width, height, scheme, part) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-US"
            )
            page = context.new_page()
            page.goto(address + view)
            page.wait_for_selector("body[data-state=complete]", timeout=60_000)
            if view.startswith("#search"):
                page.locator(".found a").first.click()
                page.wait_for_selector("#request")
            (page.locator(part) if part else page).screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png {(FOLDER / f'{name}.png').stat().st_size // 1000} kB")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
