"""Data tests: silent where all is well, and each finds what it is there for."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from reading import SOURCE, Warehouse, request

from open311_etl import checks, marts
from open311_etl.cli import run
from open311_etl.config import Settings
from open311_etl.sandbox import City
from open311_etl.warehouse import tables, warehouse

RUN = """
INSERT INTO etl.runs BY NAME
SELECT 'run' AS run_id, 'springfield' AS source, $now AS started_at, $now AS ended_at,
    $now AS as_of, 'complete' AS result, 0 AS requests, '0' AS version;

INSERT INTO etl.sources BY NAME
SELECT 'springfield' AS source, 'Springfield' AS title, 'America/Chicago' AS timezone,
    -89.8 AS west, 39.66 AS south, -89.5 AS east, 39.9 AS north, 14 AS settle_days;

UPDATE etl.windows SET window_start = $start, window_end = $now
"""

BREAK = {
    "keys_unique": "INSERT INTO service_requests FROM service_requests LIMIT 1",
    "current_versions": "DELETE FROM service_request_versions WHERE is_current",
    "one_current_version": "UPDATE service_request_versions SET is_current = true",
    "versions_overlap": "UPDATE service_request_versions "
    "SET valid_to = valid_to + INTERVAL 1 DAY WHERE valid_to IS NOT NULL",
    "versions_agree": "UPDATE service_requests SET status = 'lost'",
    "ledger_adds_up": "UPDATE etl.windows SET records = records + 1",
    "ledger_has_each_request": "UPDATE etl.windows SET new = new - 1, unchanged = unchanged + 1",
    "proven_against_suspect": """
        CREATE OR REPLACE VIEW etl.coverage AS
        SELECT source, window_start AS span_start, window_end AS span_end, 'proven' AS verdict,
            started_at - INTERVAL 1 DAY AS read_at, window_start, window_end, pending,
            next_try_at, reason FROM etl.windows;
        UPDATE etl.windows SET verdict = 'suspect'
    """,
    "notes_have_requests": """
        INSERT INTO service_request_notes BY NAME
        SELECT 'springfield' AS source, 'nobody' AS service_request_id, 1 AS note_number,
            now() AS observed_at
    """,
    "marts_agree": "DELETE FROM marts.fact_service_requests",
    "times_plausible": "UPDATE marts.fact_service_requests "
    "SET closed_datetime = requested_datetime - INTERVAL 1 DAY",
    "coordinates_in_box": "UPDATE service_requests SET lat = long, long = lat",
    "quiet_day": "DELETE FROM marts.daily "
    "WHERE day = (SELECT last_whole_day FROM marts.as_of) AND service_code < 'e'",
    "empty_day": "DELETE FROM marts.daily WHERE day = (SELECT last_whole_day FROM marts.as_of)",
    "fill_rates": "UPDATE marts.fact_service_requests SET ward = NULL "
    "WHERE requested_date > (SELECT last_whole_day FROM marts.as_of) - 7",
    "quarantined": "UPDATE etl.windows SET quarantined = records, new = 0, unchanged = 0",
    "source_lags": "UPDATE marts.as_of SET as_of = as_of + INTERVAL 4 DAY",
    "pulled_lately": "UPDATE marts.as_of SET as_of = '2020-01-01'",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with nothing wrong: a city of 75 days, loaded twice, and its marts."""
    place = Warehouse(tmp_path_factory.mktemp("sound"))
    city = City(4_000, days=75)
    for back in (10, 0):
        now = city.end - timedelta(days=back)
        place.clock = now - timedelta(hours=1)
        place.load([each for each in city.truth(now) if "service_request_id" in each])
    with warehouse(place.file) as con:
        for statement in RUN.split(";"):
            values = {"now": city.end, "start": city.start}
            named = {key: values[key] for key in values if f"${key}" in statement}
            con.execute(statement, named or None)
        marts.refresh(con)
    return place.file


def _found(data_dir: Path, *, quick: bool = False) -> dict[str, checks.Check]:
    found = checks.check(Settings(data_dir, {"springfield": SOURCE}), quick=quick)
    return {each.name: each for each in found if each.count}


def test_nothing_is_found_where_nothing_is_wrong(sound: Path) -> None:
    found = _found(sound.parent)
    assert list(found) in ([], ["pulled_lately"])  # the city lives in 2026


def test_each_check_has_a_way_to_be_broken() -> None:
    assert checks.names() == sorted(BREAK)
    assert "etl.windows" in tables()


@pytest.mark.parametrize("name", checks.names())
def test_each_check_finds_what_it_is_there_for(sound: Path, tmp_path: Path, name: str) -> None:
    broken = Path(shutil.copy(sound, tmp_path))
    with warehouse(broken) as con:
        con.execute(BREAK[name])
    found = _found(tmp_path)
    assert name in found
    told = found[name]
    assert told.count >= 1
    assert told.violations[0]
    assert told.todo in str(told)


@pytest.mark.parametrize("name", checks.names())
def test_a_check_says_how_bad_it_is_when_it_is_asked_and_what_to_do(name: str) -> None:
    said = checks.header(name)
    assert said["severity"] in ("error", "warning")
    assert said["when"] in ("each pull", "asked")
    page = (Path(__file__).parent.parent / "docs" / "checks.md").read_text(encoding="utf-8")
    asked = "pull and check" if said["when"] == "each pull" else "check"
    assert f"| {said['severity']} | `{name}` | {said['what']} | {asked} | {said['do']} |" in page


def test_an_error_ends_with_1_and_a_warning_with_0(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Path(shutil.copy(sound, tmp_path))
    assert run(["check", "--data-dir", str(tmp_path)]) == 0
    assert "keys_unique" in capsys.readouterr().out
    with warehouse(broken) as con:
        con.execute(BREAK["ledger_adds_up"])
    assert run(["check", "--data-dir", str(tmp_path), "--quick"]) == 1
    shown = capsys.readouterr()
    assert "ledger_adds_up" in shown.out
    assert "read its window again" in shown.err


def test_without_marts_it_says_what_makes_them(tmp_path: Path) -> None:
    place = Warehouse(tmp_path)
    place.load([request(1)])
    assert run(["check", "--data-dir", str(tmp_path)]) == 2
