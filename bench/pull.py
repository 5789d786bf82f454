"""Pull 100,000 requests end to end, against only downloading the same pages with httpx.

The city runs in a process of its own. Each side is a process, too: ``open311-etl pull`` with its
catalog, warehouse, lake and published file; and a bare httpx client that reads the very pages that
the pull read, at the same concurrency, and throws them away. They take turns; the ratio is that of
the best of each.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import httpx

from open311_etl.sandbox import City, serving

REQUESTS = 100_000
DAYS = 90
CONCURRENCY = 4
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        city = subprocess.Popen(
            [sys.executable, "-m", "bench.pull", "city"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert city.stdout is not None
            url, now = city.stdout.readline().split()
            _compare(place, url, now)
        finally:
            city.terminate()
            city.wait()


def _compare(place: Path, url: str, now: str) -> None:
    config = place / "open311.toml"
    config.write_text(
        f'[sources.springfield]\nurl = "{url}"\ntimezone = "America/Chicago"\npage_size = 500\n'
        f"first_page = 1\nrow_cap = 0\nconcurrency = {CONCURRENCY}\n"
    )
    pulls, downloads = [], []
    for number in range(ROUNDS):
        data = place / f"data{number}"
        command = ["-m", "open311_etl", "pull", "springfield", "--end", now]
        pulls.append(_timed([*command, "--data-dir", str(data), "--config", str(config)], {0, 1}))
        pages = place / "pages.txt"
        pages.write_text("\n".join(_pages(data)))
        downloads.append(_timed(["-m", "bench.pull", "download", str(pages)], {0}))
    with duckdb.connect(str(data / "open311.duckdb"), read_only=True) as con:
        ((rows,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
    (pull, pull_mb), (download, download_mb) = min(pulls), min(downloads)
    most = max(mb for _, mb in pulls)
    print(f"requests stored            {rows:>10,}")
    print(f"pull, end to end           {pull:>10.1f} s  {most:>6.0f} MB at most")
    print(f"download only              {download:>10.1f} s  {download_mb:>6.0f} MB")
    print(f"ratio                      {pull / download:>10.2f}")
    print(f"requests a second          {rows / pull:>10,.0f}")
    print(f"peak of the fastest pull   {pull_mb:>10.0f} MB")


def _pages(data: Path) -> list[str]:
    with duckdb.connect(str(data / "open311.duckdb"), read_only=True) as con:
        return [row[0] for row in con.sql("SELECT url FROM etl.pages").fetchall()]


def _timed(arguments: list[str], allowed: set[int]) -> tuple[float, float]:
    """Run a Python command; give its seconds and its peak memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) not in allowed:
        sys.exit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


async def download(urls: list[str]) -> None:
    """Read pages and throw them away: what no pull can be faster than."""
    waiting = iter(urls)

    async def worker(client: httpx.AsyncClient) -> None:
        for url in waiting:
            (await client.get(url)).raise_for_status()

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(worker(client) for _ in range(CONCURRENCY)))


def city() -> None:
    """Serve the city until the process is ended; print its URL and its time."""
    made = City(REQUESTS, days=DAYS)
    made.prepare()  # so that the first to ask does not pay for what the city writes
    with serving(made) as server:
        print(server.url, made.end.isoformat().replace("+00:00", "Z"), flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    if sys.argv[1:2] == ["city"]:
        city()
    elif sys.argv[1:2] == ["download"]:
        asyncio.run(download(Path(sys.argv[2]).read_text().split()))
    else:
        main()
