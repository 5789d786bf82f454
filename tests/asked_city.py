"""A city that was pulled on two days and published, for queries, recipes and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


def an_asked_city(folder: Path) -> Asked:
    """Pull a city at noon of two days, a week apart, so that requests were seen to change."""
    city = City(REQUESTS, days=DAYS)
    last = datetime(2026, 3, 20, 17, tzinfo=UTC)
    profile = {
        "url": "http://127.0.0.1/",
        "timezone": "America/Chicago",
        "page_size": 500,
        "first_page": 1,
        "row_cap": 0,
        "window_hours": 240,
    }
    with serving(city) as server:
        source = Source.model_validate({"name": "springfield", **profile, "url": server.url})
        settings = Settings(folder / "data", {"springfield": source})
        for now in (last - timedelta(days=7), last):
            city.set_clock(now)
            (report,) = library.pull(
                "springfield", start=START, end=now, settings=settings, publish=now == last
            )
            assert report.error is None
    config = folder / "open311.toml"
    lines = [f'{key} = "{value}"' for key, value in profile.items() if isinstance(value, str)]
    config.write_text("\n".join(["[sources.springfield]", *lines, ""]))
    return Asked(city, settings, config, last)
