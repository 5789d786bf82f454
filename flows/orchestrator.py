"""The Prefect server: the user's own, or a temporary one that lives as long as it is needed.

Prefect can start a temporary server itself, but that one shares our standard error and our Ctrl-C:
it prints tracebacks while it is stopped, and is gone before an interrupted run can say so. Ours
writes to a log file of its own, ends after what was told to it is recorded, and ends, too, when
this process is killed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_HOME,
    PREFECT_SERVER_API_PORT,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    PREFECT_UI_URL,
    get_current_settings,
    temporary_settings,
)

from flows import DEFAULTS
from flows.log import quiet
from open311_etl.errors import Open311Error, UsageError

DRAIN_SECONDS = 10
"""Longest time for which the end of a run waits until all of it is recorded."""

RECORD_SECONDS = 2.0
"""Time in which the server records what was told to it: it gathers task runs for a second."""

_LEASES = "prefect.server.concurrency.lease_storage.filesystem"
_log = logging.getLogger(__name__)
_ROOT = str(Path(__file__).parent.parent)
_temporary = ContextVar("_temporary", default=False)


def shared() -> bool:
    """Say whether other runs may use the same server, so that limits on it have a sense."""
    return bool(PREFECT_API_URL.value()) and not _temporary.get()


@contextmanager
def running() -> Iterator[None]:
    """Hold a Prefect server for one run, while the ``with`` block runs.

    That is the user's (PREFECT_API_URL, from the environment or a profile), else a temporary one on
    loopback, with its database in PREFECT_HOME. Raises UsageError where the user's does not
    answer, and Open311Error where a temporary one cannot be started.
    """
    if url := PREFECT_API_URL.value():
        _reach(url)
        yield
        return
    with _own(_free_port(), "--no-ui", "--no-scheduler", "--no-late-runs"), quiet():
        token = _temporary.set(True)
        try:
            yield
        finally:
            _temporary.reset(token)


@contextmanager
def lasting() -> Iterator[str]:
    """Hold a Prefect server that keeps schedules, and give the address of its dashboard.

    That is the user's, else one on loopback, port PREFECT_SERVER_API_PORT (4200). Raises as
    :func:`running` does.
    """
    if url := PREFECT_API_URL.value():
        _reach(url)
        yield PREFECT_UI_URL.value() or url
        return
    port = PREFECT_SERVER_API_PORT.value()
    with _own(port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _own(port: int, *options: str) -> Iterator[None]:
    """Start a server of ours, let everything in this process use it, and end it afterwards."""
    log = Path(PREFECT_HOME.value()) / "open311-server.log"
    _log.info("starting a Prefect server on port %d; the first start may take a minute", port)
    process = _start(log, port, options)
    try:
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
            try:
                yield
            finally:
                # Of all services, not only events: else they would speak to a server that is gone.
                EventsWorker.drain_all(timeout=DRAIN_SECONDS)
    finally:
        _stop(process)


def _reach(url: str) -> None:
    async def health() -> Exception | None:
        async with get_client() as client:
            return await client.api_healthcheck()

    if asyncio.run(health()) is not None:
        raise UsageError(
            f"Prefect server {urlsplit(url).netloc.rpartition('@')[2]}: does not answer; start it "
            'with "prefect server start", or unset PREFECT_API_URL to do without'
        )


def _start(log: Path, port: int, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a server and wait until it accepts connections."""
    log.parent.mkdir(parents=True, exist_ok=True)
    patience = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
    # One at a time: two that lay out one new database at once break each other.
    with FileLock(log.with_suffix(".lock"), timeout=patience), log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "flows.orchestrator", str(port), *options],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            env={
                **os.environ,
                **get_current_settings().to_environment_variables(exclude_unset=True),
                # Leases on disk, or the places of a run that was killed would be taken for ever.
                "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": _LEASES,
                "PYTHONPATH": os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH")))),
            },
            start_new_session=True,  # Ctrl-C is for us: the server must hear how the run ended
        )
        try:
            _await_port(process, port, patience, log)
        except BaseException:
            _stop(process)
            raise
    return process


def _await_port(process: subprocess.Popen[bytes], port: int, patience: float, log: Path) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        # It listens only when its database is laid out and its services run.
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing"]
    what = f"took longer than {patience} s" if process.poll() is None else "ended at once"
    raise Open311Error(
        f"Prefect's server on port {port} {what}: {said[-1].strip()} (all of it: {log}); if there "
        "is another Prefect server already, name it: PREFECT_API_URL=http://HOST:PORT/api"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the server end by itself, which closing its input asks of it; else end it."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _be_server(port: str, *options: str) -> None:
    """Be a server until the process that started us closes our input, or is gone."""

    def watch() -> None:
        sys.stdin.buffer.read()
        time.sleep(RECORD_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    level = os.environ["PREFECT_SERVER_LOGGING_LEVEL"]
    if level == DEFAULTS["PREFECT_SERVER_LOGGING_LEVEL"]:
        level = "WARNING"  # ours goes to a file, so it may speak
    start = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port]
    sys.argv = [*start, "--log-level", level, *options]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _be_server(*sys.argv[1:])
