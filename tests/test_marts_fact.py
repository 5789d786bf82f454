"""The flat table of requests, against a city whose every request has a life that is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reading import Warehouse, request

from open311_etl import marts, pipeline
from open311_etl.config import Settings, Source
from open311_etl.publish import publish
from open311_etl.sandbox import City, serving
from open311_etl.sandbox.life import Life
from open311_etl.warehouse import warehouse

ZONE = ZoneInfo("America/Chicago")


def _rows(file: Path, query: str) -> list[dict[str, Any]]:
    with warehouse(file, read_only=True) as con:
        found: list[dict[str, Any]] = con.execute(query).to_arrow_table().to_pylist()
    return found


def _moments(life: Life, until: int, *kinds: str) -> list[datetime]:
    return [
        datetime.fromtimestamp(when, UTC)
        for when, kind in zip(life.times, life.kinds, strict=True)
        if kind in kinds and when <= until
    ]


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Settings]:
    """A city pulled and published on three days, the last of them with nothing left out."""
    city = City(1_500, days=60, services=60)
    with serving(city) as server:
        source = Source.model_validate(
            {
                "name": "springfield",
                "url": server.url,
                "timezone": "America/Chicago",
                "title": "Springfield",
                "page_size": 500,
                "first_page": 1,
                "row_cap": 0,
                "window_hours": 240,
            }
        )
        settings = Settings(tmp_path_factory.mktemp("city"), {"springfield": source})
        for back in (20, 10, 0):
            now = city.end - timedelta(days=back)
            city.set_clock(now)
            pipeline.pull(["springfield"], settings, start=city.start, end=now)
            publish(settings)
    return city, settings


def test_each_request_has_one_flat_row_that_tells_its_life(pulled: tuple[City, Settings]) -> None:
    city, settings = pulled
    published = settings.published / "open311.duckdb"
    facts = {
        row["service_request_id"]: row
        for row in _rows(published, "FROM marts.fact_service_requests")
    }
    now = city.clock.seconds
    shown = {
        each["service_request_id"]: each for each in city.truth() if "service_request_id" in each
    }
    assert facts.keys() == shown.keys()
    for name, record in shown.items():
        life, fact = city.life(name), facts[name]
        closings = _moments(life, now, "closed")
        answers = _moments(life, now, "closed", "activity")
        requested = datetime.fromtimestamp(life.requested, UTC)
        local = requested.astimezone(ZONE)
        assert fact["is_open"] == (record["status"] == "open") == (not fact["is_closed"])
        assert fact["closed_datetime"] == (min(closings) if closings else None)
        assert fact["last_closed_datetime"] == (max(closings) if fact["is_closed"] else None)
        assert fact["first_response_datetime"] == (min(answers) if answers else None)
        assert fact["reopened_count"] == len(_moments(life, now, "reopened"))
        assert (fact["requested_date"], fact["requested_hour"]) == (local.date(), local.hour)
        assert fact["requested_month"] == local.date().replace(day=1)
        if closings:
            waited = (min(closings) - requested).total_seconds() / 86_400
            assert fact["days_to_close"] == pytest.approx(waited)
        assert fact["is_duplicate"] == (life.duplicate and bool(closings))
        assert fact["parent_service_request_id"] == (life.parent if closings else None)
        assert fact["is_info_only"] == ("Information Only" in life.service.name)
        assert fact["service_name"] == life.service.name
        assert fact["service_group"] == life.service.group
        assert fact["ward"] == record["extended_attributes"]["ward"]
        assert fact["channel"] == record["extended_attributes"]["channel"]


def test_a_cell_is_500_m_wide_wherever_it_is(pulled: tuple[City, Settings]) -> None:
    _, settings = pulled
    for row in _rows(
        settings.warehouse,
        "SELECT * FROM marts.fact_service_requests WHERE cell IS NOT NULL",
    ):
        assert abs(row["lat"] - row["cell_lat"]) * 111_320 <= 250.01
        assert abs(row["long"] - row["cell_long"]) * 111_320 * 0.77 <= 251


def test_as_of_is_the_end_of_the_last_pull_and_never_now(pulled: tuple[City, Settings]) -> None:
    city, settings = pulled
    (row,) = _rows(settings.warehouse, "FROM marts.as_of")
    assert row["as_of"] == city.end
    assert row["title"] == "Springfield"
    assert row["timezone"] == "America/Chicago"
    assert row["first_day"] == city.start.astimezone(ZONE).date()
    assert row["last_whole_day"] == city.end.astimezone(ZONE).date() - timedelta(days=1)
    assert not row["with_debt"]


def test_taking_in_day_by_day_gives_what_making_anew_gives(pulled: tuple[City, Settings]) -> None:
    _, settings = pulled
    query = "SELECT * FROM marts.{} ORDER BY ALL"
    tables = [name for name in marts.TABLES if name != "build"]
    before = {name: _rows(settings.warehouse, query.format(name)) for name in tables}
    with warehouse(settings.warehouse) as con:
        assert not marts.refresh(con).whole
        con.execute("UPDATE marts.build SET fingerprint = 'of other SQL'")
        assert marts.refresh(con).whole
    for name in tables:
        assert _rows(settings.warehouse, query.format(name)) == before[name], name


def test_a_refresh_looks_only_at_what_was_loaded_since(tmp_path: Path) -> None:
    place = Warehouse(tmp_path)
    place.load([request(number) for number in range(50)])
    with warehouse(place.file) as con:
        assert marts.refresh(con).touched == 50
        assert marts.refresh(con).touched == 0
    place.load([request(3, status="closed", updated_datetime="2026-03-02T10:00:00Z"), request(51)])
    with warehouse(place.file) as con:
        assert marts.refresh(con).touched == 2
    assert place.one(
        "SELECT is_closed, days_to_close FROM marts.fact_service_requests "
        "WHERE service_request_id = 'SR-3'"
    ) == {"is_closed": True, "days_to_close": 1.0}


MARKS: tuple[tuple[dict[str, Any], tuple[bool, str | None]], ...] = (
    ({"extended_attributes": {"duplicate": True}}, (True, None)),
    ({"extended_attributes": {"duplicate": False}}, (False, None)),
    ({"extended_attributes": {"parent_service_request_id": "SR-9"}}, (True, "SR-9")),
    ({"duplicate_parent_service_request_id": "SR-9"}, (True, "SR-9")),
    ({"status": "Completed - Dup"}, (True, None)),
    ({"status_notes": "Closed as a duplicate of 12-1"}, (True, None)),
    ({"status_notes": "This is not a duplicate"}, (False, None)),
    ({"status_notes": "Dupont St crew sent"}, (False, None)),
)


def test_duplicates_are_known_however_the_city_marks_them(tmp_path: Path) -> None:
    place = Warehouse(tmp_path)
    place.load([request(number, **fields) for number, (fields, _) in enumerate(MARKS)])
    with warehouse(place.file) as con:
        marts.refresh(con)
    rows = place.rows("FROM marts.fact_service_requests ORDER BY service_request_id")
    found = [(row["is_duplicate"], row["parent_service_request_id"]) for row in rows]
    assert found == [expected for _, expected in MARKS]


def test_a_reopening_that_only_the_versions_saw_is_counted(tmp_path: Path) -> None:
    place = Warehouse(tmp_path)
    for status, day in (("open", 1), ("closed", 2), ("open", 4), ("closed", 7)):
        place.load([request(1, status=status, updated_datetime=f"2026-03-0{day}T10:00:00Z")])
        with warehouse(place.file) as con:
            marts.refresh(con)
    spells = place.rows("SELECT * FROM marts.open_spells ORDER BY spell")
    days = [(each["opened_date"].day, each["ended_date"].day) for each in spells]
    assert days == [(1, 2), (4, 7)]
    assert spells[0]["reopened_datetime"] == spells[1]["opened_datetime"]
    row = place.one("FROM marts.fact_service_requests")
    assert (row["reopened_count"], row["closed_date"].day) == (1, 2)


def test_every_table_view_and_column_of_the_marts_has_a_comment(
    pulled: tuple[City, Settings],
) -> None:
    _, settings = pulled
    bare = _rows(
        settings.warehouse,
        """
        SELECT table_name || '.' || column_name AS name
        FROM duckdb_columns() WHERE schema_name = 'marts' AND comment IS NULL
        UNION ALL
        SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' AND comment IS NULL
        UNION ALL
        SELECT view_name FROM duckdb_views() WHERE schema_name = 'marts' AND comment IS NULL
        """,
    )
    assert bare == []
