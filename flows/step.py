"""One step of a pull as a Prefect task: its name, its retries, its place under a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.concurrency.asyncio import AcquireConcurrencySlotTimeoutError, concurrency
from prefect.tasks import Task

from flows import orchestrator
from open311_etl.config import Source
from open311_etl.errors import SourceDown, WarehouseBusy

RETRY_SECONDS = (10.0, 60.0)
"""Pauses before a step is tried again, after the client's own retries of each call."""

LONGEST_PAUSE = 900.0
"""The longest Retry-After, in seconds, that a step waits for; a longer one ends the run."""

PLACE_SECONDS = 600.0
"""Longest wait for a place: a server that was killed may count places as taken for ever."""

LEASE_SECONDS = 60.0
"""Time after which the place of a run that was killed is free again: the least there is."""

T = TypeVar("T")


def worth_another(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Say whether trying again may help: where the source is down, or the warehouse is in use.

    The pause becomes no shorter than the Retry-After of the source, where it sent one.
    """
    error = state.data
    if not isinstance(error, (SourceDown, WarehouseBusy)):
        return False
    asked = (error.retry_after if isinstance(error, SourceDown) else None) or 0.0
    if asked > LONGEST_PAUSE:
        return False
    pauses = [max(asked, pause) for pause in RETRY_SECONDS]
    task.retry_delay_seconds = pauses
    pause = pauses[min(run.run_count, len(pauses)) - 1]
    get_run_logger().warning("%s; %s is tried again in %.0f s", error, run.name, pause)
    return True


@task(
    retries=len(RETRY_SECONDS),
    retry_condition_fn=worth_another,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def _step(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def step(kind: str, name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do some work as a task of this kind and name, with retries; gives what the work gives.

    The work is a function and takes nothing, because Prefect goes through all that is passed to a
    task, and would go through the settings and the windows each time.
    """
    retries = list(RETRY_SECONDS)
    named = _step.with_options(name=kind, task_run_name=name, retry_delay_seconds=retries)
    return await named(work)


async def limit(source: Source) -> None:
    """Set the limit ``open311-SOURCE`` on the server: so many windows at once, over all runs."""
    if not orchestrator.shared():
        return
    async with get_client() as client:
        await client.upsert_global_concurrency_limit_by_name(_limit(source), source.concurrency)
        known = await client.read_global_concurrency_limit_by_name(_limit(source))
    if known.active_slots >= known.limit:
        get_run_logger().info(
            "%s: other runs have all %d places of the limit %s; waiting for one",
            source.name,
            known.limit,
            _limit(source),
        )


@asynccontextmanager
async def place(source: Source) -> AsyncIterator[None]:
    """Hold one place under the source's limit, where there are others to share it with."""
    if not orchestrator.shared():
        yield
        return
    async with AsyncExitStack() as stack:
        held = concurrency(
            _limit(source),
            timeout_seconds=PLACE_SECONDS,
            lease_duration=LEASE_SECONDS,
            raise_on_lease_renewal_failure=False,
        )
        try:
            await stack.enter_async_context(held)
        except AcquireConcurrencySlotTimeoutError:
            get_run_logger().warning(
                "%s: no place under the limit %s for %.0f s, so this goes on without; if no other "
                "run is at work: prefect gcl update %s --active-slots 0",
                source.name,
                _limit(source),
                PLACE_SECONDS,
                _limit(source),
            )
        yield


def _limit(source: Source) -> str:
    return f"open311-{source.name}"
