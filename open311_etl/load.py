"""Stage, judge, merge, history, quarantine and ledger, in ONE transaction (rules 4 and 5)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from open311_etl import decode, failpoint, warehouse
from open311_etl.config import Source
from open311_etl.landing import Landing
from open311_etl.model import LandedPage, LoadReport, Outcome
from open311_etl.warehouse import Connection

_LARGEST_RECORD = 64 * 1024 * 1024
_MERGE = ("compare", "incoming", "versions", "requests", "notes", "seen")
"""What is done once for each turn: readings of one load are merged in the order of their making."""

_STEPS = ("unlisted_services", "pending", "quarantine", "ledger", "missed", "gone")
"""What is done once for a load, when all its entries are judged."""

_TIME = pa.timestamp("us", tz="UTC")
_READINGS = pa.schema(
    {
        "reading_id": pa.string(),
        "reading_number": pa.int32(),
        "run_id": pa.string(),
        "source": pa.string(),
        "kind": pa.string(),
        "window_start": _TIME,
        "window_end": _TIME,
        "service_code": pa.string(),
        "status": pa.string(),
        "verdict": pa.string(),
        "reason": pa.string(),
        "records": pa.int64(),
        "ids": pa.int64(),
        "pages": pa.int64(),
        "requests": pa.int64(),
        "started_at": _TIME,
        "ended_at": _TIME,
    }
)
_PAGES = pa.schema(
    {
        "file": pa.string(),
        "reading_id": pa.string(),
        "reading_number": pa.int32(),
        "source": pa.string(),
        "page_sha256": pa.string(),
        "url": pa.string(),
        "page_number": pa.int32(),
        "seen_at": _TIME,
        "seconds": pa.float64(),
        "attempts": pa.int32(),
        "bytes": pa.int64(),
        "records": pa.int64(),
        "subject": pa.string(),
    }
)
_REJECTS = pa.schema(
    {
        "reading_id": pa.string(),
        "source": pa.string(),
        "page_sha256": pa.string(),
        "entry_number": pa.int32(),
        "reason": pa.string(),
        "raw": pa.binary(),
        "quarantined_at": _TIME,
    }
)


def load(
    con: Connection, outcomes: Sequence[Outcome], source: Source, landing: Landing
) -> LoadReport:
    """Bring the pages of some readings into the tables, and the readings into the ledger.

    Takes readings of one source whose bodies are in landing, in the order in which they were made;
    all of them are loaded, or none, and what comes of it is the same as if each were loaded alone.
    Gives the counts of what became of their entries. Raises WarehouseDamaged where a landed body
    is not what it was.
    """
    warehouse.run(con, "load/macros")
    with tempfile.TemporaryDirectory(prefix="open311-etl-") as folder:
        try:
            return _load(con, outcomes, _Staging(source, landing, Path(folder), doubted=False))
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            # A page that passed the look is not what DuckDB takes for JSON (a key twice, half a
            # surrogate pair). Rewritten, it costs no other page its rows.
            return _load(con, outcomes, _Staging(source, landing, Path(folder), doubted=True))


def _load(con: Connection, outcomes: Sequence[Outcome], staging: _Staging) -> LoadReport:
    pages = [
        staging.page(number, outcome, page)
        for number, outcome in enumerate(outcomes)
        for page in outcome.pages
    ]
    readings = [_reading(number, outcome) for number, outcome in enumerate(outcomes)]
    tables = {
        "load_readings": pa.Table.from_pylist(readings, _READINGS),
        "load_pages": pa.Table.from_pylist(pages, _PAGES),
        "load_rejects": pa.Table.from_pylist(staging.rejects, _REJECTS),
    }
    for name, table in tables.items():
        con.register(name, table)
    try:
        with warehouse.transaction(con):
            values = {**staging.ways, "files": staging.files(), "largest": _LARGEST_RECORD}
            warehouse.run(con, "load/stage", **values)
            warehouse.run(con, "load/turns")
            for turn in range(1, _turns(con) + 1):
                for step in _MERGE:
                    warehouse.run(con, f"load/{step}", **staging.ways, turn=turn)
                    failpoint.reach("in-transaction")
            for step in _STEPS:
                warehouse.run(con, f"load/{step}")
                failpoint.reach("in-transaction")
            return _report(con, len(staging.rejects))
    finally:
        for name in tables:
            con.unregister(name)


def _turns(con: Connection) -> int:
    (last,) = con.execute("SELECT max(turn) FROM turns").fetchone() or (None,)
    return last or 0


class _Staging:
    """Chooses for each page the file that DuckDB reads: the landed one, or a rewritten one."""

    def __init__(self, source: Source, landing: Landing, folder: Path, *, doubted: bool) -> None:
        self._source = source
        self._landing = landing
        self._doubted = doubted
        self._nothing = folder / "nothing.json"
        self._nothing.write_bytes(b"[]")
        self._folder = folder
        self._files: set[str] = set()
        self.rejects: list[dict[str, Any]] = []

    def files(self) -> list[str]:
        return sorted(self._files) or [str(self._nothing)]

    @property
    def ways(self) -> dict[str, Any]:
        """What texts of times mean at this source."""
        return {"zone": self._source.timezone, "utc_is_local": self._source.utc_is_local}

    def page(self, number: int, outcome: Outcome, page: LandedPage) -> dict[str, Any]:
        """Give the row of a page for ``load_pages``; ``number`` is its reading's in the load."""
        plain = page.plain and not self._doubted
        file = (
            self._landing.path(page.sha256).resolve() if plain else self._rewritten(outcome, page)
        )
        if plain and not file.exists():
            self._landing.get(page.sha256)  # raises, naming the file
        self._files.add(str(file))
        return {
            "file": str(file),
            "reading_id": outcome.id,
            "reading_number": number,
            "source": outcome.source,
            "page_sha256": page.sha256,
            "url": page.url,
            "page_number": page.number,
            "seen_at": page.fetched_at,
            "seconds": page.seconds,
            "attempts": page.attempts,
            "bytes": page.bytes,
            "records": page.records,
            "subject": page.subject,
        }

    def _rewritten(self, outcome: Outcome, page: LandedPage) -> Path:
        body = self._landing.get(page.sha256)
        canonical = decode.canonical(body)
        for reject in canonical.rejects:
            self.rejects.append(
                {
                    "reading_id": outcome.id,
                    "source": outcome.source,
                    "page_sha256": page.sha256,
                    "entry_number": reject.ordinal,
                    "reason": reject.reason,
                    "raw": reject.raw,
                    "quarantined_at": page.fetched_at,
                }
            )
        file = self._folder / f"{page.sha256}.json"
        file.write_bytes(canonical.json)
        return file.resolve()


def _reading(number: int, outcome: Outcome) -> dict[str, Any]:
    window = outcome.window
    return {
        "reading_id": outcome.id,
        "reading_number": number,
        "run_id": outcome.run_id,
        "source": outcome.source,
        "kind": outcome.kind,
        "window_start": window.start,
        "window_end": window.end,
        "service_code": window.service_code,
        "status": window.status,
        "verdict": str(outcome.verdict),
        "reason": outcome.reason,
        "records": outcome.records,
        "ids": outcome.ids,
        "pages": len(outcome.pages),
        "requests": outcome.requests,
        "started_at": outcome.started_at,
        "ended_at": outcome.ended_at,
    }


def _report(con: Connection, rejected: int) -> LoadReport:
    counts = dict(con.execute("SELECT judgement, count(*) FROM judged GROUP BY ALL").fetchall())
    quarantined = counts.pop("quarantined", 0) + rejected
    return LoadReport(records=sum(counts.values()) + quarantined, quarantined=quarantined, **counts)
