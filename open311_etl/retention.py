"""How long bodies stay in landing, where ``landing_days`` bounds it: what may go, and goes.

A replay needs every body for the ledger, but for the requests only those that a version, an entry
in quarantine or the catalog came from. These stay. What only said that nothing is new may go; a
replay then names it, and owes the windows that no later reading covers.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from open311_etl.landing import Landing
from open311_etl.warehouse import Connection, rows


def prune(con: Connection, source: str, landing: Landing, now: datetime, days: float) -> int:
    """Remove the bodies of a source that only readings older than so many days have, and that no
    row of the warehouse came from; give how many.

    A body that cannot be removed is left for the next time.
    """
    since = now - timedelta(days=days)
    removed = 0
    for row in rows(con, "retention/removable", source=source, since=since):
        with suppress(OSError):
            removed += landing.remove(row["sha256"])
    return removed
