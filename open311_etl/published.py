"""What readers open: the published database, or the warehouse where nothing is published yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.errors import WarehouseBusy, WarehouseError
from open311_etl.warehouse import Connection

LOCKED = (
    "enable_external_access",
    "autoload_known_extensions",
    "autoinstall_known_extensions",
    "allow_community_extensions",
    "python_enable_replacements",
)
"""What would let SQL read other files, the network, or variables of this program."""


@contextmanager
def opened(settings: Settings, memory: str = "") -> Iterator[tuple[Connection, Path]]:
    """Open what there is to read, with everything else locked, and give it with its file.

    ``memory`` bounds what DuckDB takes, as ``256MB`` does; else it takes what it likes. The zone of
    the session is UTC. Raises UsageError where there are no data yet, WarehouseBusy where they are
    held, WarehouseError where they cannot be read.
    """
    file = newest(settings)
    con = _connected(file)
    try:
        for setting in LOCKED:
            con.execute(f"SET {setting} = false")
        if memory:
            con.execute(f"SET memory_limit = '{memory}'")
        con.execute("SET lock_configuration = true")
        yield con, file
    except (duckdb.FatalException, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise WarehouseError(f"{file}: {str(error).splitlines()[0]}") from None
    except BaseException:
        con.interrupt()  # else closing would wait for the query to end
        raise
    finally:
        con.close()


def connect(settings: Settings) -> Connection:
    """Open the published data read-only, for as long as the caller likes, with UTC as its zone.

    Gives a connection of DuckDB like any other: temporary tables, files and extensions are the
    caller's own affair. It goes on seeing the release that was the newest as it was opened; a later
    call gives the next one. Raises as :func:`opened` does.
    """
    return _connected(newest(settings))


def newest(settings: Settings) -> Path:
    """Give the file that readers open now; it need not be there."""
    published = settings.published / settings.warehouse.name
    return published if published.exists() else settings.warehouse


def _connected(file: Path) -> Connection:
    # DuckDB goes on showing the old file under an old name, so a link is followed here.
    target = file.resolve() if file.is_symlink() else file
    try:
        return warehouse.connect(target, read_only=True, wait=1)
    except WarehouseBusy as busy:
        raise WarehouseBusy(f'{busy} ("open311-etl publish" makes them)') from None
