"""Marts that take in load after load are the marts that are made anew at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from commanding import environment
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from reading import DAY, Warehouse, request

from open311_etl import failpoint, marts
from open311_etl.warehouse import warehouse

PLACES = [(39.8, -89.6), (39.8003, -89.6), (39.8, -89.6006), (39.81, -89.6), (None, None)]
"""33 m to the north of the first, 51 m to its west, far away, and none."""

SERVICES = {"pothole": "Pothole", "tree": "Tree", "ask": "Information Only Call"}


@st.composite
def _entries(draw: st.DrawFn) -> dict[str, Any]:
    """Give a request in some state: eight ids, few places and days, so that they meet."""
    number = draw(st.integers(0, 7))
    code = draw(st.sampled_from([*SERVICES]))
    lat, long = draw(st.sampled_from(PLACES))
    asked = DAY + timedelta(
        days=draw(st.integers(-2, 2)) + number * 3, hours=draw(st.integers(0, 9))
    )
    told = sorted(draw(st.lists(st.integers(-1, 40), max_size=5)))
    kinds = draw(
        st.lists(st.sampled_from(["opened", "closed", "activity"]), min_size=5, max_size=5)
    )
    notes = [
        {"datetime": (asked + timedelta(days=days)).isoformat(), "type": kind}
        for days, kind in zip(told, kinds, strict=False)
    ]
    return request(
        number,
        status=draw(st.sampled_from(["open", "closed"])),
        service_code=code,
        service_name=SERVICES[code],
        status_notes=draw(st.sampled_from([None, "Crew sent", "Closed as a duplicate"])),
        requested_datetime=asked.isoformat(),
        updated_datetime=(asked + timedelta(days=draw(st.integers(0, 50)))).isoformat(),
        expected_datetime=draw(st.sampled_from([None, (asked + timedelta(days=9)).isoformat()])),
        lat=lat,
        long=long,
        notes=notes,
        extended_attributes={"ward": draw(st.sampled_from(["1", "2", None]))},
    )


def _distinct(entry: dict[str, Any]) -> str:
    return str(entry["service_request_id"])


LOADS = st.lists(
    st.one_of(
        st.lists(_entries(), min_size=1, max_size=6, unique_by=_distinct),
        st.sampled_from(["gone", "renamed"]),
    ),
    min_size=1,
    max_size=5,
)

GONE = """
UPDATE service_requests SET gone_at = $now, last_changed_at = $now
WHERE
    gone_at IS NULL
    AND service_request_id = (SELECT min(service_request_id) FROM service_requests)
"""
RENAMED = """
UPDATE services SET service_name = 'Information Only ' || service_name WHERE service_code = 'tree'
"""


def tables(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of what the marts keep."""
    with warehouse(file, read_only=True) as con:
        return {
            name: con.sql(f"SELECT * FROM marts.{name} ORDER BY ALL").to_arrow_table().to_pylist()
            for name in marts.TABLES
            if name not in ("build", "readings")
        }


def made_anew(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Give what the marts keep, made from nothing."""
    with warehouse(file) as con:
        con.execute("UPDATE marts.build SET fingerprint = 'of other SQL'")
        assert marts.refresh(con).whole
    return tables(file)


def taken_in(place: Path, loads: list[Any]) -> None:
    held = Warehouse(place)
    for number, load in enumerate([[request(0), request(1)], *loads]):
        if isinstance(load, list):
            held.load(load)
        with warehouse(held.file) as con:
            if load == "gone":
                con.execute(GONE, {"now": held.clock})
            elif load == "renamed":
                con.execute(RENAMED)
            assert marts.refresh(con).whole == (number == 0)
    kept = tables(held.file)
    for name, rows in made_anew(held.file).items():
        assert kept[name] == rows, name


@examples(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(LOADS)
@example(["gone", "renamed"])
def test_any_loads_taken_in_one_by_one_are_what_making_anew_gives(loads: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        taken_in(Path(folder), loads)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@examples(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(LOADS)
def test_many_loads_taken_in_one_by_one_are_what_making_anew_gives(loads: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        taken_in(Path(folder), loads)


REFRESH = """
import sys
from pathlib import Path
from open311_etl import marts
from open311_etl.warehouse import warehouse
with warehouse(Path(sys.argv[1])) as con:
    marts.refresh(con)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("moment", ["in-marts", "before-commit", "after-commit"])
def test_marts_whose_refresh_was_killed_are_mended_by_the_next(tmp_path: Path, moment: str) -> None:
    held = Warehouse(tmp_path)
    held.load([request(number) for number in range(9)])
    with warehouse(held.file) as con:
        marts.refresh(con)
    before = tables(held.file)
    changed = {"status": "closed", "updated_datetime": "2026-03-02T10:00:00Z"}
    held.load([request(3, **changed), request(4, service_code="tree"), request(20)])
    command = [sys.executable, "-c", REFRESH, str(held.file)]
    killed = subprocess.run(command, env=environment(OPEN311_FAILPOINT=moment), check=False)
    assert killed.returncode == -signal.SIGKILL
    left = tables(held.file)
    assert (left == before) == (moment != "after-commit")  # all of a refresh, or none of it
    with warehouse(held.file) as con:
        again = marts.refresh(con)
    assert (again.touched, again.whole) == (0 if moment == "after-commit" else 3, False)
    kept = tables(held.file)
    assert kept["fact_service_requests"] != before["fact_service_requests"]
    assert made_anew(held.file) == kept
    assert moment in failpoint.MOMENTS
