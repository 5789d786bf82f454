"""Open what was published, and see when something newer is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from open311_etl import published
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.warehouse import Connection


def release(settings: Settings) -> Path | None:
    """Give the file that readers open now, another after each publish; None before the first."""
    file = published.newest(settings)
    return file.resolve() if file != settings.warehouse else None


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """Open the published data as ``published.opened`` does, with what marts hold in it.

    Raises UsageError where nothing is published, or by a release that had no marts.
    """
    if release(settings) is None:
        raise UsageError(
            f"{settings.published}: nothing is published here yet; "
            '"open311-etl pull SOURCE" does, and "open311-etl demo" shows a city of its own'
        )
    with published.opened(settings) as (con, file):
        try:
            con.execute("SELECT 1 FROM marts.fact_service_requests LIMIT 0")
        except duckdb.CatalogException:
            raise UsageError(
                f'{file}: published without marts; run "open311-etl publish" and try again'
            ) from None
        yield con
