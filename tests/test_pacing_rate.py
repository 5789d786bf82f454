"""The rate that a vendor publishes holds for a host, for every process, and whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import sqlite3
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from waiting import Waits

from open311_etl.config import Source
from open311_etl.pacing import Pace

pytestmark = pytest.mark.anyio


def granted(state_dir: Path, together: Barrier, counts: Queue[int]) -> None:
    """Count, in a process of its own, the calls that need not wait: two on each of 12 hosts."""
    paces = [
        Pace(
            Source(name="x", url=f"http://{number}.example/", rate_per_minute=3),
            state_dir,
            wait=_give_up,
        )
        for number in range(12)
    ]

    async def calls(paced: Pace) -> int:
        count = 0
        with contextlib.suppress(TimeoutError):
            for _ in range(2):
                async with paced.turn():
                    count += 1
        return count

    count = 0
    for paced in paces:
        together.wait(60)
        count += asyncio.run(calls(paced))
    counts.put(count)


async def _give_up(_: float) -> None:
    raise TimeoutError


def test_processes_share_the_rate_of_a_host(tmp_path: Path) -> None:
    """Q-RATE-2."""
    spawn = multiprocessing.get_context("spawn")
    together, counts = spawn.Barrier(2), spawn.Queue()
    processes = [spawn.Process(target=granted, args=(tmp_path, together, counts)) for _ in range(2)]
    for process in processes:
        process.start()
    assert counts.get(timeout=60) + counts.get(timeout=60) == 3 * 12
    for process in processes:
        process.join()


@pytest.mark.parametrize("where", ["state", None])
@pytest.mark.parametrize(("rate", "calls", "minutes"), [(10, 25, 2), (0.5, 3, 4), (7.5, 31, 4)])
async def test_calls_beyond_the_rate_wait_for_their_minute(
    tmp_path: Path, where: str | None, rate: float, calls: int, minutes: float
) -> None:
    """Q-RATE-1."""
    waits = Waits()
    state_dir = tmp_path / where if where else None
    paced = Pace(
        Source(name="x", url=f"http://{tmp_path.name}.{rate}.example/", rate_per_minute=rate),
        state_dir,
        wait=waits,
    )
    began = paced.now()
    for _ in range(calls):
        async with paced.turn():
            pass
    assert minutes * 60 <= paced.now() - began + 0.5 < minutes * 60 + 50


async def test_paces_of_one_process_share_the_rate_even_without_a_place_to_keep_it() -> None:
    waits = Waits()
    changed: dict[str, Any] = {"url": "http://shared.example/", "rate_per_minute": 3}
    for _ in range(3):
        async with Pace(Source(name="x", **changed), wait=waits).turn():
            pass
    assert waits == []
    async with Pace(Source(name="y", **changed), wait=waits).turn():
        pass
    assert sum(waits) > 50


async def test_a_state_that_cannot_be_kept_is_told_and_the_rate_still_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    waits = Waits()
    changed: dict[str, Any] = {"url": "http://unkept.example/", "rate_per_minute": 2}
    paced = Pace(Source(name="x", **changed), tmp_path / "file", wait=waits)
    assert "source x: " in caplog.text
    for _ in range(3):
        async with paced.turn():
            pass
    assert sum(waits) > 50


async def test_a_state_that_breaks_later_is_told_and_the_rate_still_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits()
    changed: dict[str, Any] = {"url": "http://broken.example/", "rate_per_minute": 2}
    paced = Pace(Source(name="x", **changed), tmp_path, wait=waits)
    with sqlite3.connect(tmp_path / "rate-broken.example.sqlite") as state:
        state.execute("DROP TABLE rate_bucket")
    for _ in range(3):
        async with paced.turn():
            pass
    assert "source x: " in caplog.text
    assert sum(waits) > 50


async def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    changed: dict[str, Any] = {"url": "http://late.example/", "rate_per_minute": 1}
    ahead = Pace(Source(name="x", **changed), tmp_path, wait=Waits())
    await ahead.sleep(3 * 86400)
    async with ahead.turn():
        pass
    waits = Waits()
    async with Pace(Source(name="x", **changed), tmp_path, wait=waits).turn():
        pass
    assert sum(waits) < 61
