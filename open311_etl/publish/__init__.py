"""The tables as files for readers: a Parquet lake and a read-only DuckDB snapshot of one state.

Readers never meet the warehouse, so no load waits for them and they wait for no load. What has not
changed is not written again; what has is first written beside its place, all of it, and then shown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from open311_etl import failpoint, marts, warehouse
from open311_etl.config import Settings
from open311_etl.errors import UsageError, WarehouseBusy, WarehouseError
from open311_etl.publish.lake import Lake
from open311_etl.publish.snapshot import Snapshots
from open311_etl.warehouse import Connection

__all__ = ["PublishReport", "publish"]

_MEMORY = "256MB"
"""Enough for a month of a large city; what needs more gets what DuckDB would take."""

_REFUSALS = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.TransactionException)
"""What DuckDB raises where the disk or the memory is full: in a statement, or in its commit. In a
checkpoint it is an error that also tells of damage; then its words decide."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publish came to.

    ``rows`` counts the published rows of each table; ``written``, ``unchanged`` and ``removed`` the
    partitions of the lake; ``snapshot`` is the release that readers now open, and ``renewed`` says
    whether this publish made it; ``seconds`` is how long it took.
    """

    rows: dict[str, int]
    written: int
    unchanged: int
    removed: int
    snapshot: Path
    renewed: bool
    seconds: float


def publish(settings: Settings, *, wait: float = 60, keep: int = 3) -> PublishReport:
    """Bring marts, lake and snapshot to the state of the warehouse, and keep ``keep`` releases.

    The warehouse is held while it is read; whoever holds it is waited for, up to ``wait`` seconds.
    Raises UsageError where there is no warehouse, WarehouseBusy where it stays held, WarehouseError
    where the disk refuses: then nothing is shown of what was begun, and what was there stays.
    """
    began = time.monotonic()
    if keep < 1:
        raise UsageError(f"keep = {keep}: at least one release must stay")
    if not settings.warehouse.exists():
        raise UsageError(
            f'{settings.warehouse}: no warehouse here yet; "open311-etl pull SOURCE" makes one'
        )
    if not _one_at_a_time.acquire(timeout=wait):
        raise WarehouseBusy(
            f"{settings.data_dir}: being published by this process; run again later"
        )
    try:
        with warehouse.warehouse(settings.warehouse, wait=wait) as con:
            with _refusals(settings):
                with warehouse.transaction(con):
                    warehouse.lay_out_views(con)
                with con.cursor() as own:  # with it goes all that the marts put aside in memory
                    own.execute("SET TimeZone = 'UTC'")
                    marts.refresh(own)
            with _frugal(con) as roomy:
                lake = Lake(con, settings.lake, roomy)
                snapshots = Snapshots(con, settings.warehouse, settings.published, wait)
                with _refusals(settings):
                    _publish(lake, snapshots)
                snapshots.prune(keep)
    finally:
        _one_at_a_time.release()
    return PublishReport(
        rows=lake.rows,
        written=lake.written,
        unchanged=lake.unchanged,
        removed=lake.removed,
        snapshot=snapshots.link.resolve(),
        renewed=snapshots.renewed,
        seconds=time.monotonic() - began,
    )


def _publish(lake: Lake, snapshots: Snapshots) -> None:
    try:
        lake.stage()
        snapshots.stage()
        failpoint.reach("publish-staged")
        lake.show()
        snapshots.show()
    except BaseException:
        lake.withdraw()
        snapshots.withdraw()
        raise


@contextmanager
def _refusals(settings: Settings) -> Iterator[None]:
    """Say in one line what a full disk, or one that cannot be written, makes of a publish."""
    try:
        yield
    except OSError as error:
        raise _refused(error.filename or settings.data_dir, error.strerror) from None
    except duckdb.Error as error:
        if isinstance(error, _REFUSALS) or "Could not write" in str(error):
            raise _refused(settings.data_dir, str(error).splitlines()[0]) from None
        raise


@contextmanager
def _frugal(con: Connection) -> Iterator[str]:
    """Bound what the database takes, of all connections to it, and give the limit of before."""
    (memory,) = con.execute("SELECT current_setting('memory_limit')").fetchone() or ("",)
    with suppress(duckdb.OutOfMemoryException):  # another connection uses more right now
        con.execute(f"SET memory_limit = '{_MEMORY}'")
    try:
        yield str(memory)
    finally:
        with suppress(duckdb.Error):  # of a database that a full disk has closed
            con.execute(
                f"SET memory_limit = '{memory}'"
            )  # RESET changes the setting, not the limit


def _refused(place: object, why: object) -> WarehouseError:
    return WarehouseError(
        f"{place}: cannot be written: {why}; nothing new is shown and what was published stays; "
        'make room or choose another --data-dir, then run "open311-etl publish"'
    )
