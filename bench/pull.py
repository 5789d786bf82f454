"""Pull 100,000 requests end to end, against only downloading the same pages with httpx.

The city runs in a process of its own. Each side is a process, too: ``open311-etl pull`` with its
catalog, warehouse, marts, lake and published file; and a bare httpx client that asks for what the
pull asked for, at the same concurrency, and throws the answers away: the pages of requests, the
empty ones that end a window, the services and their definitions. They take turns; the ratio is that
of the best of each. CPU seconds say more than the clock where others use the machine.

A ratio is printed for each size of pages and each time that the city takes for an answer: 500
rows, the most that Chicago gives; 100, what a source is asked for by default; 50, what Chicago
gives to whoever does not ask. Where answers take no time, what is compared is the work alone: there
is no waiting to hide behind. The longest time is what a real server was seen to take: 99
definitions from Bloomington's GeoReport server cost a telephone 23 seconds
(City-of-Bloomington/open311-ios, issue 112).
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import duckdb
import httpx

from open311_etl.landing import Landing
from open311_etl.sandbox import Character, City, serving

REQUESTS = 100_000
DAYS = 90
CONCURRENCY = 4
CASES = ((0.0, 500, 3), (0.0, 100, 3), (0.0, 50, 3), (0.05, 500, 1), (0.05, 100, 1), (0.23, 500, 1))
"""Seconds that an answer takes, rows of a page, and how often each side is measured."""
SECONDS = sorted({seconds for seconds, _, _ in CASES})


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        city = subprocess.Popen(
            [sys.executable, "-m", "bench.pull", "city"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert city.stdout is not None
            now, *urls = city.stdout.readline().split()
            at = dict(zip(SECONDS, urls, strict=True))
            for seconds, rows, rounds in CASES:
                print(f"\npages of {rows} rows, {seconds:g} s for an answer")
                _compare(place / f"{seconds:g}-{rows}", at[seconds], now, rows, rounds)
        finally:
            city.terminate()
            city.wait()


def _compare(place: Path, url: str, now: str, page_size: int, rounds: int) -> None:
    place.mkdir()
    config = place / "open311.toml"
    config.write_text(
        f'[sources.springfield]\nurl = "{url}"\ntimezone = "America/Chicago"\n'
        f"page_size = {page_size}\nfirst_page = 1\nrow_cap = 0\nconcurrency = {CONCURRENCY}\n"
    )
    pulls, downloads = [], []
    for number in range(rounds):
        data = place / f"data{number}"
        command = ["-m", "open311_etl", "pull", "springfield", "--end", now]
        pulls.append(_timed([*command, "--data-dir", str(data), "--config", str(config)], {0, 1}))
        asked = place / "asked.txt"
        asked.write_text("\n".join(_asked(data, url)))
        downloads.append(_timed(["-m", "bench.pull", "download", str(asked)], {0}))
    with duckdb.connect(str(data / "open311.duckdb"), read_only=True) as con:
        ((rows,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
    pull, download = min(pulls), min(downloads)
    busy = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"requests stored            {rows:>10,}")
    for name, best in (("pull, end to end", pull), ("download only", download)):
        print(
            f"{name:26} {best.seconds:>10.1f} s {best.cpu:>8.1f} CPU s "
            f"{best.megabytes:>6.0f} MB at most"
        )
    print(f"ratio                      {pull.seconds / download.seconds:>10.2f}")
    print(f"requests a second          {rows / pull.seconds:>10,.0f}")
    print(f"most memory of any pull    {max(each.megabytes for each in pulls):>10.0f} MB")
    print(f"load of the machine        {busy:>10} ({os.cpu_count()} cores)")


def _asked(data: Path, url: str) -> list[str]:
    """Give the URLs that a pull asked for, as far as they were answered, in its order."""
    asked = [f"{url}services.json"]
    for outcome in Landing(data / "landing", "springfield").journal():
        pages = [page.url for page in outcome.pages]
        asked += [each for each in pages if each not in asked[:1]]
        if outcome.kind == "window":  # the empty page behind the last one is not landed
            ends = range(len(pages), outcome.requests)
            asked += [re.sub(r"\bpage=\d+", f"page={end + 1}", pages[0]) for end in ends if pages]
    return asked


class Spent(NamedTuple):
    """What a process took; ``cpu`` in seconds of all its threads."""

    seconds: float
    cpu: float
    megabytes: float


def _timed(arguments: list[str], allowed: set[int]) -> Spent:
    """Run a Python command and give what it took."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) not in allowed:
        sys.exit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


async def download(urls: list[str]) -> None:
    """Read answers and throw them away: what no pull can be faster than."""
    waiting = iter(urls)

    async def worker(client: httpx.AsyncClient) -> None:
        for url in waiting:
            (await client.get(url)).raise_for_status()

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(worker(client) for _ in range(CONCURRENCY)))


def city() -> None:
    """Serve the city until it is ended; print its time and its URLs in the order of SECONDS."""
    made = City(REQUESTS, days=DAYS)
    made.prepare()  # so that the first to ask does not pay for what the city writes
    with ExitStack() as servers:
        urls = [
            servers.enter_context(serving(made, character=_taking(seconds))).url
            for seconds in SECONDS
        ]
        print(made.end.isoformat().replace("+00:00", "Z"), *urls, flush=True)
        while True:
            time.sleep(60)


def _taking(seconds: float) -> Character:
    """Give a city whose answers come in twenty pieces, the last one after so many seconds."""
    return Character(drip=1, drip_seconds=seconds / 20) if seconds else Character()


if __name__ == "__main__":
    if sys.argv[1:2] == ["city"]:
        city()
    elif sys.argv[1:2] == ["download"]:
        asyncio.run(download(Path(sys.argv[2]).read_text().split()))
    else:
        main()
