"""Where the requests of a server lie: their box, their faults, and the time zone of the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from math import asin, cos, radians, sin, sqrt
from statistics import median, quantiles
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from open311_etl.probe.reply import Row, share
from open311_etl.probe.study import Study

MARGIN = 0.05
"""Degrees by which a box is wider than the places that were seen."""

FEWEST_PLACES = 50
_NEAR_KM = 120.0
_MINOR_KM = 350.0
_FARTHEST_KM = 2_500.0


class Spot(NamedTuple):
    """The city that a time zone is named for, and whether the zone is a small part of a country."""

    zone: str
    country: str
    lat: float
    long: float
    minor: bool


def coordinates(study: Study) -> None:
    """Tell box, type and faults of coordinates (Q-GEO-1 to Q-GEO-5)."""
    rows = study.rows
    pairs = [pair for row in rows if (pair := _pair(row))]
    if not pairs:
        study.tell("coordinates", "none", f"{len(rows)} rows")
        return
    texts = sum(isinstance(row.record.get("lat"), str) and bool(row.record["lat"]) for row in rows)
    nowhere = sum(pair == (0, 0) for pair in pairs)
    projected = sum(abs(lat) > 90 or abs(long) > 180 for lat, long in pairs)
    said = [f"{share(len(pairs), len(rows))} rows have them"]
    said += [f"{nowhere} at 0/0"] if nowhere else []
    said += ["as text"] if texts > len(pairs) / 2 else []
    if projected > len(pairs) / 2:
        study.tell("coordinates", "not in degrees", "; ".join([*said, f"{projected} projected"]))
        return
    sound = [p for p in pairs if p != (0, 0) and abs(p[0]) <= 90 and abs(p[1]) <= 180]
    if len(sound) < FEWEST_PLACES:
        study.tell("coordinates", "degrees", "; ".join([*said, "too few for a box"]))
        return
    box = _box(sound)
    outside = sum(not (box[0] <= x <= box[2] and box[1] <= y <= box[3]) for y, x in sound)
    said += [f"{outside} outside the box"] if outside else []
    keys: dict[str, Any] = {} if study.known.bbox else {"bbox": box}
    shown = ", ".join(f"{edge:g}" for edge in box)
    study.tell("coordinates", f"degrees, in {shown}", "; ".join(said), **keys)


def place_of(rows: Sequence[Row]) -> tuple[float, float] | None:
    """Give the middle of all places, latitude first; ``None`` where there are hardly any."""
    pairs = [pair for row in rows if (pair := _pair(row))]
    sound = [p for p in pairs if p != (0, 0) and abs(p[0]) <= 90 and abs(p[1]) <= 180]
    if len(sound) < 5:
        return None
    return median(lat for lat, _ in sound), median(long for _, long in sound)


def zone_near(
    spot: tuple[float, float] | None, samples: Sequence[tuple[datetime, timedelta]], url: str
) -> ZoneInfo | None:
    """Give the time zone that is nearest to a place, of those that have the offsets of samples.

    Takes instants with the offsets seen at them; they may be none, then the place decides alone.
    The country of the URL's host comes first.
    """
    country = (urlsplit(url).hostname or "").rpartition(".")[2].upper()
    country = {"UK": "GB", "GOV": "US"}.get(country, country)
    fitting = [
        each for each in _spots() if all(_offset(each.zone, when) == off for when, off in samples)
    ]
    at_home = [each for each in fitting if each.country == country]
    if spot is None:
        unique = {each.zone for each in at_home}
        return ZoneInfo(unique.pop()) if len(unique) == 1 else None
    for choice in (at_home, fitting):
        if choice:
            nearest = min(choice, key=lambda each: _rank(each, spot))
            if _kilometres(nearest, spot) <= _FARTHEST_KM:
                return ZoneInfo(nearest.zone)
    return None


def kilometres(zone: ZoneInfo, spot: tuple[float, float]) -> float:
    """Give how far the city that a zone is named for is from a place."""
    return min(_kilometres(each, spot) for each in _spots() if each.zone == zone.key)


def _pair(row: Row) -> tuple[float, float] | None:
    try:
        return (
            float(row.record["lat"]),
            float(row.record["long"] if "long" in row.record else row.record["lon"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _box(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Give west, south, east and north of all but the outermost places, with a margin."""
    south, north = _edges([lat for lat, _ in pairs])
    west, east = _edges([long for _, long in pairs])
    return west, south, east, north


def _edges(values: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(values, n=100, method="inclusive")
    spread = max(cuts[-1] - cuts[0], MARGIN)
    return round(cuts[0] - spread / 4, 2), round(cuts[-1] + spread / 4, 2)


def _rank(each: Spot, spot: tuple[float, float]) -> float:
    """A zone of a small part of a country counts only close by: most places are in the main one."""
    distance = _kilometres(each, spot)
    return distance + (_MINOR_KM if each.minor and distance > _NEAR_KM else 0)


def _kilometres(each: Spot, spot: tuple[float, float]) -> float:
    lat, long = radians(each.lat), radians(each.long)
    lat2, long2 = radians(spot[0]), radians(spot[1])
    half = sin((lat - lat2) / 2) ** 2 + cos(lat) * cos(lat2) * sin((long - long2) / 2) ** 2
    return 12_742 * asin(sqrt(min(1.0, half)))


def _offset(zone: str, when: datetime) -> timedelta | None:
    return when.astimezone(ZoneInfo(zone)).utcoffset()


@cache
def _spots() -> tuple[Spot, ...]:
    """Read where the zones are from the table that comes with the zones themselves."""
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    rows = [(*line.split("\t"), "")[:4] for line in lines]
    mostly = {country for country, _, _, comment in rows if comment.startswith("most of")}
    found = []
    for country, place, zone, comment in rows:
        cut = max(place.rfind("+"), place.rfind("-"))
        lat, long = _degrees(place[:cut], 2), _degrees(place[cut:], 3)
        minor = " - " in comment or (country in mostly and not comment.startswith("most of"))
        found.append(Spot(zone, country, lat, long, minor))
    return tuple(found)


def _degrees(text: str, width: int) -> float:
    """Read ``+DDMM``, ``-DDDMM`` or the same with seconds."""
    sign, digits = (-1 if text[0] == "-" else 1), text[1:].ljust(width + 4, "0")
    parts = digits[:width], digits[width : width + 2], digits[width + 2 : width + 4]
    return sign * (int(parts[0]) + int(parts[1]) / 60 + int(parts[2]) / 3600)
