"""Follow a city for 60 days by daily pulls: the requests that each day costs, and who is wrong.

Three servers show the same city: one knows ``updated_after``, one takes lists of ids only, one
knows neither. For 60 days there are new requests, then only what is open still changes. A row of
the table is one pull: HTTP requests by what they were for, what was new and changed, how many
requests stayed due (debt of kind stale), and how many of those that the server shows the warehouse
lacks or has in another state. ``anew`` is what reading the whole city anew would cost that day: its
pages, an empty one for each window, the list of services and all definitions.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from open311_etl import pipeline
from open311_etl.config import Settings, Source
from open311_etl.sandbox import Character, City, Server, serving
from open311_etl.warehouse import warehouse

SERVERS: dict[str, dict[str, Any]] = {
    "updated filter": {},
    "id lists": {"updated_filter": "refused", "id_list_most": 20},
    "neither": {"updated_filter": "ignored", "id_lists": "ignored"},
}
DAYS, QUIET, SIZE, PAGE = 60, 30, 6_000, 100
SHOWN = (1, 2, 3, 5, 10, 20, 30, 40, 50, 60, 65, 70, 75, 80, 85, 90)


@dataclass(frozen=True)
class Day:
    """One pull: HTTP requests by kind and what reading all anew would take, entries by what became
    of them, and what is wrong after."""

    number: int
    requests: Counter[str]
    anew: int
    counts: dict[str, int]
    stale: int
    wrong: int


def main() -> None:
    only = sys.argv[2:]
    for name, ways in SERVERS.items():
        if only and name not in only:
            continue
        print(
            f"-- {name}: {SIZE:,} requests in {DAYS} days, vanishing and moderated ones among them"
        )
        print(
            "  day  requests  catalog  windows  updated  by id   anew  new  changed  stale  wrong"
        )
        with tempfile.TemporaryDirectory() as folder:
            for day in days(Path(folder), ways, SIZE, DAYS, DAYS + QUIET):
                if day.number in SHOWN:
                    _show(day)


def days(
    place: Path, ways: dict[str, Any], size: int, count: int, until: int, **profile: Any
) -> Iterator[Day]:
    """Pull a city of some ways, which has requests for so many days, at each day up to one."""
    city = City(size, days=count)
    character = Character(**{"vanishing": 0.02, "moderated": 0.02, "moderated_days": 10, **ways})
    with serving(city, character=character) as server:
        lines = {"timezone": "America/Chicago", "page_size": PAGE, "first_page": 1, **profile}
        source = Source.model_validate({"name": "springfield", "url": server.url, **lines})
        settings = Settings(place, {"springfield": source})
        for number in range(1, until + 1):
            now = city.start + timedelta(days=number)
            city.set_clock(now)
            before = len(server.requests)
            start = city.start if number == 1 else None
            (report,) = pipeline.pull(["springfield"], settings, start=start, end=now)
            if report.error:
                raise report.error
            stale = sum(debt.entries or 0 for debt in report.debt if debt.kind == "stale")
            yield Day(
                number,
                kinds(server, before),
                _anew(city, number),
                report.counts,
                stale,
                len(wrong(settings, city)),
            )


def _anew(city: City, days: int) -> int:
    pages = math.ceil(sum(1 for _ in city.truth(extensions=False)) / PAGE)
    definitions = sum(bool(service.questions) for service in city.services)
    return pages + min(days, DAYS) + 1 + definitions


def kinds(server: Server[City], since: int) -> Counter[str]:
    """Count the requests that a server was asked from some number on, by what they were for."""
    return Counter(_kind(path, params) for _, path, params in server.requests[since:])


def _kind(path: str, params: dict[str, str]) -> str:
    if "/services" in path:
        return "catalog"
    if "/requests/" in path or "service_request_id" in params:
        return "by id"
    return "updated" if "updated_after" in params else "windows"


def wrong(settings: Settings, city: City) -> list[str]:
    """Give the ids that the server shows in another state than the warehouse has them in, or that
    the warehouse lacks."""
    with warehouse(settings.warehouse, read_only=True) as con:
        rows = con.sql(
            "SELECT service_request_id, status, updated_datetime FROM service_requests "
            "WHERE gone_at IS NULL"
        ).fetchall()
    stored = {row[0]: (row[1], row[2]) for row in rows}
    shown = {
        row["service_request_id"]: (
            row["status"],
            datetime.fromisoformat(row["updated_datetime"]),
        )
        for row in city.truth(extensions=False)
        if "service_request_id" in row
    }
    return [each for each, state in shown.items() if stored.get(each) != state]


def _show(day: Day) -> None:
    asked = [day.requests[kind] for kind in ("catalog", "windows", "updated", "by id")]
    print(
        f"  {day.number:>3}  {sum(asked):>8,}  {asked[0]:>7,}  {asked[1]:>7,}  {asked[2]:>7,}"
        f"  {asked[3]:>5,}  {day.anew:>5,}  {day.counts['new']:>3,}  {day.counts['changed']:>7,}"
        f"  {day.stale:>5,}  {day.wrong:>5,}",
        flush=True,
    )


if __name__ == "__main__":
    main()
