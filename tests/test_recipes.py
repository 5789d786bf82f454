"""Every recipe answers what the city itself knows, counted in plain Python."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import duckdb
import pytest
from asked_city import Asked
from city_truth import CHICAGO, DAY, Truth, local_day
from recipe_checks import CHECKS, TENTH, Row, about, by, count, group, shares, top

from open311_etl.query import query
from open311_etl.recipes import TOPICS, recipe, recipes
from open311_etl.warehouse import sql_dir


@pytest.fixture(scope="session")
def truth(asked: Asked) -> Truth:
    return Truth(asked)


@pytest.mark.parametrize("name", [each.name for each in recipes()])
def test_a_recipe_answers_what_the_city_knows(name: str, asked: Asked, truth: Truth) -> None:
    rows = query(asked.settings, recipe(name).sql).to_pylist()
    assert all(row.get("source") == "springfield" for row in rows)
    CHECKS[name](rows, truth)


def test_recipes_are_many_and_say_what_they_count_and_where_one_goes_wrong() -> None:
    found = recipes()
    assert len(found) >= 25
    assert {each.topic for each in found} == set(TOPICS)
    for each in found:
        assert each.question.rstrip(")").endswith(("?", "id", "words", "coordinates"))
        assert len(each.counts) > 20
        assert len(each.trap) > 20
        named = re.search(r"^-- reads: +(.+)$", each.sql, re.M)
        body = each.sql[each.sql.index("\nSELECT") if "\nWITH" not in each.sql else 0 :]
        assert named
        assert all(table in body for table in named[1].split(", "))
    files = {file.stem for file in (sql_dir() / "recipes").glob("*.sql")}
    assert files == CHECKS.keys()


@about("busiest-services")
def _(rows: list[Row], truth: Truth) -> None:
    counted = count(truth.recent(90), lambda r: r.name)
    top(rows, "service_name", "requests", counted)
    twice = count((r for r in truth.all if r.duplicate and r.day <= truth.last), lambda r: r.name)
    open_ = count((r for r in truth.recent(90) if r.is_open), lambda r: r.name)
    for row in rows:
        name = row["service_name"]
        assert row["duplicates"] == twice[name]
        assert abs(row["percent_open"] - 100 * open_[name] / counted[name]) < TENTH


@about("requests-by-day")
def _(rows: list[Row], truth: Truth) -> None:
    counted = count(truth.counted, lambda r: r.day)
    days = [truth.last - timedelta(days=back) for back in range(27, -1, -1)]
    assert by(rows, "day", "requests") == {day: counted[day] for day in days}
    assert [row["is_settled"] for row in rows] == [day <= truth.last - 14 * DAY for day in days]


@about("requests-by-month")
def _(rows: list[Row], truth: Truth) -> None:
    whole = [r for r in truth.counted if r.month in (date(2026, 1, 1), date(2026, 2, 1))]
    counted = count(whole, lambda r: (r.month, r.group))
    assert {(row["month"], row["service_group"]): row["requests"] for row in rows} == counted


@about("unusual-yesterday")
def _(rows: list[Row], truth: Truth) -> None:
    days = [truth.last - timedelta(days=7 * week) for week in range(9)]
    today = count((r for r in truth.counted if r.day == days[0]), lambda r: r.name)
    before = count((r for r in truth.counted if r.day in days[1:]), lambda r: r.name)
    names = {n for n in today | before if today[n] >= 5 or before[n] / 8 >= 5}
    assert {row["service_name"] for row in rows} == names
    for row in rows:
        name = row["service_name"]
        usual = before[name] / 8
        assert row["requests"] == today[name]
        assert abs(row["z"] - (today[name] - usual) / math.sqrt(max(usual, 1))) < TENTH


@about("busiest-hours")
def _(rows: list[Row], truth: Truth) -> None:
    local = (r.requested.astimezone(CHICAGO) for r in truth.counted)
    counted = Counter((at.isoweekday(), at.hour) for at in local)
    assert {(row["weekday"], row["requested_hour"]): row["requests"] for row in rows} == counted


@about("growing-services")
def _(rows: list[Row], truth: Truth) -> None:
    new, old = (count(truth.recent(28, before), lambda r: r.name) for before in (0, 28))
    more = {name: new[name] - old[name] for name in new | old if new[name] + old[name] >= 10}
    assert [row["more"] for row in rows] == sorted(more.values(), reverse=True)[:20]
    assert all(row["more"] == more[row["service_name"]] for row in rows)


@about("backlog-by-day")
def _(rows: list[Row], truth: Truth) -> None:
    spells = [spell for r in truth.counted for spell in r.spells]
    assert [row["day"] for row in rows] == [
        truth.first + timedelta(days=n) for n in range((truth.last - truth.first).days + 1)
    ]
    for row in rows:
        assert row["open_requests"] == sum(
            local_day(begin) <= row["day"] and not (end and local_day(end) <= row["day"])
            for begin, end, _ in spells
        )


@about("oldest-open")
def _(rows: list[Row], truth: Truth) -> None:
    waiting = sorted((r for r in truth.counted if r.is_open), key=lambda r: (r.requested, r.id))
    today = truth.last + DAY
    assert [(row["service_request_id"], row["days_open"]) for row in rows] == [
        (r.id, (today - r.day).days) for r in waiting[:20]
    ]


@about("ages-of-open")
def _(rows: list[Row], truth: Truth) -> None:
    ages = [(truth.now - r.requested) / DAY for r in truth.counted if r.is_open]
    classes = [sum(low < age <= high for age in ages) for low, high in ((0, 7), (7, 30), (30, 90))]
    assert [row["open_requests"] for row in rows] == classes


@about("opened-and-closed")
def _(rows: list[Row], truth: Truth) -> None:
    spells = [spell for r in truth.counted for spell in r.spells]
    opened = Counter(monday(begin) for begin, _, _ in spells)
    closed = Counter(monday(end) for _, end, _ in spells if end)
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(10)]
    assert by(rows, "week", "opened") == {week: opened[week] for week in weeks}
    assert by(rows, "week", "closed") == {week: closed[week] for week in weeks}
    assert all(row["net"] == row["opened"] - row["closed"] for row in rows)
    shares(rows, "opened", "closed", "clearance")


def monday(moment: datetime) -> date:
    day = local_day(moment)
    return day - timedelta(days=day.weekday())


@about("overdue-now")
def _(rows: list[Row], truth: Truth) -> None:
    waiting = [r for r in truth.counted if r.is_open]
    late = [r for r in waiting if r.expected and r.expected < truth.now]
    top(rows, "service_name", "overdue", count(late, lambda r: r.name))
    open_ = count(waiting, lambda r: r.name)
    for row in rows:
        name = row["service_name"]
        worst = max((truth.now - r.expected) / DAY for r in late if r.name == name and r.expected)
        assert (row["open_requests"], row["most_days_late"]) == (open_[name], round(worst, 1))


@about("how-long-it-takes")
def _(rows: list[Row], truth: Truth) -> None:
    counted = count(truth.counted, lambda r: r.name)
    assert by(rows, "service_name", "requests") == {n: c for n, c in counted.items() if c >= 20}
    for row in rows:
        some = [r for r in truth.counted if r.name == row["service_name"]]
        done = [r.days for r in some if r.days is not None and not r.is_open]
        ever = [r.days for r in some if r.days is not None]
        assert row["closed"] == len(done)
        assert row["closed_only"] == pytest.approx(median(done), abs=0.02)
        waits = [
            (r.days, True) if r.days in done else (r.days or (truth.now - r.requested) / DAY, False)
            for r in some
        ]
        expected = kaplan_meier(waits)
        assert len(ever) >= len(done)
        if expected is None:
            assert row["median_days"] is None
        else:
            assert row["median_days"] == pytest.approx(expected, abs=0.006)


def kaplan_meier(waits: list[tuple[float, bool]]) -> float | None:
    """The first time at which half or less are still open, step by step."""
    still = 1.0
    for time in sorted({days for days, closed in waits if closed}):
        at_risk = sum(days >= time for days, _ in waits)
        still *= 1 - sum(closed and days == time for days, closed in waits) / at_risk
        if still <= 0.5 + 1e-9:
            return time
    return None


@about("closed-in-a-week")
def _(rows: list[Row], truth: Truth) -> None:
    old = truth.aged(7)
    assert by(rows, "month", "requests") == count(old, lambda r: r.month)
    quick = count((r for r in old if r.days is not None and r.days <= 7), lambda r: r.month)
    assert by(rows, "month", "in_time") == quick
    shares(rows, "requests", "in_time")


@about("first-answer")
def _(rows: list[Row], truth: Truth) -> None:
    old = truth.aged(1)
    assert by(rows, "service_group", "requests") == count(old, lambda r: r.group)
    answered = Counter(
        r.group
        for r in old
        if any(k in ("activity", "closed") and at - r.requested <= DAY for k, at in r.notes)
    )
    assert by(rows, "service_group", "answered") == {n: answered[n] for n in count(old, group)}
    shares(rows, "requests", "answered")


@about("slow-for-its-kind")
def _(rows: list[Row], truth: Truth) -> None:
    days: dict[str, list[float]] = {}
    for r in truth.counted:
        if r.days is not None:
            days.setdefault(r.name, []).append(r.days)
    times = sorted(
        (r.days / median(days[r.name]), r.id)
        for r in truth.counted
        if r.days is not None and len(days[r.name]) >= 20
    )[::-1]
    assert [row["service_request_id"] for row in rows] == [id_ for _, id_ in times[:20]]


def test_a_place_that_fails_again_is_found_though_this_city_has_none() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA marts")
        con.execute(
            "CREATE TABLE marts.fact_service_requests AS SELECT 's' AS source, 'Pothole' AS"
            " service_name, 'p' AS service_code, true AS is_counted, * FROM (VALUES"
            " ('1', '1 Elm St', TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-10'),"
            " ('2', '1 Elm St', TIMESTAMP '2026-01-20', NULL),"
            " ('3', '1 Elm St', TIMESTAMP '2026-02-20', NULL),"
            " ('4', '2 Elm St', TIMESTAMP '2026-01-20', NULL),"
            " ('5', '1 Elm St', TIMESTAMP '2026-01-05', NULL))"
            " AS r(service_request_id, address, requested_datetime, closed_datetime)"
        )
        found = con.execute(recipe("same-place-again").sql).fetchall()
    assert found == [("s", "Pothole", "1 Elm St", 1, 1)]


def test_what_is_missing_is_counted_by_kind() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA etl")
        con.execute(
            "CREATE TABLE etl.debt AS SELECT 's' AS source, * FROM (VALUES"
            " ('pending', 3, 1, 2, 'without id'), ('pending', 4, 2, 5, 'without id'),"
            " ('blocked', NULL, 7, 9, 'HTTP 500'))"
            " AS r(kind, entries, span_start, span_end, reason)"
        )
        found = con.execute(recipe("what-is-missing").sql).fetchall()
    assert found == [
        ("s", "blocked", 1, None, 7, 9, "HTTP 500"),
        ("s", "pending", 2, 7, 1, 5, "without id"),
    ]
