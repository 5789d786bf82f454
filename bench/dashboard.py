"""What the dashboard costs in a real browser, over a made-up city: bytes, first charts, filters.

    python -m bench.dashboard                 1,000,000 requests, 200 services, 77 wards
    python -m bench.dashboard --requests 200000 --dir DIR    keep the city, use it again

Times in the browser are from its start of loading, and from a choice to the last chart that is
seen; the middle of several. CPU is that of the page's process: it tells what a page costs also on a
machine that is busy. Chromium must be on PATH, and the package playwright installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench._city import Shape, settle
from open311_etl.config import Settings
from open311_etl.dashboard import build

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
BEFORE = "from=2026-06-01"
"""The view that each filter is chosen in: days become weeks with it, which is more work."""
FILTERS = (
    "ward=12",
    "service=code-3",
    "channel=phone",
    "status=open",
    "group=Streets&ward=7",
    "from=2026-01-01",
    "",
)
ROUNDS = 5

SEEN = """
view => new Promise(done => {
    const began = performance.now();
    new MutationObserver((_, watcher) => {
        if (["ready", "complete"].includes(document.body.dataset.state)) {
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
        }
    }).observe(document.body, { attributes: true });
    location.hash = view;
})
"""
"""Choose a view, and give the milliseconds until all that is seen of it is painted."""

FIRST = """
addEventListener("DOMContentLoaded", () => {
    const note = () => { window.firstChart ||= performance.now(); };
    const watcher = new MutationObserver(() => {
        if (!window.firstChart && document.querySelector(".vega svg"))
            requestAnimationFrame(() => setTimeout(note));
        if (document.body.dataset.state === "ready") window.allSeen ||= performance.now();
    });
    watcher.observe(document.body, { attributes: true, childList: true, subtree: true });
});
"""
"""Note when the first chart is there, and when all that is seen is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--wards", type=int, default=77)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--dir", type=Path, help="keep the city here, and use what is there")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings((options.dir or Path(folder) / "city"), {})
        if not settings.published.exists():
            began = time.perf_counter()
            shape = Shape(options.requests, options.services, options.wards, days=options.days)
            settle(settings, shape)
            print(f"the city is made and published in {time.perf_counter() - began:.1f} s")
        report = build(settings, Path(folder) / "site")
        print(
            f"{report.requests:,} requests: {report.data_bytes / 1e6:.2f} MB of data, "
            f"{report.bytes / 1e6:.2f} MB in all, built in {report.seconds:.1f} s"
        )
        print(
            f"{os.getloadavg()[0]:.1f} other programs wanted the {os.cpu_count()} cores meanwhile"
        )
        _look(report.index.as_uri())


def _look(address: str) -> None:
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ModuleNotFoundError:
        chromium = None
    if not chromium:
        sys.exit("no Chromium, or no Playwright: the rest is not measured")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        opened = (_open(browser, address) for _ in range(ROUNDS))
        firsts, seen, wholes, cpu = zip(*opened, strict=True)
        print(f"first chart after {_middle(firsts)}, all that is seen after {_middle(seen)},")
        print(f"all drawn after {_middle(wholes)}; {_middle(cpu)} of CPU")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector("body[data-state=complete]", timeout=120_000)
        used = _cpu(page)
        for view in FILTERS:
            spent, cpu_spent = [], []
            for _ in range(ROUNDS):
                page.evaluate(SEEN, f"overview?from={BEFORE}")
                page.wait_for_selector("body[data-state=complete]", timeout=120_000)
                before = used()
                spent.append(page.evaluate(SEEN, f"overview?{view}"))
                cpu_spent.append(used() - before)
                page.wait_for_selector("body[data-state=complete]", timeout=120_000)
            print(
                f"filter {view or '(none)':22} answers in {_middle(spent)}; "
                f"{_middle(cpu_spent)} of CPU"
            )
        memory = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0")
        print(f"{memory:.0f} MB of the page's heap")
        browser.close()


def _cpu(page: Any) -> Callable[[], float]:
    """Give what tells how many milliseconds of CPU the page's process has used so far."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def used() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(e["value"] for e in metrics if e["name"] == "ProcessTime"))

    return used


def _open(browser: Any, address: str) -> tuple[float, float, float, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(FIRST)
    used = _cpu(page)
    page.goto(address)
    page.wait_for_selector("body[data-state=complete]", timeout=120_000)
    first, seen, whole = page.evaluate("[firstChart, allSeen, performance.now()]")
    cpu = used()
    context.close()
    return first, seen, whole, cpu


def _middle(milliseconds: Any) -> str:
    spent = list(milliseconds)
    return f"{statistics.median(spent):,.0f} ms ({min(spent):,.0f} to {max(spent):,.0f})"


if __name__ == "__main__":
    main()
