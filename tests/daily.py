"""A city pulled day by day, as one does who schedules it, and what is wrong afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from open311_etl import pipeline
from open311_etl.config import Settings, Source
from open311_etl.sandbox import Character, City, Server, serving
from open311_etl.session import PullReport
from open311_etl.warehouse import warehouse

T = TypeVar("T")
PROFILE: dict[str, Any] = {
    "timezone": "America/Chicago", "page_size": 100, "first_page": 1, "settle_days": 1.0,
    "retries": 1,
}  # fmt: skip


def profiled(place: Path, url: str, **profile: Any) -> Settings:
    """Give settings with one source, springfield, whose days settle soon."""
    lines = {"name": "springfield", "url": url, **PROFILE, **profile}
    return Settings(place, {"springfield": Source.model_validate(lines)})


def pull(
    settings: Settings, city: City, day: float, first: bool = False, **ways: Any
) -> PullReport:
    """Set the city's clock to a day of its life and pull it; the first time from its beginning."""
    now = city.start + timedelta(days=day)
    city.set_clock(now)
    start = city.start if first else None
    (report,) = pipeline.pull(["springfield"], settings, start=start, end=now, **ways)
    assert report.error is None, report.error
    return report


def daily(
    place: Path,
    city: City,
    days: int,
    profile: dict[str, Any] | None = None,
    each_day: Callable[[int], None] = lambda _: None,
    **ways: Any,
) -> Iterator[tuple[Settings, PullReport, Server[City]]]:
    """Pull a city at the end of each of so many days from a server of some character."""
    with serving(city, character=Character(**ways)) as server:
        settings = profiled(place, server.url, **(profile or {}))
        for day in range(1, days + 1):
            each_day(day)
            yield settings, pull(settings, city, day, first=day == 1), server


def prompt(city: City) -> City:
    """Let lists show each request of a city at once, but for the time in which it has no id."""
    for life in city.lives():
        life.visible = life.requested
    city.changed()
    return city


def last(pulls: Iterator[T]) -> T:
    """Let all pulls happen and give the last one."""
    return deque(pulls, maxlen=1).pop()


def rows(settings: Settings, query: str) -> list[dict[str, Any]]:
    with warehouse(settings.warehouse, read_only=True) as con:
        found: list[dict[str, Any]] = con.execute(query).to_arrow_table().to_pylist()
    return found


def wrong(settings: Settings, city: City) -> set[str]:
    """Give the ids that the server shows and the warehouse lacks or has in another state."""
    stored = {
        row["service_request_id"]: (row["status"], row["updated_datetime"])
        for row in rows(settings, "FROM service_requests WHERE gone_at IS NULL")
    }
    shown = {
        row["service_request_id"]: (row["status"], datetime.fromisoformat(row["updated_datetime"]))
        for row in city.truth(extensions=False)
        if "service_request_id" in row
    }
    return {each for each, state in shown.items() if stored.get(each) != state}
