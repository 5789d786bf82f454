"""The journey of one pull, in the order in which it happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from open311_etl import agenda, follow, ledger
from open311_etl.agenda import Item
from open311_etl.config import Settings, Source
from open311_etl.errors import Open311Error, SourceError, UsageError
from open311_etl.follow import FollowPlan
from open311_etl.model import LoadReport, Outcome, Run, Window
from open311_etl.session import Pull, PullReport
from open311_etl.warehouse import warehouse
from open311_etl.windows import parse_when

LOAD_ROWS = 40_000
"""Entries that a load takes at the most: few enough that a kill costs little, and memory."""

WORTH_LOADING = 0.5
"""The part of it that is loaded at once where no load is running."""

LOAD_SECONDS = 10
"""Longest time for which what was read waits to be loaded."""


class Watcher(Protocol):
    """Whoever follows a pull: a progress bar, a flow."""

    def planned(self, source: str, items: Sequence[Item]) -> None:
        """The windows that are going to be read; called again where more come to it."""

    def read(self, source: str, window: Window, outcomes: Sequence[Outcome]) -> None:
        """A window was read, in one piece or several."""

    def loaded(self, source: str, report: LoadReport) -> None:
        """Some readings are in the warehouse."""


Read = Callable[[Window], Awaitable[list[Outcome]]]


async def journey(
    pull: Pull, *, jobs: int | None = None, read: Read | None = None, watcher: Watcher | None = None
) -> PullReport:
    """Take one pull from its catalog to its report; windows are read side by side.

    ``read`` takes the place of ``pull.read`` where each reading is to be a task of its own;
    ``jobs`` is how many windows are read at once, by default the source's concurrency. What was
    read is loaded while more is being read. Where the source is down or refuses, what was read
    before is loaded and the report carries the error.
    """
    name = pull.source.name
    error: Open311Error | None = None
    if watcher:
        watcher.planned(name, pull.items)
    async with _Loads(pull, watcher) as loads:
        try:
            await pull.refresh_catalog()
            # What changed comes first: whatever the windows show then is held against it.
            await loads.put(None, await pull.follow())
            await loads.finish()
            at_once = jobs or pull.source.concurrency
            await _read_all(pull.items, read or pull.read, at_once, loads)
            await _follow(pull, at_once, loads)
        except* SourceError as group:
            error = _first(group)
        await loads.finish()
    return await pull.finish(error)


async def _follow(pull: Pull, jobs: int, loads: _Loads) -> None:
    """Ask for known requests that are due until nobody is, or the budget is spent."""
    while True:
        await loads.finish()
        plan = await pull.plan_follow()
        if plan.empty:
            return
        sweeps = [Item(window, "follow") for window in plan.sweeps]
        loads.more(sweeps)
        await _read_all(sweeps, pull.read, jobs, loads)
        await loads.put(None, await pull.ask(plan))


async def _read_all(items: Sequence[Item], read: Read, jobs: int, loads: _Loads) -> None:
    """Read some windows, so many at once; the first one that cannot go on ends them all."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await loads.put(item.window, await read(item.window))

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, jobs)):
            group.create_task(worker())


class _Loads:
    """Gathers readings and loads them, a good many at a time, while others go on reading.

    An async context manager: a load that has begun ends before it is left, also where it is left
    because of an error.
    """

    def __init__(self, pull: Pull, watcher: Watcher | None) -> None:
        self._pull = pull
        self._watcher = watcher
        self._waiting: list[Outcome] = []
        self._since = time.monotonic()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> _Loads:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running:
            await asyncio.wait([self._running])
            if not self._running.cancelled():
                self._running.exception()  # is known, or another error is on its way

    async def put(self, window: Window | None, outcomes: list[Outcome]) -> None:
        """Take what reading a window gave (or following), and see that it is loaded.

        Raises what went wrong in a load before.
        """
        self._waiting += outcomes
        if self._watcher and window:
            self._watcher.read(self._pull.source.name, window, outcomes)
        if self._running and self._running.done():
            self._running.result()
            self._running = None
        if not self._running and self._worth_it():
            self._running = self._begin()

    def more(self, items: Sequence[Item]) -> None:
        """Say that some more windows are going to be read."""
        if self._watcher and items:
            self._watcher.planned(self._pull.source.name, items)

    async def finish(self) -> None:
        """Load all that has come together; raises what goes wrong in a load."""
        while self._running or self._waiting:
            self._running = self._running or self._begin()
            await asyncio.shield(self._running)  # it ends, even where this is cancelled
            self._running = None

    def _worth_it(self) -> bool:
        rows = sum(outcome.records for outcome in self._waiting)
        late = time.monotonic() - self._since >= LOAD_SECONDS
        return rows >= WORTH_LOADING * LOAD_ROWS or (late and bool(self._waiting))

    def _begin(self) -> asyncio.Task[None]:
        """Begin to load what waits, from the first on, as much as one load may take."""
        rows, taken = 0, 0
        while taken < len(self._waiting) and rows < LOAD_ROWS:
            rows += self._waiting[taken].records
            taken += 1
        outcomes, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._since = time.monotonic()
        return asyncio.create_task(self._load(outcomes))

    async def _load(self, outcomes: list[Outcome]) -> None:
        report = await self._pull.load(outcomes)
        if self._watcher:
            self._watcher.loaded(self._pull.source.name, report)


def pull(
    names: Sequence[str],
    settings: Settings,
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    jobs: int | None = None,
    follow_requests: int | None = None,
    watcher: Watcher | None = None,
) -> list[PullReport]:
    """Bring the warehouse up to date with some sources, one after the other.

    ``start`` and ``end`` are ISO 8601: a plain date is midnight in the source's zone, as is a time
    without offset; ``end`` makes the whole run see that time as now. ``follow_requests`` is how
    many calls may be made to look at known requests again, the profile's number where ``None``.
    Gives a report for each source; a source that fails does not keep the others from being pulled.
    Raises UsageError, ConfigError and WarehouseError.
    """
    sources = [settings.source(name) for name in names]
    spans = [span_of(source, start, end) for source in sources]

    async def one(source: Source, span: tuple[datetime | None, datetime | None]) -> PullReport:
        async with Pull(settings, source, *span, follow_requests=follow_requests) as each:
            return await journey(each, jobs=jobs, watcher=watcher)

    return [asyncio.run(one(source, span)) for source, span in zip(sources, spans, strict=True)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pull of one source would do: ``items`` are the windows to read, ``changes`` the spans
    to ask the updated filter for, ``follow`` how the requests that are due would be looked at."""

    items: list[Item]
    changes: list[Window]
    follow: FollowPlan


def plan(
    name: str,
    settings: Settings,
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    follow_requests: int | None = None,
) -> Plan:
    """Give what :func:`pull` would do, without asking the source (``--dry-run``)."""
    source = settings.source(name)
    first, last = span_of(source, start, end)
    now = last or datetime.now(UTC).replace(microsecond=0)
    run = Run("", name, now, now, first, last)
    if not settings.warehouse.exists():
        return Plan(agenda.agenda([], source, run), [], FollowPlan())
    with warehouse(settings.warehouse, read_only=True) as con:
        spans = ledger.coverage(con, name)
        items = agenda.agenda(
            spans,
            source,
            run,
            late_days=ledger.lateness(con, name, now),
            widest=ledger.widest(con, source),
        )
        budget = source.follow_requests if follow_requests is None else follow_requests
        windows = [item.window for item in items]
        changes = follow.changes(con, source, run)
        planned = follow.foresee(con, source, run, spans, budget=budget, windows=windows)
        return Plan(items, changes, planned)


def span_of(
    source: Source, start: str | datetime | None, end: str | datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Read ``--start`` and ``--end``; raises UsageError where the end is not after the start."""
    first, last = (
        parse_when(each, source.zone) if isinstance(each, str) else each for each in (start, end)
    )
    until = last or datetime.now(UTC)
    if first is not None and first >= until:
        raise UsageError(
            f"source {source.name}: --end {until:%Y-%m-%dT%H:%M:%SZ} is not after "
            f"--start {first:%Y-%m-%dT%H:%M:%SZ}"
        )
    return first, last


def _first(group: BaseExceptionGroup[SourceError]) -> SourceError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, SourceError)
    return error
