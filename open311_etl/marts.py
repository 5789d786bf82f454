"""The marts: what analysts, dashboards and BI tools read, kept up to date beside the tables.

``marts.fact_service_requests`` is what the other marts count. All of them follow from the tables
alone, so they are made anew where their SQL has changed; else a refresh takes in what has been
loaded since the one before.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from open311_etl import failpoint, warehouse
from open311_etl.warehouse import Connection

TABLES = (
    "build",
    "readings",
    "labels",
    "as_of",
    "fact_service_requests",
    "reopenings",
    "daily",
    "cohorts",
    "durations",
    "closings",
    "repeats",
)
VIEWS = (
    "dim_service",
    "service_names",
    "dim_day",
    "dim_place",
    "open_spells",
    "days",
    "volume_daily",
    "volume_by_day",
    "usual_by_day",
    "unusual_day",
    "keeping_up",
    "keeping_up_by_service",
    "backlog_by_day",
    "open_ages",
    "waits",
    "survival",
    "time_to_close",
    "closed_within",
    "on_time",
    "overdue",
    "first_response",
    "reopened",
    "duplicates",
    "same_place_again",
    "channels",
    "hot_spots",
    "seasonality",
    "year_over_year",
    "ward_fairness",
    "suspicious_closings",
    "bulk_closings",
    "freshness",
    "completeness",
)
"""In the order in which they can be made: each reads only those before it."""

MACROS = ("backlog_on",)

_TOUCHED = ("told", "spells", "fresh", "facts", "moved")
_COUNTED = ("daily", "cohorts", "durations", "closings", "changed")


@dataclass(frozen=True, slots=True)
class MartsReport:
    """What a refresh came to: requests looked at again, whether all was made anew, seconds."""

    touched: int
    whole: bool
    seconds: float


def refresh(con: Connection) -> MartsReport:
    """Bring the marts to the state of the tables, all of them or none.

    What a day's load touched is all that is worked on; the marts are made anew where there are
    none, where their SQL is another, and where they do not fit the tables.
    """
    began = time.monotonic()
    whole = not _fit(con)
    try:
        touched = _all_or_none(con, whole)
    except _UnfitError:
        whole = True
        touched = _all_or_none(con, whole)
    return MartsReport(touched, whole, time.monotonic() - began)


class _UnfitError(Exception):
    """What was taken in does not make the marts fit the tables: there are rows of no new page."""


def _all_or_none(con: Connection, whole: bool) -> int:
    # Made anew in a transaction of its own: DuckDB drops no table that the same one has changed.
    with warehouse.transaction(con):
        touched = _take_in(con, whole=whole)
        if not (whole or _fit(con)):
            raise _UnfitError
    return touched


def _take_in(con: Connection, *, whole: bool) -> int:
    """Take in what the marts do not have, or all anew; give how many requests that touched."""
    if whole:
        _make(con)
    warehouse.run(con, "marts/load/macros")
    touched = 0
    for row in warehouse.rows(con, "marts/load/sources"):
        touched += _take_in_source(con, source=row["source"], zone=row["zone"], whole=whole)
    warehouse.run(con, "marts/load/taken")
    return touched


def _take_in_source(con: Connection, **values: Any) -> int:
    """Take in what the marts do not have of a source; give how many requests that touched."""
    warehouse.run(con, "marts/load/touched", **values)
    (found,) = warehouse.rows(con, "marts/load/since")
    if found["touched"]:
        for step in _TOUCHED:
            warehouse.run(con, f"marts/load/{step}", since=found["since"], **values)
        failpoint.reach("in-marts")
        for step in _COUNTED:
            warehouse.run(con, f"marts/load/{step}", **values)
        (reach,) = warehouse.rows(con, "marts/load/reach", source=values["source"])
        warehouse.run(con, "marts/load/repeats", **reach, **values)
    warehouse.run(con, "marts/load/as_of", **values)
    return int(found["touched"])


def _fit(con: Connection) -> bool:
    """Tell whether there are marts, made by today's SQL, with a row for each request."""
    made = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'marts' AND table_name = 'build'"
    ).fetchone()
    if not made:
        return False
    (state,) = warehouse.rows(con, "marts/load/state")
    return bool(state["fingerprint"] == _fingerprint() and state["fits"])


def _make(con: Connection) -> None:
    """Make all marts anew, empty."""
    con.execute("DROP SCHEMA IF EXISTS marts CASCADE")
    warehouse.run(con, "marts/schema")
    for name in TABLES:
        warehouse.run(con, f"marts/tables/{name}")
    for name in VIEWS:
        warehouse.run(con, f"marts/views/{name}")
    for name in MACROS:
        warehouse.run(con, f"marts/macros/{name}")
    warehouse.run(con, "marts/load/build", fingerprint=_fingerprint(), built_at=datetime.now(UTC))


@cache
def _fingerprint() -> str:
    """Tell the SQL of the marts from any other."""
    texts = hashlib.sha256()
    for file in sorted((warehouse.sql_dir() / "marts").rglob("*.sql")):
        texts.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return texts.hexdigest()
