"""What landing has and the warehouse has not: loaded as the run that read it did, or would have.

A kill between the journal and the end of a load leaves readings that are durable and not loaded;
a warehouse that comes from a backup lacks whole runs. Nothing that was read is read again for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from open311_etl import catalog, contract, follow, ledger, load, warehouse
from open311_etl.config import Source
from open311_etl.landing import Landing
from open311_etl.model import Line, LoadReport, Outcome, RunEnd
from open311_etl.warehouse import Connection

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def catch_up(con: Connection, source: Source, landing: Landing) -> int:
    """Bring into the warehouse what the journal of a source has beyond it; give its readings.

    Runs that ended well have nothing left to load and are passed over. Nobody else may be pulling
    the source. Raises WarehouseDamaged where landing is damaged.
    """
    ledger.note_source(con, source)
    known = {row["run_id"]: row for row in ledger.runs(con, source.name)}
    caught_up = 0
    for run_id in landing.runs():
        run = known.get(run_id, {})
        if run.get("result") in ("complete", "debt"):
            continue
        lines = list(landing.lines(run_id))
        loaded = {each["reading_id"] for each in ledger.loaded(con, run_id)}
        for line in lines:
            if line.began and not run:
                ledger.begin_run(con, line.began)
        for outcomes in batches(lines, loaded):
            load_batch(con, outcomes, source, landing)
            caught_up += len(outcomes)
        for line in lines:
            if line.ended and line.ended.ended_at > (run.get("ended_at") or _NEVER):
                end_run(con, source.name, run_id, line.ended)
    return caught_up


def end_run(con: Connection, source: str, run_id: str, end: RunEnd) -> None:
    """Write how a run ended, what it saw changed and left; the journal has it by then."""
    with warehouse.transaction(con):
        if end.stale is not None:
            follow.owe(con, source, run_id, end.stale, end.stale_since)
        if end.changes is not None:
            contract.record(con, source, run_id, end.changes, end.seen_at or end.ended_at)
        ledger.end_run(con, run_id, end)


def batches(lines: Sequence[Line], loaded: Collection[str] = ()) -> Iterator[list[Outcome]]:
    """Give the readings of a run as they were, or are to be, loaded: each list by one transaction.

    Where a reading was named by several loads, the last one was committed; what was named by none
    follows, one by one. ``loaded`` are left out.
    """
    readings = {line.reading.id: line.reading for line in lines if line.reading}
    last = {each: at for at, line in enumerate(lines) if line.load for each in line.load}
    for at, line in enumerate(lines):
        batch = [
            readings[each]
            for each in line.load or ()
            if last[each] == at and each in readings and each not in loaded
        ]
        if batch:
            yield batch
    for each, outcome in readings.items():
        if each not in last and each not in loaded:
            yield [outcome]


def load_batch(
    con: Connection, outcomes: Sequence[Outcome], source: Source, landing: Landing
) -> LoadReport | catalog.CatalogReport:
    """Load some readings of one kind in one transaction; the journal says so before it begins."""
    landing.loading(outcomes)
    if outcomes[0].kind == "catalog":
        (outcome,) = outcomes
        return catalog.load(con, outcome, landing)
    return load.load(con, outcomes, source, landing)
