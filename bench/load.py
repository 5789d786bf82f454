"""What loading costs: a city into an empty warehouse, part of it again, and what a week changed.

    python -m bench.load                                   100,000 records, then 1,000,000
    python -m bench.load --records 1000000 --profile

Each step is one pull's worth of loads, in batches as the pipeline makes them. CPU seconds are those
of all threads; the peak is the process's so far. Another process makes and lands the records, so
that this one pays for the loading alone. Compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from open311_etl import load
from open311_etl.config import Source
from open311_etl.landing import Landing
from open311_etl.model import LandedPage, LoadReport, Outcome, Verdict, Window
from open311_etl.pipeline import LOAD_ROWS
from open311_etl.sandbox import City
from open311_etl.sandbox.entry import Entry
from open311_etl.warehouse import warehouse

SOURCE = Source.model_validate(
    {"name": "springfield", "url": "http://localhost/", "timezone": "America/Chicago"}
)
PAGE_ROWS, WINDOW_PAGES = 500, 10
AGAIN = 100_000
"""Records of the newest windows that the later steps read once more."""

STEPS = ("first", "again", "a week later")


def land(root: Path, records: int) -> None:
    """Land the readings of each step, journalled under the step's name."""
    city = City(records, days=max(30, records / 1_500))
    week = timedelta(days=7)
    now = city.end - week
    recent: list[Entry] = []
    for step, at in zip(STEPS, (now, now + timedelta(hours=1), city.end), strict=True):
        city.set_clock(at)
        entries = city.listing(city.clock.seconds).entries
        entries = sorted(entries, key=lambda entry: entry.requested)
        if step == "first":
            recent = entries[-AGAIN:]
        since = recent[0].requested
        chosen = entries if step == "first" else [e for e in entries if e.requested >= since]
        landing = Landing(root, SOURCE.name)
        for outcome in _outcomes(landing, step, chosen, at):
            landing.record(outcome)


def _outcomes(
    landing: Landing, step: str, entries: Sequence[Entry], at: datetime
) -> Iterator[Outcome]:
    rows = PAGE_ROWS * WINDOW_PAGES
    for first in range(0, len(entries), rows):
        part = entries[first : first + rows]
        pages = [part[i : i + PAGE_ROWS] for i in range(0, len(part), PAGE_ROWS)]
        pending = sum(entry.id is None for entry in part)
        start = datetime.fromtimestamp(part[0].requested, SOURCE.zone)
        end = datetime.fromtimestamp(part[-1].requested + 1, SOURCE.zone)
        yield Outcome(
            id=f"{step} {first}",
            run_id=step,
            source=SOURCE.name,
            kind="window",
            window=Window(start, end),
            verdict=Verdict.PROVISIONAL if pending else Verdict.PROVEN,
            reason="",
            pages=tuple(_page(landing, page, number, at) for number, page in enumerate(pages, 1)),
            records=len(part),
            ids=len(part) - pending,
            pending=pending,
            requests=len(pages),
            started_at=at,
            ended_at=at,
        )


def _page(landing: Landing, entries: Iterable[Entry], number: int, at: datetime) -> LandedPage:
    texts = [entry.json(extensions=True) for entry in entries]
    body = b"[" + b",".join(texts) + b"]"
    return LandedPage(
        sha256=landing.put(body),
        url="http://localhost/requests.json",
        number=number,
        fetched_at=at,
        seconds=0.0,
        attempts=1,
        bytes=len(body),
        records=len(texts),
        plain=True,
    )


class Stopwatch:
    """A connection that adds up the CPU seconds that each statement took."""

    def __init__(self, con: duckdb.DuckDBPyConnection, spent: dict[str, float]) -> None:
        self._con = con
        self._spent = spent

    def execute(self, query: str, *values: Any) -> Any:
        began = time.process_time()
        try:
            return self._con.execute(query, *values)
        finally:
            self._spent[" ".join(query.split())[:90]] += time.process_time() - began

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


def measure(root: Path, file: Path, step: str, *, profile: bool) -> None:
    """Load one step's readings and print what it took."""
    landing = Landing(root, SOURCE.name)
    spent: dict[str, float] = defaultdict(float)
    report = LoadReport()
    began, cpu, opening = time.perf_counter(), time.process_time(), 0.0
    for outcomes in _batches(landing.journal(step)):
        since = time.perf_counter()
        with warehouse(file) as con:
            opening += time.perf_counter() - since
            watched: Any = Stopwatch(con, spent) if profile else con
            report += load.load(watched, outcomes, SOURCE, landing)
            since = time.perf_counter()
        opening += time.perf_counter() - since
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{step:13} {report.records:9,} records {report.records / seconds:8,.0f}/s "
        f"{seconds:6.1f} s {cpu:6.1f} CPU s ({cpu / report.records * 1e6:5.1f} per million) "
        f"{opening:5.1f} s opening and closing, {peak:6.0f} MB peak, "
        f"{file.stat().st_size / 2**20:6.0f} MB file"
    )
    print(f"{'':13} {report}")
    for statement, took in sorted(spent.items(), key=lambda each: -each[1])[:16]:
        print(f"{'':13} {took:7.2f} CPU s  {statement}")


def _batches(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    batch: list[Outcome] = []
    for outcome in outcomes:
        batch.append(outcome)
        if sum(each.records for each in batch) >= LOAD_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--profile", action="store_true", help="CPU of each statement")
    parser.add_argument("--dir", type=Path, help="keep landing here, and use what is there")
    options = parser.parse_args()
    for records in options.records:
        with tempfile.TemporaryDirectory() as folder:
            root = (options.dir or Path(folder)) / f"landing-{records}"
            if not root.exists():
                maker = multiprocessing.get_context("spawn").Process(
                    target=land, args=(root, records)
                )
                maker.start()
                maker.join()
            print(f"{records:,} records, DuckDB {duckdb.__version__}")
            for step in STEPS:
                measure(root, Path(folder) / "open311.duckdb", step, profile=options.profile)


if __name__ == "__main__":
    main()
