"""``export``: files for other programs, read back with those programs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked_city import Asked
from commanding import Ended, command, environment, process
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

import open311_etl
from open311_etl import selection, warehouse
from open311_etl.config import Settings
from open311_etl.export import sheets
from open311_etl.query import query

CHICAGO = ZoneInfo("America/Chicago")
Row = dict[str, Any]
Run = Callable[..., Ended]


@pytest.fixture
def run(asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``export`` in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def export(*args: str | Path) -> Ended:
        return command("export", *args, "--data-dir", asked.folder, "--config", asked.config)

    return export


@pytest.fixture(scope="session")
def truth(asked: Asked) -> dict[str, Row]:
    """What the city itself says of each request, by id."""
    return {
        each["service_request_id"]: each
        for each in asked.city.truth()
        if "service_request_id" in each
    }


def sheet(file: Path) -> list[Row]:
    text = file.read_bytes().removeprefix(b"\xef\xbb\xbf").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_parquet_has_every_request_as_the_city_has_it(
    run: Run, truth: dict[str, Row], tmp_path: Path
) -> None:
    ended = run()
    assert (ended.code, ended.out) == (0, b"")
    assert f"requests.parquet: {len(truth):,} rows" in ended.err
    table = pq.read_table("requests.parquet")
    rows = {row["service_request_id"]: row for row in table.to_pylist()}
    assert rows.keys() == truth.keys()
    assert len(rows) == table.num_rows
    for request_id, row in rows.items():
        said = truth[request_id]
        assert row["address"] == said["address"]
        assert row["lat"] == said["lat"]
        assert row["requested_datetime"].isoformat() == said["requested_datetime"].replace(
            "Z", "+00:00"
        )
        assert json.loads(row["extended_attributes"]) == said["extended_attributes"]
    times = table.column("requested_datetime").to_pylist()
    assert times == sorted(times)
    assert table.schema.field("requested_datetime").type == pa.timestamp("us", "UTC")
    assert os.listdir() == ["requests.parquet"]  # noqa: PTH208 - no part is left beside it


def test_geoparquet_is_read_by_geopandas_where_the_requests_are(
    run: Run, truth: dict[str, Row]
) -> None:
    assert run("-o", "map.geoparquet").code == 0
    frame = geopandas.read_parquet("map.geoparquet")
    assert frame.crs.to_string() == "OGC:CRS84"
    assert len(frame) == len(truth)
    located = frame[~frame.geometry.isna()]
    assert 0 < len(frame) - len(located) < len(frame) / 5  # the unlocated are there, too
    for request_id, point in zip(located.service_request_id, located.geometry, strict=True):
        assert (point.x, point.y) == (truth[request_id]["long"], truth[request_id]["lat"])
    said = json.loads(pq.read_metadata("map.geoparquet").metadata[b"geo"])
    assert said["version"] == "1.1.0"
    assert said["columns"]["geometry"]["bbox"] == list(located.total_bounds)
    west, south, east, north = located.total_bounds
    half = located.cx[west : (west + east) / 2, south:north]
    assert 0 < len(half) < len(located)


def test_geojson_is_read_by_gdal_and_keeps_to_the_rfc(run: Run, truth: dict[str, Row]) -> None:
    assert run("-o", "map.geojson").code == 0
    document = json.loads(Path("map.geojson").read_bytes())
    assert document["type"] == "FeatureCollection"
    assert [*document] == ["type", "features"]
    for feature in document["features"]:
        said = truth[feature["id"]]
        assert [*feature] == ["type", "id", "geometry", "properties"]
        if said["lat"] is None:
            assert feature["geometry"] is None
        else:
            at = [round(said["long"], 7), round(said["lat"], 7)]
            assert feature["geometry"] == {"type": "Point", "coordinates": at}
        properties = feature["properties"]
        assert properties["requested_datetime"] == said["requested_datetime"]
        assert properties["extended_attributes"] == said["extended_attributes"]
    frame = geopandas.read_file("map.geojson", engine="pyogrio")
    assert len(frame) == len(document["features"]) == len(truth)
    assert frame.crs.to_epsg() == 4326
    assert str(frame.requested_datetime.dtype).startswith("datetime64")


def test_marts_are_exported_too_and_those_with_cells_to_a_map(run: Run, asked: Asked) -> None:
    sql = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'marts'"
    names = sorted(row["name"] for row in query(asked.settings, sql).to_pylist())
    assert "fact_service_requests" in names
    for name in names[::6]:
        (counted,) = query(asked.settings, f"SELECT count(*) AS n FROM marts.{name}").to_pylist()
        out = io.BytesIO()
        open311_etl.export(out, name, form="csv", settings=asked.settings)
        lines = csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
        assert sum(1 for _ in lines) == counted["n"] + 1
    assert run("marts.dim_place", "-o", "places.geoparquet").code == 0
    assert not geopandas.read_parquet("places.geoparquet").geometry.isna().any()
    assert "has no coordinates" in run("dim_day", "-o", "days.geojson").line


def test_a_sheet_has_local_times_and_a_mark_of_its_encoding(
    run: Run, asked: Asked, truth: dict[str, Row]
) -> None:
    ended = run("-o", "sheet.csv")
    assert "left out: extended_attributes, notes, attributes, extra" in ended.err
    assert Path("sheet.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = sheet(Path("sheet.csv"))
    sql = "SELECT service_request_id AS id, requested_datetime AS at FROM service_requests"
    stored = query(asked.settings, sql).to_pylist()
    local = {row["id"]: f"{row['at'].astimezone(CHICAGO):%Y-%m-%d %H:%M:%S}" for row in stored}
    assert {row["service_request_id"]: row["requested_datetime"] for row in rows} == local
    assert local.keys() == truth.keys()
    summer = [row for row in rows if row["requested_datetime"] > "2026-03-08 03"]
    assert summer  # both sides of the change of clocks are there
    assert not any("\n" in cell or "\r" in cell for row in rows for cell in row.values())


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)


CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
BLANKS = "".join(c for c in map(chr, range(0x3001)) if unicodedata.category(c) == "Zs")
SIGNED = st.sampled_from(f"{SIGNS}\t\r\n ").flatmap(lambda sign: TEXTS.map(lambda t: sign + t))


@settings_of(max_examples=60, deadline=None)
@given(st.lists(TEXTS | SIGNED, min_size=1, max_size=30))
def test_no_text_becomes_a_formula_or_more_than_a_line(
    macros: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    sql = "SELECT sheet_text(t) FROM (SELECT unnest($texts) AS t)"
    cells = [row[0] for row in macros.execute(sql, {"texts": texts}).fetchall()]
    for text, cell in zip(texts, cells, strict=True):
        line = CONTROLS.sub(" ", text).strip(BLANKS)
        assert cell == ("'" if line.startswith(tuple(SIGNS)) else "") + line


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        warehouse.run(con, "export/macros")
        yield con


def test_a_cell_holds_no_more_than_a_spreadsheet_allows(macros: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT sheet_text(repeat('é', 40000)), sheet_text('=1' || repeat('x', 32765))"
    ((cut, guarded),) = macros.execute(sql).fetchall()
    assert len(cut) == 32_766
    assert cut.endswith("é…")
    assert len(guarded) <= 32_767


def test_more_rows_than_a_sheet_holds_become_numbered_files(
    run: Run, truth: dict[str, Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS", 400)
    monkeypatch.setattr(selection, "PART_ROWS", 300)
    monkeypatch.setattr(selection, "BATCH_ROWS", 128)
    ended = run("-o", "all.csv")
    files = sorted(Path().glob("all*.csv"))
    assert [file.name for file in files] == ["all-1.csv", "all-2.csv", "all-3.csv"]
    assert "so these are 3 files" in ended.err
    pieces = [[row["service_request_id"] for row in sheet(file)] for file in files]
    assert [len(piece) for piece in pieces] == [400, 400, len(truth) - 800]
    assert sorted(joined := [each for piece in pieces for each in piece]) == sorted(truth)
    assert run("-o", "whole.parquet").code == 0
    assert pq.read_table("whole.parquet").column("service_request_id").to_pylist() == joined
    assert len(sheet_of(run("--format", "csv", "-o", "-"))) == len(truth)  # a stream stays whole


def sheet_of(ended: Ended) -> list[Row]:
    return list(csv.DictReader(io.StringIO(ended.out.decode("utf-8-sig"), newline="")))


def test_filters_choose_what_they_say(run: Run, truth: dict[str, Row]) -> None:
    some = next(iter(truth.values()))
    name, code = some["service_name"], some["service_code"]
    start, end = "2026-02-01", "2026-02-11T12:00"
    since, until = "2026-02-01T06:00:00Z", "2026-02-11T18:00:00Z"  # in Chicago's winter
    cases: list[tuple[list[str], Callable[[Row], bool]]] = [
        (["--start", start, "--end", end], lambda r: since <= r["requested_datetime"] < until),
        (["--service", name.upper()], lambda r: r["service_code"] == code),
        (
            ["--service", code, "--status", "OPEN"],
            lambda r: r["service_code"] == code and r["status"] == "open",
        ),
        (["--status", "open", "--status", "closed"], lambda r: True),
        (["--source", "springfield", "--end", "2025-01-01"], lambda r: False),
    ]
    for args, chosen in cases:
        rows = sheet_of(
            run("--format", "csv", "-o", "-", "--columns", "service_request_id, status", *args)
        )
        wanted = {each for each, row in truth.items() if chosen(row)}
        assert {row["service_request_id"] for row in rows} == wanted
        assert len(rows) == len(wanted)
    assert run("--columns", "notes,lat", "-o", "two.parquet").code == 0
    assert pq.read_schema("two.parquet").names == ["notes", "lat"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--service", "grafiti"], "did you mean"),
        (["--columns", "addres"], 'no column "addres"; did you mean address'),
        (["--source", "sprinfield"], "did you mean springfield"),
        (["request"], 'no table "request"; did you mean requests'),
        (["etl.windows"], 'no table "etl.windows"'),
        (["--start", "yesterday"], '"yesterday" is no time'),
        (["-o", "-"], "is written to a file"),
        (["--format", "xls"], "geoparquet"),
        (["-o", "."], "is a directory"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(run: Run, args: list[str], said: str) -> None:
    ended = run(*args)
    assert (ended.code, ended.out) == (2, b"")
    assert said in ended.line
    assert not [*Path().iterdir()]


def test_what_is_there_is_replaced_only_by_force_and_only_when_the_new_is_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.csv").write_text("precious")
    ended = run("-o", "mine.csv")
    assert (ended.code, ended.line) == (
        2, "open311-etl: mine.csv: is there already; --force replaces it",
    )  # fmt: skip
    with monkeypatch.context() as broken:
        broken.setattr(sheets, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
        ended = run("-o", "mine.csv", "--force")
    assert ended.code == 4
    assert "mine.csv: cannot be written: disk full" in ended.line
    assert [each.name for each in Path().iterdir()] == ["mine.csv"]
    assert Path("mine.csv").read_text() == "precious"
    assert run("-o", "mine.csv", "--force").code == 0
    assert len(sheet(Path("mine.csv"))) > 100


FULL = """
import resource, sys
from open311_etl.cli import run
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
forms = ("parquet", "csv", "geojson")
sys.exit(sum(run(["export", "-o", f"a.{form}", *sys.argv[1:]]) for form in forms))
"""


def test_a_full_disk_is_told_in_one_line_and_nothing_is_left(asked: Asked, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, "--data-dir", str(asked.folder)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
    )
    assert done.returncode == 3 * 4, done.stderr
    for line in done.stderr.splitlines():
        assert "cannot be written: File too large" in line
    assert len(done.stderr.splitlines()) == 3
    assert not [*tmp_path.iterdir()]


def test_a_stream_that_is_full_or_has_enough_ends_in_good_order(asked: Asked) -> None:
    args = process("export", "--format", "csv", "-o", "-", "--data-dir", asked.folder)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            args, check=False, stdout=full, stderr=subprocess.PIPE, env=environment()
        )
    assert done.returncode == 4
    assert b"No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with subprocess.Popen(
        args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()
    assert running.returncode == 0


def test_two_sources_have_each_their_own_local_times(tmp_path: Path, asked: Asked) -> None:
    zones = {"east": "America/New_York", "west": "America/Los_Angeles"}
    sources = {
        name: asked.settings.source("springfield").model_copy(
            update={"name": name, "timezone": zone}
        )
        for name, zone in zones.items()
    }
    settings = Settings(tmp_path, sources)
    with warehouse.warehouse(settings.warehouse) as con:
        for name in zones:
            con.execute(
                "INSERT INTO service_requests BY NAME SELECT $name AS source, '1' AS"
                " service_request_id, '=cmd()' AS description, 'a' AS page_sha256, 1 AS"
                " content_hash, '2026-07-01 03:30:00+00'::TIMESTAMPTZ AS requested_datetime,"
                " requested_datetime AS first_seen_at, first_seen_at AS last_seen_at,"
                " first_seen_at AS last_changed_at",
                {"name": name},
            )
    out = io.BytesIO()
    columns = ("source", "requested_datetime", "description")
    open311_etl.export(out, columns=columns, form="csv", settings=settings)
    assert out.getvalue().decode("utf-8-sig").splitlines()[1:] == [
        '"east",2026-06-30 23:30:00,"\'=cmd()"',
        '"west",2026-06-30 20:30:00,"\'=cmd()"',
    ]
    out = io.BytesIO()
    open311_etl.export(out, columns=columns, start="2026-07-01", form="csv", settings=settings)
    assert len(out.getvalue().splitlines()) == 1  # that is no midnight in either zone
    unknown = replace(settings, sources={})
    open311_etl.export(out, columns=columns, form="csv", settings=unknown)
    assert b'"east",2026-07-01 03:30:00' in out.getvalue()
