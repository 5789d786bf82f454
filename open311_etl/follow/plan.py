"""Who is looked at again in a run, by which calls, and what is left undone (rule 7 of the data)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from open311_etl import ledger, warehouse
from open311_etl.config import Source
from open311_etl.follow.cost import Bucket, Choice, Prices, choose
from open311_etl.follow.updates import Updates, updates
from open311_etl.ledger import Span
from open311_etl.model import Run, Window
from open311_etl.warehouse import Connection
from open311_etl.windows import uncovered

SAMPLE = 5
FIRST_SAMPLE = 20
"""Requests that are compared with what the updated filter says of them: at each run, at first."""

LONGEST_LIST = 50
"""Ids in a list where nothing is known: more are in no server's documents (Q-ID-8)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FollowPlan:
    """What to ask to bring known requests up to date.

    ``singles`` are asked for one by one (the sample, and those whom a window lacked), ``ids`` in
    lists of ``batch``, ``sweeps`` are windows to read again. ``due`` requests are due, of which
    ``left`` stay undone; the longest waiting of them was looked at ``since`` then. ``calls`` is
    what it is expected to cost, ``budget`` what it may. ``control`` is an id that a list has shown.
    """

    singles: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    sweeps: tuple[Window, ...] = ()
    batch: int = 1
    proven_batch: int = 0
    control: str | None = None
    due: int = 0
    left: int = 0
    since: datetime | None = None
    calls: int = 0
    budget: int = 0

    @property
    def empty(self) -> bool:
        return not (self.singles or self.ids or self.sweeps)


def plan(
    con: Connection,
    source: Source,
    run: Run,
    spans: Sequence[Span],
    *,
    budget: int,
    asked: Collection[str] = (),
    swept: Collection[Window] = (),
) -> FollowPlan:
    """Plan what to ask next for known requests.

    Takes the source's coverage, the calls that may still be made, and what was asked for already in
    this run: called again after a plan was carried out, it gives what that has made necessary, and
    an empty plan in the end.
    """
    known = updates(con, source)
    (ways,) = warehouse.rows(con, "follow/ways", source=source.name, run_id=run.id, now=run.as_of)
    width = timedelta(seconds=max(1, round(_hours(source) * 3600)))
    prices = _prices(con, source, ways)
    covered = [(span.start, span.end) for span in spans]
    sample = 0
    if ways["single_works"] and not ways["sampled"] and _filtered(known, run):
        sample = SAMPLE if ways["singles"] else FIRST_SAMPLE
    singles = _singles(con, source, run, sample, budget) if ways["single_works"] else []
    singles = [each for each in singles if each not in asked]
    denied = [each for each in _denied(con, source, run, width, covered) if each not in swept]
    rest = budget - len(singles) - len(denied)
    count, since = _find_due(con, source, run, known)
    choice = Choice((), (), 0, 0, count)
    if not (sample and singles):  # what it says of the filter comes first
        choice = choose(_buckets(con, source, width), prices, rest, covered, width)
    ids = _ids(con, choice, width, asked)
    sweeps = [each for each in choice.sweeps if each not in swept]
    return FollowPlan(
        singles=tuple(singles),
        ids=tuple(ids),
        sweeps=tuple(dict.fromkeys([*denied, *sweeps])),
        batch=max(1, prices.batch),
        proven_batch=int(ways["list_proven"]),
        control=ways["control"],
        due=count,
        left=choice.left,
        since=since,
        calls=len(singles) + len(denied) + choice.calls,
        budget=budget,
    )


def foresee(
    con: Connection,
    source: Source,
    run: Run,
    spans: Sequence[Span],
    *,
    budget: int,
    windows: Sequence[Window],
) -> FollowPlan:
    """Plan without asking anybody: what a run would do for known requests when it has read its
    ``windows``, if these hold whom they should and the updated filter goes on as before."""
    known = updates(con, source)
    if source.updated_filter is not False and known.works and known.until:
        known = replace(known, until=run.as_of)
    (ways,) = warehouse.rows(con, "follow/ways", source=source.name, run_id=run.id, now=run.as_of)
    width = timedelta(seconds=max(1, round(_hours(source) * 3600)))
    prices = _prices(con, source, ways)
    sample = SAMPLE if ways["single_works"] and _filtered(known, run) else 0
    singles = _singles(con, source, run, sample, budget) if ways["single_works"] else []
    _, since = _find_due(con, source, run, known)
    read = [(window.start, window.end) for window in windows]
    buckets = [
        each
        for each in _buckets(con, source, width)
        if each.start is None or uncovered(each.start, min(each.start + width, run.as_of), read)
    ]
    covered = [(span.start, span.end) for span in spans]
    choice = choose(buckets, prices, budget - len(singles), covered, width)
    return FollowPlan(
        singles=tuple(singles),
        ids=tuple(_ids(con, choice, width, ())),
        sweeps=choice.sweeps,
        batch=max(1, prices.batch),
        due=sum(each.due for each in buckets),
        left=choice.left,
        since=since,
        calls=len(singles) + choice.calls,
        budget=budget,
    )


def owed(con: Connection, source: Source, run: Run) -> tuple[int, datetime | None]:
    """Give how many requests are still due at a run's now, and since when the longest waiting one
    was not looked at."""
    return _find_due(con, source, run, updates(con, source))


def owe(con: Connection, source: str, run_id: str, requests: int, since: datetime | None) -> None:
    """Remember what :func:`owed` gave at the end of a run, as debt of kind ``stale``."""
    values = {"source": source, "run_id": run_id, "requests": requests, "since": since}
    warehouse.run(con, "follow/owe", **values)


def _find_due(
    con: Connection, source: Source, run: Run, known: Updates
) -> tuple[int, datetime | None]:
    """Find out who is due at a run's now; they stay in a temporary table. Gives how many they are,
    and when the longest waiting one was last known to be as it is stored."""
    warehouse.run(
        con,
        "follow/due",
        source=source.name,
        now=run.as_of,
        horizon=source.follow_days * 86_400,
        width=round(_hours(source) * 3_600_000_000),
        since=known.since,
        until=known.until,
    )
    (row,) = warehouse.rows(con, "follow/left")
    return int(row["due"]), row["since"]


def _filtered(known: Updates, run: Run) -> bool:
    """True where the updated filter has been asked up to this run's now, and has not failed."""
    return known.until is not None and known.until >= run.as_of


def _singles(
    con: Connection,
    source: Source,
    run: Run,
    sample: int,
    budget: int,
) -> list[str]:
    """Give whom to ask for one by one: whom a window lacked, and a sample against the filter."""
    found = warehouse.rows(con, "follow/lacked", source=source.name, most=max(0, budget))
    if sample:
        found += warehouse.rows(
            con,
            "follow/sample",
            source=source.name,
            run_id=run.id,
            now=run.as_of,
            horizon=source.follow_days * 86_400,
            most=max(0, min(sample, budget - len(found))),
        )
    return list(dict.fromkeys(each["service_request_id"] for each in found))


def _denied(
    con: Connection,
    source: Source,
    run: Run,
    width: timedelta,
    covered: list[tuple[datetime, datetime]],
) -> list[Window]:
    """Give the windows that are read again because a request of theirs was denied by id."""
    seconds = round(width.total_seconds() * 1_000_000)
    rows = warehouse.rows(con, "follow/denied", source=source.name, now=run.as_of, width=seconds)
    buckets = [Bucket(_EPOCH + row["bucket"] * width, row["denied"], 1, 0) for row in rows]
    prices = Prices(1, 0, 0, 1)  # a window each, whatever it holds
    return list(choose(buckets, prices, len(buckets), covered, width).sweeps)


def _prices(con: Connection, source: Source, ways: dict[str, Any]) -> Prices:
    """Give what calls bring at a source, by its profile and by what was learnt."""
    page_rows = min(ways["page_rows"] or source.page_size, source.page_size)
    most = LONGEST_LIST if source.id_list is None else source.id_list
    if ways["list_most"] is not None:
        most = min(most, ways["list_most"])
    most = min(most, source.page_size)
    batch = most if most > 1 else int(ways["single_works"])
    return Prices(
        page_rows=max(1, page_rows),
        overhead=float(ways["overhead"]),
        batch=batch,
        most_rows=ledger.most_rows(con, source),
    )


def _buckets(con: Connection, source: Source, width: timedelta) -> list[Bucket]:
    rows = warehouse.rows(
        con, "follow/buckets", source=source.name, width=round(width.total_seconds() * 1_000_000)
    )
    return [
        Bucket(
            None if row["bucket"] is None else _EPOCH + row["bucket"] * width,
            row["due"],
            row["rows"],
            row["pressure"],
        )
        for row in rows
    ]


def _ids(con: Connection, choice: Choice, width: timedelta, asked: Collection[str]) -> list[str]:
    if not choice.ids:
        return []
    buckets = [(each.start - _EPOCH) // width for each in choice.buckets if each.start]
    rows = warehouse.rows(con, "follow/ids", buckets=buckets, most=choice.ids)
    return [row["service_request_id"] for row in rows if row["service_request_id"] not in asked]


def _hours(source: Source) -> float:
    return min(source.window_hours, source.max_span_days * 24)
