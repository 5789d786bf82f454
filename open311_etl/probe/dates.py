"""What dates do: which rows they choose, what is at their ends, and how far apart they may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from open311_etl.errors import NotFound, SourceRefused
from open311_etl.probe.places import place_of, zone_near
from open311_etl.probe.reply import Reply, Row, share
from open311_etl.probe.study import SMALL, Study

LONG_SPAN = 400
"""Days: longer than any limit that is known."""

SPANS = (90, 31, 25, 7, 2, 1)
"""Days: the limits that are known, and below."""

_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_HALF_HOUR = timedelta(minutes=30)


async def date_filter(study: Study) -> None:
    """Tell what start_date and end_date choose, and how they are written (Q-DATE-4)."""
    await _date_filter(study)
    if study.naive_dates:
        study.amend("date filter", study.naive_dates, date_format="naive")


async def _date_filter(study: Study) -> None:
    """Tell what start_date and end_date choose, and whether they are inside (Q-DATE-1, Q-DATE-3).

    Takes two rows that are close in time and asks for what lies between them.
    """
    pair = _close_pair(study.first.rows)
    if pair is None:
        study.unknown("date filter", f"{len(study.first.rows)} rows with too few different times")
        return
    low, high = pair
    reply = await _between(study, low, high)
    if not any(_in(when, low, high) for when in _times(reply)):
        await _find_shift(study, low, reply)
        if study.shift:
            reply = await _between(study, low, high)
    times = _times(reply)
    out = _outside(reply, low, high)
    said = f"asked for {_shown(low)} to {_shown(high)}: {reply.kind}"
    if out:
        await _not_by_dates(study, reply, low, high, said)
    elif low.microsecond or high.microsecond:
        study.filtered = bool(times)
        value = "by requested_datetime" if times else None
        said += ", the ends cannot be told as times have fractions" if times else ""
        study.tell("date filter", value, said, "seen" if times else "unknown")
    elif low in times or high in times:
        study.filtered = True
        ends = {(True, True): "both ends inside", (True, False): "end outside"}.get(
            (low in times, high in times), "start outside"
        )
        study.tell("date filter", f"by requested_datetime, {ends}", said)
    else:
        await _neither_end(study, low, high, said)


async def empty_result(study: Study) -> None:
    """Tell how the server says that there is nothing (Q-FMT-3, Q-ERR-6)."""
    last = _future(study)
    reply = await study.asker.requests(study.dates(last, last + _DAY))
    if reply.rows:
        study.unknown("empty result", f"dates in the future brought {reply.kind}")
    else:
        study.tell("empty result", reply.kind, "asked for a day in the future")


async def span(study: Study) -> None:
    """Tell how far apart two dates may be, and what happens beyond (Q-WIN-3, Q-WIN-5)."""
    if not study.filtered or study.start is None or study.end is None:
        study.unknown("span of dates", "dates choose no rows")
        return
    width = (study.end - study.start).days
    last = _newest(study)
    since = last - LONG_SPAN * _DAY
    back = await study.asker.requests(study.dates(since, last + _SECOND), size=SMALL)
    if isinstance(back.error, SourceRefused | NotFound):
        await _longest(study, last, width, f"{LONG_SPAN} days: {back.words}")
        return
    if back.error is not None:
        study.unknown("span of dates", f"{LONG_SPAN} days: {back.kind}")
        return
    times = [row.requested for row in back.rows if row.requested]
    falling = "descending" in str(study.traits["order"].value)
    ahead = await study.asker.requests(
        study.dates(last - 2 * _DAY, last + LONG_SPAN * _DAY), size=SMALL
    )
    if not ahead.rows:
        await _longest(
            study, last, width, f"{LONG_SPAN} days into the future: {ahead.kind}", ahead=True
        )
    elif falling and times and max(times) < since + 300 * _DAY:
        await _longest(
            study, last, width, f"{LONG_SPAN} days give only rows before {max(times):%Y-%m-%d}"
        )
    else:
        oldest = f", the oldest of {_shown(min(times))}" if times else ""
        study.tell(
            "span of dates",
            "no limit seen",
            f"{LONG_SPAN} days back: {back.kind}{oldest}; ahead: {ahead.kind}",
            "likely",
        )


async def status_by_default(study: Study) -> None:
    """Tell whether a list without status leaves some out (Q-STAT-2)."""
    given = study.asker.source.default_params.get("status")
    if given:
        study.tell("status by default", given, "the profile sends it", "likely")
        return
    states = {row.status for row in study.rows if row.status}
    if len(study.rows) < 20 or not states:
        study.unknown("status by default", f"{len(study.rows)} rows are too few")
        return
    if states != {"open"}:
        study.tell(
            "status by default", "all", f"{len(study.rows)} rows are {', '.join(sorted(states))}"
        )
        return
    closed = await study.asker.requests({**study.question, "status": "closed"})
    if not any(row.status == "closed" for row in closed.rows):
        study.unknown(
            "status by default", f"{len(study.rows)} rows, all open; closed: {closed.kind}"
        )
        return
    both = await study.asker.requests({**study.question, "status": "open,closed"})
    said = f"{len(study.rows)} rows without status, all open; status=closed: {closed.kind}"
    said += f"; status=open,closed: {both.kind}"
    if "closed" in {row.status for row in both.rows}:
        params = {**study.known.default_params, "status": "open,closed"}
        study.tell("status by default", "open", said, default_params=params)
    else:
        study.tell("status by default", "open", f"{said}, and no closed ones in it")


async def _between(study: Study, low: datetime, high: datetime) -> Reply:
    return await study.asker.requests(study.dates(low, high))


async def _not_by_dates(
    study: Study, reply: Reply, low: datetime, high: datetime, said: str
) -> None:
    """Tell what a filter is that lets rows through which were requested at another time."""
    outside = sum(
        row.requested is not None and not _in(row.requested, low, high) for row in reply.rows
    )
    said += f", {share(outside, len(reply.rows))} of another time"
    updates = [row.updated for row in reply.rows if row.updated]
    if updates and all(_in(when, low, high) for when in updates):
        study.tell("date filter", "by updated_datetime", f"{said}, but updated between")
    elif outside == len(reply.rows) and not await _gives_inside(study):
        study.tell("date filter", "reversed: gives what is not between", said)
    else:
        start = {"start_date": study.asker.instant(_future(study))}
        alone = await study.asker.requests(start)
        said += f"; start_date in the future: {alone.kind}"
        value = "ignored" if alone.rows else "OR-ed: either date suffices"
        study.tell("date filter", value, said, date_filter="ignored")


async def _gives_inside(study: Study) -> bool:
    """Ask for dates around all rows that came first: are any rows between them?"""
    times = [row.requested for row in study.first.rows if row.requested]
    low, high = min(times), max(times)
    reply = await _between(study, low, high)
    return any(_in(when, low, high) for when in _times(reply))


async def _neither_end(study: Study, low: datetime, high: datetime, said: str) -> None:
    wider = await _between(study, low - _SECOND, high + _SECOND)
    times = _times(wider)
    said += f"; a second more at either end: {wider.kind}"
    if low in times and high in times:
        study.filtered = True
        study.tell("date filter", "by requested_datetime, both ends outside", said)
    else:
        study.unknown("date filter", f"{said}, but not the rows that are known")


async def _find_shift(study: Study, low: datetime, reply: Reply) -> None:
    """Find by how much the clock of the filter differs from that of the times told (Q-TIME-1)."""
    halves = {round((when - low) / _HALF_HOUR) for when in _times(reply)}
    offset: timedelta | None = None
    if len(halves) == 1:
        offset = halves.pop() * _HALF_HOUR
    elif not halves and low not in _times(await _shifted(study, low, timedelta(0))):
        zone = zone_near(place_of(study.rows), [], study.asker.source.url)
        offset = low.replace(tzinfo=zone).utcoffset() if zone else None
    if offset and low in _times(await _shifted(study, low, -offset)):
        study.shift = -offset


async def _shifted(study: Study, low: datetime, shift: timedelta) -> Reply:
    dates = {
        "start_date": study.asker.instant(low - _SECOND + shift),
        "end_date": study.asker.instant(low + _SECOND + shift, up=True),
    }
    return await study.asker.requests(dates)


async def _longest(
    study: Study, last: datetime, width: int, said: str, *, ahead: bool = False
) -> None:
    """Find the longest of the known limits that brings what is known to be there."""
    way = "a longer one is refused" if "HTTP" in said else "a longer one loses rows"
    for days in (each for each in SPANS if each <= width + 1 or each == 90):
        since = last - 2 * _DAY if ahead else last + _SECOND - days * _DAY
        until = since + days * _DAY
        reply = await study.asker.requests(study.dates(since, until), size=SMALL)
        if reply.rows:
            said = f"{said}; {days} days: {reply.kind}"
            study.tell("span of dates", f"{days} days, {way}", said, max_span_days=float(days))
            return
    study.unknown("span of dates", said)


def _close_pair(rows: Sequence[Row]) -> tuple[datetime, datetime] | None:
    """Give the two nearest times of rows, seconds apart, whole ones where there are such."""
    times = sorted({row.requested for row in rows if row.requested})
    whole = [when for when in times if not when.microsecond]
    times = whole if len(whole) > 1 else times
    pairs = [(a, b) for a, b in pairwise(times) if b - a >= 2 * _SECOND]
    return min(pairs, key=lambda pair: pair[1] - pair[0], default=None)


def _newest(study: Study) -> datetime:
    return max(row.requested for row in study.rows if row.requested)


def _future(study: Study) -> datetime:
    return max(_newest(study), study.now) + 30 * _DAY


def _times(reply: Reply) -> set[datetime]:
    return {row.requested for row in reply.rows if row.requested}


def _outside(reply: Reply, low: datetime, high: datetime) -> bool:
    return any(not _in(row.requested, low, high) for row in reply.rows if row.requested)


def _in(when: datetime, low: datetime, high: datetime) -> bool:
    return low - _SECOND <= when <= high + _SECOND


def _shown(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"
