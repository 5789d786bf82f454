"""What becomes of each entry: stored, replaced, left alone, dropped, or kept aside. Never lost."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from reading import SOURCE, Warehouse, request

from open311_etl.errors import WarehouseDamaged
from open311_etl.model import LoadReport

NOON = "2026-03-01T12:00:00Z"
CLOSED = request(1, status="closed", updated_datetime=NOON)


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def test_a_second_load_of_the_same_page_changes_nothing(house: Warehouse) -> None:
    assert house.load([request(1), request(2)]).new == 2
    before = house.rows("SELECT * EXCLUDE (last_seen_at) FROM service_requests ORDER BY ALL")
    assert house.load([request(1), request(2)]) == LoadReport(records=2, unchanged=2)
    assert (
        house.rows("SELECT * EXCLUDE (last_seen_at) FROM service_requests ORDER BY ALL") == before
    )
    assert len(house.rows("FROM service_request_versions")) == 2


def test_a_newer_copy_replaces_and_an_older_one_changes_nothing(house: Warehouse) -> None:
    house.load([request(1)])
    assert house.load([CLOSED]).changed == 1
    assert house.load([request(1)]).stale == 1
    assert house.one("FROM service_requests")["status"] == "closed"
    assert len(house.rows("FROM service_request_versions")) == 2


def test_within_one_load_the_newest_copy_wins(house: Warehouse) -> None:
    """Q-ID-6."""
    report = house.load([CLOSED, request(1)], [request(1)])
    assert (report.new, report.repeated) == (1, 2)
    assert house.one("FROM service_requests")["status"] == "closed"


def test_absent_null_and_empty_are_the_same_nothing(house: Warehouse) -> None:
    """Q-FLD-1."""
    house.load([request(1)])
    nothing = {"description": "", "address": None, "zipcode": "  ", "unknown": None}
    assert house.load([request(1, **nothing)]).unchanged == 1


def test_offset_key_order_and_white_space_make_no_version(house: Warehouse) -> None:
    """Q-TIME-3."""
    attributes = {"ward": "1", "channel": "web"}
    house.load([request(1, extended_attributes=attributes)])
    same = request(
        1,
        requested_datetime="2026-03-01T04:00:00-06:00",
        extended_attributes=dict(reversed(attributes.items())),
    )
    assert house.load([dict(reversed(same.items()))]).unchanged == 1


def test_an_offset_that_flaps_with_the_season_makes_no_version(house: Warehouse) -> None:
    """Q-TIME-4: the offset of now is stamped on old rows, so that instants move by an hour."""
    times = ("requested_datetime", "updated_datetime")
    house.load([request(1, **dict.fromkeys(times, "2026-03-01T04:00:00-06:00"))])
    summer = request(1, **dict.fromkeys(times, "2026-03-01T04:00:00-05:00"))
    assert house.load([summer]).unchanged == 1


def test_open_closed_open_is_three_versions_and_keeps_the_first_closing(house: Warehouse) -> None:
    """Q-STAT-4."""
    reopened = request(1, updated_datetime="2026-03-01T14:00:00Z")
    for each in (request(1), CLOSED, reopened):
        house.load([each])
    versions = house.rows("FROM service_request_versions ORDER BY valid_from")
    assert [row["status"] for row in versions] == ["open", "closed", "open"]
    assert [row["is_current"] for row in versions] == [False, False, True]
    assert [row["valid_to"] for row in versions[:-1]] == [row["valid_from"] for row in versions[1:]]
    now = house.one("FROM service_requests")
    assert now["closed_datetime"] == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert now["closed_datetime_source"] == "updated_datetime"


def test_a_closing_note_says_when_it_was_closed(house: Warehouse) -> None:
    """Q-STAT-3."""
    notes = [
        {"datetime": "2026-03-01T10:00:00Z", "type": "opened", "summary": "Request opened"},
        {"datetime": "2026-03-01T11:30:00Z", "type": "closed", "summary": "Request closed"},
    ]
    house.load([{**CLOSED, "notes": notes}])
    row = house.one("FROM service_requests")
    assert row["closed_datetime"] == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert row["closed_datetime_source"] == "note"
    assert [n["type"] for n in house.rows("FROM service_request_notes ORDER BY note_number")] == [
        "opened",
        "closed",
    ]


def test_entries_without_an_id_are_dropped_counted_and_recognised_later(house: Warehouse) -> None:
    """Q-EXT-5, Q-ID-1, Q-ID-2, Q-ID-3."""
    by_token = request(1, token="t1")
    by_place = request(2, lat=39.9)
    empty = {"status": None, "service_code": None, "lat": None, "long": None}
    nameless = [
        {k: v for k, v in each.items() if k != "service_request_id"}
        for each in (by_token, by_place)
    ]
    assert house.load([*nameless, empty]) == LoadReport(records=3, pending=3)
    assert house.rows("FROM service_requests") == []
    house.load([by_token, by_place])
    resolved = house.rows("FROM etl.pending ORDER BY service_request_id")
    assert [(row["service_request_id"], row["resolution"]) for row in resolved] == [
        ("SR-1", "token"),
        ("SR-2", "place and time"),
        (None, "no longer listed"),
    ]


def test_what_cannot_be_a_request_is_kept_aside_and_the_page_goes_on(house: Warehouse) -> None:
    report = house.load([request(1), "no request", 7, request("x" * 600)])
    assert (report.new, report.quarantined) == (1, 3)
    kept = house.rows("FROM etl.quarantine")
    assert {row["raw"] for row in kept} >= {b'"no request"', b"7"}
    assert all(row["reason"] for row in kept)


@pytest.mark.parametrize(
    "odd",
    [
        b'{"service_request_id":"SR-9","status":"open","status":"closed"}',
        b'{"service_request_id":"SR-9","description":"half \\ud800 a pair"}',
        b'{"service_request_id":"SR-9","description":"nul \\u0000"}',
        b'{"service_request_id":"SR-9","extra":1e999}',
    ],
)
def test_a_record_that_duckdb_refuses_costs_no_other_its_row(house: Warehouse, odd: bytes) -> None:
    report = house.load(b"[" + odd + b"]", [request(1)])
    assert report.new == 2


@pytest.mark.parametrize(
    ("fields_", "wanted"),
    [
        ({"service_request_id": 7}, {"service_request_id": "7"}),
        ({"lat": "39.5", "long": "-89.5"}, {"lat": 39.5, "long": -89.5}),
        ({"lat": 0, "long": 0}, {"lat": None, "long": None}),
        ({"lat": 884936.0, "long": 1004398.8}, {"lat": None, "long": None}),
        ({"address": None, "address_string": "1 Elm"}, {"address": "1 Elm"}),
        ({"status_note": "done"}, {"status_notes": "done"}),
        ({"zip_code": 62701}, {"zipcode": "62701"}),
        ({"agency_responsible": {"recipient": ["A", "B"]}}, {"agency_responsible": "A, B"}),
        ({"media_url": [{"id": 1, "url": "http://x/1.jpg"}]}, {"media_url": "http://x/1.jpg"}),
        ({"media_url": "20200813.jpg"}, {"media_url": "20200813.jpg"}),
        ({"service_code": 17672}, {"service_code": "17672"}),
        ({"status": "OPEN"}, {"status": "open"}),
        (
            {"requested_datetime": "2026-07-01 10:00:00.25"},
            {"requested_datetime": datetime(2026, 7, 1, 15, 0, 0, 250000, UTC)},
        ),
        (
            {"requested_datetime": "2026-07-01T10:00:00+0200"},
            {"requested_datetime": datetime(2026, 7, 1, 8, tzinfo=UTC)},
        ),
        ({"expected_datetime": "soon"}, {"expected_datetime": None}),
    ],
    ids=str,
)
def test_odd_values_find_their_column(
    house: Warehouse, fields_: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """Q-TIME-2, Q-FLD-4, Q-FLD-5, Q-FLD-6, Q-GEO-1, Q-GEO-2, Q-GEO-5, Q-STAT-1."""
    house.load([request(1, **fields_)])
    row = house.one("FROM service_requests")
    assert {key: row[key] for key in wanted} == wanted


def test_what_has_no_column_or_does_not_fit_stays_readable(house: Warehouse) -> None:
    """Q-ID-7, Q-FLD-3, Q-GEO-6, Q-EXT-3."""
    house.load([request(1, title="Hole", lat=884936.0, long=1.0, expected_datetime="soon")])
    extra = house.one("SELECT extra FROM service_requests")["extra"]
    for each in ('"title":"Hole"', "884936.0", '"soon"'):
        assert each in extra
    more = {"duplicate": True, "x": "775128.1", "photos": [{"id": 7}]}
    house.load([request(2, extended_attributes=more, attributes=[{"name": "size"}])])
    row = house.one("FROM service_requests WHERE service_request_id = 'SR-2'")
    assert json.loads(row["extended_attributes"]) == more
    assert json.loads(row["attributes"]) == [{"name": "size"}]


def test_local_times_labelled_utc_are_read_as_local(tmp_path: Path) -> None:
    """Q-TIME-5."""
    house = Warehouse(tmp_path, SOURCE.model_copy(update={"utc_is_local": True}))
    house.load([request(1)])
    found = house.one("FROM service_requests")["requested_datetime"]
    assert found == datetime(2026, 3, 1, 16, tzinfo=UTC)


def test_codes_seen_only_in_requests_get_an_unlisted_service(house: Warehouse) -> None:
    """Q-SVC-1."""
    house.load([request(1)])
    service = house.one("FROM services")
    assert (service["service_code"], service["listed"]) == ("pothole", False)


def test_a_missing_landing_file_loads_nothing_at_all(house: Warehouse) -> None:
    house.load([request(1)])
    outcome = house.read([request(2)], [request(3)])
    house.landing.path(outcome.pages[1].sha256).unlink()
    with pytest.raises(WarehouseDamaged, match="is missing"):
        house.load_all(outcome)
    assert len(house.rows("FROM service_requests")) == 1
    assert len(house.rows("FROM etl.windows")) == 1


moments = st.sampled_from(["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"])
entries = st.builds(
    lambda number, when, status: request(number, updated_datetime=when, status=status),
    st.integers(1, 4),
    moments,
    st.sampled_from(["open", "closed"]),
)
nameless_entries = st.just({"status": "submitted", "service_code": "pothole"})
pages = st.lists(entries | nameless_entries, max_size=6)


@pytest.mark.slow
@given(loads=st.lists(pages, min_size=1, max_size=5))
@examples(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_newest_wins_and_every_entry_is_accounted_for(
    loads: list[list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = Warehouse(tmp_path_factory.mktemp("any"))
    newest: dict[str, str] = {}
    for page in loads:
        report = house.load(page)
        counts = {field.name: getattr(report, field.name) for field in fields(report)}
        assert counts.pop("records") == len(page) == sum(counts.values())
        for entry in page:
            if request_id := entry.get("service_request_id"):
                newest[request_id] = max(newest.get(request_id, ""), entry["updated_datetime"])
    stored = house.rows("SELECT service_request_id, updated_datetime FROM service_requests")
    assert {row["service_request_id"]: row["updated_datetime"] for row in stored} == {
        key: datetime.fromisoformat(value) for key, value in newest.items()
    }
    overlapping = house.rows(
        "SELECT a.service_request_id FROM service_request_versions AS a "
        "JOIN service_request_versions AS b ON a.service_request_id = b.service_request_id "
        "AND a.valid_from < b.valid_from AND coalesce(a.valid_to, 'infinity') > b.valid_from"
    )
    assert overlapping == []
    current = house.rows("SELECT 1 FROM service_request_versions WHERE is_current")
    assert len(current) == len(newest)
    (ledger,) = house.rows(
        "SELECT sum(records) AS records, sum(new + changed + unchanged + stale + repeated + "
        "pending + quarantined) AS told FROM etl.windows"
    )
    assert ledger["records"] == ledger["told"]
