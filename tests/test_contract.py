"""A server that is no longer what it was is noticed by what a pull reads anyway (Q-ID-5, Q-FLD-8).

Each pull compares; what it notices stands in etl.profile_changes, in its report, in the status.
"""

from __future__ import annotations

import io
import random
import shutil
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from commanding import command
from reading import Warehouse, request

from open311_etl import contract, pipeline, status
from open311_etl.cli.pulling import _tell
from open311_etl.config import Settings, Source
from open311_etl.decode import Entry
from open311_etl.habits import Habits
from open311_etl.model import Change, Run
from open311_etl.sandbox import Character, City, serving
from open311_etl.session import PullReport
from open311_etl.warehouse import warehouse

PROFILE: dict[str, Any] = {
    "timezone": "America/Chicago",
    "first_page": 1,
    "page_size": 20,
    "bbox": (-90.0, 39.5, -89.3, 40.1),
}
DAYS, FIRST, SECOND = 8, 3, 5


def profiled(url: str = "http://127.0.0.1/", **profile: Any) -> Source:
    return Source.model_validate({"name": "springfield", "url": url, **PROFILE, **profile})


def pulled(place: Path, upto: int, profile: dict[str, Any], **ways: Any) -> PullReport:
    """Pull the same city up to the end of that day from a server of this character."""
    city = City(70 * DAYS, days=DAYS, services=12)
    now = city.start + timedelta(days=upto)
    city.set_clock(now)
    with serving(city, character=Character(**ways)) as server:
        settings = Settings(place, {"springfield": profiled(server.url, **profile)})
        (report,) = pipeline.pull(["springfield"], settings, end=now)
    assert report.error is None, report.error
    return report


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that holds the first days of a well-behaved server."""
    place = tmp_path_factory.mktemp("before") / "data"
    for upto in (FIRST, FIRST + 1):
        assert pulled(place, upto, {}).alarms == ()
    return place


def noticed(
    place: Path, profile: dict[str, Any], upto: int = SECOND, **ways: Any
) -> dict[str, Change]:
    """Pull the days that follow from a server that has changed; give what is noticed, by trait."""
    report = pulled(place, upto, profile, **ways)
    (standing,) = status.status(Settings(place, {}), "springfield")
    shown = {(each.trait, each.now) for each in standing.alarms}
    assert {(each.trait, each.now) for each in report.alarms} <= shown
    with warehouse(place / "open311.duckdb", read_only=True) as con:
        kept = con.execute(
            "SELECT trait, was, now, severity, message FROM etl.profile_changes "
            "WHERE run_id = ? ORDER BY ALL",
            [report.run_id],
        ).fetchall()
    assert sorted(map(astuple, report.alarms)) == kept
    return {each.trait: each for each in report.alarms}


def habits_of(*texts: str) -> Habits:
    habits = Habits()
    habits.note([Entry(str(n), text, text, None) for n, text in enumerate(texts)])
    return habits


def test_a_server_that_stays_as_it_is_raises_no_alarm_and_neither_does_its_user(
    before: Path, tmp_path: Path
) -> None:
    place = Path(shutil.copytree(before, tmp_path / "data"))
    assert noticed(place, {}) == {}
    # Smaller pages are asked for, and the box is another one: that is the user, not the server.
    changed = {"page_size": 10, "bbox": (-89.65, 39.5, -89.3, 40.1)}
    assert noticed(place, changed, SECOND + 2) == {}


def test_what_changes_is_noticed_once_and_normal_from_then_on(before: Path, tmp_path: Path) -> None:
    """Q-ID-5, Q-FLD-8."""
    place = Path(shutil.copytree(before, tmp_path / "data"))
    ways: dict[str, Any] = {
        "page_size_most": 10,
        "ids": "number",
        "rename": ("address:where",),
        "updated_filter": "ignored",
    }
    found = noticed(place, {}, **ways)
    assert set(found) == {"page size", "id form", "fill of address", "updated filter"}
    assert (
        found["page size"].message == "pages hold 10 entries at most, no longer 20 (20 asked for)"
    )
    assert (found["page size"].was, found["page size"].now) == ("20", "10")
    assert (found["id form"].was, found["id form"].now) == ("AA99-99999999", "9999999999")
    assert found["fill of address"].now == "0 %"
    assert (found["updated filter"].was, found["updated filter"].now) == ("works", "ignored")
    assert {each.severity for each in found.values()} == {"warning"}
    assert noticed(place, {}, SECOND + 2, **ways) == {}


def test_other_codes_a_turned_order_and_another_form_of_times_are_noticed(
    before: Path, tmp_path: Path
) -> None:
    place = Path(shutil.copytree(before, tmp_path / "data"))
    # The list of services stays as it was, requests have other codes.
    ways = {"services_hidden": 12, "codes": "number", "order": "requested-asc", "times": "offset"}
    found = noticed(place, {}, **ways)
    assert set(found) == {"unlisted codes", "order", "time form"}
    order, form = found["order"], found["time form"]
    assert (order.was, order.now) == ("updated descending", "requested ascending")
    assert (form.was, form.now) == ("Z", "offset")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("ignored", "held rows of another time"),
        pytest.param("refused", "were refused", marks=pytest.mark.slow),
    ],
)
def test_an_updated_filter_that_the_profile_promises_and_the_server_lacks_is_noticed(
    tmp_path: Path, way: str, said: str
) -> None:
    place, told = tmp_path / "data", {"updated_filter": True}
    pulled(place, 1, told, updated_filter=way)
    found = noticed(place, told, 2, updated_filter=way)["updated filter"]
    assert found.now == way
    assert said in found.message
    assert "the profile says that it works" in found.message


@pytest.mark.parametrize(
    ("fields", "trait"),
    [
        ({"lat": 34.24, "long": -73.65}, "coordinates"),
        ({"lat": -89.6, "long": 39.8}, "coordinates"),
        ({"service_request_id": None}, "pending entries"),
    ],
)
def test_places_in_the_sea_and_requests_that_get_no_ids_are_noticed(
    tmp_path: Path, fields: dict[str, Any], trait: str
) -> None:
    """Q-GEO-4, Q-GEO-7."""
    house = Warehouse(tmp_path, profiled())

    def told(name: str, first: int, **fields: Any) -> list[str]:
        rows = [request(first + n, **(fields if n % 2 else {})) for n in range(120)]
        reading = replace(house.read(rows), run_id=name, pending=60 * ("service" in str(fields)))
        house.load_all(reading)
        run = Run(name, "springfield", datetime.now(UTC), reading.started_at, None, None)
        with warehouse(house.file) as con:
            con.execute(
                "INSERT INTO etl.runs BY NAME SELECT $1 AS run_id, 'springfield' AS source, "
                "$2 AS started_at, $2 AS as_of, '0' AS version",
                [name, run.as_of],
            )
            found = contract.changes(con, house.source, run)
            contract.record(con, house.source.name, run.id, found, house.clock)
            return [each.trait for each in found]

    assert told("a", 1) == []
    assert told("b", 1001) == []
    assert told("c", 2001, **fields) == [trait]
    assert told("d", 3001, **fields) == []


def test_few_entries_tell_nothing_of_order_or_form() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    times = [f"{start + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}" for n in range(200)]
    few, all_up = habits_of(*times[:15]), habits_of(*times)
    mixed = habits_of(*random.Random(1).sample(times, len(times)))
    assert (few.order, few.time_form) == (None, None)
    assert (all_up.order, all_up.time_form) == ("requested ascending", "Z")
    assert (mixed.order, mixed.time_form) == ("none", "Z")


def test_a_command_and_a_flow_name_the_alarm_of_a_pull(before: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(before, tmp_path / "data"))
    report = pulled(place, SECOND, {}, page_size_most=10)
    said = "alarm: page size: pages hold 10 entries at most, no longer 20 (20 asked for)"
    told = io.StringIO()
    with patch("sys.stderr", told):
        _tell("springfield", report, as_json=True)
    assert said in told.getvalue()
    flows = pytest.importorskip("flows.summary", reason="Prefect is not installed")
    assert said in flows.text([report])
    assert f"## Alarms\n\n- {said.removeprefix('alarm: ')}" in flows.markdown(report)
    shown = command("status", "springfield", "--json", "--data-dir", place)
    assert [each["trait"] for each in shown.json[0]["alarms"]] == ["page size"]
