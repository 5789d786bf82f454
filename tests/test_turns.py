"""Readings of one load are merged in the order in which they were made (rule 4 of the data)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from reading import DAY, SOURCE, Warehouse, request

from open311_etl import warehouse
from open311_etl.load import load
from open311_etl.model import LoadReport, Outcome, Verdict

CLOSED = request(1, status="closed", updated_datetime="2026-03-01T12:00:00Z")
REOPENED = request(1, updated_datetime="2026-03-01T14:00:00Z")


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def undated(**fields_: Any) -> dict[str, Any]:
    return request(1, updated_datetime=None, **fields_)


def test_open_closed_open_read_thrice_and_loaded_at_once_is_three_versions(
    house: Warehouse,
) -> None:
    report = house.load_all(*(house.read([each]) for each in (request(1), CLOSED, REOPENED)))
    assert report == LoadReport(records=3, new=1, changed=2)
    versions = house.rows("FROM service_request_versions ORDER BY valid_from")
    assert [row["status"] for row in versions] == ["open", "closed", "open"]
    assert [row["valid_to"] for row in versions[:-1]] == [row["valid_from"] for row in versions[1:]]
    now = house.one("FROM service_requests")
    assert now["first_seen_at"] < now["last_changed_at"] == now["last_seen_at"]
    assert now["closed_datetime"] == versions[1]["updated_datetime"]


def test_a_stale_replica_within_one_load_changes_nothing(house: Warehouse) -> None:
    readings = [house.read([each]) for each in (CLOSED, request(1), CLOSED)]
    assert house.load_all(*readings) == LoadReport(records=3, new=1, stale=1, unchanged=1)
    assert house.one("FROM service_requests")["status"] == "closed"


def test_of_one_readings_copies_the_newest_wins_and_the_others_are_repeated(
    house: Warehouse,
) -> None:
    report = house.load([request(1), REOPENED], [CLOSED])
    assert report == LoadReport(records=3, new=1, repeated=2)
    assert len(house.rows("FROM service_request_versions")) == 1


def test_where_the_update_time_does_not_decide_the_later_fetch_wins(house: Warehouse) -> None:
    first, second = house.read([request(1)]), house.read([undated(status="closed")])
    third = house.read([request(1, description="deeper")])
    assert house.load_all(third, second, first) == LoadReport(records=3, new=1, stale=2)
    assert house.one("FROM service_requests")["description"] == "deeper"
    house.load([undated(status="closed")])
    assert house.one("FROM service_requests")["status"] == "closed"


def test_what_was_seen_last_outlives_an_older_fetch_that_is_newer(house: Warehouse) -> None:
    """A copy fetched earlier can be the newer one by the source's own word."""
    early, late = house.read([CLOSED]), house.read([request(1)])
    house.load_all(late, early)
    row = house.one("FROM service_requests")
    assert (row["status"], row["last_seen_at"]) == ("closed", late.ended_at)


def flapping(offset: str, **fields_: Any) -> dict[str, Any]:
    when = f"2026-03-01T04:00:00{offset}"
    notes = [
        {"type": "opened", "datetime": when, "summary": "Opened"},
        {"type": "activity", "datetime": f"2026-03-01T09:30:00{offset}", "summary": "Seen"},
    ]
    return request(1, requested_datetime=when, updated_datetime=when, notes=notes, **fields_)


def test_an_offset_that_flaps_inside_notes_too_makes_no_version(house: Warehouse) -> None:
    """Q-TIME-4."""
    readings = [house.read([flapping(each)]) for each in ("-06:00", "-05:00", "-06:00")]
    assert house.load_all(*readings) == LoadReport(records=3, new=1, unchanged=2)


def test_a_change_is_seen_through_a_flapping_offset(house: Warehouse) -> None:
    house.load([flapping("-05:00")])
    assert house.load([flapping("-06:00", status="closed")]).changed == 1


def test_notes_that_move_alone_are_a_change(house: Warehouse) -> None:
    before, after = flapping("-06:00"), flapping("-05:00")
    house.load([before])
    assert house.load([{**before, "notes": after["notes"]}]).changed == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ward": "1", "note": None}, {"note": "", "ward": "1", "tags": [], "more": {}}),
        ({"at": "2026-03-01T10:00:00Z"}, {"at": "2026-03-01T04:00:00-06:00"}),
        ({"deep": {"a": 1, "b": [{"x": 1, "y": 2}]}}, {"deep": {"b": [{"y": 2, "x": 1}], "a": 1}}),
        ({}, None),
    ],
    ids=str,
)
@pytest.mark.parametrize("key", ["extended_attributes", "attributes", "something_else"])
def test_what_nested_values_mean_decides_not_how_they_are_written(
    house: Warehouse, key: str, before: Any, after: Any
) -> None:
    house.load([request(1, **{key: before})])
    assert house.load([request(1, **{key: after})]).unchanged == 1


@pytest.mark.parametrize("before", [{"ward": "1"}, {"tags": ["a", "b"]}, {"ward": 1}, None])
def test_another_nested_value_is_a_change(house: Warehouse, before: Any) -> None:
    house.load([request(1, extended_attributes=before)])
    other = {"ward": "2", "tags": ["b", "a"]}
    assert house.load([request(1, extended_attributes=other)]).changed == 1


def test_a_pending_entry_that_a_later_reading_of_the_load_lacks_is_waited_for_no_longer(
    house: Warehouse,
) -> None:
    nameless = {"status": "submitted", "token": "t1", "service_code": "pothole"}
    readings = [house.read([request(2), nameless]), house.read([request(2)])]
    house.load_all(*readings)
    row = house.one("FROM etl.pending")
    assert (row["resolution"], row["resolved_at"]) == ("no longer listed", readings[1].ended_at)
    house.load([request(2), request(3, token="t1")])
    row = house.one("FROM etl.pending")
    assert (row["resolution"], row["service_request_id"]) == ("token", "SR-3")


def test_each_failure_in_a_row_counts_though_they_are_loaded_together(house: Warehouse) -> None:
    verdicts = [Verdict.BLOCKED, Verdict.PROVEN, Verdict.SUSPECT, Verdict.BLOCKED]
    house.load_all(*(house.read([], verdict=each) for each in verdicts))
    house.load_all(house.read([], verdict=Verdict.BLOCKED))
    tries = house.rows("SELECT tries FROM etl.windows ORDER BY ended_at")
    assert [row["tries"] for row in tries] == [1, 0, 1, 2, 3]


# -- any history, loaded in any grouping -----------------------------------------------------------

MOMENTS = [None, "", *(f"2026-03-0{day}T10:00:00Z" for day in (1, 2, 3))]
TABLES = [each for each in warehouse.tables() if each not in ("etl.runs", "etl.schema_version")]


@st.composite
def entry(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(["request"] * 8 + ["flapping", "nameless", "bad", "long"]))
    if kind == "bad":
        return draw(st.sampled_from([7, "text", None, []]))
    if kind == "long":
        return request("x" * 600)
    if kind == "flapping":
        return flapping(draw(st.sampled_from(["-05:00", "-06:00"])))
    token = draw(st.sampled_from([None, "t1", "t2"]))
    record = request(
        draw(st.integers(1, 3)),
        updated_datetime=draw(st.sampled_from(MOMENTS)),
        status=draw(st.sampled_from(["open", "closed"])),
        description=draw(st.sampled_from([None, "", "deep"])),
        service_code=draw(st.sampled_from(["pothole", "tree"])),
        extended_attributes=draw(st.sampled_from([None, {}, {"a": 1, "b": ""}, {"b": 2, "a": 1}])),
        token=token,
    )
    if draw(st.booleans()):
        record["notes"] = [{"type": "closed", "datetime": draw(st.sampled_from(MOMENTS[2:]))}]
    if kind == "nameless":
        del record["service_request_id"]
    keys = list(record)
    random.Random(draw(st.integers(0, 3))).shuffle(keys)
    return {key: record[key] for key in keys}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[list[Any]], int, Verdict]]:
    """Readings: their pages, the hours since the one before, and their verdicts."""
    pages = st.lists(st.lists(entry(), max_size=5), max_size=2)
    hours = st.sampled_from([1, 1, 1, -2])
    return draw(st.lists(st.tuples(pages, hours, st.sampled_from(Verdict)), min_size=2, max_size=6))


def loaded(
    house: Warehouse, groups: Sequence[Sequence[Outcome]], file: Path
) -> dict[str, list[Any]]:
    """Load groups of readings into a new warehouse; give its tables, and check every count."""
    with warehouse.warehouse(file) as con:
        for group in groups:
            report = load(con, group, SOURCE, house.landing)
            counts = {each.name: getattr(report, each.name) for each in fields(report)}
            assert counts.pop("records") == sum(counts.values())
            assert report.records == sum(outcome.records for outcome in group)
        return {
            name: con.execute(f"FROM {name} ORDER BY ALL").to_arrow_table().to_pylist()
            for name in TABLES
        }


def check_any_grouping(
    readings: list[tuple[list[list[Any]], int, Verdict]], cuts: set[int], place: Path
) -> None:
    house = Warehouse(place)
    outcomes = []
    for number, (pages, hours, verdict) in enumerate(readings):
        house.clock += timedelta(hours=hours - 1)
        # Whenever its pages were fetched: a reading is journalled, and loaded, when it ends.
        ended_at = DAY + timedelta(days=9, hours=number)
        outcomes.append(replace(house.read(*pages, verdict=verdict), ended_at=ended_at))
    edges = sorted({0, len(outcomes), *(cut for cut in cuts if cut < len(outcomes))})
    groups = [outcomes[first:last] for first, last in pairwise(edges)]
    alone = loaded(house, [[each] for each in outcomes], place / "alone.duckdb")
    grouped = loaded(house, groups, place / "grouped.duckdb")
    for name in TABLES:
        assert grouped[name] == alone[name], name


any_history = given(readings=histories(), cuts=st.sets(st.integers(1, 5), max_size=2))
unhurried = examples(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@any_history
@examples(unhurried, max_examples=5)
def test_readings_loaded_together_give_what_they_give_one_by_one(
    readings: Any, cuts: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_any_grouping(readings, cuts, tmp_path_factory.mktemp("any"))


@pytest.mark.slow
@any_history
@examples(unhurried, max_examples=400)
def test_many_more_histories_loaded_together_give_what_they_give_one_by_one(
    readings: Any, cuts: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_any_grouping(readings, cuts, tmp_path_factory.mktemp("any"))
