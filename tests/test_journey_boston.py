"""75,600 records that Boston served, pulled over HTTP: none lost, each in its newest state."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from open311_etl import pipeline
from open311_etl.config import Settings
from open311_etl.sandbox import serving
from open311_etl.sandbox.replay import Replay
from open311_etl.warehouse import warehouse


def _newest(files: list[Path]) -> dict[str, tuple[datetime, str | None]]:
    """The newest update and the status then of each id in the files."""
    newest: dict[str, tuple[datetime, str | None]] = {}
    for file in files:
        with gzip.open(file) as lines:
            for record in map(json.loads, lines):
                request_id = record.get("service_request_id")
                if request_id:
                    state = (datetime.fromisoformat(record["updated_datetime"]), record["status"])
                    newest[request_id] = max(state, newest.get(request_id, state))
    return newest


def test_every_id_of_the_captured_records_is_stored_once_in_its_newest_state(
    shared: Path, settings: Callable[..., Settings]
) -> None:
    """Q-TIME-8."""
    files = sorted((shared / "real" / "boston").glob("*.ndjson.gz"))
    served = _newest(files)
    with serving(Replay(files)) as server:
        setup = settings(server.url, timezone="America/New_York", window_hours=24 * 45)
        (report,) = pipeline.pull(["springfield"], setup, start="2008-01-01", end="2020-03-01")
    assert report.error is None
    assert not [debt for debt in report.debt if debt.kind != "pending"]
    with warehouse(setup.warehouse, read_only=True) as con:
        stored = con.sql(
            "SELECT service_request_id, epoch(updated_datetime), status FROM service_requests"
        ).fetchall()
        nameless = con.sql(
            "SELECT count(*) FROM service_requests WHERE trim(service_request_id) = ''"
        ).fetchall()
    assert len(stored) == len(served)
    assert {row[0]: (row[1], row[2]) for row in stored} == {
        each: (when.timestamp(), status) for each, (when, status) in served.items()
    }
    assert nameless == [(0,)]
    counts = report.counts
    kept = ("new", "changed", "unchanged", "stale", "repeated", "pending", "quarantined")
    assert counts["records"] == sum(counts[each] for each in kept)
