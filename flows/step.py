"""One step of a pull as a Prefect task: its name and its retries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from open311_etl.errors import SourceDown, WarehouseBusy

RETRY_SECONDS = (10.0, 60.0)
"""Pauses before a step is tried again, after the client's own retries of each call."""

LONGEST_PAUSE = 900.0
"""The longest Retry-After, in seconds, that a step waits for; a longer one ends the run."""

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
