"""A real Prefect server: the deployment is made, a schedule fires, a worker pulls; and serving."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from commanding import ROOT, environment

from open311_etl.sandbox import City, Server, serving
from open311_etl.warehouse import warehouse

QUICK = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
}
ENDED = ("COMPLETED", "FAILED", "CRASHED")
T = TypeVar("T")


def surroundings(place: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing of this machine's Prefect is met."""
    ours = {
        "PREFECT_HOME": str(place / "prefect"),
        "OPEN311_HOME": str(ROOT),
        "OPEN311_CONFIG": str(place / "open311.toml"),
        "OPEN311_DATA_DIR": str(place / "data"),
    }
    kept = {name: value for name, value in environment().items() if "PREFECT" not in name}
    return {**kept, **ours, **QUICK, **more}


@contextmanager
def running(
    log: Path, env: dict[str, str], *command: str, end: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module as a process, and end it; what it says goes to a file."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=env, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def eventually(look: Callable[[], T], patience: float = 200) -> T:
    """Give what comes of looking again and again, as soon as it is something."""
    until = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.25)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(api: httpx.Client, path: str) -> bool:
    try:
        return api.get(path).is_success
    except httpx.TransportError:
        return False


def asked(api: httpx.Client, what: str, **conditions: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.post(f"/{what}/filter", json=conditions).json()
    return found


def ended_run(api: httpx.Client, name: str) -> Callable[[], dict[str, Any] | None]:
    """Look for a run of that name that has come to an end."""

    def look() -> dict[str, Any] | None:
        wanted = {"name": {"any_": [name]}, "state": {"type": {"any_": list(ENDED)}}}
        return next(iter(asked(api, "flow_runs", flow_runs=wanted)), None)

    return look


def stored(place: Path) -> int:
    with warehouse(place / "data" / "open311.duckdb", read_only=True) as con:
        ((rows,),) = con.sql("SELECT count(*) FROM service_requests").fetchall()
    assert (place / "data" / "published" / "open311.duckdb").exists()
    count: int = rows
    return count


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Server[City]]:
    """A city with two days of requests, whose address is given to Chicago."""
    now = datetime.now(UTC)
    start = now - timedelta(days=30)
    with serving(City(150, days=2, start=start, now=now, services=9)) as server:
        profile = f'url = "{server.url}"\nfirst_page = 1\nwindow_hours = 240\n'
        (tmp_path / "open311.toml").write_text(f"[sources.chicago]\n{profile}")
        yield server


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_a_schedule_of_a_deployment_fires_and_a_worker_pulls(
    city: Server[City], tmp_path: Path
) -> None:
    port = free_port()
    env = surroundings(tmp_path, PREFECT_API_URL=f"http://127.0.0.1:{port}/api")
    serve = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui")
    work = ("prefect", "worker", "start", "--pool", "open311", "--type", "process")
    with (
        running(tmp_path / "server.log", env, *serve),
        httpx.Client(base_url=env["PREFECT_API_URL"], trust_env=False) as api,
    ):
        eventually(lambda: answers(api, "/health"))
        with running(tmp_path / "worker.log", env, *work):
            eventually(lambda: answers(api, "/work_pools/open311"))
            deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
            done = subprocess.run(deploy, cwd=ROOT, env=env, capture_output=True, check=False)
            assert done.returncode == 0, done.stdout.decode()

            deployed = api.get("/deployments/name/open311-pull/nightly").json()
            (nightly,) = deployed["schedules"]
            assert nightly["schedule"]["cron"] == "30 5 * * *"
            assert nightly["schedule"]["timezone"] == "America/Chicago"
            soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
            hourly = {"active": True, "schedule": {"interval": 3600, "anchor_date": soon}}
            schedules = f"/deployments/{deployed['id']}/schedules"
            # The server answers 503 while another of its own transactions holds its SQLite.
            eventually(lambda: api.post(schedules, json=[hourly]).is_success)
            run = eventually(ended_run(api, "pull chicago"))

        assert run["state_type"] == "COMPLETED", (tmp_path / "worker.log").read_text()
        assert run["created_by"]["type"] == "SCHEDULE"
        tasks = asked(api, "task_runs")
        assert {each["state_type"] for each in tasks} == {"COMPLETED"}
        kinds = [each["name"] for each in tasks]
        assert {"chicago catalog", "publish"} <= set(kinds)
        assert sum(".." in each for each in kinds) == 10, "a task for each window of 90 days"
        (limit,) = [
            each
            for each in asked(api, "v2/concurrency_limits")
            if each["name"] == "open311-chicago"
        ]
        assert (limit["limit"], limit["active_slots"]) == (4, 0)
        kept = {each["key"] for each in asked(api, "artifacts")}
        of_city = {f"open311-chicago{part}" for part in ("", "-counts", "-progress")}
        assert kept == of_city | {"open311-pull", "open311-published"}
    assert stored(tmp_path) == 150
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_what_is_served_is_pulled_on_its_schedule_until_ctrl_c(
    city: Server[City], tmp_path: Path
) -> None:
    port = free_port()
    env = surroundings(tmp_path, PREFECT_SERVER_API_PORT=str(port))
    log = tmp_path / "serve.log"
    serve = ("flows.serve", "chicago", "--every", "9")
    with (
        running(log, env, *serve, end=signal.SIGINT) as served,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api", trust_env=False) as api,
    ):
        eventually(lambda: "serving chicago every 9 s" in log.read_text())
        run = eventually(ended_run(api, "pull chicago"))
        assert run["state_type"] == "COMPLETED", log.read_text()
    assert served.returncode == 0
    assert "Traceback" not in log.read_text()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
    assert stored(tmp_path) == 150
