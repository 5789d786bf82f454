"""What the marts cost at ten million requests: making them, a day more of data, each query.

    python -m bench.marts                         ten million requests, about 6 GB of disk
    python -m bench.marts --requests 1000000 --dir DIR    keeps the warehouse there

The warehouse is made of SQL alone: 190 services, 50 wards, six years, four versions for every three
requests, two notes for each. Each query is asked twice and the better time counts. CPU seconds are
those of all threads, so on two idle cores a query takes between half of them and all of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from open311_etl import marts
from open311_etl.warehouse import Connection, warehouse

DAY_ROWS = 100_000
"""Requests that are new or closed on each of two days more: first all new, then six tenths."""

SLOW_BY_DEFAULT = 1.0

REQUESTS = """
INSERT INTO service_requests BY NAME
WITH drawn AS (
    SELECT
        i, $day AS day,
        -- Hashes draw: the same city each time, on as many threads as there are.
        (hash(i, 1) % 1000000) / 1e6 AS a, (hash(i, 2) % 1000000) / 1e6 AS b,
        (hash(i, 3) % 1000000) / 1e6 AS c, (hash(i, 4) % 1000000) / 1e6 AS d,
        CASE
            WHEN day
                THEN '2026-01-01 06:00:00+00'::TIMESTAMPTZ + to_seconds(86.4 * (i % 1000))
            ELSE '2020-01-01 06:00:00+00'::TIMESTAMPTZ
                + to_microseconds((i::DOUBLE / $count * 2192 * 86400e6)::BIGINT)
        END AS requested_datetime
    FROM range($first, $last) AS r(i)
),

lived AS (
    SELECT
        *,
        floor(190 * a * a)::INTEGER AS service,
        requested_datetime + to_seconds(3600 + 86400 * (1 + service % 40) * (-ln(1 - b)))
            AS would_close,
        NOT day AND c > 0.03 AND would_close < '2026-01-01'::TIMESTAMPTZ AS is_closed
    FROM drawn
)

SELECT
    'springfield' AS source, 'SR' || i AS service_request_id,
    CASE WHEN is_closed THEN 'closed' ELSE 'open' END AS status,
    CASE
        WHEN is_closed THEN CASE WHEN d < 0.05 THEN 'Closed - duplicate' ELSE 'Completed' END
    END AS status_notes,
    substr(md5(service::VARCHAR), 1, 24) AS service_code,
    CASE WHEN service = 7 THEN 'Information Only Call' ELSE 'Service ' || service END
        AS service_name,
    'Department ' || service % 12 AS agency_responsible,
    requested_datetime,
    CASE WHEN is_closed THEN would_close ELSE requested_datetime END AS updated_datetime,
    CASE WHEN service % 3 > 0 THEN requested_datetime + to_days(2 + service % 40) END
        AS expected_datetime,
    CASE WHEN is_closed THEN would_close END AS closed_datetime,
    CASE WHEN is_closed THEN 'note' END AS closed_datetime_source,
    (i % 9000) || ' W Elm St' AS address, '627' || (10 + i % 30) AS zipcode,
    CASE WHEN c < 0.96 THEN 39.66 + 0.24 * c END AS lat,
    CASE WHEN c < 0.96 THEN -89.80 + 0.30 * d END AS long,
    '{"channel":"' || ['phone', 'web', 'open311', 'mobile'][1 + (i % 4)]
        || '","ward":"' || (1 + (50 * d)::INTEGER)
        || '","police_district":"' || (1 + (22 * c)::INTEGER) || '"}' AS extended_attributes,
    requested_datetime AS first_seen_at, $seen::TIMESTAMPTZ AS last_seen_at,
    last_seen_at AS last_changed_at, hash(i) AS content_hash, 'page' AS page_sha256
FROM lived
"""

NOTES = """
INSERT INTO service_request_notes BY NAME
SELECT
    source, service_request_id, n AS note_number,
    CASE n WHEN 1 THEN requested_datetime ELSE closed_datetime END AS note_datetime,
    CASE n WHEN 1 THEN 'opened' ELSE 'closed' END AS type, last_seen_at AS observed_at
FROM service_requests, range(1, 3) AS r(n)
WHERE last_seen_at = $seen::TIMESTAMPTZ AND (n = 1 OR closed_datetime IS NOT NULL)
"""

VERSIONS = """
INSERT INTO service_request_versions BY NAME
SELECT
    s.* EXCLUDE (first_seen_at, last_seen_at, last_changed_at),
    CASE v WHEN 1 THEN requested_datetime ELSE updated_datetime END AS valid_from,
    CASE WHEN v = 1 AND closed_datetime IS NOT NULL AND hash(service_request_id) % 3 = 0
        THEN updated_datetime END AS valid_to,
    s.last_seen_at AS observed_at, valid_to IS NULL AS is_current
FROM service_requests AS s, range(1, 3) AS r(v)
WHERE
    last_seen_at = $seen::TIMESTAMPTZ
    AND (v = 1 OR (closed_datetime IS NOT NULL AND hash(service_request_id) % 3 = 0))
"""

LEDGER = """
INSERT INTO etl.pages BY NAME
SELECT $seen AS reading_id, 'springfield' AS source, 'page' AS sha256, '' AS url,
    $seen::TIMESTAMPTZ AS fetched_at, 0 AS seconds, 1 AS attempts, 0 AS bytes, 0 AS records;

INSERT INTO etl.windows BY NAME
SELECT $seen AS reading_id, $seen AS run_id, 'springfield' AS source, 'window' AS kind,
    '2020-01-01 06:00:00+00'::TIMESTAMPTZ AS window_start, $seen::TIMESTAMPTZ AS window_end,
    'proven' AS verdict, '' AS reason, $rows AS records, $rows AS ids, $rows AS new,
    0 AS changed, 0 AS unchanged, 0 AS stale, 0 AS repeated, 0 AS pending, 0 AS quarantined,
    1 AS pages, 1 AS requests, $seen::TIMESTAMPTZ AS started_at, $seen::TIMESTAMPTZ AS ended_at,
    0 AS tries;

INSERT INTO etl.runs BY NAME
SELECT $seen AS run_id, 'springfield' AS source, $seen::TIMESTAMPTZ AS started_at,
    $seen::TIMESTAMPTZ AS ended_at, $seen::TIMESTAMPTZ AS as_of, 'complete' AS result,
    1 AS requests, '0' AS version;
"""

SERVICES = """
INSERT INTO services BY NAME
SELECT DISTINCT
    source, service_code, service_name, agency_responsible AS service_group, true AS listed,
    $seen::TIMESTAMPTZ AS first_seen_at, $seen::TIMESTAMPTZ AS last_seen_at,
    $seen::TIMESTAMPTZ AS last_changed_at, 0 AS absences, 0 AS content_hash
FROM service_requests;

INSERT INTO service_versions BY NAME
SELECT source, service_code, service_name, service_group, listed, first_seen_at AS valid_from,
    true AS is_current, content_hash
FROM services;

INSERT INTO etl.sources
SELECT 'springfield', 'Springfield', 'America/Chicago', -89.80, 39.66, -89.50, 39.90, 14;
"""

CLOSED_TODAY = """
CREATE OR REPLACE TEMP TABLE closing AS
SELECT * FROM service_requests
WHERE status = 'open' AND last_seen_at < $seen::TIMESTAMPTZ
ORDER BY hash(service_request_id)
LIMIT $count;

UPDATE service_requests SET last_seen_at = $seen::TIMESTAMPTZ
WHERE requested_datetime > $seen::TIMESTAMPTZ - INTERVAL 14 DAY;

DELETE FROM service_requests AS r
USING closing AS c
WHERE r.service_request_id = c.service_request_id;

INSERT INTO service_requests BY NAME
SELECT * REPLACE (
    'closed' AS status,
    CASE WHEN hash(service_request_id, 2) % 20 = 0 THEN 'Closed - duplicate' ELSE 'Completed' END
        AS status_notes,
    $seen::TIMESTAMPTZ AS updated_datetime, $seen::TIMESTAMPTZ AS closed_datetime,
    'note' AS closed_datetime_source, $seen::TIMESTAMPTZ AS last_seen_at,
    $seen::TIMESTAMPTZ AS last_changed_at
)
FROM closing;

UPDATE service_request_versions AS v
SET valid_to = $seen::TIMESTAMPTZ, is_current = false
FROM closing AS c
WHERE v.is_current AND v.service_request_id = c.service_request_id;

INSERT INTO service_request_versions BY NAME
SELECT
    r.* EXCLUDE (first_seen_at, last_seen_at, last_changed_at),
    $seen::TIMESTAMPTZ AS valid_from, NULL AS valid_to, valid_from AS observed_at,
    true AS is_current
FROM service_requests AS r
SEMI JOIN closing AS c ON c.service_request_id = r.service_request_id;

DELETE FROM service_request_notes AS n
USING closing AS c
WHERE n.service_request_id = c.service_request_id;

INSERT INTO service_request_notes BY NAME
SELECT
    c.source, c.service_request_id, n AS note_number,
    CASE n WHEN 1 THEN c.requested_datetime ELSE $seen::TIMESTAMPTZ END AS note_datetime,
    CASE n WHEN 1 THEN 'opened' ELSE 'closed' END AS type, $seen::TIMESTAMPTZ AS observed_at
FROM closing AS c, range(1, 3) AS r(n);
"""


def run(con: Connection, sql: str, **values: object) -> None:
    """Run statements, each with the values that it names."""
    for statement in duckdb.extract_statements(sql):
        named = {key: values[key] for key in values if f"${key}" in statement.query}
        con.execute(statement.query, named or None)


def make(con: Connection, count: int) -> None:
    """Make the warehouse of so many requests."""
    seen = "2026-01-01 06:00:00+00"
    for first in range(0, count, 1_000_000):
        last = min(count, first + 1_000_000)
        run(con, REQUESTS, first=first, last=last, count=count, day=False, seen=seen)
    for step in (NOTES, VERSIONS, SERVICES, LEDGER):
        run(con, step, seen=seen, rows=count)


def a_day_more(con: Connection, known: int, new: int, day: int) -> None:
    """Load a day as a pull would: DAY_ROWS requests, of which so many are new, others closed by it.

    The closings are spread over all years; those of the last two weeks are seen again.
    """
    seen = f"2026-01-{day:02} 06:00:00+00"
    run(con, REQUESTS, first=known, last=known + new, count=known, day=True, seen=seen)
    for step in (NOTES, VERSIONS):
        run(con, step, seen=seen)
    run(con, CLOSED_TODAY, seen=seen, count=DAY_ROWS - new)
    run(con, LEDGER, seen=seen, rows=DAY_ROWS)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give seconds and CPU seconds of some work."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--dir", type=Path, help="make the warehouse here, and use what is there")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        file = (options.dir or Path(folder)) / f"open311-{options.requests}.duckdb"
        if not file.exists():
            with warehouse(file) as con:
                took, cpu = timed(lambda: make(con, options.requests))
                print(f"{options.requests:,} requests made in {took:.1f} s, {cpu:.1f} CPU s")
        measure(file, options.requests)


def measure(file: Path, count: int) -> None:
    """Print what making the marts, a day more, and each query takes."""
    with warehouse(file) as con:
        con.execute("DROP SCHEMA IF EXISTS marts CASCADE")
        took, cpu = timed(lambda: marts.refresh(con))
        print(f"made from nothing         {took:7.2f} s {cpu:7.2f} CPU s")
    with warehouse(file) as con:
        (known,) = con.execute("SELECT max(as_of) FROM marts.as_of").fetchone() or (None,)
        if f"{known:%d}" == "01":
            for day, new in enumerate((DAY_ROWS, DAY_ROWS * 6 // 10), 2):
                a_day_more(con, count, new, day)
                count += new
                took, cpu = timed(lambda: marts.refresh(con))
                day_told = f"{new:,} new, {DAY_ROWS - new:,} closed"
                print(f"{day_told:25} {took:7.2f} s {cpu:7.2f} CPU s")
        took, cpu = timed(lambda: marts.refresh(con))
        print(f"nothing more              {took:7.2f} s {cpu:7.2f} CPU s")
    print(f"{file.stat().st_size / 2**20:,.0f} MB file")
    with warehouse(file, read_only=True) as con:
        con.execute("SET threads = 2")
        for view in marts.VIEWS:
            query = f"SELECT * FROM marts.{view}"
            tries = [timed(lambda q=query: con.execute(q).to_arrow_table()) for _ in range(2)]  # type: ignore[misc]
            took, cpu = min(tries)
            rows = con.execute(f"SELECT count(*) FROM ({query})").fetchone()
            late = "  SLOW" if took > SLOW_BY_DEFAULT else ""
            asked = f"{took:6.2f} s {cpu:6.2f} CPU s {rows[0] if rows else 0:>10,} rows"
            print(f"marts.{view:28} {asked}{late}")


if __name__ == "__main__":
    main()
