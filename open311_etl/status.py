"""How things stand with each source: freshness, coverage, debt, pending entries, runs, alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from open311_etl import ledger
from open311_etl.config import Settings, Source
from open311_etl.errors import UsageError, WarehouseBusy
from open311_etl.ledger import Debt
from open311_etl.warehouse import Connection, rows, warehouse

PATIENCE = 2
"""Seconds for which a warehouse that is held is waited for, before the published copy is read."""

PAGES_BEHIND = 1
"""Pages that a walk asks for behind the last one, to know that it was the last."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the time is proven, provisional, suspect, blocked or unread: spans and days, and
    their share of the whole time from the first to the last reading (0 to 1)."""

    verdict: str
    spans: int
    days: float
    share: float


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as the ledger has it; ``result`` is ``None`` while it runs, or if it was killed."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    as_of: datetime
    range_start: datetime | None
    range_end: datetime | None
    result: str | None
    message: str | None
    requests: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of a server's ways against its profile; ``severity``: info, warning or error."""

    seen_at: datetime
    trait: str
    was: str | None
    now: str | None
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How things stand with one source.

    ``as_of`` is what the last run took as now; ``last_finished`` and ``last_complete`` are when a
    run last came to its end, with or without debt. ``services`` counts what the catalog offers, and
    has as ``fault`` what was wrong with its last refresh. ``waiting`` counts the entries without an
    id, ``resolved`` how others of them ended. ``read_from`` is the database that this was read
    from.
    """

    source: str
    title: str
    read_from: Path
    as_of: datetime
    requests: int
    versions: int
    gone: int
    by_status: dict[str, int]
    newest_requested: datetime | None
    newest_updated: datetime | None
    services: dict[str, Any]
    last_finished: datetime | None
    last_complete: datetime | None
    first_start: datetime | None
    last_end: datetime | None
    watermark: datetime | None
    coverage: tuple[Coverage, ...]
    debt: tuple[Debt, ...]
    waiting: int
    resolved: dict[str, int]
    quarantined: dict[str, int]
    runs: tuple[RunLine, ...]
    alarms: tuple[Alarm, ...]


def status(settings: Settings, source: str | None = None) -> list[SourceStatus]:
    """Give how things stand with one source, or with each one that was ever pulled, by name.

    Reads the warehouse, or the published copy while a pull holds the warehouse. Raises UsageError
    where nothing was pulled yet, WarehouseBusy where there is no copy to read instead.
    """
    if source is not None and not settings.warehouse.exists():
        settings.source(source)  # a name that nobody knows is what is wrong first
    try:
        return _status(settings, source, settings.warehouse)
    except WarehouseBusy as busy:
        published = settings.published / settings.warehouse.name
        if not published.exists():
            raise WarehouseBusy(f"{busy}, but nothing is published yet") from None
        return _status(settings, source, published)


def estimated_requests(settings: Settings, source: str, hours: float, windows: int) -> int:
    """Estimate the HTTP requests that reading so many hours in so many windows takes.

    From the pages that earlier readings of the source took; one page a window where there are none.
    """
    pages_an_hour = 0.0
    if settings.warehouse.exists():
        with warehouse(settings.warehouse, read_only=True) as con:
            (cost,) = rows(con, "status/cost", source=source)
        pages_an_hour = cost["pages"] / cost["hours"] if cost["hours"] else 0.0
    return max(windows, round(pages_an_hour * hours)) + windows * PAGES_BEHIND


def _status(settings: Settings, name: str | None, file: Path) -> list[SourceStatus]:
    with warehouse(file, read_only=True, wait=PATIENCE) as con:
        pulled = {row["source"]: row["as_of"] for row in rows(con, "status/sources")}
        if name is not None and name not in pulled:
            settings.source(name)  # raises where the name is not known at all
            raise UsageError(f'source {name}: not pulled yet; "open311-etl pull {name}" does')
        if not pulled:
            raise UsageError(f'{file}: nothing pulled yet; "open311-etl pull SOURCE" does')
        return [
            _one(con, each, settings.sources.get(each), as_of, file)
            for each, as_of in pulled.items()
            if name in (None, each)
        ]


def _one(
    con: Connection, name: str, source: Source | None, as_of: datetime, file: Path
) -> SourceStatus:
    profile = source or Source(name=name, url="http://no.profile")  # its table is no longer there
    settled = as_of - timedelta(days=profile.settle_days)
    (requests,) = rows(con, "status/requests", source=name)
    (services,) = rows(con, "status/services", source=name)
    (finished,) = rows(con, "status/last_good_run", source=name)
    coverage = rows(con, "status/coverage", source=name)
    pending = {
        row["resolution"]: row["entries"] for row in rows(con, "status/pending", source=name)
    }
    return SourceStatus(
        source=name,
        title=profile.title,
        read_from=file,
        as_of=as_of,
        **requests,
        by_status=_counts(con, "status/by_status", name),
        services=services,
        **finished,
        first_start=min((row["first_start"] for row in coverage), default=None),
        last_end=max((row["last_end"] for row in coverage), default=None),
        watermark=ledger.watermark(ledger.coverage(con, name)),
        coverage=tuple(
            Coverage(row["verdict"], row["spans"], row["days"], row["share"]) for row in coverage
        ),
        debt=tuple(ledger.debt(con, name, settled)),
        waiting=pending.pop(None, 0),
        resolved=pending,
        quarantined=_counts(con, "status/quarantine", name),
        runs=tuple(RunLine(**row) for row in rows(con, "status/runs", source=name)),
        alarms=tuple(Alarm(**row) for row in rows(con, "status/alarms", source=name)),
    )


def _counts(con: Connection, file: str, source: str) -> dict[str, int]:
    found: list[dict[str, Any]] = rows(con, file, source=source)
    return {row["name"]: row["entries"] for row in found}
