"""What recipes on quality, place, people and trust must come to, and what all checks share."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any

from city_truth import DAY, Known, Truth

Row = dict[str, Any]
Check = Callable[[list[Row], Truth], None]
CHECKS: dict[str, Check] = {}
TENTH = 0.051
"""Of what was rounded to one digit."""


def about(name: str) -> Callable[[Check], Check]:
    def note(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return note


def count(rows: Iterable[Known], key: Callable[[Known], Hashable]) -> Counter[Any]:
    return Counter(map(key, rows))


def by(rows: list[Row], key: str, value: str) -> dict[Any, Any]:
    made = {row[key]: row[value] for row in rows}
    assert len(made) == len(rows)
    return made


def top(rows: list[Row], key: str, value: str, counted: Counter[Any], most: int = 20) -> None:
    """The rows are those of the largest numbers, in their order."""
    assert by(rows, key, value) == {name: counted[name] for name in by(rows, key, value)}
    numbers = [row[value] for row in rows]
    assert numbers == sorted((n for n in counted.values() if n), reverse=True)[:most]


def shares(rows: list[Row], of: str, some: str, percent: str = "percent") -> None:
    for row in rows:
        assert abs(row[percent] - 100 * row[some] / row[of]) < TENTH


def group(each: Known) -> str:
    return each.group


def name(each: Known) -> str:
    return each.name


@about("kept-promises")
def _(rows: list[Row], truth: Truth) -> None:
    due = [r for r in truth.counted if r.expected and r.expected <= truth.now]
    assert by(rows, "service_group", "due") == count(due, group)
    kept = Counter(r.group for r in due if r.closed and r.expected and r.closed <= r.expected)
    assert by(rows, "service_group", "kept") == {n: kept[n] for n in count(due, group)}
    shares(rows, "due", "kept")


@about("reopened")
def _(rows: list[Row], truth: Truth) -> None:
    old = [
        (end, again)
        for r in truth.counted
        for _, end, again in r.spells
        if end and end <= truth.now - 30 * DAY
    ]
    came_back = sum(again is not None and again <= end + 30 * DAY for end, again in old)
    assert [(row["closings"], row["reopened"]) for row in rows] == [(len(old), came_back)]
    assert came_back > 0


@about("quick-closings")
def _(rows: list[Row], truth: Truth) -> None:
    quick = count((r for r in truth.counted if r.days is not None and r.days * 1440 < 10), name)
    top(rows, "service_name", "quick", quick)
    assert sum(quick.values()) > 0


@about("words-of-closing")
def _(rows: list[Row], truth: Truth) -> None:
    closed = (r for r in truth.counted if not r.is_open)
    top(rows, "words", "requests", count(closed, lambda r: r.record["status_notes"]))


@about("wards")
def _(rows: list[Row], truth: Truth) -> None:
    assert by(rows, "ward", "requests") == count(truth.counted, lambda r: r.ward)
    open_ = count((r for r in truth.counted if r.is_open), lambda r: r.ward)
    assert all(row["open_requests"] == open_[row["ward"]] for row in rows)


@about("hot-spots")
def _(rows: list[Row], truth: Truth) -> None:
    new, old = (count(filter(placed, truth.recent(28, back)), cell) for back in (0, 28))
    more = sorted((new[each] - old[each] for each in new | old), reverse=True)[:20]
    assert [row["requests"] - row["before"] for row in rows] == more
    for row in rows:
        assert (row["requests"], row["before"]) == (new[row["cell"]], old[row["cell"]])


def placed(each: Known) -> bool:
    return each.record["lat"] is not None


def cell(each: Known) -> str:
    """A row of 500 m from the equator, and in it a column of 500 m from Greenwich."""
    row = math.floor(each.record["lat"] * 111_320 / 500)
    width = 500 / (111_320 * math.cos(math.radians((row + 0.5) * 500 / 111_320)))
    return f"{row}:{math.floor(each.record['long'] / width)}"


@about("same-place-again")
def _(rows: list[Row], truth: Truth) -> None:
    places: dict[tuple[str, str], list[Known]] = {}
    for r in truth.counted:
        places.setdefault((r.name, r.record["address"]), []).append(r)
    again = {
        n.id
        for there in places.values()
        for r in there
        for n in there
        if r.closed and r.closed < n.requested <= r.closed + 30 * DAY
    }
    assert sum(row["new_requests"] for row in rows) == len(again)


@about("near-here")
def _(rows: list[Row], truth: Truth) -> None:
    def metres(each: Known) -> float:
        north = (each.record["lat"] - 39.75) * 111_195
        east = (each.record["long"] + 89.65) * 111_195 * math.cos(math.radians(39.75))
        return math.hypot(north, east)

    near = {r.id: metres(r) for r in truth.all if placed(r) and metres(r) <= 1_000}
    assert {row["service_request_id"] for row in rows} == near.keys()
    assert all(abs(row["metres"] - near[row["service_request_id"]]) < 3 for row in rows)
    assert len(rows) > 2


@about("zip-codes")
def _(rows: list[Row], truth: Truth) -> None:
    of_all = count(truth.counted, lambda r: r.record["zipcode"])
    assert by(rows, "zipcode", "of_all") == of_all
    for row in rows:
        there = (r for r in truth.counted if r.record["zipcode"] == row["zipcode"])
        assert row["requests"] == max(count(there, name).values())
    shares(rows, "of_all", "requests")


@about("channels")
def _(rows: list[Row], truth: Truth) -> None:
    counted = count(truth.counted, lambda r: (r.month, r.channel))
    assert {(row["month"], row["channel"]): row["requests"] for row in rows} == counted
    months = count(truth.counted, lambda r: r.month)
    for row in rows:
        assert abs(row["percent"] - 100 * row["requests"] / months[row["month"]]) < TENTH


@about("duplicates")
def _(rows: list[Row], truth: Truth) -> None:
    real = [r for r in truth.all if r.name != "Information Only Call"]
    top(rows, "service_name", "duplicates", count((r for r in real if r.duplicate), name))
    assert all(row["requests"] == count(real, name)[row["service_name"]] for row in rows)


@about("pictures")
def _(rows: list[Row], truth: Truth) -> None:
    old = truth.aged(7)
    picture = count(old, lambda r: r.record["media_url"] is not None)
    assert by(rows, "with_picture", "requests") == picture
    shares(rows, "requests", "in_a_week")


@about("still-waiting")
def _(rows: list[Row], truth: Truth) -> None:
    words = re.compile(r"weeks since|still not|asked \d+ times", re.I)
    said = {r.id for r in truth.all if words.search(r.record.get("description") or "")}
    assert {row["service_request_id"] for row in rows} == said
    assert len(rows) == len(said)


@about("freshness")
def _(rows: list[Row], truth: Truth) -> None:
    newest = max(r.requested for r in truth.all)
    (row,) = rows
    assert (row["as_of"], row["newest_request"]) == (truth.now, newest)
    assert row["hours_behind"] == round((truth.now - newest) / timedelta(hours=1), 1)
    assert (row["requests"], row["with_debt"]) == (len(truth.all), False)


@about("what-is-missing")
def _(rows: list[Row], truth: Truth) -> None:
    assert rows == []  # nothing is missing, as the number of requests has shown


@about("filled-columns")
def _(rows: list[Row], truth: Truth) -> None:
    (row,) = rows
    for column in ("address", "expected_datetime", "description", "media_url"):
        filled = sum(bool(r.record.get(column)) for r in truth.all)
        assert row[column] == round(100 * filled / len(truth.all), 1)
    assert row["coordinates"] == round(100 * sum(map(placed, truth.all)) / len(truth.all), 1)


@about("late-arrivals")
def _(rows: list[Row], truth: Truth) -> None:
    first = truth.now - 7 * DAY  # when the first pull was
    after = [r for r in truth.all if r.requested > first]
    late = [r for r in after if truth.now - r.requested > DAY]
    (row,) = rows
    assert abs(row["requests"] - len(after)) <= 1  # a few seconds pass between the two
    assert abs(row["late"] - len(late)) <= 1


@about("life-of-a-request")
def _(rows: list[Row], truth: Truth) -> None:
    (known,) = (r for r in truth.all if r.id == rows[0]["service_request_id"])
    assert rows[-1]["valid_to"] is None
    assert rows[-1]["status"] == known.record["status"]
    assert rows[-1]["valid_from"] == datetime.fromisoformat(known.record["updated_datetime"])
    assert [row["valid_to"] for row in rows[:-1]] == [row["valid_from"] for row in rows[1:]]
