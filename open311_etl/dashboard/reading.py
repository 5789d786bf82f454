"""Open what was published, and see when something newer is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.warehouse import Connection

_LOCKED = ("enable_external_access", "autoload_known_extensions", "autoinstall_known_extensions")


def release(settings: Settings) -> Path | None:
    """Give the file that readers open now; another publish is another file. None before the first.

    The link is followed here, because DuckDB goes on showing the old file under an old name.
    """
    link = settings.published / settings.warehouse.name
    return link.resolve() if link.exists() else None


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """Open the published data read-only, with UTC as its zone and all else locked.

    Raises UsageError where nothing is published, or by a release that had no marts.
    """
    file = release(settings)
    if file is None:
        raise UsageError(
            f"{settings.published}: nothing is published here yet; "
            '"open311-etl pull SOURCE" does, and "open311-etl demo" shows a city of its own'
        )
    with warehouse.warehouse(file, read_only=True, wait=5) as con:
        for setting in _LOCKED:
            con.execute(f"SET {setting} = false")
        con.execute("SET lock_configuration = true")
        try:
            con.execute("SELECT 1 FROM marts.fact_service_requests LIMIT 0")
        except duckdb.CatalogException:
            raise UsageError(
                f'{file}: published without marts; run "open311-etl publish" and try again'
            ) from None
        yield con
