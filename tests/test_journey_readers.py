"""100,000 requests are pulled with one command while a reader asks the published file."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from open311_etl.sandbox import City, serving

READER = textwrap.dedent("""
    import sys, duckdb
    asked = errors = least = most = 0
    while not sys.stdin.closed:
        try:
            with duckdb.connect(sys.argv[1], read_only=True) as con:
                rows, ids, ledger = con.execute(
                    "SELECT count(*), count(DISTINCT service_request_id),"
                    " (SELECT sum(new) FROM etl.windows) FROM service_requests"
                ).fetchone()
            assert rows == ids == ledger, (rows, ids, ledger)
            least, most, asked = min(least or rows, rows), max(most, rows), asked + 1
        except Exception as error:
            errors += 1
            print(error, file=sys.stderr)
        print(asked, errors, least, most, flush=True)
        if not sys.stdin.readline():
            break
""")


def pull(url: str, place: Path, *more: str) -> None:
    config = place / "open311.toml"
    config.write_text(
        f'[sources.springfield]\nurl = "{url}"\ntimezone = "America/Chicago"\npage_size = 500\n'
    )
    command = [sys.executable, "-m", "open311_etl", "pull", "springfield", *more]
    command += ["--data-dir", str(place / "data"), "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_reader_meets_no_error_and_never_half_of_a_pull(tmp_path: Path) -> None:
    city = City(100_000, days=90)
    end = city.end.isoformat()
    with serving(city) as server:
        pull(server.url, tmp_path, "--start", "2026-03-30", "--end", end)
        published = tmp_path / "data" / "published" / "open311.duckdb"
        with subprocess.Popen(
            [sys.executable, "-c", READER, str(published)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            command = [sys.executable, "-m", "open311_etl", "pull", "springfield"]
            command += ["--start", "2026-01-01", "--end", end]
            command += ["--data-dir", str(tmp_path / "data")]
            command += ["--config", str(tmp_path / "open311.toml")]
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
                lasting = 0
                while lasting < 3:  # and a little longer than the pull
                    told = reader.stdout.readline()
                    reader.stdin.write("\n")
                    reader.stdin.flush()
                    lasting += child.poll() is not None
                    time.sleep(0.05)
                assert child.stderr is not None
                assert "Traceback" not in child.stderr.read()
            reader.stdin.close()
    asked, errors, least, most = map(int, told.split())
    assert errors == 0
    assert asked > 20
    assert least < 10_000
    assert most > 99_000
