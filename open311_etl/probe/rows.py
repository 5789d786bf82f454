"""Find requests, and dates between which there are enough of them to learn from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from open311_etl.errors import SourceRefused
from open311_etl.probe.reply import Reply
from open311_etl.probe.study import Study

DAYS = (89, 30, 7, 1)
"""Widths of a range to learn from: the specification allows 90 days, some servers less."""

_DAY = timedelta(days=1)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def find_rows(study: Study) -> None:
    """Make sure that the first reply holds rows: without dates, of late, ever, in earlier years."""
    now = study.now
    spans = [(now - 89 * _DAY, now), (now - 7 * _DAY, now), (_LONG_AGO, now)]
    spans += [(now - days * _DAY, now - (days - 89) * _DAY) for days in (365, 730, 1_460)]
    for start, end in spans:
        if study.first.rows:
            return
        study.question = study.dates(start, end)
        study.first = await study.asker.requests(study.question)
    study.question = study.question if study.first.rows else {}


async def find_range(study: Study) -> None:
    """Choose dates around the rows that came: in the list's own direction, as wide as allowed."""
    times = [row.requested for row in study.first.rows if row.requested]
    if not times:
        return
    oldest, newest = min(times), max(times)
    rising = sum(a < b for a, b in pairwise(times))
    falling = sum(a > b for a, b in pairwise(times))
    for days in DAYS:
        width = days * _DAY
        if rising > 4 * falling:  # what comes first is the beginning of a long list
            span = oldest - timedelta(seconds=1), oldest + width
        else:
            span = newest - width, newest + timedelta(seconds=1)
        reply = await _ask(study, *span)
        if reply.error is None and reply.rows:
            study.start, study.end = span
            study.question = study.dates(*span)
            study.dated = reply
            return
        if not isinstance(reply.error, SourceRefused):
            return


async def _ask(study: Study, start: datetime, end: datetime) -> Reply:
    """Ask for a range; where the server does not take a Z, without it from now on (Q-DATE-4)."""
    reply = await study.asker.requests(study.dates(start, end))
    refused = isinstance(reply.error, SourceRefused) and end - start <= _DAY
    if refused and study.asker.source.date_format == "Z":
        await study.asker.reopen(date_format="naive", timezone="UTC")
        retried = await study.asker.requests(study.dates(start, end))
        if retried.error is None:
            study.naive_dates = f"dates with Z: {reply.kind}; without: {retried.kind}"
            return retried
        await study.asker.reopen(date_format=study.known.date_format)
    return reply
