"""What the page shows is what SQL says, whatever is chosen."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from browsing import Reader, browsing, looking

from bench._city import Shape, settle
from open311_etl.config import Settings
from open311_etl.dashboard import Choice, build
from open311_etl.query import query

Row = dict[str, Any]


ODD = """
CREATE TEMP TABLE moved AS
SELECT
    service_request_id,
    CASE
        WHEN service_request_id LIKE '%7' THEN requested_datetime + INTERVAL 336 HOUR
        WHEN service_request_id LIKE '%13' THEN requested_datetime - INTERVAL 1 HOUR
        ELSE closed_datetime
    END AS moment
FROM service_requests
WHERE
    status = 'closed' AND requested_datetime < '2026-04-10'
    AND service_request_id SIMILAR TO '.*(7|13|59)';
UPDATE service_requests AS r SET closed_datetime = m.moment, updated_datetime = m.moment
FROM moved AS m WHERE m.service_request_id = r.service_request_id;
UPDATE service_request_versions AS v
SET closed_datetime = m.moment, updated_datetime = m.moment, valid_from = m.moment
FROM moved AS m WHERE m.service_request_id = v.service_request_id AND v.is_current;
UPDATE service_request_notes AS n SET note_datetime = m.moment
FROM moved AS m WHERE m.service_request_id = n.service_request_id AND n.type = 'closed';
UPDATE service_requests AS r SET status = 'open'
FROM moved AS m WHERE r.service_request_id = m.service_request_id
AND m.service_request_id LIKE '%59';
INSERT INTO service_request_notes BY NAME
SELECT
    'springfield' AS source, service_request_id, 3 AS note_number,
    moment + INTERVAL 1 DAY AS note_datetime, note_datetime AS observed_at, 'reopened' AS type
FROM moved WHERE service_request_id LIKE '%59';
UPDATE service_requests SET gone_at = '2026-04-20 12:00:00Z'
WHERE status = 'open' AND requested_datetime < '2026-04-15' AND service_request_id LIKE '%3';
"""
"""Some are closed after 14 days to the second or before they were made, some reopen, some go."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(tmp_path_factory.mktemp("city"), {})
    settle(settings, Shape(2_500), then=ODD)
    return settings


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def page(
    browser: Any, city: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    report = build(city, tmp_path_factory.mktemp("site"))
    with looking(browser, report.index.as_uri()) as reader:
        yield reader


def read(text: str) -> float | str:
    """Give a cell of a CSV as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def plain(value: Any) -> Any:
    """Give a value of SQL as the CSV has it."""
    return (
        float(value) if isinstance(value, int) else str(value) if isinstance(value, date) else value
    )


def hours(n: int, value: float | None) -> float | str:
    """Give a middle as the page does."""
    return "too few" if n < 20 else "not reached" if value is None else float(value)


def near(value: float | None) -> Any:
    return "too few" if value is None else pytest.approx(value, abs=6e-5)


CARDS: dict[str, tuple[list[str], Callable[[Row], list[Any]]]] = {
    "flow": (["day", "opened", "closed"], lambda r: [r["day"], r["opened"], r["closed"]]),
    "backlog": (["day", "open"], lambda r: [r["day"], r["open"]]),
    "ages": (["age", "open"], lambda r: [r["age"], r["open"]]),
    "curve": (
        ["hours", "share still open"],
        lambda r: [r["hours"], near(r["still_open"])],
    ),
    "times": (
        ["code", "n", "closed", "median hours", "p90 hours"],
        lambda r: [
            r["code"],
            r["n"],
            r["closed"],
            hours(r["n"], r["median_hours"]),
            hours(r["n"], r["p90_hours"]),
        ],
    ),
    "services": (
        ["code", "requests", "open", "old enough"],
        lambda r: [r["code"], r["requests"], r["open"], r["old_enough"]],
    ),
    "wards": (
        ["ward", "requests", "open", "old enough", "closed in time", "ratio"],
        lambda r: [
            r["ward"],
            r["requests"],
            r["open"],
            r["old_enough"],
            r["closed_in_time"],
            near(r["ratio"]),
        ],
    ),
    "on-time": (["code", "due", "met"], lambda r: [r["code"], r["due"], r["met"]]),
    "channels": (["channel", "requests"], lambda r: [r["channel"], r["requests"]]),
    "aside": (["kind", "requests"], lambda r: [r["kind"], r["requests"]]),
    "map": (
        ["latitude", "longitude", "requests", "open"],
        lambda r: [round(r["latitude"], 5), round(r["longitude"], 5), r["requests"], r["open"]],
    ),
}
"""Of each card the columns that are compared, and how they come of a row of its SQL."""

VIEWS = [
    "#overview?ward=3&ward=none&from=2026-02-10&to=2026-03-20",
    *(
        pytest.param(view, marks=pytest.mark.slow)
        for view in (
            "#overview?service=code-1&service=code-4&channel=phone&all=1&from=2026-01-02&to=2026-05-01",
            "#overview?status=closed&group=Streets",
        )
    ),
]


@pytest.mark.parametrize("view", VIEWS)
def test_every_card_shows_what_its_own_sql_says(page: Reader, city: Settings, view: str) -> None:
    page.go(view)
    for card, (columns, by_sql) in CARDS.items():
        shown = [
            [row[name] if name == "ward" else read(row[name]) for name in columns]
            for row in page.rows(card)
        ]
        if card == "curve":
            shown = shown[1:]  # it begins with all of them open
        if card == "aside":
            shown = [row for row in shown if row[1]]
        answer = query(city, page.sql(card)).to_pylist()
        expected = [[plain(value) for value in by_sql(row)] for row in answer]

        def key(row: list[Any]) -> str:
            return repr(row[:2] if card == "map" else row[:1])  # noqa: B023

        assert sorted(shown, key=key) == sorted(expected, key=key), card
        assert shown, card


def test_many_requests_are_shown_by_cell_and_few_at_their_places(
    page: Reader, city: Settings
) -> None:
    """A place is a square of 62.5 m: no point of the page says more, whatever the city says."""
    page.go("#overview?from=2026-01-02&to=2026-05-01")
    assert "in cells of 500 m" in page.text("#card-map .note")
    truth = query(
        city,
        "SELECT round(cell_lat, 5) AS lat, round(cell_long, 5) AS long, count(*) AS n"
        " FROM marts.fact_service_requests WHERE is_counted AND cell IS NOT NULL"
        " AND requested_date BETWEEN '2026-01-02' AND '2026-05-01' GROUP BY ALL",
    ).to_pylist()
    assert sum(row["n"] for row in truth) > 1_500
    shown = {
        (float(row["latitude"]), float(row["longitude"])): int(row["requests"])
        for row in page.rows("map")
    }
    assert shown == {(row["lat"], row["long"]): row["n"] for row in truth}
    page.go("#overview?service=code-0&from=2026-04-01&to=2026-05-01")
    assert "each at its place" in page.text("#card-map .note")
    truth = query(
        city,
        "SELECT lat, long FROM marts.fact_service_requests WHERE is_counted AND lat IS NOT NULL"
        " AND service_code = 'code-0' AND requested_date BETWEEN '2026-04-01' AND '2026-05-01'",
    ).to_pylist()
    spots = [(float(row["latitude"]), float(row["longitude"])) for row in page.rows("map")]
    assert 20 < len(spots) <= len(truth)
    assert sum(int(row["requests"]) for row in page.rows("map")) == len(truth)
    half = 62.5 / 111320 / 2 + 1e-5
    for row in truth:
        assert any(
            abs(row["lat"] - lat) <= half
            and abs(row["long"] - long) * math.cos(math.radians(lat)) <= half
            for lat, long in spots
        ), row


def test_places_that_the_page_does_not_know_stay_cells(
    browser: Any, city: Settings, tmp_path: Path
) -> None:
    few = build(city, tmp_path, Choice(points=300)).index
    with looking(browser, few.as_uri()) as reader:
        reader.go("#overview?service=code-0&from=2026-01-02&to=2026-02-01")
        assert "One by one they can be shown from Apr " in reader.text("#card-map .note")
        reader.go("#overview?service=code-0&from=2026-04-25")
        assert "each at its place" in reader.text("#card-map .note")


def test_the_days_are_those_of_the_city_and_its_requests(page: Reader, city: Settings) -> None:
    page.go("#overview?all=1&from=2026-01-02&to=2026-05-01")
    truth = query(
        city,
        "SELECT timezone('America/Chicago', requested_datetime)::DATE::VARCHAR AS day,"
        " count(*)::DOUBLE AS n FROM service_requests GROUP BY day HAVING day >= '2026-01-02'",
    ).to_pylist()
    assert {
        row["day"]: read(row["opened"]) for row in page.rows("flow") if row["opened"] != "0"
    } == {row["day"]: row["n"] for row in truth}


def test_the_tiles_sum_up_the_view(page: Reader, city: Settings) -> None:
    page.go()
    (truth,) = query(
        city,
        "SELECT count(*) FILTER (requested_date >= as_of_date - 89) AS requests,"
        " count(*) FILTER (is_open) AS open,"
        " count(*) FILTER (requested_date = last_whole_day) AS opened,"
        " count(*) FILTER (closed_date = last_whole_day) AS closed"
        " FROM marts.fact_service_requests JOIN marts.as_of USING (source) WHERE is_counted",
    ).to_pylist()
    assert {name: int(page.tile(name).replace(",", "")) for name in truth} == truth
    assert page.tile("median").endswith(("hours", "days"))
    due = sum(int(row["due"]) for row in page.rows("on-time"))
    met = sum(int(row["met"]) for row in page.rows("on-time"))
    assert page.tile("on-time") == f"{met / due:.0%}"


def test_what_is_too_few_has_no_share_and_no_rank(page: Reader) -> None:
    page.go("#overview?from=2026-03-01&to=2026-03-04")
    assert all(int(row["old enough"]) < 50 for row in page.rows("wards"))
    assert {row["ratio"] for row in page.rows("wards")} == {"too few"}
    assert "n = " in page.text("#card-wards .place")
    assert {row["closed within 14 days"] for row in page.rows("services")} >= {"too few"}


def test_completeness_is_what_the_ledger_says(page: Reader, city: Settings) -> None:
    page.go("#complete")
    shares = query(
        city,
        "SELECT verdict, sum(epoch(span_end) - epoch(span_start)) AS seconds FROM etl.coverage"
        " GROUP BY verdict",
    ).to_pylist()
    seconds = {row["verdict"]: row["seconds"] for row in shares}
    total = sum(seconds.values()) + 2 * 86400  # two days were never read
    for verdict, spent in {**seconds, "unread": 2 * 86400}.items():
        assert page.tile(verdict) == f"{int(spent / total * 1000) / 10:.1f}%".replace(".0%", "%")
    debts = query(city, "SELECT count(*) AS n FROM etl.debt").to_pylist()
    assert f"What is owed: {debts[0]['n']} pieces" in page.text("main")
    marks = page.page.eval_on_selector_all(".calendar .day", "days => days.map(d => d.className)")
    assert marks.count("day blocked") == 1
    assert marks.count("day suspect") == marks.count("day unread") == 2


EVERY_DAY = "#overview?from=2026-01-01&to=2026-05-01"


def asked(city: Settings, sql: str) -> dict[Any, Any]:
    """Give the rows of two columns, or of more, by the first of them."""
    rows = [[plain(value) for value in row.values()] for row in query(city, sql).to_pylist()]
    return {first: rest[0] if len(rest) == 1 else rest for first, *rest in rows}


def by(rows: list[dict[str, str]], key: str, *columns: str) -> dict[Any, Any]:
    """Give rows of a card in the same way."""
    found = {row[key]: [read(row[column]) for column in columns] for row in rows}
    return {key: rest[0] if len(rest) == 1 else rest for key, rest in found.items()}


def test_days_and_weeks_are_those_of_the_marts(page: Reader, city: Settings) -> None:
    page.go("#overview?from=2026-02-01&to=2026-04-30")
    days = asked(
        city, "SELECT day, counted, closed FROM marts.volume_by_day WHERE day >= '2026-02-01'"
    )
    assert len(days) == 89
    assert by(page.rows("flow"), "day", "opened", "closed") == days
    assert by(page.rows("backlog"), "day", "open") == asked(
        city, "SELECT day, backlog FROM marts.backlog_by_day WHERE day >= '2026-02-01'"
    )
    page.go(EVERY_DAY)
    weeks = asked(city, "SELECT week, opened, closed FROM marts.keeping_up")
    assert len(weeks) >= 12
    shown = by(page.rows("flow"), "week", "opened", "closed")
    assert {week: shown[week] for week in weeks} == weeks


def test_services_wards_and_channels_are_those_of_the_marts(page: Reader, city: Settings) -> None:
    page.go(EVERY_DAY)
    assert by(page.rows("services"), "code", "requests") == asked(
        city, "SELECT service_code, sum(counted) FROM marts.volume_daily GROUP BY ALL"
    )
    kept = asked(
        city,
        "SELECT service_code, sum(due) AS due, sum(on_time) FROM marts.on_time"
        " GROUP BY ALL HAVING due > 0",
    )
    assert by(page.rows("on-time"), "code", "due", "met") == kept
    wards = by(page.rows("wards"), "ward", "old enough", "closed in time", "expected", "ratio")
    told = asked(city, "SELECT ward, n, closed_14, expected_14, ratio FROM marts.ward_fairness")
    assert wards.keys() == told.keys()
    for ward, (n, closed, expected, ratio) in told.items():
        about = pytest.approx(expected, abs=0.051)
        assert wards[ward] == [n, closed, about, near(ratio if n >= 50 else None)], ward
    apart = by(page.rows("aside"), "kind", "requests")
    (truth,) = query(
        city, "SELECT sum(duplicates) AS d, sum(info_only) AS i FROM marts.duplicates"
    ).to_pylist()
    assert (apart["duplicates"], apart["information only"]) == (truth["d"], truth["i"])
    assert sum(n for n in by(page.rows("ages"), "age", "open").values()) == float(
        query(city, "SELECT sum(open) AS n FROM marts.open_ages").to_pylist()[0]["n"]
    )
    page.go("#overview?from=2026-03-01&to=2026-03-31")
    assert by(page.rows("channels"), "channel", "requests") == asked(
        city,
        "SELECT replace(channel, 'unknown', 'none'), requests FROM marts.channels"
        " WHERE month = '2026-03-01'",
    )


def test_times_and_cells_of_the_last_days_are_those_of_the_marts(
    page: Reader, city: Settings
) -> None:
    """The mart knows times to the day, the page to the hour: middles may lie on either side."""
    page.go("#overview?from=2026-01-31&to=2026-05-01")
    told = asked(
        city,
        "SELECT service_code, n, closed, km_median_days, km_p90_days FROM marts.time_to_close"
        " WHERE span = 'last 90 days'",
    )
    shown = by(page.rows("times"), "code", "n", "closed", "median hours", "p90 hours")
    assert shown.keys() == told.keys()
    for code, (n, closed, *days) in told.items():
        assert shown[code][:2] == [n, closed], code
        for hour, day in zip(shown[code][2:], days, strict=True):
            if n >= 20 and day is not None:
                assert abs(hour / 24 - day) <= 1.5, code
    page.go("#overview?from=2026-01-31&to=2026-04-30")
    spots = asked(
        city,
        "SELECT round(cell_lat, 5) || ' ' || round(cell_long, 5), requests FROM marts.hot_spots",
    )
    cells = {f"{r['latitude']} {r['longitude']}": float(r["requests"]) for r in page.rows("map")}
    assert len(spots) > 5
    assert {place: cells[place] for place in spots} == spots


def test_the_last_day_and_freshness_are_those_of_the_marts(page: Reader, city: Settings) -> None:
    page.go()
    (day,) = query(
        city, "SELECT sum(requests) AS requests, sum(usual) AS usual FROM marts.unusual_day"
    ).to_pylist()
    assert float(page.tile("opened")) == day["requests"]
    low, high = re.findall(r"\((\d+) to (\d+)\)", page.text("[data-tile=opened]"))[0]
    assert abs((int(low) + int(high)) / 2 - day["usual"]) <= 0.5
    page.go("#complete")
    (fresh,) = query(city, "FROM marts.freshness").to_pylist()
    (has,) = query(
        city,
        "SELECT sum(share_with_location * requests) / sum(requests) AS located,"
        " sum(share_with_ward * requests) / sum(requests) AS warded,"
        " sum(gone) AS gone FROM marts.completeness",
    ).to_pylist()
    assert page.tile("requests") == f"{fresh['requests']:,}"
    assert page.tile("as-of") == "May 1, 2026, 1:00 AM CDT"
    assert fresh["as_of"] == datetime(2026, 5, 1, 6, tzinfo=UTC)
    told = page.text("[data-tile=requests] .tile-text")
    assert f"{has['located']:.0%} with coordinates, {has['warded']:.0%} with a ward" in told
    assert f"{has['gone']:.0f} shown no longer" in told
    assert f"What is owed: {fresh['debts']} pieces" in page.text("main")
