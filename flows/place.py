"""Places under the limit ``open311-SOURCE``: so many windows at once, over all runs of a server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import AcquireConcurrencySlotTimeoutError, concurrency

from flows import orchestrator
from open311_etl.config import Source

KEEP_SECONDS = 30.0
"""Time after which a place is given back, so that other runs have their turn.

Until then it goes from window to window: taking and leaving one costs seconds on a busy machine.
"""

WAIT_SECONDS = 600.0
"""Longest wait for a place: a server that was killed may count places as taken for ever."""

LEASE_SECONDS = 60.0
"""Time after which the place of a run that was killed is free again: the least there is."""


class Places:
    """The places that one run holds under the limit of its source; an async context manager.

    On entry the limit is set to the source's ``concurrency``; on exit all places are given back.
    With a temporary server there is nobody to share with, and nothing is held.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._limit = f"open311-{source.name}"
        self._free: list[_Place] = []

    async def __aenter__(self) -> Places:
        # A place outlives the task run in which it is taken, which would give it back at its end.
        self._context = copy_context()
        if orchestrator.shared():
            await self._set_limit()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(place.leave() for place in self._free))

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place while the ``with`` block runs, or go on without after WAIT_SECONDS."""
        if not orchestrator.shared():
            yield
            return
        place = self._free.pop() if self._free else await self._taken()
        try:
            yield
        finally:
            if place.old:
                await place.leave()
            else:
                self._free.append(place)

    async def _taken(self) -> _Place:
        place = _Place(self._limit)
        await asyncio.create_task(place.take(), context=self._context)
        if not place.held:
            get_run_logger().warning(
                "%s: no place under the limit %s for %.0f s, so this goes on without; if no other "
                "run is at work: prefect gcl update %s --active-slots 0",
                self._source.name,
                self._limit,
                WAIT_SECONDS,
                self._limit,
            )
        return place

    async def _set_limit(self) -> None:
        name = self._limit
        async with get_client() as client:
            await client.upsert_global_concurrency_limit_by_name(name, self._source.concurrency)
            known = await client.read_global_concurrency_limit_by_name(name)
        if known.active_slots >= known.limit:
            get_run_logger().info(
                "%s: other runs have all %d places of the limit %s; waiting for one",
                self._source.name,
                known.limit,
                name,
            )


class _Place:
    """One place, held by an asyncio task of its own, because it must be left where it was taken."""

    def __init__(self, limit: str) -> None:
        self._limit = limit
        self._holding: asyncio.Task[None] | None = None
        self._taken, self._leaving = asyncio.Event(), asyncio.Event()
        self._since = time.monotonic()
        self.held = False

    @property
    def old(self) -> bool:
        return self.held and time.monotonic() - self._since >= KEEP_SECONDS

    async def take(self) -> None:
        """Wait for the place; raises what Prefect raises where it cannot be asked for."""
        self._holding = asyncio.create_task(self._hold())
        waiting = asyncio.create_task(self._taken.wait())
        try:
            await asyncio.wait((self._holding, waiting), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._holding.cancel()
            raise
        finally:
            waiting.cancel()
        if self._holding.done():
            self._holding.result()

    async def leave(self) -> None:
        self._leaving.set()
        if self._holding is not None:
            await self._holding

    async def _hold(self) -> None:
        try:
            async with concurrency(
                self._limit,
                timeout_seconds=WAIT_SECONDS,
                lease_duration=LEASE_SECONDS,
                raise_on_lease_renewal_failure=False,
            ):
                self.held, self._since = True, time.monotonic()
                self._taken.set()
                await self._leaving.wait()
        except AcquireConcurrencySlotTimeoutError:
            pass
