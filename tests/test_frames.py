"""``read`` and ``connect``: what a notebook gets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from asked_city import Asked
from commanding import environment

import open311_etl
from open311_etl.errors import UsageError

CHICAGO = ZoneInfo("America/Chicago")
MARCH = (date(2026, 3, 1), "2026-03-15")


def ids_of(asked: Asked, since: datetime, until: datetime) -> dict[str, str]:
    found = {
        r["service_request_id"]: r["requested_datetime"]
        for r in asked.city.truth()
        if "service_request_id" in r
    }
    return {key: at for key, at in found.items() if since <= datetime.fromisoformat(at) < until}


@pytest.fixture
def march(asked: Asked) -> dict[str, str]:
    return ids_of(asked, datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 3, 15, 5, tzinfo=UTC))


def test_the_three_frames_hold_the_same_requests(asked: Asked, march: dict[str, str]) -> None:
    read: Callable[..., Any] = open311_etl.read
    frame = read("springfield", *MARCH, settings=asked.settings)
    table = read("springfield", *MARCH, settings=asked.settings, into="arrow")
    polar = read("springfield", *MARCH, settings=asked.settings, into="polars")
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(table, pa.Table)
    assert isinstance(polar, pl.DataFrame)
    assert list(frame.columns) == table.column_names == polar.columns
    for ids in (
        frame.service_request_id,
        table["service_request_id"].to_pylist(),
        polar["service_request_id"].to_list(),
    ):
        assert set(ids) == set(march)
        assert len(ids) == len(march)


def test_times_are_local_and_the_instants_that_they_were(
    asked: Asked, march: dict[str, str]
) -> None:
    frame = open311_etl.read("springfield", *MARCH, settings=asked.settings)
    polar = open311_etl.read("springfield", *MARCH, settings=asked.settings, into="polars")
    assert str(frame.requested_datetime.dt.tz) == "America/Chicago"
    assert polar.schema["requested_datetime"] == pl.Datetime("us", "America/Chicago")
    for request_id, at, polar_at in zip(
        frame.service_request_id, frame.requested_datetime, polar["requested_datetime"], strict=True
    ):
        instant = datetime.fromisoformat(march[request_id])
        assert at == instant == polar_at
        assert at.date() == polar_at.date() == instant.astimezone(CHICAGO).date()
    # The night in which clocks go forward has one hour less, and the difference knows it.
    day = frame[frame.requested_datetime.dt.date == date(2026, 3, 8)].requested_datetime
    assert {str(each)[-6:] for each in day} <= {"-06:00", "-05:00"}
    waits = (frame.closed_datetime - frame.requested_datetime).dropna()
    assert (waits >= pd.Timedelta(0)).all()
    assert frame.requested_datetime.is_monotonic_increasing


def test_columns_services_and_statuses_choose(asked: Asked) -> None:
    frame = open311_etl.read(
        statuses=["open"],
        columns=["service_code", "status", "extended_attributes"],
        settings=asked.settings,
    )
    assert list(frame.columns) == ["service_code", "status", "extended_attributes"]
    assert set(frame.status) == {"open"}
    assert json.loads(frame.extended_attributes[0])["ward"]
    code = frame.service_code[0]
    of_one = open311_etl.read(services=[code], settings=asked.settings)
    assert set(of_one.service_code) == {code}
    empty = open311_etl.read("springfield", end="2020-01-01", settings=asked.settings)
    assert (len(empty), "requested_datetime" in empty) == (0, True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"source": "sprinfield"}, "did you mean springfield"),
        ({"columns": ["adress"]}, "did you mean address"),
        ({"start": "soon"}, '"soon" is no time'),
        ({"into": "excel"}, "there are pandas, arrow and polars"),
    ],
)
def test_what_is_wrong_is_named(asked: Asked, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open311_etl.read(settings=asked.settings, **wrong)


def test_a_library_that_is_not_there_is_named_with_what_installs_it(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(UsageError, match=r"pip install 'open311-etl\[polars\]'"):
        open311_etl.read(settings=asked.settings, into="polars")


def test_a_connection_reads_what_is_published_and_cannot_write_it(asked: Asked) -> None:
    with open311_etl.connect(settings=asked.settings) as con:
        ((n,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
        assert n == len(list(open311_etl.read(settings=asked.settings, into="arrow")["source"]))
        with pytest.raises(duckdb.Error, match="read-only"):
            con.execute("DELETE FROM service_requests")
        con.execute("CREATE TEMP TABLE mine AS SELECT 7 AS n")  # what is one's own, one may
        assert con.sql("SELECT requested_datetime FROM service_requests").df().shape == (n, 1)
        assert con.sql("SELECT requested_datetime FROM service_requests").pl().height == n
        zone = con.sql("SELECT current_setting('TimeZone')").fetchone()
        assert zone == ("UTC",)


def test_a_later_connection_sees_what_was_published_since(tmp_path: Path, asked: Asked) -> None:
    published = tmp_path / "data" / "published"
    published.mkdir(parents=True)
    settings = open311_etl.load_settings(tmp_path / "data")
    link = published / "open311.duckdb"
    seen = []
    for release in (1, 2):
        with duckdb.connect(published / f"{release}.duckdb") as con:
            con.execute(f"CREATE TABLE release AS SELECT {release} AS n")
        link.unlink(missing_ok=True)
        link.symlink_to(f"{release}.duckdb")
        seen.append(open311_etl.connect(settings=settings))  # the first one stays open
    assert [con.sql("FROM release").fetchone() for con in seen] == [(1,), (2,)]


def test_pandas_is_not_needed_for_anything_else(asked: Asked) -> None:
    code = (
        "import sys\nfrom publish_city import WITHOUT_PANDAS\nexec(WITHOUT_PANDAS)\n"
        "import open311_etl\nsettings = open311_etl.load_settings(sys.argv[1])\n"
        "print(open311_etl.read(settings=settings, into='arrow').num_rows)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(asked.folder)],
        check=True,
        capture_output=True,
        env=environment(PYTHONPATH=f"{Path(__file__).parent}:{Path(__file__).parent.parent}"),
    )
    assert int(done.stdout) > 500
