"""The seeded city: the same for one seed, true at every moment, and like a real one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from open311_etl.errors import UsageError
from open311_etl.sandbox import City
from open311_etl.sandbox.streets import BBOX


@pytest.fixture(scope="module")
def city() -> City:
    return City(6_000, days=200)


def rows(city: City, at: datetime | None = None) -> list[dict[str, Any]]:
    return list(city.truth(at))


def test_the_same_seed_size_and_start_give_the_same_city(city: City) -> None:
    assert rows(City(6_000, days=200)) == rows(city)
    assert rows(City(6_000, days=200, seed=5)) != rows(city)
    start = datetime(2024, 6, 1, tzinfo=UTC)
    assert rows(City(300, start=start)) == rows(City(300, start=start))


def test_a_city_may_have_few_services_and_its_requests_are_of_these(city: City) -> None:
    few = City(200, days=10, services=7)
    codes = {service.code for service in few.services}
    assert len(codes) == 7
    assert codes <= {service.code for service in city.services}
    assert {row["service_code"] for row in rows(few)} <= codes


SMALL = City(300, days=40)


@settings(max_examples=25, deadline=None)
@given(hours=st.integers(0, 60 * 24))
def test_lists_of_any_moment_are_the_lives_up_to_it(hours: int) -> None:
    city = SMALL
    at = city.start + timedelta(hours=hours)
    expected = {}
    for life in city.lives():
        past = [record for when, record in life.states() if when <= at]
        if past and life.visible <= at.timestamp():
            expected[life.number] = past[-1]
    shown = rows(city, at)
    assert len(shown) == len(expected)
    by_id = {
        row["service_request_id"]: row
        for row in expected.values()
        if "notes" in row and "service_request_id" in row
    }
    assert {row["service_request_id"]: row for row in shown if "service_request_id" in row} == by_id


def test_going_back_in_time_and_forth_changes_nothing(city: City) -> None:
    end = rows(city)
    city.set_clock(city.start + timedelta(days=20))
    assert len(rows(city)) < len(end)
    city.set_clock(city.end)
    assert rows(city) == end


def test_a_running_clock_lets_the_next_request_in() -> None:
    city = City(50, days=0.01)
    before = city.start + timedelta(days=0.005)
    city.set_clock(before, running=True)
    assert abs(city.clock.now - before) < timedelta(seconds=5)
    assert all(
        row["requested_datetime"] <= f"{city.clock.now:%Y-%m-%dT%H:%M:%SZ}" for row in rows(city)
    )


def test_ids_are_unique_and_their_year_is_the_local_one() -> None:
    city = City(2_000, start=datetime(2025, 12, 20, tzinfo=UTC), days=20)
    ids = [life.id for life in city.lives()]
    assert len(set(ids)) == 2_000
    for life in city.lives():
        local = datetime.fromtimestamp(life.requested, city.zone)
        assert life.id.startswith(f"SR{local.year % 100}-")


def test_entries_are_pending_first_then_get_an_id_and_half_carry_a_token(city: City) -> None:
    waits, tokens = [], 0
    for life in city.lives():
        first = life.states()[0][1]
        if first["status"] != "submitted":
            assert life.opened == life.requested
            continue
        assert "service_request_id" not in first
        assert [note["type"] for note in first["notes"]] == ["submitted"]
        waits.append(life.opened - life.requested)
        tokens += "token" in first
        assert ("token" in first) == ("token" in life.states()[-1][1])
    assert 0.3 < len(waits) / 6_000 < 0.7
    assert 0.4 < tokens / len(waits) < 0.6
    assert 60 <= min(waits) < 600
    assert 3_600 < max(waits) < 3 * 86_400


def test_one_in_a_hundred_appears_days_late_with_its_old_times(city: City) -> None:
    late = [life for life in city.lives() if life.visible > life.requested]
    assert 0.004 < len(late) / 6_000 < 0.02
    for life in late:
        assert 86_400 <= life.visible - life.requested <= 9 * 86_400
        assert life.id not in {entry.id for entry in city.listing(life.visible - 1).entries}
        if life.opened < life.visible:
            assert life.id in {entry.id for entry in city.listing(life.visible).entries}
            assert city.by_id(life.id, life.visible - 1)


def test_some_lives_reopen_and_some_never_close(city: City) -> None:
    ends = Counter(life.kinds[-1] for life in city.lives())
    assert ends["closed"] > 5_000
    assert ends["opened"] + ends["activity"] > 100
    assert sum("reopened" in life.kinds for life in city.lives()) > 50


def test_duplicates_are_flagged_when_closed_and_most_name_a_parent(city: City) -> None:
    flagged = [row for row in rows(city) if row.get("extended_attributes", {}).get("duplicate")]
    ids = {life.id: life for life in city.lives()}
    parents = [row["extended_attributes"].get("parent_service_request_id") for row in flagged]
    assert 0.04 < len(flagged) / 6_000 < 0.08
    assert 0.5 < sum(map(bool, parents)) / len(flagged) < 0.95
    for row, parent in zip(flagged, parents, strict=True):
        assert row["status"] in ("closed", "open")
        if parent:
            assert ids[parent].service is ids[row["service_request_id"]].service
            assert ids[parent].requested <= ids[row["service_request_id"]].requested


def test_it_looks_like_a_city(city: City) -> None:
    shown = rows(city)
    west, south, east, north = BBOX
    placed = [row for row in shown if row["lat"] is not None]
    assert 0.02 < 1 - len(placed) / len(shown) < 0.06
    assert all(west < row["long"] < east and south < row["lat"] < north for row in placed)
    extended = [row["extended_attributes"] for row in shown if "extended_attributes" in row]
    assert {each["ward"] for each in extended} == {str(ward) for ward in range(1, 51)}
    assert len({each["channel"] for each in extended}) >= 6
    assert sum("expected_datetime" in row for row in shown) > 2_000
    hours = Counter(datetime.fromtimestamp(each.requested, city.zone).hour for each in city.lives())
    assert hours[11] > 4 * hours[3]
    months = Counter(
        row["requested_datetime"][:7] for row in shown if "Snow" in row["service_name"]
    )
    assert months["2026-01"] > 5 * months["2026-06"]


def test_a_living_city_has_a_past_and_a_future() -> None:
    now = datetime(2026, 3, 8, 21, tzinfo=UTC)
    city = City.living(500, now=now)
    made = sum(life.requested <= city.clock.seconds for life in city.lives())
    assert city.clock.running
    assert 300 < made < 480


@pytest.mark.parametrize(("size", "days"), [(-1, 3), (5, 0), (10**9, 3)])
def test_an_impossible_city_is_a_usage_error(size: int, days: float) -> None:
    with pytest.raises(UsageError, match="a city has"):
        City(size, days=days)


def test_an_empty_city_and_a_crowded_second_are_possible() -> None:
    assert rows(City(0)) == []
    crowded = rows(City(100, days=0.0001))
    assert max(Counter(row["requested_datetime"] for row in crowded).values()) >= 10
