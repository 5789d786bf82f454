"""A city that was pulled on two days and published, for queries, recipes and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from open311_etl import library
from open311_etl.config import Settings, Source
from open311_etl.sandbox import City, serving

REQUESTS, DAYS = 1_200, 80
START = "2026-01-01"


@dataclass(frozen=True)
class Asked:
    """A city whose clock stands at the last pull, the settings that lead to it, and that moment."""

    city: City
    settings: Settings
    config: Path
    now: datetime

    @property
    def folder(self) -> Path:
        return self.settings.data_dir


LAST = datetime(2026, 3, 20, 17, tzinfo=UTC)
PROFILE = {
    "url": "http://127.0.0.1/",
    "timezone": "America/Chicago",
    "page_size": 500,
    "first_page": 1,
    "row_cap": 0,
    "window_hours": 240,
}


def an_asked_city(folder: Path) -> Asked:
    """Pull a city at noon of two days, a week apart, so that requests were seen to change.

    What another process of the same test run has made in the folder is taken as it is.
    """
    city = City(REQUESTS, days=DAYS)
    with FileLock(folder / "asked.lock"):
        data, config = folder / "asked", folder / "asked.toml"
        if not config.exists():
            _pull(city, data)
            lines = [f'{key} = "{value}"' for key, value in PROFILE.items() if value is str(value)]
            config.write_text("\n".join(["[sources.springfield]", *lines, ""]))
    city.set_clock(LAST)
    return Asked(city, Settings(data, {"springfield": _source(PROFILE["url"])}), config, LAST)


def _pull(city: City, data: Path) -> None:
    with serving(city) as server:
        settings = Settings(data, {"springfield": _source(server.url)})
        for now in (LAST - timedelta(days=7), LAST):
            city.set_clock(now)
            (report,) = library.pull(
                "springfield", start=START, end=now, settings=settings, publish=now == LAST
            )
            assert report.error is None


def _source(url: object) -> Source:
    return Source.model_validate({"name": "springfield", **PROFILE, "url": url})
