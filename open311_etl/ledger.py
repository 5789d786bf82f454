"""What was asked and how it ended: runs, coverage, debt and the watermark.

The ledger's lines are written by the load that they are about, in its transaction; here are the
questions to it. Nothing is stored that can be computed from the lines (rule 6 of the data).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from open311_etl import warehouse
from open311_etl.config import Source
from open311_etl.model import Run, RunEnd, Verdict, Window
from open311_etl.warehouse import Connection

MOST_PAGES = 20
"""Pages of a window that is read again, at most: what a walk that fails may cost."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time and what the newest reading says of it.

    ``window`` is that reading's window, ``read_at`` its time, ``next_try_at`` when a suspect or
    blocked one is due again.
    """

    start: datetime
    end: datetime
    verdict: Verdict
    read_at: datetime
    window: Window
    pending: int
    next_try_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Debt:
    """Something that is known to be missing.

    ``kind``: ``blocked`` or ``suspect`` (a span whose reading failed ``tries`` times in a row),
    ``unread`` (a gap that no run has reached), ``pending`` (``entries`` without an id) or ``stale``
    (``entries`` that are due to be looked at again, the longest waiting one ``since`` then).
    """

    kind: str
    start: datetime
    end: datetime
    entries: int | None
    since: datetime | None
    tries: int | None
    next_try_at: datetime | None
    reason: str

    def __str__(self) -> str:
        span = Window(self.start, self.end)
        if self.kind == "pending":
            noun = "entry" if self.entries == 1 else "entries"
            return f"{self.entries} pending {noun} in {span}"
        if self.kind == "stale":
            since = f"{self.start:%Y-%m-%dT%H:%M:%SZ}"
            return f"{self.entries} requests are due to be looked at again, since {since}"
        return f"{self.kind} {span}: {self.reason}"


def debt(con: Connection, source: str, settled_before: datetime) -> list[Debt]:
    """Give what a source is known to lack, oldest first.

    Pending entries of windows that ended before ``settled_before`` are no longer waited for; they
    stay in ``etl.pending``.
    """
    found = warehouse.rows(con, "ledger/debt", source=source, settled_before=settled_before)
    return [
        Debt(
            kind=row["kind"],
            start=row["span_start"],
            end=row["span_end"],
            entries=row["entries"],
            since=row["since"],
            tries=row["tries"],
            next_try_at=row["next_try_at"],
            reason=row["reason"] or "",
        )
        for row in found
    ]


def next_run(
    con: Connection, source: str, as_of: datetime, start: datetime | None, end: datetime | None
) -> tuple[Run, bool]:
    """Give the run to go on with: a new one, or the last one of the source where it was cut short
    and asked for the same; and whether it is new.

    One that is taken up keeps its name and what it took as now. A new one is not in the ledger
    before :func:`begin_run`.
    """
    now = datetime.now(UTC)
    asked = {"source": source, "range_start": start, "range_end": end}
    for row in warehouse.rows(con, "ledger/unfinished_run", **asked):
        since = now - row["as_of"] if end is None else timedelta(0)
        if since < timedelta(days=1):
            return Run(row["run_id"], source, now, row["as_of"] + since, start, end), False
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return Run(name, source, now, as_of, start, end, version("open311-etl")), True


def begin_run(con: Connection, run: Run) -> None:
    """Write that a run began."""
    warehouse.run(
        con,
        "ledger/begin_run",
        run_id=run.id,
        source=run.source,
        started_at=run.started_at,
        as_of=run.as_of,
        range_start=run.start,
        range_end=run.end,
        version=run.version,
    )


def note_source(con: Connection, source: Source) -> None:
    """Write how a source's profile describes it, for SQL that needs its zone, name and box."""
    west, south, east, north = source.bbox or (None, None, None, None)
    warehouse.run(
        con,
        "ledger/note_source",
        source=source.name,
        title=source.title or source.name,
        timezone=source.timezone,
        west=west,
        south=south,
        east=east,
        north=north,
        settle_days=source.settle_days,
    )


def end_run(con: Connection, run_id: str, end: RunEnd) -> None:
    """Write how a run ended, or what took it up."""
    warehouse.run(
        con,
        "ledger/end_run",
        run_id=run_id,
        ended_at=end.ended_at,
        result=end.result,
        message=end.message,
        requests=end.requests,
    )


def runs(con: Connection, source: str) -> list[dict[str, Any]]:
    """Give the runs of a source: run_id, and result and ended_at where they ended."""
    return warehouse.rows(con, "ledger/runs", source=source)


def loaded(con: Connection, run_id: str) -> list[dict[str, Any]]:
    """Give the readings that a run has loaded so far: what need not be read again on resuming."""
    return warehouse.rows(con, "ledger/loaded_windows", run_id=run_id)


def summary(con: Connection, run: Run) -> dict[str, int]:
    """Give what a run loaded: windows by verdict, and entries by what became of them."""
    (row,) = warehouse.rows(con, "ledger/summary", run_id=run.id)
    return row


def uncapped(con: Connection, source: str) -> int:
    """Give the most rows that a proven window of the source held: so many it can give."""
    (row,) = warehouse.rows(con, "ledger/known", source=source)
    return int(row["uncapped"])


def most_rows(con: Connection, source: Source) -> int:
    """Give how many rows a window that is read again may hold, so that one walk still proves it.

    Twice as many as the fullest one that was proven, where a fuller one is proved by its halves;
    less than the source's cap; and no more than MOST_PAGES pages.
    """
    longest = MOST_PAGES * source.page_size
    if source.row_cap == 0:
        return longest
    growing = source.paging == "page" and source.row_cap is None
    most = uncapped(con, source.name) * (2 if growing else 1)
    return min(most, longest, round(0.8 * source.row_cap) if source.row_cap else longest)


def widest(con: Connection, source: Source) -> float:
    """Give how many hours a window that is read again may span: as the fullest day so far goes, it
    then holds no more rows than :func:`most_rows` says."""
    planned = min(source.window_hours, source.max_span_days * 24)
    (row,) = warehouse.rows(con, "ledger/known", source=source.name)
    if not row["rows_an_hour"]:
        return planned
    times = int(most_rows(con, source) / (row["rows_an_hour"] * planned))
    return float(min(planned * max(1, times), source.max_span_days * 24))


def lateness(con: Connection, source: str, now: datetime) -> float:
    """Give how many days after their time requests still appear in windows that lacked them.

    It is the 99th percentile of those seen in the last half year; 0 where none came late.
    """
    since = now - timedelta(days=180)
    (row,) = warehouse.rows(con, "ledger/lateness", source=source, since=since)
    return float(row["days"])


def coverage(con: Connection, source: str) -> list[Span]:
    """Give what is known of each span of time of a source, oldest first, gaps left out."""
    return [
        Span(
            start=row["span_start"],
            end=row["span_end"],
            verdict=Verdict(row["verdict"]),
            read_at=row["read_at"],
            window=Window(row["window_start"], row["window_end"]),
            pending=int(row["pending"]),
            next_try_at=row["next_try_at"],
            reason=row["reason"] or "",
        )
        for row in warehouse.rows(con, "ledger/coverage", source=source)
    ]


def watermark(spans: Sequence[Span]) -> datetime | None:
    """Give the end of the unbroken run of proven spans from the first one on (rule 6)."""
    mark: datetime | None = None
    for span in spans:
        if span.verdict is not Verdict.PROVEN or (mark is not None and span.start != mark):
            break
        mark = span.end
    return mark
