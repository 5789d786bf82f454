"""How a server writes times, in which order it lists them, and by which clock they are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from open311_etl.probe.places import kilometres, place_of, zone_near
from open311_etl.probe.reply import Row, share
from open311_etl.probe.study import Study

_FORM = re.compile(
    r"\d{4}-\d\d-\d\d(?P<gap>[T ])\d\d:\d\d(?::\d\d)?(?P<fraction>[.,]\d+)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
FEWEST_HOURS = 100
"""As many rows, at least, tell the hours of the day apart."""

FAR_KM = 500.0
"""A zone whose city is farther away needs more than its offsets to be believed."""

_NIGHT = range(5)
_MINUTE = timedelta(minutes=1)


def forms(study: Study) -> None:
    """Tell the form of times (Q-TIME-1 to Q-TIME-5)."""
    counts = Counter(form(text) for row in study.rows for text in _texts(row))
    if not counts:
        study.unknown("times", "no row has a time")
        return
    total = sum(counts.values())
    main, _ = counts.most_common(1)[0]
    others = [f"{share(n, total)} {name}" for name, n in counts.most_common() if name != main]
    missing = sum(row.updated is None for row in study.rows)
    evidence = f"{share(counts[main], total)} times"
    evidence += f"; {', '.join(others)}" if others else ""
    evidence += f"; {missing} rows without updated_datetime" if missing else ""
    study.tell("times", main, evidence)


def form(text: str) -> str:
    """Name the form of a time: ``Z``, ``offset`` or ``no offset``, with fractions or without."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return "unreadable"
    zone = found["zone"]
    name = "Z" if zone == "Z" else "offset" if zone else "no offset"
    return f"{name}, with fractions" if found["fraction"] else name


def order(rows: Sequence[Row]) -> tuple[str, str]:
    """Give the order of a list and what speaks for it; ``none`` where there is none."""
    best, least, pairs = "none", 1.0, 0
    for name, read in _FIELDS.items():
        times = [when for row in rows if (when := read(row)) is not None]
        steps = list(pairwise(times))
        if len(steps) < 8 or 4 * len(times) < 3 * len(rows) or len(set(times)) < 4:
            continue
        for way, sign in (("descending", -1), ("ascending", 1)):
            slack = _MINUTE if name == "updated" else timedelta(0)  # cut to minutes (Q-TIME-7)
            wrong = sum(sign * (b - a) < -slack for a, b in steps) / len(steps)
            if wrong < least - 1e-9:
                best, least, pairs = f"{name} {way}", wrong, len(steps)
    if least > 0.05:
        return "none", f"neither time goes one way in {len(rows)} rows"
    return best, f"{pairs - round(least * pairs)} of {pairs} neighbours"


def hours(study: Study) -> None:
    """Tell local time from UTC by the hours at which people call: few do at night (Q-TIME-5)."""
    rows = [row for row in study.rows if row.requested]
    times = [row.requested for row in rows if row.requested]
    main = _main_form(study)
    spot = place_of(study.rows)
    days = {when.date() for when in times}
    if len(times) < FEWEST_HOURS or len(days) < 4:
        study.unknown("hours of the day", f"{len(times)} rows of {len(days)} days are too few")
        return
    if main.startswith("offset"):
        times = [wall for row in rows if (wall := _wall(row)) is not None]
    at_night = _night(times)
    quiet = f"quiet around {_quiet(times)} o'clock as told"
    zone = _zone(study, spot)
    evidence = f"as told, {at_night:.0%} of {len(times)} rows were made from 0 to 5 o'clock"
    if zone is None or main.startswith("offset"):
        study.tell("hours of the day", quiet, evidence, "likely")
        return
    moved = [when + (when.astimezone(zone).utcoffset() or timedelta(0)) for when in times]
    as_utc = _night(moved)
    evidence += f", {as_utc:.0%} if that was UTC at {zone.key}"
    if abs((times[0].astimezone(zone).utcoffset() or timedelta(0)).total_seconds()) < 3 * 3600:
        study.tell("hours of the day", quiet, evidence, "likely")
    elif at_night < as_utc / 2:
        labelled = main.startswith("Z")
        keys = {"utc_is_local": True} if labelled else {}
        value = "local time labelled UTC" if labelled else "local time"
        study.tell("hours of the day", value, evidence, "likely", **keys)
    elif as_utc < at_night / 2:
        study.tell("hours of the day", "UTC", evidence, "likely")
    else:
        study.unknown("hours of the day", evidence)


async def seasons(study: Study) -> None:
    """Ask for a week half a year earlier, where times have an offset: it should be another one."""
    newest = max(_times(study), default=None)
    if newest is None or not study.filtered or not _main_form(study).startswith("offset"):
        return
    since = newest - timedelta(days=190)
    await study.asker.requests(study.dates(since, since + timedelta(days=7)))


def zone(study: Study) -> None:
    """Tell the zone by the offsets that rows have, and by where they lie."""
    spot = place_of(study.rows)
    samples = _offsets(study.rows) if _main_form(study).startswith("offset") else []
    found = _zone(study, spot)
    if found is None or (spot and samples and kilometres(found, spot) > FAR_KM):
        found = _of_now(study, spot, samples) or found
    if found is None:
        study.unknown("zone", "no coordinates, and no offset that tells one")
        return
    evidence = f"nearest to {spot[0]:.2f}, {spot[1]:.2f}" if spot else "its offsets"
    if samples:
        counts = Counter(_written(offset) for _, offset in samples)
        evidence += f"; offsets {', '.join(f'{name} ({n})' for name, n in counts.most_common(3))}"
    if study.shift:
        evidence += f"; the date filter's clock is {_written(-study.shift)} from the times told"
    known = study.known.timezone
    if known != "UTC" and _alike(ZoneInfo(known), found, [w for w, _ in samples] or _times(study)):
        study.tell("zone", known, f"{evidence}; the profile says so", "likely")
        return
    study.tell("zone", found.key, evidence, "likely", timezone=found.key)


def _of_now(
    study: Study, spot: tuple[float, float] | None, samples: Sequence[tuple[datetime, timedelta]]
) -> ZoneInfo | None:
    """Give the zone of a server that writes all times with today's offset (Q-TIME-4)."""
    nearest = zone_near(spot, [], study.asker.source.url)
    offsets = {offset for _, offset in samples}
    if (
        nearest is None
        or len(offsets) != 1
        or study.now.astimezone(nearest).utcoffset() not in offsets
    ):
        return None
    wrong = sum(when.astimezone(nearest).utcoffset() not in offsets for when, _ in samples)
    said = f"{share(wrong, len(samples))} have today's offset where {nearest.key} had another"
    study.amend("times", said, value="offset, that of today on all")
    return nearest


def clock(study: Study) -> None:
    """Tell how far the newest time is from now, by the server's own Date."""
    times = [t for row in study.rows for t in (row.requested, row.updated) if t is not None]
    if not times:
        study.unknown("clock", "no row has a time")
        return
    now, whose = study.now, "the time given as now" if study.given_now else "this machine's clock"
    if not study.given_now and (date := study.asker.last_headers.get("date")):
        with suppress(ValueError):
            now, whose = parsedate_to_datetime(date).astimezone(UTC), "its own Date"
    behind = now - max(times)
    ahead = behind < -2 * _MINUTE
    value = f"{_span(abs(behind))} {'in the future' if ahead else 'behind'}"
    study.tell("clock", value, f"the newest time as told, by {whose}")


def _zone(study: Study, spot: tuple[float, float] | None) -> ZoneInfo | None:
    main = _main_form(study)
    samples = _offsets(study.rows) if main.startswith("offset") else []
    if not samples and study.shift and _times(study):
        samples = [(when + study.shift, -study.shift) for when in _times(study)[:1]]
    return zone_near(spot, samples, study.asker.source.url)


def _offsets(rows: Sequence[Row]) -> list[tuple[datetime, timedelta]]:
    """Give the instants that rows tell and the offsets that they tell them with."""
    found = []
    for row in rows:
        for text in _texts(row):
            if form(text).startswith("offset"):
                when = datetime.fromisoformat(text.strip())
                found.append((when.astimezone(UTC), when.utcoffset() or timedelta(0)))
    return found


def _alike(one: ZoneInfo, other: ZoneInfo, times: Sequence[datetime]) -> bool:
    return all(t.astimezone(one).utcoffset() == t.astimezone(other).utcoffset() for t in times)


def _main_form(study: Study) -> str:
    counts = Counter(form(text) for row in study.rows for text in _texts(row))
    return counts.most_common(1)[0][0] if counts else ""


def _times(study: Study) -> list[datetime]:
    return [row.requested for row in study.rows if row.requested]


def _texts(row: Row) -> list[str]:
    names = ("requested_datetime", "updated_datetime", "update_datetime")
    return [str(row.record[name]) for name in names if row.record.get(name)]


def _wall(row: Row) -> datetime | None:
    """Give the clock's face as a row tells it, whatever offset stands behind it."""
    try:
        return datetime.fromisoformat(str(row.record["requested_datetime"]).strip()).replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def _night(times: Sequence[datetime]) -> float:
    return sum(when.hour in _NIGHT for when in times) / len(times)


def _quiet(times: Sequence[datetime]) -> int:
    """Give the hour in the middle of the five quietest."""
    counts = Counter(when.hour for when in times)
    return min(range(24), key=lambda hour: sum(counts[(hour + d) % 24] for d in range(-2, 3)))


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _written(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


_FIELDS: dict[str, Callable[[Row], datetime | None]] = {
    "requested": lambda row: row.requested,
    "updated": lambda row: row.updated,
}
