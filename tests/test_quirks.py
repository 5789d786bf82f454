"""Ways of real servers (docs/quirks.md), each served by a sandbox and pulled over HTTP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from reading import Warehouse, request

from open311_etl import library, pipeline
from open311_etl.config import Settings, load_settings
from open311_etl.sandbox import Character, City, serving
from open311_etl.sandbox.replay import Replay
from open311_etl.session import PullReport
from open311_etl.warehouse import warehouse

Make = Callable[..., Settings]


def a_city(size: int = 120, days: float = 2, services: int = 9) -> City:
    return City(size, days=days, services=services)


def pulled(city: City, setup: Settings, end: datetime | None = None) -> PullReport:
    (report,) = pipeline.pull(["springfield"], setup, start=city.start, end=end or city.end)
    return report


def rows(setup: Settings, query: str) -> list[tuple[Any, ...]]:
    with warehouse(setup.warehouse, read_only=True) as con:
        return con.execute(query).fetchall()


def stored(setup: Settings) -> set[str]:
    return {row[0] for row in rows(setup, "SELECT service_request_id FROM service_requests")}


def shown(city: City, until: datetime | None = None) -> set[str]:
    return {
        row["service_request_id"]
        for row in city.truth()
        if row.get("service_request_id")
        and (until is None or datetime.fromisoformat(row["requested_datetime"]) < until)
    }


def windows(requests: Any) -> list[dict[str, str]]:
    """Give the queries of all lists of requests that were not asked for by id or update."""
    queries = [dict(params) for _, path, params in requests if "requests." in path]
    return [each for each in queries if not {"updated_after", "service_request_id"} & each.keys()]


def test_every_list_is_asked_for_with_both_dates(settings: Make) -> None:
    """Q-WIN-2: without them, servers choose a span of their own."""
    city = a_city()
    with serving(city, character=Character(default_days=0.5)) as server:
        setup = settings(server.url)
        pulled(city, setup)
        asked = windows(server.requests)
    assert all(
        {"start_date", "end_date"} <= each.keys() or "updated_after" in each for each in asked
    )
    assert stored(setup) == shown(city)


def test_windows_are_no_longer_than_a_slow_server_bears(settings: Make) -> None:
    """Q-WIN-3, Q-WIN-5: 25 days at once in Toronto, 90 elsewhere."""
    toronto = load_settings().source("toronto")
    assert (toronto.paging, toronto.max_span_days, toronto.read_timeout) == ("none", 25, 180)
    city = a_city(90, days=60)
    with serving(city, character=Character(paging="none", span_days=25.1)) as server:
        setup = settings(
            server.url, paging="none", max_span_days=25, window_hours=24 * 90, row_cap=0
        )
        report = pulled(city, setup)
        spans = [
            datetime.fromisoformat(each["end_date"]) - datetime.fromisoformat(each["start_date"])
            for each in windows(server.requests)
        ]
    assert report.error is None
    assert timedelta(days=24) < max(spans) <= timedelta(days=25, seconds=1)
    assert stored(setup) == shown(city)


@pytest.mark.parametrize("code_list", [False, True])
def test_a_second_that_holds_more_than_the_cap_is_read_by_service_and_status(
    code_list: bool, settings: Make, tmp_path: Path
) -> None:
    """Q-WIN-4, Q-SVC-9: one code at a time, or where lists of codes are taken, half of them."""
    file = tmp_path / "burst.ndjson"
    noon = "2026-03-01T12:00:00Z"
    burst = [
        request(
            n, requested_datetime=noon, service_code=f"c{n % 12}", status=["open", "closed"][n % 2]
        )
        for n in range(60)
    ]
    file.write_text("\n".join(map(json.dumps, burst)))
    with serving(Replay([file]), character=Character(row_cap=20, page_size_most=10)) as server:
        setup = settings(server.url, row_cap=20, code_list=code_list, page_size=10)
        (report,) = pipeline.pull(
            ["springfield"], setup, start="2026-03-01T11:59:58Z", end="2026-03-01T12:00:04Z"
        )
        asked = Counter(each.get("service_code", "") for each in windows(server.requests))
    assert stored(setup) == {each["service_request_id"] for each in burst}
    assert any("," in each for each in asked) is code_list
    (debt, *_) = report.debt
    assert "cut at 20 rows in one second" in debt.reason


def test_where_only_open_requests_come_by_default_all_are_asked_for(settings: Make) -> None:
    """Q-STAT-2: Klarschiff."""
    known = load_settings().source("rostock").default_params
    assert known["status"] == "open,closed"
    city = a_city()
    with serving(city, character=Character(default_status="open")) as server:
        setup = settings(server.url, default_params={"status": known["status"]})
        pulled(city, setup)
    assert stored(setup) == shown(city)
    assert {row[0] for row in rows(setup, "SELECT status FROM service_requests")} == {
        "open",
        "closed",
    }


def test_a_late_row_is_found_while_its_day_is_young(settings: Make) -> None:
    """Q-LIFE-2, Q-DATE-8: requests appear in lists days late, under their old date."""
    city = a_city(150, days=6)
    days = [city.start + timedelta(days=each) for each in (2, 3, 4, 6)]
    with serving(city, character=Character(moderated=0.3, moderated_days=1.5)) as server:
        setup = settings(server.url, updated_filter=False)
        found = []
        for now in days:
            city.set_clock(now)
            (report,) = pipeline.pull(
                ["springfield"], setup, start=city.start if now == days[0] else None, end=now
            )
            assert report.error is None
            found.append(stored(setup))
    assert all(one < other for one, other in pairwise(found))
    assert shown(city, city.start + timedelta(days=2)) <= found[-1]


def test_a_refused_day_is_no_day_without_requests(settings: Make) -> None:
    """Q-RATE-3."""
    city = a_city()
    with serving(city, character=Character(error_429=1, retry_after="none")) as server:
        setup = settings(server.url, retries=0)
        report = pulled(city, setup)
    assert report.exit_code == 3
    assert report.watermark is None
    with serving(city) as server:
        setup = settings(server.url)
        (report,) = pipeline.pull(["springfield"], setup, start=city.start, end=city.end)
    assert stored(setup) == shown(city)


@pytest.mark.parametrize("url", ["{}", "{}/", "{}/v2"])
def test_a_base_address_may_lack_its_slash_or_have_one_too_many(url: str, settings: Make) -> None:
    """Q-ERR-10."""
    city = a_city(20)
    with serving(city) as server:
        base = server.url.rstrip("/")
        assert base.endswith("/v2")
        setup = settings(
            url.format(
                base.removesuffix("/v2") + "/v2" if "v2" not in url else base.removesuffix("/v2")
            )
        )
        assert pulled(city, setup).error is None
    assert stored(setup) == shown(city)


def test_updated_before_requested_is_stored_as_it_came(tmp_path: Path) -> None:
    """Q-TIME-7, Q-TIME-10: times of update break rules, and move for inner reasons."""
    house = Warehouse(tmp_path)
    early, later = "2026-03-01T09:59:00Z", "2026-03-02T10:00:00Z"
    house.load([request(1, updated_datetime=early)])
    row = house.one("SELECT updated_datetime, requested_datetime FROM service_requests")
    assert row["updated_datetime"] == datetime(2026, 3, 1, 9, 59, tzinfo=UTC)
    assert house.load([request(1, updated_datetime=later)]).changed == 1
    assert len(house.rows("FROM service_request_versions")) == 2


def test_notes_keep_their_words_wherever_a_server_puts_them(tmp_path: Path) -> None:
    """Q-EXT-2: summary and description change places."""
    house = Warehouse(tmp_path)
    when = "2026-03-01T11:00:00Z"
    notes = [
        {"datetime": when, "type": "opened", "summary": "Opened", "description": "by phone"},
        {"datetime": when, "type": "activity", "description": "Crew sent"},
    ]
    house.load([request(1, notes=notes)])
    found = house.rows("SELECT type, summary, description FROM service_request_notes ORDER BY type")
    assert [tuple(each.values()) for each in found] == [
        ("activity", None, "Crew sent"),
        ("opened", "Opened", "by phone"),
    ]


def test_a_services_list_that_is_empty_or_far_too_short_retires_nothing(settings: Make) -> None:
    """Q-SVC-2, Q-SVC-8, Q-LIFE-4: it is suspect, and the last healthy one holds."""
    city = a_city(30, services=40)
    for ways, said in (({}, ""), ({"services_empty_every": 1}, "suspect"),
                       ({"services_short_every": 1}, "suspect")):  # fmt: skip
        with serving(city, character=Character(**ways)) as server:
            setup = settings(server.url)
            found = library.catalog("springfield", settings=setup)
            assert found is not None
            assert found.verdict == (said or "proven")
            assert rows(setup, "SELECT count(*) FROM services WHERE listed") == [(40,)]
            assert rows(setup, "SELECT count(*) FROM services WHERE retired_at IS NOT NULL") == [
                (0,)
            ]


def test_a_code_that_is_used_again_for_something_else_is_another_version(
    settings: Make, tmp_path: Path
) -> None:
    """Q-SVC-3: 010 was scrap vehicles, then playgrounds."""
    for name in ("Scrap vehicles", "Playgrounds"):
        file = tmp_path / f"{name}.ndjson"
        file.write_text(json.dumps(request(1, service_code="010", service_name=name)))
        with serving(Replay([file])) as server:
            setup = settings(server.url)
            library.catalog("springfield", settings=setup)
    assert rows(setup, "SELECT service_name FROM services") == [("Playgrounds",)]
    names = "SELECT service_name FROM service_versions ORDER BY valid_from"
    assert rows(setup, names) == [("Scrap vehicles",), ("Playgrounds",)]


def test_a_source_that_is_said_to_be_dead_is_pulled_all_the_same(settings: Make) -> None:
    """Q-LIFE-5: life, evidence and notes are what is known, not what is allowed."""
    city = a_city(20)
    with serving(city) as server:
        setup = settings(server.url, life="dead", notes="moved to an archive")
        assert pulled(city, setup).error is None
    assert stored(setup) == shown(city)
