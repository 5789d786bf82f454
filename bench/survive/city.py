"""The city that is pulled: what a pull of it is as a process, and what must come of it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from open311_etl import pipeline
from open311_etl.config import Settings, Source
from open311_etl.errors import Open311Error
from open311_etl.publish import publish
from open311_etl.sandbox import City, serving
from open311_etl.warehouse import Connection, warehouse

CONTENT = {
    "service_requests": "* EXCLUDE (first_seen_at, last_seen_at, last_changed_at)",
    # A state that the source does not date begins when it was seen.
    "service_request_versions": "* EXCLUDE (observed_at) REPLACE ("
    "CASE WHEN valid_from = updated_datetime THEN valid_from END AS valid_from, "
    "valid_to IS NULL AS valid_to)",
    "service_request_notes": "* EXCLUDE (observed_at)",
    "services": "* EXCLUDE (first_seen_at, last_seen_at, last_changed_at, definition_asked_at)",
    "service_versions": "* EXCLUDE (valid_from, valid_to)",
    "service_attributes": "* EXCLUDE (first_seen_at)",
    "service_attribute_values": "*",
    "etl.pending": "* EXCLUDE (first_seen_at, last_seen_at, resolved_at)",
    "etl.quarantine": "* EXCLUDE (reading_id, quarantined_at)",
    "etl.coverage": "source, span_start, span_end, verdict, pending",
}
"""What two pulls of one state of a city must agree in: all but when they looked."""


@dataclass(frozen=True)
class Springfield:
    """A served city, from when it is pulled and how far each pull goes; a later one sees what
    changed since. Where ``start`` is ``None``, a pull goes on from where the one before ended."""

    city: City
    source: Source
    start: datetime | None
    ends: tuple[datetime, ...]

    def settings(self, place: Path) -> Settings:
        return Settings(place, {"springfield": self.source})


@contextlib.contextmanager
def springfield(requests: int = 240, days: int = 6) -> Iterator[Springfield]:
    """Serve a city whose clock is set by who pulls it."""
    city = City(requests, days=days, services=6)
    with serving(city) as server:
        source = Source(
            name="springfield", url=server.url, timezone="America/Chicago", page_size=100
        )
        yield Springfield(city, source, city.start, (city.end - timedelta(days=2), city.end))


def start(
    town: Springfield,
    place: Path,
    end: datetime,
    *,
    failpoint: str = "",
    largest_file: int = 0,
    said: Path | None = None,
) -> BaseProcess:
    """Begin a pull and a publish in a process of its own, and give it.

    It ends with the exit code of the command; ``said`` gets the line of its error. ``largest_file``
    is the size that the system lets no file exceed.
    """
    other = _processes().Process(
        target=_pull,
        args=(town.settings(place), (town.start, end)),
        kwargs={"failpoint": failpoint, "largest_file": largest_file, "said": said},
        daemon=True,
    )
    other.start()
    return other


def contents(settings: Settings, file: Path | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of all tables that two pulls must agree in."""
    with warehouse(file or settings.warehouse, read_only=True) as con:
        return {name: rows(con, name, columns) for name, columns in CONTENT.items()}


def rows(con: Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    found = con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    return [tuple(map(str, row)) for row in found]


def lost(before: dict[str, list[tuple[Any, ...]]], after: dict[str, list[tuple[Any, ...]]]) -> int:
    """Count the rows of one content that another lacks, or has and should not."""
    return sum(len(set(before[name]) ^ set(after[name])) for name in before)


def _processes() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["open311_etl.pipeline", "open311_etl.publish"])
    return context


def _pull(
    settings: Settings,
    span: tuple[datetime | None, datetime],
    *,
    failpoint: str,
    largest_file: int,
    said: Path | None,
) -> None:
    pipeline.LOAD_ROWS = 60  # many loads, and so many moments within one
    sys.stderr = (said or Path(os.devnull)).open("a")
    if failpoint:
        os.environ["OPEN311_FAILPOINT"] = failpoint
    if largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        (report,) = pipeline.pull(["springfield"], settings, start=span[0], end=span[1])
        publish(settings)
    except Open311Error as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(error.exit_code)
    except ExceptionGroup as group:
        first = group.exceptions[0]
        print(first, file=sys.stderr, flush=True)
        os._exit(getattr(first, "exit_code", 99))
    os._exit(report.exit_code)
