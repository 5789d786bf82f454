"""Export requests in each form, each in a process of its own: rows a second, and its peak memory.

    python -m bench.export                     1,000,000 rows
    python -m bench.export --rows 10000000

The warehouse is made of rows like those of a large city, three years of them; half of them were
stored again later, so their order in the file is not that of time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from open311_etl.warehouse import warehouse

ROWS = """
INSERT INTO service_requests BY NAME
SELECT
    'springfield' AS source, 'SR26-' || lpad(i::VARCHAR, 8, '0') AS service_request_id,
    md5(i::VARCHAR)[:24] AS token, CASE WHEN h % 5 = 0 THEN 'open' ELSE 'closed' END AS status,
    'Completed - crew visited the site' AS status_notes,
    md5((h % 190)::VARCHAR)[:24] AS service_code,
    'Service number ' || (h % 190) AS service_name,
    CASE WHEN h % 3 = 0 THEN 'It is ' || h % 97 || ' weeks since I called; please hurry!' END
        AS description,
    'Streets and Sanitation' AS agency_responsible,
    '2024-01-01 06:00:00+00'::TIMESTAMPTZ + to_seconds(i * 94608000 // $rows) AS requested_datetime,
    requested_datetime + to_hours((h % 900)::BIGINT) AS updated_datetime,
    updated_datetime AS closed_datetime, 'note' AS closed_datetime_source,
    h % 9999 || ' S Beech Ave, Springfield' AS address, (62700 + h % 40)::VARCHAR AS zipcode,
    CASE WHEN h % 25 > 0 THEN 39.7 + (h % 100003) / 1e6 END AS lat,
    CASE WHEN h % 25 > 0 THEN -89.7 + (h % 100019) / 1e6 END AS long,
    '{"channel":"web","ward":"' || h % 50 || '","police_district":"6"}' AS extended_attributes,
    '[{"datetime":"2026-01-02T20:15:12Z","summary":"Request submitted via Web","type":"submitted"},'
    || '{"datetime":"2026-01-12T19:49:41Z","summary":"Request closed","type":"closed"}]' AS notes,
    requested_datetime AS first_seen_at, updated_datetime AS last_seen_at,
    updated_datetime AS last_changed_at, hash(i) AS content_hash, md5('page') AS page_sha256
FROM (SELECT i, (hash(i) % 1000000007)::BIGINT AS h FROM range($rows) AS r(i))
WHERE h % 2 = $half
"""

FORMS = ("parquet", "geoparquet", "csv", "geojson")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--forms", nargs="*", default=FORMS, choices=FORMS)
    parser.add_argument("--dir", type=Path, help="keep the warehouse here, and use what is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.dir or Path(folder)
        file = data / "open311.duckdb"
        if not file.exists():  # by another process, whose memory would count as the child's, too
            maker = multiprocessing.get_context("spawn").Process(
                target=make, args=(file, options.rows)
            )
            maker.start()
            maker.join()
        print(f"{options.rows:,} rows, warehouse {file.stat().st_size / 2**20:,.0f} MB")
        for form in options.forms:
            _measure(data, Path(folder) / "out" / f"requests.{form}", options.rows)


def make(file: Path, rows: int) -> None:
    """Fill a warehouse with so many requests."""
    with warehouse(file) as con:
        con.execute("SET memory_limit = '1GB'")
        for half in (0, 1):
            con.execute(ROWS, {"rows": rows, "half": half})


def _measure(data: Path, output: Path, rows: int) -> None:
    output.parent.mkdir()
    began = time.monotonic()
    command = [sys.executable, "-m", "open311_etl", "export", "-q", "-o", str(output)]
    process = subprocess.Popen([*command, "--data-dir", str(data)])
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if status:
        sys.exit(f"the export ended with {os.waitstatus_to_exitcode(status)}")
    files = [*output.parent.iterdir()]
    size = sum(file.stat().st_size for file in files) / 2**20
    print(
        f"{output.suffix[1:]:10} {rows / seconds:>10,.0f} rows/s  {seconds:>6.1f} s  "
        f"{usage.ru_utime + usage.ru_stime:>6.1f} CPU s  {usage.ru_maxrss / 1024:>5.0f} MB peak  "
        f"{size:>6.0f} MB in {len(files)} file{'s' * (len(files) > 1)}",
        flush=True,
    )
    for each in files:
        each.unlink()
    output.parent.rmdir()


if __name__ == "__main__":
    main()
