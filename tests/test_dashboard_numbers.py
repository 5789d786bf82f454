"""What the page shows is what SQL says, whatever is chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browsing import Reader, browsing, looking

from bench._city import Shape, settle
from open311_etl.config import Settings
from open311_etl.dashboard import Choice, build
from open311_etl.query import query

Row = dict[str, Any]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(tmp_path_factory.mktemp("city"), {})
    settle(settings, Shape(2_500))
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
    few = build(city, tmp_path, Choice(most_points=300)).index
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
