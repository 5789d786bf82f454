"""The doctor finds what is damaged, says what to do, and mends what is safe to mend."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from commanding import command
from reading import Warehouse, request
from test_two_at_once import READ, another

from open311_etl.config import Settings
from open311_etl.doctor import doctor, exit_code
from open311_etl.hold import holding
from open311_etl.publish import publish
from open311_etl.replay import replay
from open311_etl.retention import prune
from open311_etl.warehouse import warehouse


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which all is well."""
    place = tmp_path_factory.mktemp("healthy")
    loaded(place, [request(number) for number in range(30)], [request(99)])
    publish(Settings(place, {}))
    return place


def loaded(place: Path, *bodies: Any) -> None:
    """Load a reading as a pull does: journal, then warehouse."""
    house = Warehouse(place)
    outcome = house.read(*bodies)
    house.landing.record(outcome)
    house.landing.loading([outcome])
    house.load_all(outcome)


@pytest.fixture
def setup(healthy: Path, tmp_path: Path) -> Settings:
    return Settings(shutil.copytree(healthy, tmp_path / "data", symlinks=True), {})


def wrong(setup: Settings, **how: bool) -> list[str]:
    found = doctor(setup, **how)
    return [f"{each.about}: {each.said}; {each.advice}" for each in found if not each.well]


def test_where_all_is_well_the_doctor_says_so_and_changes_nothing(setup: Settings) -> None:
    before = {file: file.stat().st_mtime_ns for file in setup.data_dir.rglob("*")}
    found = doctor(setup, fix=True)
    assert [each for each in found if not each.well] == []
    assert exit_code(found) == 0
    assert {each.about for each in found} >= {"versions", "room", "landing", "warehouse", "lake"}
    assert {file: file.stat().st_mtime_ns for file in setup.data_dir.rglob("*")} == before


def a_body(setup: Settings) -> Path:
    return sorted(setup.landing.rglob("*.zst"))[0]


def the_lake(setup: Settings) -> Path:
    return sorted(setup.lake.rglob("data.parquet"))[0]


def lines(setup: Settings) -> Path:
    (file,) = setup.landing.rglob("*.ndjson")
    return file


def altered(sql: str) -> Callable[[Settings], None]:
    def alter(setup: Settings) -> None:
        with warehouse(setup.warehouse) as con:
            con.execute(sql)

    return alter


HARM: dict[str, tuple[Callable[[Settings], Any], str, str]] = {
    "a body is missing": (lambda s: a_body(s).unlink(), "is missing", "pull springfield"),
    "a body is another": (
        lambda s: a_body(s).write_bytes(sorted(s.landing.rglob("*.zst"))[1].read_bytes()),
        "does not hold what its name says",
        "pull springfield",
    ),
    "a line is damaged": (
        lambda s: lines(s).write_bytes(b"{}x\n" + lines(s).read_bytes()),
        "line 1",
        "replay",
    ),
    "a row is gone": (
        altered("DELETE FROM service_requests WHERE service_request_id = 'SR-3'"),
        "current versions have no request",
        "replay",
    ),
    "a row is twice": (
        altered("INSERT INTO service_requests FROM service_requests LIMIT 1"),
        "1 requests stand twice",
        "replay",
    ),
    "a count is wrong": (
        altered("UPDATE etl.windows SET new = new + 1"),
        "do not account for all their entries",
        "replay",
    ),
    "the ledger lacks a reading": (
        altered("DELETE FROM etl.windows"),
        "1 readings of the journal are not in the ledger",
        "replay",
    ),
    "the warehouse is no database": (
        lambda s: s.warehouse.write_bytes(b"x" * 9000),
        "open311.duckdb",
        "replay",
    ),
    "the warehouse is gone": (lambda s: s.warehouse.unlink(), "there is none", "replay"),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_is_damaged_is_named_with_what_to_do(setup: Settings, harm: str) -> None:
    do, said, advice = HARM[harm]
    do(setup)
    found = wrong(setup)
    assert any(said in each and advice in each for each in found), found
    assert exit_code(doctor(setup)) == 4


MENDED: dict[str, Callable[[Settings], Any]] = {
    "a part is left": lambda s: (s.lake / ".data.parquet.part").touch(),
    "a part of a warehouse is left": lambda s: (s.data_dir / ".open311.duckdb.replay.part").touch(),
    "a file of the lake is gone": lambda s: the_lake(s).unlink(),
    "a file of the lake is cut": lambda s: the_lake(s).write_bytes(b"PAR1"),
    "readers see an old state": lambda s: loaded(s.data_dir, [request(500)]),
    "the snapshot is gone": lambda s: shutil.rmtree(s.published),
    "landing may be read": lambda s: s.landing.chmod(0o755),
    "the warehouse may be written": lambda s: s.warehouse.chmod(0o666),
}


@pytest.mark.parametrize("harm", MENDED)
def test_what_is_safe_to_mend_is_mended_where_that_is_wanted(setup: Settings, harm: str) -> None:
    MENDED[harm](setup)
    assert wrong(setup)
    assert wrong(setup), "looking mends nothing"
    found = doctor(setup, fix=True)
    assert exit_code(found) == 0, found
    assert wrong(setup) == []


def test_a_damaged_body_is_moved_aside_so_that_it_can_land_again(setup: Settings) -> None:
    file = a_body(setup)
    file.write_bytes(b"rubbish")
    doctor(setup, fix=True)
    assert not file.exists()
    assert file.with_suffix(".damaged").read_bytes() == b"rubbish"


def test_parts_are_left_alone_while_somebody_works(setup: Settings) -> None:
    part = setup.lake / ".data.parquet.part"
    part.touch()
    with holding(setup.locks, "pull-springfield", "it", wait=0):
        found = doctor(setup, fix=True)
    assert part.exists()
    assert any(f"pull-springfield by process {os.getpid()} since" in each.said for each in found)


def test_who_holds_the_warehouse_is_a_finding(setup: Settings) -> None:
    code = READ.replace("read_only=True", "read_only=False")
    with another(code, setup.warehouse) as other:
        found = [each.said for each in doctor(setup) if each.about == "in use"]
    assert [f"process {other.pid}" in each for each in found] == [True]


def test_the_command_prints_each_finding_and_ends_with_4_where_one_is_bad(
    setup: Settings,
) -> None:
    place = ("--data-dir", setup.data_dir)
    assert command("doctor", *place).code == 0
    part = setup.lake / ".data.parquet.part"
    part.touch()
    ended = command("doctor", *place)
    assert ended.code == 4
    assert f"WRONG   leftovers    {part}: left by work that did not end; remove it" in ended.text
    assert ended.line.endswith("1 thing in " + str(setup.data_dir) + " not well, named above")
    told = command("doctor", "--fix", "--json", *place)
    assert told.code == 0
    assert [each["fixed"] for each in told.json["findings"] if not each["well"]] == [True]


def test_old_bodies_that_no_row_came_from_may_go_and_a_replay_says_so(tmp_path: Path) -> None:
    place = tmp_path / "data"
    house = Warehouse(place)
    for status, blanks in (("open", ""), ("open", " "), ("closed", ""), ("closed", "  ")):
        # The same again, in other bytes, brings nothing new; its body is needed no more.
        body = json.dumps([request(1), request(2, status=status)]) + blanks
        outcome = house.read(body.encode())
        house.landing.record(outcome)
        house.landing.loading([outcome])
        house.load_all(outcome)
    setup = Settings(place, {"springfield": house.source})
    before = house.rows("SELECT * EXCLUDE (last_seen_at) FROM service_requests ORDER BY ALL")
    versions = house.rows("SELECT * FROM service_request_versions ORDER BY ALL")
    with warehouse(house.file) as con:
        pages = con.execute("SELECT page_sha256 FROM service_request_versions").fetchall()
        needed = {page for (page,) in pages}
        assert prune(con, "springfield", house.landing, house.clock, 1) == 0
        removed = prune(con, "springfield", house.landing, house.clock + timedelta(days=9), 1)
        assert prune(con, "springfield", house.landing, house.clock + timedelta(days=9), 1) == 0
    gone = {page.stem for page in setup.landing.rglob("*.zst") if page.stat().st_size == 0}
    assert removed == len(gone) == 2
    assert not gone & needed
    found = doctor(setup)
    assert exit_code(found) == 0
    told = [each.said for each in found if each.about == "landing"]
    assert "2 more were removed (landing_days)" in told[0]
    report = replay(setup)
    assert len(report.damages) == removed
    assert all("was removed, as landing_days wants it" in each for each in report.damages)
    assert (
        house.rows("SELECT * EXCLUDE (last_seen_at) FROM service_requests ORDER BY ALL") == before
    )
    assert house.rows("SELECT * FROM service_request_versions ORDER BY ALL") == versions
