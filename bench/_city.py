"""A made-up city of any size, written straight into a warehouse and published.

It has what real ones have: seasons and weekends, services of very unequal size and speed, wards,
channels, duplicates, requests that reopen, targets, notes, missing coordinates. Everything comes of
hashes, so that the same call gives the same city on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from open311_etl.config import Settings
from open311_etl.publish import publish
from open311_etl.warehouse import Connection, warehouse

SQL = Path(__file__).with_name("city.sql")


@dataclass(frozen=True)
class Shape:
    """What the city has; ``since`` is its first day and ``days`` how many there are."""

    requests: int = 2_000
    services: int = 12
    wards: int = 10
    since: date = date(2026, 1, 1)
    days: int = 120
    source: str = "springfield"
    title: str = "Springfield"
    timezone: str = "America/Chicago"
    service_name: str = "Service"
    coordinates: bool = True
    expected: bool = True
    duplicates_only: bool = False


def settle(settings: Settings, *shapes: Shape, then: str = "") -> None:
    """Write cities of these shapes into the warehouse, run the SQL ``then``, and publish."""
    with warehouse(settings.warehouse) as con:
        for shape in shapes:
            _settle(con, shape)
        con.execute(then)
    publish(settings)


def _settle(con: Connection, shape: Shape) -> None:
    values = {name: getattr(shape, name) for name in shape.__dataclass_fields__}
    for statement in duckdb.extract_statements(SQL.read_text(encoding="utf-8")):
        named = {name: value for name, value in values.items() if f"${name}" in statement.query}
        con.execute(statement.query, named or None)
