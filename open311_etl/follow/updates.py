"""Changes asked for by their time: what to ask of ``updated_after`` (Q-DATE-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from open311_etl import warehouse
from open311_etl.config import Source
from open311_etl.model import Run, Window
from open311_etl.warehouse import Connection

OVERLAP = timedelta(hours=1)
"""Asked for twice: a change may become visible a little after the time it bears."""

LONGEST = 7
"""Days of changes that are asked for at once: a pull a day takes one question."""


@dataclass(frozen=True, slots=True)
class Updates:
    """What the updated filter has brought so far.

    Every change between ``since`` and ``until`` is known, both ``None`` where that is so of no
    stretch of time; ``resume`` is where asking goes on, ``None`` where nothing was read yet;
    ``next_try_at`` is when a filter that was found not to work is due again.
    """

    since: datetime | None
    until: datetime | None
    resume: datetime | None
    next_try_at: datetime | None
    works: bool


def updates(con: Connection, source: Source) -> Updates:
    """Read from the ledger what the updated filter of a source has brought so far."""
    (row,) = warehouse.rows(con, "follow/updates", source=source.name)
    return Updates(**row)


def changes(con: Connection, source: Source, run: Run) -> list[Window]:
    """Give the spans of ``updated_datetime`` to ask for, oldest first.

    They go from the end of the last such reading that was whole (from the first reading of all
    where there was none) to the run's now. Empty where the profile says that the source has no
    updated filter, where nothing was read yet, or where the filter was found not to work and is not
    yet due to be tried again.
    """
    known = updates(con, source)
    resting = not known.works and known.next_try_at and known.next_try_at > run.as_of
    if source.updated_filter is False or known.resume is None or resting:
        return []
    if known.resume >= run.as_of:
        return []
    start, step = known.resume - OVERLAP, timedelta(days=min(LONGEST, source.max_span_days))
    spans = []
    while start < run.as_of:
        spans.append(Window(start, min(start + step, run.as_of)))
        start += step
    return spans
