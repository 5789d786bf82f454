"""What the city itself knows of its requests, in plain Python: what recipes must come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from asked_city import DAYS, Asked

CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """One request as the city shows it at the last pull; times are aware, days are Chicago's."""

    record: dict[str, Any]
    group: str

    @property
    def id(self) -> str:
        return str(self.record["service_request_id"])

    @property
    def name(self) -> str:
        return str(self.record["service_name"])

    @property
    def requested(self) -> datetime:
        return datetime.fromisoformat(self.record["requested_datetime"])

    @property
    def day(self) -> date:
        return local_day(self.requested)

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def is_open(self) -> bool:
        return bool(self.record["status"] != "closed")

    @property
    def expected(self) -> datetime | None:
        said = self.record.get("expected_datetime")
        return datetime.fromisoformat(said) if said else None

    @property
    def notes(self) -> list[tuple[str, datetime]]:
        return [(n["type"], datetime.fromisoformat(n["datetime"])) for n in self.record["notes"]]

    @property
    def closed(self) -> datetime | None:
        """The first closing."""
        return next((at for kind, at in self.notes if kind == "closed"), None)

    @property
    def days(self) -> float | None:
        return (self.closed - self.requested) / DAY if self.closed else None

    @property
    def spells(self) -> list[tuple[datetime, datetime | None, datetime | None]]:
        """When it was open: since when, until when, and when it was opened again."""
        times = [self.requested, *(at for kind, at in self.notes if kind == "closed")]
        again = [at for kind, at in self.notes if kind == "opened" and self.closed]
        again = [at for at in again if self.closed is not None and at > self.closed]
        begins, ends = [self.requested, *again], times[1:]
        return [
            (begin, ends[i] if i < len(ends) else None, again[i] if i < len(again) else None)
            for i, begin in enumerate(begins)
        ]

    @property
    def duplicate(self) -> bool:
        return bool(self.record["extended_attributes"].get("duplicate", False))

    @property
    def counted(self) -> bool:
        return not self.duplicate and self.name != "Information Only Call"

    @property
    def ward(self) -> str:
        return str(self.record["extended_attributes"]["ward"] or "none")

    @property
    def channel(self) -> str:
        return str(self.record["extended_attributes"]["channel"])


class Truth:
    """All requests that lists show at the last pull, and the days that matter."""

    def __init__(self, asked: Asked) -> None:
        groups = {each.code: each.group for each in asked.city.services}
        self.all = [
            Known(record, groups[record["service_code"]])
            for record in asked.city.truth()
            if "service_request_id" in record
        ]
        self.counted = [each for each in self.all if each.counted]
        self.now = asked.now
        self.last = local_day(asked.now) - DAY
        self.first = date(2026, 1, 1)
        assert len(self.all) > DAYS

    def recent(self, days: int, before: int = 0) -> list[Known]:
        """Give those counted of so many whole days, that many days before the last."""
        last = self.last - timedelta(days=before)
        return [each for each in self.counted if last - timedelta(days=days) < each.day <= last]

    def aged(self, days: int) -> list[Known]:
        """Give those counted that have had so many days."""
        return [each for each in self.counted if each.requested <= self.now - days * DAY]


def local_day(moment: datetime) -> date:
    return moment.astimezone(CHICAGO).date()
