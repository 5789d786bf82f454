"""A town whose every life is known, as plain facts, and the marts that should agree with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from reading import Warehouse

from open311_etl import marts
from open311_etl.sandbox import City
from open311_etl.sandbox.life import Life
from open311_etl.warehouse import warehouse

ZONE = ZoneInfo("America/Chicago")
DAYS = 760
START = datetime(2024, 1, 1, 6, tzinfo=UTC)
Row = dict[str, Any]

RUN = """
INSERT INTO etl.runs BY NAME
SELECT 'run' AS run_id, 'springfield' AS source, $now AS started_at, $now AS ended_at,
    $now AS as_of, 'complete' AS result, 0 AS requests, '0' AS version;

INSERT INTO etl.sources BY NAME
SELECT 'springfield' AS source, 'Springfield' AS title, 'America/Chicago' AS timezone,
    14 AS settle_days;

UPDATE etl.windows SET window_start = $start, window_end = $now
"""


class Lived(NamedTuple):
    """A life as plain facts, up to as_of."""

    id: str
    code: str
    ward: str
    channel: str
    requested: datetime
    day: date
    expected: datetime | None
    closings: list[datetime]
    reopenings: list[datetime]
    answers: list[datetime]
    open: bool
    duplicate: bool
    info: bool
    place: tuple[float, float] | None

    @property
    def counted(self) -> bool:
        return not self.duplicate and not self.info

    @property
    def days(self) -> float | None:
        """Days until the first closing."""
        waited = self.closings and (self.closings[0] - self.requested).total_seconds() / 86_400
        return waited or None


class Town:
    """The lives up to as_of, and the marts that should agree with them."""

    def __init__(self, city: City, file: Path) -> None:
        self.as_of, self.file = city.end, file
        self.today = local_day(city.end)
        self.last = self.today - timedelta(days=1)
        shown = {each.get("service_request_id"): each for each in city.truth(city.end)}
        self.lives = [_lived(city.life(name), shown[name], city) for name in shown if name]
        self.counted = [each for each in self.lives if each.counted]

    def mart(self, query: str) -> list[Row]:
        with warehouse(self.file, read_only=True) as con:
            found: list[Row] = con.execute(query).to_arrow_table().to_pylist()
        return found

    def by(self, query: str, *keys: str) -> dict[Any, Row]:
        """Give the rows of a mart by their keys; each is there once."""
        rows = self.mart(query)
        keyed = {tuple(row[key] for key in keys): row for row in rows}
        assert len(keyed) == len(rows)
        return {key[0] if len(keys) == 1 else key: row for key, row in keyed.items()}


def local_day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _lived(life: Life, record: Row, city: City) -> Lived:
    past = [
        (kind, datetime.fromtimestamp(when, UTC))
        for kind, when in zip(life.kinds, life.times, strict=True)
        if when <= city.end.timestamp()
    ]
    closings = [at for kind, at in past if kind == "closed"]
    requested = datetime.fromtimestamp(life.requested, UTC)
    return Lived(
        id=life.id,
        code=life.service.code,
        ward=record["extended_attributes"]["ward"],
        channel=record["extended_attributes"]["channel"],
        requested=requested,
        day=local_day(requested),
        expected=_when(record.get("expected_datetime")),
        closings=closings,
        reopenings=[at for kind, at in past if kind == "reopened"],
        answers=[at for kind, at in past if kind in ("activity", "closed")],
        open=record["status"] == "open",
        duplicate=life.duplicate and bool(closings),
        info="Information Only" in life.service.name,
        place=(record["lat"], record["long"]) if record.get("lat") is not None else None,
    )


def settle(place: Path) -> Town:
    """Two years and a month, loaded on three days, of which the marts took in each."""
    held = Warehouse(place)
    city = City(6_000, days=DAYS, start=START, seed=7)
    for back in (60, 30, 0):
        now = city.end - timedelta(days=back)
        held.clock = now - timedelta(hours=1)
        held.load([each for each in city.truth(now) if "service_request_id" in each])
        with warehouse(held.file) as con:
            if back == 0:
                for statement in RUN.split(";"):
                    values = {"now": city.end, "start": city.start}
                    named = {key: values[key] for key in values if f"${key}" in statement}
                    con.execute(statement, named or None)
            marts.refresh(con)
    return Town(city, held.file)
