"""The pull as a Prefect flow, with nothing but the server that it brings along."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from commanding import environment, process

from open311_etl.sandbox import City, serving
from open311_etl.warehouse import warehouse

ROOT = Path(__file__).parent.parent


def flow(place: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the flow in a process of its own, with a fresh home for Prefect."""
    config = place / "open311.toml"
    config.write_text(f'[sources.springfield]\nurl = "{url}"\nretries = 0\nconnect_timeout = 2\n')
    command = [sys.executable, "-m", "flows.pull", "springfield", *arguments]
    command += ["--config", str(config), "--data-dir", str(place / "data")]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(place / "home"), "PREFECT_API_URL": ""},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_the_flow_pulls_with_a_fresh_prefect_and_its_log_is_fit_to_read(tmp_path: Path) -> None:
    city = City(200, days=5, services=9)
    with serving(city) as server:
        span = ("--start", city.start.isoformat(), "--end", city.end.isoformat())
        done = flow(tmp_path, server.url, *span, "--follow-requests", "20")
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 25
    with warehouse(tmp_path / "data" / "open311.duckdb", read_only=True) as con:
        ((rows,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
    assert rows == sum(1 for row in city.truth() if row.get("service_request_id"))
    assert (tmp_path / "data" / "published" / "open311.duckdb").exists()


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_checks_that_find_an_error_fail_the_flow_with_their_line_and_all_is_published(
    tmp_path: Path,
) -> None:
    city = City(200, days=5, services=9)
    file = tmp_path / "data" / "open311.duckdb"
    with serving(city) as server:
        span = ("--start", city.start.isoformat(), "--end")
        assert flow(tmp_path, server.url, *span, "2026-01-02").returncode in (0, 1)
        with warehouse(file) as con:
            con.execute("UPDATE etl.windows SET records = records + 1 WHERE kind = 'window'")
        done = flow(tmp_path, server.url, *span, city.end.isoformat())
    assert done.returncode == 1
    assert "check ledger_adds_up: error: " in done.stderr
    assert "Traceback" not in done.stderr
    with warehouse(tmp_path / "data" / "published" / "open311.duckdb", read_only=True) as con:
        ((rows,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
    assert rows == sum(1 for row in city.truth() if row.get("service_request_id"))


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_a_source_that_is_down_fails_the_flow_with_its_line(tmp_path: Path) -> None:
    done = flow(tmp_path, "http://127.0.0.1:9/open311/v2/")
    assert done.returncode == 3
    assert "source springfield" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(280)
def test_the_demo_ends_with_a_summary_that_holds_and_commands_that_work(tmp_path: Path) -> None:
    done = subprocess.run(
        process("demo", "--requests", "900", "--data-dir", "my demo"),
        cwd=tmp_path,
        env=environment(PREFECT_HOME=str(tmp_path / "home"), PREFECT_API_URL=""),
        capture_output=True,
        text=True,
        timeout=270,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 25
    titles = ("Requests by day", "Requests by status", "Top services", "Completeness", "Files")
    assert [title for title in titles if title not in done.stdout] == []
    for told in ("rows/s", "dropped for want of an id", "of them got one later", "proven"):
        assert told in done.stdout
    commands = done.stdout.partition("Try next\n")[2].splitlines()
    assert len(commands) == 3
    for line in commands:
        _, *arguments = shlex.split(line)
        if "serve" in arguments:  # until Ctrl-C, so its help must do
            arguments = [*arguments[:2], "--help"]
        tried = subprocess.run(
            process(*arguments), cwd=tmp_path, env=environment(), capture_output=True, check=False
        )
        assert tried.returncode == 0, tried.stderr
        assert tried.stdout
    with warehouse(tmp_path / "my demo" / "open311.duckdb", read_only=True) as con:
        rows = con.sql("SELECT status, count(*) FROM service_requests GROUP BY ALL").fetchall()
    statuses = done.stdout.partition("Requests by status\n")[2].partition("\n\n")[0]
    shown = [line.split()[:2] for line in statuses.splitlines()[1:]]
    assert {status: int(count.replace(",", "")) for status, count in shown} == dict(rows)
