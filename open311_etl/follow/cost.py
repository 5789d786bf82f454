"""What it costs to look at requests again, and the cheapest way to do it within a budget."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from open311_etl import windows
from open311_etl.model import Window

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Bucket:
    """The requests of one width of time: ``due`` of ``rows`` are to be looked at again.

    ``start`` is ``None`` for those without requested_datetime; ``pressure`` says how many times
    over the most pressing one is due.
    """

    start: datetime | None
    due: int
    rows: int
    pressure: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What calls bring: ``page_rows`` on a page, ``overhead`` calls a window beside its pages,
    ``batch`` ids in a list (1: single reads, 0: no reads by id at all), ``most_rows`` in a window.
    """

    page_rows: int
    overhead: float
    batch: int
    most_rows: int

    def by_id(self, count: int) -> float:
        """Give the calls that so many ids take."""
        return count / self.batch if self.batch else math.inf

    def swept(self, rows: int) -> float:
        """Give the calls that so many rows take in windows that join their neighbours."""
        return rows / self.page_rows + self.overhead * min(1.0, rows / max(1, self.most_rows))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a budget is spent on: windows to read again, and buckets whose due ids are asked for.

    ``ids`` of them, for ``calls`` in all; ``left`` requests stay undone.
    """

    sweeps: tuple[Window, ...]
    buckets: tuple[Bucket, ...]
    ids: int
    calls: int
    left: int


def choose(
    buckets: Iterable[Bucket],
    prices: Prices,
    budget: float,
    covered: Sequence[tuple[datetime, datetime]],
    width: timedelta,
) -> Choice:
    """Spend a budget of calls on the most pressing buckets, each by its cheaper way.

    Only what lies in ``covered`` spans is swept: a window outside would tear a gap into coverage.
    """
    swept: list[tuple[datetime, int]] = []
    asked: list[Bucket] = []
    spent, ids, left = 0.0, 0, 0
    for bucket in buckets:
        cost, start = prices.by_id(bucket.due), None
        if bucket.start and _within(bucket.start, covered, width):
            cost, start = min((cost, None), (prices.swept(bucket.rows), bucket.start), key=_first)
        room = budget - spent
        if cost <= room and start:
            swept.append((start, bucket.rows))
            spent += cost
            continue
        taken = min(bucket.due, int(room * prices.batch + _ROUNDING))
        if start is None and taken > 0:
            asked.append(bucket)
            ids += taken
            spent += prices.by_id(taken)
            left += bucket.due - taken
        else:
            left += bucket.due
    joined = _joined(swept, prices.most_rows, covered, width)
    return Choice(tuple(joined), tuple(asked), ids, math.ceil(spent), left)


def _first(way: tuple[float, datetime | None]) -> float:
    return way[0]


def _within(
    start: datetime, covered: Sequence[tuple[datetime, datetime]], width: timedelta
) -> bool:
    end = min(start + width, max((each[1] for each in covered), default=start))
    return start < end and not windows.uncovered(start, end, covered)


def _joined(
    swept: list[tuple[datetime, int]],
    most_rows: int,
    covered: Sequence[tuple[datetime, datetime]],
    width: timedelta,
) -> list[Window]:
    """Make windows of buckets: neighbours become one while it holds no more rows than it may."""
    made: list[tuple[datetime, datetime, int]] = []
    for start, rows in sorted(swept):
        end = min(start + width, max(each[1] for each in covered))
        if made and made[-1][1] == start and made[-1][2] + rows <= most_rows:
            made[-1] = (made[-1][0], end, made[-1][2] + rows)
        else:
            made.append((start, end, rows))
    return [Window(start, end) for start, end, _ in made]
