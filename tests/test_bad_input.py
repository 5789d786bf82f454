"""What a user can cause ends in one clear line and the right exit code, and loses nothing."""

from __future__ import annotations

import socket
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from open311_etl.cli import run
from open311_etl.sandbox import City, serving

URL = "http://127.0.0.1:9/open311/v2/"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(place: Path, text: str) -> None:
    (place / "open311.toml").write_text(text)


def springfield(place: Path, url: str = URL) -> None:
    config(place, f'[sources.springfield]\nurl = "{url}"\nretries = 0\nconnect_timeout = 2\n')


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """Give the one line on standard error; standard output stays empty, there is no traceback."""
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return said.err


def test_an_unknown_source_is_told_with_the_nearest_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["pull", "chicgo"]) == 2
    assert 'unknown source "chicgo"; did you mean chicago' in told(capsys)


def test_an_end_before_the_start_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "chicago", "--start", "2026-02-01", "--end", "2026-01-01"]) == 2
    assert "is not after" in told(capsys)


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "01/02/2026"])
def test_a_date_that_is_none_is_refused(date: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "chicago", "--start", date]) == 2
    assert date in told(capsys)


def test_a_data_directory_that_cannot_be_made_is_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    springfield(place)
    (place / "taken").write_text("a file in the way")
    assert run(["pull", "springfield", "--data-dir", "taken/data"]) == 4
    assert "taken" in told(capsys)


def test_a_server_that_is_not_there_is_told_and_nothing_is_lost(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    springfield(place)
    assert run(["pull", "springfield", "--no-publish"]) == 3
    said = capsys.readouterr().err
    assert "source springfield" in said
    assert "nothing is lost" in said
    assert "Traceback" not in said


@pytest.fixture
def html() -> Iterator[str]:
    """A server of web pages, under the name of a city."""
    with serving(City(1)) as server:
        yield f"http://127.0.0.1:{server.port}/nothing/here/"


def test_a_server_that_speaks_no_georeport_is_told(
    place: Path, html: str, capsys: pytest.CaptureFixture[str]
) -> None:
    springfield(place, html)
    assert run(["pull", "springfield", "--no-publish"]) == 3
    assert "source springfield" in capsys.readouterr().err


ZONED = '[sources.x]\nurl = "http://x/"\ntimezone = '


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[sources.x]\nurl = "http://x/"\npage_sise = 3\n', 'did you mean "page_size"'),
        ('[sources.x]\nurl = "http://x/"\npage_size = "many"\n', "page_size"),
        ('[sources.x]\nurl = "ftp://x/"\n', "http"),
        (ZONED + '"America/Chicagoo"', 'no IANA time zone; did you mean "America/Chicago"?'),
        (ZONED + '"America"', "is no IANA time zone"),
        (ZONED + '"0"', "is no IANA time zone such as America/Chicago"),
        (ZONED + '"../etc"', "is no IANA time zone"),
        ("[sources.x]\n", 'lacks the key "url"'),
        ("[sources.x\n", "not valid TOML"),
        ('colour = "red"\n', 'unknown key "colour"'),
    ],
)
def test_a_broken_configuration_names_file_key_and_what_is_right(
    text: str, wanted: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config(place, text)
    assert run(["sources"]) == 2
    said = told(capsys)
    assert "open311.toml" in said
    assert wanted in said


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["sandbox", "--requests", "1", "--port", str(taken.getsockname()[1])]) == 2
    assert "in use" in capsys.readouterr().err


def test_a_machine_without_time_zones_is_told_what_to_install(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config(place, ZONED + '"America/Chicago"')
    for module in {"tzdata", *(each for each in sys.modules if each.startswith("tzdata."))}:
        monkeypatch.setitem(sys.modules, module, None)
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        assert run(["sources"]) == 2
    finally:
        zoneinfo.reset_tzpath()
    assert 'no time zone data; "pip install tzdata"' in told(capsys)


def test_a_wrong_flag_is_told_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "chicago", "--strat", "2026-01-01"]) == 2
    assert "--start" in capsys.readouterr().err


def test_a_query_only_reads_what_is_published(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = City(30, days=3, services=9)
    with serving(city) as server:
        springfield(place, server.url)
        assert run(["pull", "springfield", "-q", "--end", city.end.isoformat()]) in (0, 1)
    capsys.readouterr()
    assert run(["query", "SELECT count(*) AS n FROM service_requests", "--format", "csv"]) == 0
    assert capsys.readouterr().out.split()[0] == "n"
    for sql in (
        "CREATE TABLE x (a INT)",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "ATTACH 'other.duckdb'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT 1; SELECT 2",
        "SELEC 1",
    ):
        assert run(["query", sql]) == 2, sql
        assert len(told(capsys).strip().splitlines()) <= 3, sql
    assert not (place / "stolen.csv").exists()
