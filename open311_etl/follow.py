"""Known requests that changed since they were read: what to ask for them (rule 7 of the data)."""

from __future__ import annotations

from datetime import timedelta

from open311_etl import warehouse, windows
from open311_etl.config import Source
from open311_etl.model import Run, Window
from open311_etl.warehouse import Connection

OVERLAP = timedelta(hours=1)
"""Asked for twice: a change may become visible a little after the time it bears."""


def due(con: Connection, source: Source, run: Run) -> list[Window]:
    """Give the spans of ``updated_datetime`` to ask for, oldest first.

    They go from the end of the last such reading that was proven (from the first reading of all
    where there was none) to the run's now. Empty where the profile says that the source has no
    updated filter (Q-DATE-2), where nothing was read yet, or where the filter was found not to work
    and is not yet due to be tried again.
    """
    (known,) = warehouse.rows(con, "ledger/followed", source=source.name)
    since, again = known["followed_until"], known["next_try_at"]
    if source.updated_filter is False or since is None or (again and again > run.as_of):
        return []
    hours = min(source.window_hours, source.max_span_days * 24)
    return windows.plan(since - OVERLAP, run.as_of, hours) if since < run.as_of else []
