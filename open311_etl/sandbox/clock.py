"""The city's time: it stands still where it is set, or runs with real time from there."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH = date(1970, 1, 1)
_MINUTES = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(1_440))
_SECONDS = tuple(f"{second:02}" for second in range(60))


class Clock:
    """What the city takes for now, in whole seconds of UTC.

    Takes the moment it starts at; ``running`` lets it go on with real time from there.
    """

    def __init__(self, now: datetime, *, running: bool = False) -> None:
        self._offset = 0
        self.set(now, running=running)

    def set(self, now: datetime, *, running: bool = False) -> None:
        """Put the clock to a moment, forward or back; naive times are UTC."""
        moment = stamp(now)
        self._still = None if running else moment
        self._offset = moment - int(time.time())

    @property
    def seconds(self) -> int:
        """Now, in seconds since 1970."""
        return int(time.time()) + self._offset if self._still is None else self._still

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    @property
    def running(self) -> bool:
        return self._still is None


def stamp(moment: datetime) -> int:
    """Give whole seconds since 1970 of a moment; a naive one is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp())


def text(seconds: int) -> str:
    """Write seconds since 1970 as GeoReport does: ``2026-01-31T06:00:00Z``."""
    day, rest = divmod(seconds, DAY)
    return f"{_date(day)}T{_MINUTES[rest // 60]}:{_SECONDS[rest % 60]}Z"


@lru_cache(maxsize=4_096)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def seconds_of(written: str) -> int:
    """Read a GeoReport time, with ``Z``, an offset or (as UTC) none.

    Raises ValueError for what is no time, or one that UTC puts outside the years 1 to 9999.
    """
    seconds = stamp(datetime.fromisoformat(written))
    datetime.fromtimestamp(seconds, UTC)
    return seconds


def local(seconds: int, zone: ZoneInfo) -> datetime:
    """Give the local time of a moment, with its offset."""
    return datetime.fromtimestamp(seconds, zone)


def unlocal(seconds: int, zone: ZoneInfo) -> int:
    """Give the moment at which local clocks show what UTC shows at ``seconds``."""
    wall = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=zone)
    return int(wall.timestamp())
