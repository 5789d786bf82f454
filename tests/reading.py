"""Readings made by hand: land bodies as a pull would, and load them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from open311_etl import decode
from open311_etl.config import Source
from open311_etl.landing import Landing
from open311_etl.load import load
from open311_etl.model import LandedPage, LoadReport, Outcome, Verdict, Window
from open311_etl.warehouse import warehouse

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SOURCE = Source.model_validate(
    {"name": "springfield", "url": "http://127.0.0.1/", "timezone": "America/Chicago"}
)


def request(number: int | str, **fields: Any) -> dict[str, Any]:
    """Give a record in the specification's form."""
    return {
        "service_request_id": f"SR-{number}",
        "status": "open",
        "service_code": "pothole",
        "service_name": "Pothole",
        "requested_datetime": "2026-03-01T10:00:00Z",
        "updated_datetime": "2026-03-01T10:00:00Z",
        "lat": 39.8,
        "long": -89.6,
        **fields,
    }


class Warehouse:
    """A warehouse with its landing, fed with bodies one reading at a time."""

    def __init__(self, place: Path, source: Source = SOURCE) -> None:
        self.source = source
        self.file = place / "open311.duckdb"
        self.landing = Landing(place / "landing", source.name)
        self.clock = DAY + timedelta(days=1)

    def read(self, *bodies: Sequence[Any] | bytes, verdict: Verdict = Verdict.PROVEN) -> Outcome:
        """Land pages as one reading of the day, an hour after the one before."""
        self.clock += timedelta(hours=1)
        pages = []
        for number, body in enumerate(bodies, 1):
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            look = decode.look(raw)
            pages.append(
                LandedPage(
                    sha256=self.landing.put(raw),
                    url=f"{self.source.url}requests.json?page={number}",
                    number=number,
                    fetched_at=self.clock,
                    seconds=0.1,
                    attempts=1,
                    bytes=len(raw),
                    records=len(look.entries),
                    plain=look.plain,
                )
            )
        return Outcome(
            id=uuid.uuid4().hex,
            run_id="run",
            source=self.source.name,
            kind="window",
            window=Window(DAY, DAY + timedelta(days=1)),
            verdict=verdict,
            reason="",
            pages=tuple(pages),
            records=sum(page.records for page in pages),
            ids=0,
            pending=0,
            requests=len(pages),
            started_at=self.clock,
            ended_at=self.clock,
        )

    def load(self, *bodies: Sequence[Any] | bytes) -> LoadReport:
        """Read pages and load them."""
        return self.load_all(self.read(*bodies))

    def load_all(self, *outcomes: Outcome) -> LoadReport:
        with warehouse(self.file) as con:
            return load(con, outcomes, self.source, self.landing)

    def rows(self, query: str) -> list[dict[str, Any]]:
        with warehouse(self.file, read_only=True) as con:
            found: list[dict[str, Any]] = con.execute(query).to_arrow_table().to_pylist()
        return found

    def one(self, query: str) -> dict[str, Any]:
        (row,) = self.rows(query)
        return row
