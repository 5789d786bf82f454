"""A warehouse of made-up rows, and what its published copies must equal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from open311_etl.config import Settings
from open311_etl.warehouse import Connection, tables, warehouse

TABLES = [name for name in tables() if "." not in name]
MONTHLY = ("service_requests", "service_request_versions", "service_request_notes")

LEFT_OUT = ("last_seen_at", "absences", "definition_asked_at")
"""Columns that say when a pull last looked; they are in the snapshot alone."""

REQUESTS = """
INSERT INTO service_requests BY NAME
SELECT
    $source AS source, $prefix || i AS service_request_id, 'open' AS status, '7' AS service_code,
    'Beschreibung ' || i AS description,
    $first::TIMESTAMPTZ + to_hours((i * 7 % 480)::BIGINT) AS requested_datetime,
    requested_datetime + INTERVAL 1 HOUR AS updated_datetime, 41.8 AS lat, -87.6 AS long,
    '{"ward": ' || i || '}' AS extended_attributes, '[]' AS notes,
    '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS first_seen_at, first_seen_at AS last_seen_at,
    first_seen_at AS last_changed_at, hash(i) AS content_hash, 'ab' AS page_sha256
FROM range($count) AS r(i)
"""

VERSIONS = """
INSERT INTO service_request_versions BY NAME
SELECT
    * EXCLUDE (first_seen_at, last_seen_at, last_changed_at),
    coalesce(updated_datetime, first_seen_at) AS valid_from, first_seen_at AS observed_at,
    true AS is_current
FROM service_requests
WHERE source = $source AND starts_with(service_request_id, $prefix)
"""

NOTES = """
INSERT INTO service_request_notes BY NAME
SELECT
    source, service_request_id, k AS note_number, requested_datetime + to_hours(k) AS note_datetime,
    'activity' AS type, 'Investigation' AS summary, '{"child": 1}' AS extended_attributes,
    first_seen_at AS observed_at
FROM service_requests, range(1, 3) AS r(k)
WHERE source = $source AND starts_with(service_request_id, $prefix)
"""

CATALOG = """
INSERT INTO services BY NAME
SELECT
    $source AS source, '7' AS service_code, 'Pothole' AS service_name, ['road', 'hole'] AS keywords,
    '{"a": 1}' AS extra, true AS listed, '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS first_seen_at,
    first_seen_at AS last_seen_at, first_seen_at AS last_changed_at, 0 AS absences,
    first_seen_at AS definition_asked_at, 1 AS content_hash;

INSERT INTO service_versions BY NAME
SELECT
    $source AS source, '7' AS service_code, '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS valid_from,
    true AS is_current, ['road', 'hole'] AS keywords, true AS listed, 1 AS content_hash;

INSERT INTO service_attributes BY NAME
SELECT
    $source AS source, '7' AS service_code, 'SIZE' AS code, 1 AS attribute_order,
    '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS first_seen_at;

INSERT INTO service_attribute_values BY NAME
SELECT
    $source AS source, '7' AS service_code, 'SIZE' AS code, 1 AS value_number, 'small' AS key;

INSERT INTO service_definition_versions BY NAME
SELECT
    $source AS source, '7' AS service_code, '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS valid_from,
    true AS is_current, 1 AS definition_hash, 1 AS attributes;

INSERT INTO service_attribute_versions BY NAME
SELECT
    $source AS source, '7' AS service_code, 'SIZE' AS code, true AS is_current,
    '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS valid_from, 1 AS attribute_order;

INSERT INTO service_attribute_value_versions BY NAME
SELECT
    $source AS source, '7' AS service_code, 'SIZE' AS code, 1 AS value_number, 'small' AS key,
    '2026-11-20 10:00:00+00'::TIMESTAMPTZ AS valid_from, true AS is_current;
"""

LEDGER_LINE = """
INSERT INTO etl.windows BY NAME
SELECT
    uuid()::VARCHAR AS reading_id, 'run' AS run_id, 'springfield' AS source, 'window' AS kind,
    now() AS window_start, now() AS window_end, 'proven' AS verdict, '' AS reason, 0 AS records,
    0 AS ids, 0 AS new, 0 AS changed, 0 AS unchanged, 0 AS stale, 0 AS repeated, 0 AS pending,
    0 AS quarantined, 0 AS pages, 0 AS requests, now() AS started_at, now() AS ended_at, 0 AS tries
"""


def a_city(folder: Path, months: int = 3, sources: tuple[str, ...] = ("springfield",)) -> Settings:
    """Give settings whose warehouse holds 20 requests in each of some months, and a catalog."""
    settings = Settings(folder, {})
    with changing(settings) as con:
        for source in sources:
            for statement in CATALOG.strip().split("\n\n"):
                con.execute(statement, {"source": source})
            for month in range(1, months + 1):
                add_requests(con, f"{month}-", f"2026-{month:02d}-03 00:00:00+00", source)
        con.execute(LEDGER_LINE)
    return settings


def add_requests(
    con: Connection, prefix: str, first: str | None, source: str = "springfield", count: int = 20
) -> None:
    """Add requests with a version and two notes each, from some time on."""
    named = {"source": source, "prefix": prefix}
    con.execute(REQUESTS, {**named, "first": first, "count": count})
    con.execute(VERSIONS, named)
    con.execute(NOTES, named)


@contextmanager
def changing(settings: Settings) -> Iterator[Connection]:
    """Open the warehouse as a load would, and close it again."""
    with warehouse(settings.warehouse) as con:
        yield con


def changed(settings: Settings, sql: str) -> None:
    """Run some SQL in the warehouse."""
    with changing(settings) as con:
        con.execute(sql)


def lake_rows(settings: Settings, table: str) -> pa.Table:
    """Read a whole table of the lake with pyarrow, as a notebook would."""
    dataset: pa.Table = ds.dataset(settings.lake / table, partitioning="hive").to_table()
    return dataset


def differing(settings: Settings, tables: Iterable[str] = TABLES) -> list[str]:
    """Give the tables whose rows in the lake are not those of the warehouse, in any column."""
    with warehouse(settings.warehouse, read_only=True) as con:
        return [table for table in tables if _differs(con, settings, table)]


def _differs(con: Connection, settings: Settings, table: str) -> bool:
    names = [name for name in con.table(table).columns if name not in LEFT_OUT]
    if (settings.lake / table).is_dir():
        con.register("lake", lake_rows(settings, table).select(names))
    else:
        con.register("lake", con.table(table).limit(0).to_arrow_table().select(names))
    texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
    here, published = f"SELECT {texts} FROM {table}", f"SELECT {texts} FROM lake"
    more = con.execute(f"{published} EXCEPT ALL {here} LIMIT 1").fetchall()
    return bool(more or con.execute(f"{here} EXCEPT ALL {published} LIMIT 1").fetchall())


def files(settings: Settings) -> dict[str, tuple[int, int]]:
    """Give inode and time of change of each file of the lake."""
    found = sorted(settings.lake.rglob("*"))
    marks = ((path, path.stat()) for path in found if path.is_file())
    return {
        path.relative_to(settings.lake).as_posix(): (mark.st_ino, mark.st_mtime_ns)
        for path, mark in marks
    }


def leftovers(settings: Settings) -> list[Path]:
    """Give what an unfinished publish left lying about."""
    return [*settings.lake.rglob("*.part"), *settings.published.rglob("*.part")]


WITHOUT_PANDAS = """
import sys

class WithoutPandas:
    def find_spec(self, name, *_):
        if name == "pandas":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, WithoutPandas())
"""
"""DuckDB and pyarrow import pandas where it is installed, at the price of seconds."""


def python(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Run some code in another process to its end."""
    with starting(code, *args) as other:
        out, errors = other.communicate(timeout=120)
    return subprocess.CompletedProcess([], other.returncode, out, errors)


def starting(code: str, *args: object) -> subprocess.Popen[str]:
    """Start a process that has the project and the tests on its path."""
    here = Path(__file__).parent
    paths = [str(here.parent), str(here), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-c", f"{WITHOUT_PANDAS}\n{code}", *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
