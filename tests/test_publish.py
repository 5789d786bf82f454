"""The lake: every row as any reader of Parquet sees it, and only what changed is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from publish_city import (
    LEDGER_LINE,
    MONTHLY,
    TABLES,
    a_city,
    add_requests,
    changed,
    changing,
    differing,
    files,
    lake_rows,
)

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.publish import publish

JANUARY = "source=springfield/year=2026/month=1/data.parquet"


@pytest.fixture(scope="module")
def two_cities(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = a_city(tmp_path_factory.mktemp("two"), sources=("springfield", "shelbyville.test"))
    publish(settings)
    return settings


@pytest.fixture
def city(two_cities: Settings, tmp_path: Path) -> Settings:
    """Give a published city that a test may change."""
    return Settings(shutil.copytree(two_cities.data_dir, tmp_path / "data", symlinks=True), {})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = a_city(tmp_path_factory.mktemp("small"), months=1)
    publish(settings)
    return settings


def test_the_lake_holds_each_row_of_each_table(city: Settings) -> None:
    assert all(lake_rows(city, table).num_rows for table in TABLES)
    assert not differing(city)


def test_a_partition_is_one_month_of_one_source(city: Settings) -> None:
    for table in MONTHLY:
        months = {f"year=2026/month={month}" for month in (1, 2, 3)}
        assert {path for path in files(city) if path.startswith(f"{table}/")} == {
            f"{table}/source={source}/{month}/data.parquet"
            for source in ("springfield", "shelbyville.test")
            for month in months
        }
    assert "services/source=springfield/data.parquet" in files(city)


def test_months_are_cut_in_utc_to_the_microsecond(tmp_path: Path) -> None:
    settings = a_city(tmp_path, months=0)
    times = {
        "a": "2026-10-31 23:59:59.999999+00",
        "b": "2026-11-01 00:00:00+00",
        "c": "2026-10-31 20:00:00-04:00",
        "d": "9999-12-31 23:00:00-06:00",
        "e": "0001-01-01 00:00:00+00",
    }
    with changing(settings) as con:
        for name, first in times.items():
            add_requests(con, name, first, count=1)
    publish(settings)
    months = {
        row["service_request_id"][0]: (row["year"], row["month"])
        for row in lake_rows(settings, "service_requests")
        .select(["service_request_id", "year", "month"])
        .to_pylist()
    }
    assert months == {
        "a": (2026, 10),
        "b": (2026, 11),
        "c": (2026, 11),
        "d": (10000, 1),
        "e": (1, 1),
    }
    assert not differing(settings, MONTHLY)


def test_rows_without_requested_datetime_are_in_month_0_of_year_0(tmp_path: Path) -> None:
    settings = a_city(tmp_path, months=1)
    with changing(settings) as con:
        add_requests(con, "undated-", None, count=3)
    publish(settings)
    for table, rows in zip(MONTHLY, (3, 3, 6), strict=True):
        file = settings.lake / table / "source=springfield/year=0/month=0/data.parquet"
        assert pq.ParquetFile(file).metadata.num_rows == rows
    assert not differing(settings, MONTHLY)


def test_a_partition_is_sorted_zstd_with_plain_types(city: Settings) -> None:
    file = pq.ParquetFile(city.lake / "service_requests" / JANUARY)
    times = file.read().column("requested_datetime").to_pylist()
    assert times == sorted(times)
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    schema = file.schema_arrow
    assert schema.field("requested_datetime").type == pa.timestamp("us", tz="UTC")
    assert schema.field("extended_attributes").type == pa.string()
    assert schema.field("lat").type == pa.float64()
    assert not {"source", "year", "month", "last_seen_at"} & set(schema.names)


def test_comments_travel_with_the_files(city: Settings) -> None:
    metadata = pq.ParquetFile(city.lake / "service_requests" / JANUARY).metadata.metadata
    assert metadata[b"comment"].startswith(b"Service requests")
    columns = json.loads(metadata[b"column_comments"])
    assert columns["status"].startswith("Lower case")


def test_what_did_not_change_is_not_written(city: Settings) -> None:
    before = files(city)
    report = publish(city)
    assert files(city) == before
    assert (report.written, report.removed, report.unchanged) == (0, 0, len(before))


def test_a_change_rewrites_its_month_alone(city: Settings) -> None:
    before = files(city)
    with changing(city) as con:
        add_requests(con, "late-", "2026-01-09 00:00:00+00", count=1)
    report = publish(city)
    rewritten = {path for path, mark in files(city).items() if before[path] != mark}
    assert rewritten == {f"{table}/{JANUARY}" for table in MONTHLY}
    assert report.written == 3
    assert report.rows["service_requests"] == 121


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("UPDATE service_requests SET gone_at = now()", MONTHLY[::2]),
        ("UPDATE service_requests SET updated_datetime = now()", MONTHLY[::2]),
        ("UPDATE service_requests SET closed_datetime = now()", MONTHLY[::2]),
        ("UPDATE service_requests SET content_hash = content_hash + 1", MONTHLY[::2]),
        ("UPDATE service_request_versions SET valid_to = now(), is_current = false", MONTHLY[1:2]),
        ("UPDATE services SET retired_at = now()", ("services",)),
        ("UPDATE services SET keywords = ['road']", ("services",)),
        ("UPDATE service_versions SET valid_to = now()", ("service_versions",)),
        ("UPDATE service_attributes SET required = true", ("service_attributes",)),
        ("UPDATE service_attribute_values SET name = 'S'", ("service_attribute_values",)),
        ("UPDATE service_requests SET last_seen_at = now()", ()),
        ("UPDATE services SET last_seen_at = now(), definition_asked_at = now()", ()),
        (LEDGER_LINE, ()),
        ("COMMENT ON COLUMN services.type IS 'another meaning'", ("services",)),
    ],
)
def test_any_change_of_content_is_told_by_the_fingerprint(
    small: Settings, sql: str, tables: tuple[str, ...]
) -> None:
    before = files(small)
    changed(small, sql)
    publish(small)
    rewritten = {path.split("/")[0] for path, mark in files(small).items() if before[path] != mark}
    assert rewritten == set(tables)
    assert not differing(small, tables)


def test_partitions_without_rows_are_removed_with_their_folders(city: Settings) -> None:
    mine = city.lake / "notes of mine.txt"
    mine.write_text("stays")
    changed(city, "DELETE FROM service_requests WHERE source = 'springfield'")
    changed(city, "DELETE FROM service_request_versions WHERE source = 'springfield'")
    changed(city, "DELETE FROM service_request_notes WHERE source = 'springfield'")
    report = publish(city)
    assert report.removed == 9
    assert not (city.lake / "service_requests/source=springfield").exists()
    assert (city.lake / "service_requests/source=shelbyville.test").exists()
    assert mine.read_text() == "stays"
    assert not differing(city)


def test_months_without_notes_have_no_file_of_notes(tmp_path: Path) -> None:
    settings = a_city(tmp_path, months=2)
    publish(settings)
    changed(
        settings, "DELETE FROM service_request_notes WHERE starts_with(service_request_id, '1-')"
    )
    changed(settings, "UPDATE service_requests SET content_hash = 0")
    publish(settings)
    assert f"service_request_notes/{JANUARY}" not in files(settings)
    assert not differing(settings, MONTHLY)
    assert publish(settings).written == 0


def test_a_file_that_is_not_as_it_was_written_is_written_again(city: Settings) -> None:
    cut, missing = (city.lake / table / JANUARY for table in MONTHLY[:2])
    cut.write_bytes(cut.read_bytes()[:-1])
    missing.unlink()
    assert publish(city).written == 2
    assert not differing(city)


def test_the_lake_of_another_warehouse_gives_way(city: Settings) -> None:
    city.warehouse.unlink()
    with changing(city) as con:
        add_requests(con, "new-", "2026-02-01 00:00:00+00", count=2)
    before = files(city)
    assert publish(city).removed == len(before) - 3
    assert {path.split("/", 1)[1] for path in files(city)} == {
        "source=springfield/year=2026/month=2/data.parquet"
    }
    assert not differing(city)


def test_the_name_of_a_source_cannot_lead_out_of_the_lake(tmp_path: Path) -> None:
    settings = a_city(tmp_path / "data", months=1, sources=("../../x y='",))
    publish(settings)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert lake_rows(settings, "service_requests").column("source")[0].as_py() == "../../x y='"


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "move", "gone", "forget", "undate"]),
        st.integers(1, 4),
        st.integers(1, 12),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@given(rounds=st.lists(CHANGES, min_size=2, max_size=3))
@effort(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_any_changes_the_lake_is_the_warehouse(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, int, int]]]
) -> None:
    settings = a_city(tmp_path_factory.mktemp("city"), months=2)
    for number, changes in enumerate(rounds):
        with changing(settings) as con:
            for step, (kind, month, to) in enumerate(changes):
                _change(con, kind, f"{number}.{step}-", month, f"2026-{to:02d}-03 00:00:00+00")
        publish(settings)
        assert not differing(settings, MONTHLY)


def _change(con: warehouse.Connection, kind: str, prefix: str, month: int, to: str) -> None:
    who = f"starts_with(service_request_id, '{month}-')"
    match kind:
        case "add":
            add_requests(con, prefix, to, count=month)
        case "change":
            con.execute(f"UPDATE service_requests SET content_hash = hash('{prefix}') WHERE {who}")
            con.execute(f"DELETE FROM service_request_notes WHERE note_number = 2 AND {who}")
        case "gone":
            con.execute(f"UPDATE service_requests SET gone_at = '{to}' WHERE {who}")
        case "forget":
            for table in MONTHLY:
                con.execute(f"DELETE FROM {table} WHERE {who}")
        case _:
            at = f"'{to}'" if kind == "move" else "NULL"
            con.execute(f"UPDATE service_requests SET requested_datetime = {at} WHERE {who}")
