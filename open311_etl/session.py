"""One pull of one source, step by step: what a journey goes through."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType

from platformdirs import user_cache_path

from open311_etl import agenda, catalog, catchup, contract, follow, ledger, retention
from open311_etl.agenda import Item
from open311_etl.client import Client
from open311_etl.config import Settings, Source
from open311_etl.errors import Open311Error, SourceRefused
from open311_etl.fetch import Fetcher
from open311_etl.follow import FollowPlan
from open311_etl.hold import holding
from open311_etl.landing import Landing
from open311_etl.ledger import Debt
from open311_etl.model import Change, LoadReport, Outcome, RunEnd, Verdict, Window
from open311_etl.pacing import Pace
from open311_etl.walk import Manners, Walker
from open311_etl.warehouse import Connection, transaction, warehouse

_log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds for which another pull of the same source is waited for."""


@dataclass(frozen=True, slots=True)
class PullReport:
    """What the pull of one source came to.

    ``counts`` are those of ``ledger.summary``; ``alarms`` what of the server's ways is no longer as
    it was; ``requests`` the HTTP requests of this call; ``seconds`` its length; ``error`` why it
    could not go on, ``None`` where it did.
    """

    source: str
    run_id: str
    as_of: datetime
    resumed: bool
    services: catalog.CatalogReport | None
    planned: int
    counts: dict[str, int]
    debt: tuple[Debt, ...]
    alarms: tuple[Change, ...]
    watermark: datetime | None
    requests: int
    seconds: float
    error: Open311Error | None = None

    @property
    def unchanged(self) -> bool:
        """True where nothing new, changed or stale was met."""
        return not any(self.counts[each] for each in ("new", "changed", "stale"))

    @property
    def exit_code(self) -> int:
        """0: complete; 1: with debt; else what the error says."""
        if self.error is not None:
            return self.error.exit_code
        return 1 if self.debt else 0


@dataclass
class Pull:
    """One pull of one source, step by step; an async context manager.

    On entry it takes up or begins the run and loads what an interrupted one left in landing; on
    exit it writes how the run ended. In between: :meth:`refresh_catalog`, :meth:`follow`, then
    :meth:`read` for each of ``items``, and :meth:`plan_follow` and :meth:`ask` until a plan is
    empty, each with :meth:`load` for what that gave. ``follow_requests`` takes the place of the
    profile's.
    """

    settings: Settings
    source: Source
    start: datetime | None = None
    end: datetime | None = None
    items: list[Item] = field(default_factory=list)
    changes: list[Window] = field(default_factory=list)
    follow_requests: int | None = None
    resumed: bool = False
    services: catalog.CatalogReport | None = None
    _finished: bool = False

    async def __aenter__(self) -> Pull:
        self._began = time.monotonic()
        self._stack = AsyncExitStack()
        self._landing = Landing(self.settings.landing, self.source.name)
        hold = holding(
            self.settings.locks,
            f"pull-{self.source.name}",
            f"source {self.source.name} in {self.settings.data_dir}",
            wait=PATIENCE,
        )
        await asyncio.to_thread(self._stack.enter_context, hold)
        try:
            await asyncio.to_thread(self._begin)
            pace = Pace(self.source, state_dir=user_cache_path("open311-etl"))
            client = Client(self.source, user_agent=self.settings.user_agent, pace=pace)
            self.client = await self._stack.enter_async_context(client)
        except BaseException:
            await self._stack.aclose()
            raise
        manners = Manners(self.source.first_page, 0, self._uncapped, self.source.row_cap)
        self._walker = Walker(self.client, self._landing, self.run, manners)
        self._fetcher = Fetcher(self._walker, self.run, self._codes())
        given = self.follow_requests
        budget = self.source.follow_requests if given is None else given
        self._chase = follow.Chase(self._walker, self.source, self.run, budget)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if error is None or self._finished:
                return
            result = "failed" if isinstance(error, Exception) else "interrupted"
            message = str(error) if isinstance(error, Open311Error) else result
            with suppress(Open311Error):  # the first error says more
                await asyncio.to_thread(self._end, result, message)
        finally:
            await self._stack.aclose()

    def _begin(self) -> None:
        now = self.end or datetime.now(UTC).replace(microsecond=0)
        with warehouse(self.settings.warehouse) as con:
            catchup.catch_up(con, self.source, self._landing)
            self.run, new = ledger.next_run(con, self.source.name, now, self.start, self.end)
            if new:
                self._landing.begin(self.run)
                ledger.begin_run(con, self.run)
            done = ledger.loaded(con, self.run.id)
            self.resumed = bool(done)
            self._catalog_done = any(each["kind"] == "catalog" for each in done)
            spans = [
                (each["window_start"], each["window_end"])
                for each in done
                if each["kind"] == "window"
            ]
            self.items = agenda.agenda(
                ledger.coverage(con, self.source.name),
                self.source,
                self.run,
                spans,
                late_days=ledger.lateness(con, self.source.name, now),
                widest=ledger.widest(con, self.source),
            )
            self.changes = follow.changes(con, self.source, self.run)
            self._uncapped = ledger.uncapped(con, self.source.name)
            self._known = catalog.known(con, self.source.name)

    async def refresh_catalog(self) -> catalog.CatalogReport | None:
        """Read and load services and definitions; ``None`` where this run has done so before.

        Raises SourceError where the source does not answer at all.
        """
        if self._catalog_done:
            return None
        outcome = await catalog.refresh(self._walker, self.run, self._known)
        await asyncio.to_thread(self._landing.record, outcome)
        self.services = await asyncio.to_thread(self._load_catalog, outcome)
        self._fetcher.codes = self._codes()
        self._catalog_done = True
        return self.services

    async def read(self, window: Window) -> list[Outcome]:
        """Read a window and make what came of it durable in landing.

        Raises SourceDown where the source is down as a whole, SourceRefused where it refuses.
        """
        outcomes = await self._fetcher.read(window)
        await self.record(outcomes)
        return outcomes

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Make readings durable in the journal."""
        for outcome in outcomes:
            await asyncio.to_thread(self._landing.record, outcome)

    async def follow(self) -> list[Outcome]:
        """Read what changed among known requests, where the source can be asked for that.

        A source that does not know the question, or gives an answer that does not fit it, is asked
        again after some days; its windows are read again as they settle in any case.
        """
        outcomes: list[Outcome] = []
        for window in self.changes:
            try:
                outcomes += await self._fetcher.read(window, "follow")
            except SourceRefused as error:
                outcomes.append(self._fetcher.refused(window, "follow", error))
            if outcomes[-1].verdict is Verdict.SUSPECT:
                break
        for outcome in outcomes:
            await asyncio.to_thread(self._landing.record, outcome)
        return outcomes

    async def plan_follow(self) -> FollowPlan:
        """Plan whom to ask for next among known requests that are due; empty where nobody is."""

        def plan() -> FollowPlan:
            with warehouse(self.settings.warehouse) as con:
                return self._chase.next(con)

        return await asyncio.to_thread(plan)

    async def ask(self, plan: FollowPlan) -> list[Outcome]:
        """Ask for known requests by their ids. Raises SourceDown where the source is down."""
        outcomes = await self._chase.ask(plan)
        for outcome in outcomes:
            await asyncio.to_thread(self._landing.record, outcome)
        return outcomes

    async def load(self, outcomes: Sequence[Outcome]) -> LoadReport:
        """Bring readings into the warehouse, which is held only for so long."""
        return await asyncio.to_thread(self._load, outcomes)

    async def finish(self, error: Open311Error | None = None) -> PullReport:
        """Write how the run ended and give the report."""
        return await asyncio.to_thread(self._finish, error)

    def _load(self, outcomes: Sequence[Outcome]) -> LoadReport:
        with warehouse(self.settings.warehouse) as con:
            loaded = catchup.load_batch(con, outcomes, self.source, self._landing)
            assert isinstance(loaded, LoadReport)
            return loaded

    def _load_catalog(self, outcome: Outcome) -> catalog.CatalogReport:
        with warehouse(self.settings.warehouse) as con:
            loaded = catchup.load_batch(con, [outcome], self.source, self._landing)
            assert isinstance(loaded, catalog.CatalogReport)
            self._known = catalog.known(con, self.source.name)
            return loaded

    def _codes(self) -> list[str]:
        return [each["service_code"] for each in self._known]

    def _finish(self, error: Open311Error | None) -> PullReport:
        settled = self.run.as_of - timedelta(days=self.source.settle_days)
        requests = self.client.requests_made
        with warehouse(self.settings.warehouse) as con:
            stale = follow.owed(con, self.source, self.run)
            with transaction(con):
                follow.owe(con, self.source.name, self.run.id, *stale)
            debt = ledger.debt(con, self.source.name, settled)
            changes = contract.changes(con, self.source, self.run, self._fetcher.habits)
            result = "failed" if error else "debt" if debt else "complete"
            self._write_end(con, result, str(error) if error else None, changes, stale)
            self._finished = True
            self._prune(con)
            return PullReport(
                source=self.source.name,
                run_id=self.run.id,
                as_of=self.run.as_of,
                resumed=self.resumed,
                services=self.services,
                planned=len(self.items),
                counts=ledger.summary(con, self.run),
                debt=tuple(debt),
                alarms=tuple(each for each in changes if each.severity != "info"),
                watermark=ledger.watermark(ledger.coverage(con, self.source.name)),
                requests=requests,
                seconds=time.monotonic() - self._began,
                error=error,
            )

    def _end(self, result: str, message: str) -> None:
        with warehouse(self.settings.warehouse) as con:
            self._write_end(con, result, message)

    def _prune(self, con: Connection) -> None:
        days = self.source.landing_days
        if days is None:
            return
        name, now = self.source.name, self.run.clock(datetime.now(UTC))
        removed = retention.prune(con, name, self._landing, now, days)
        if removed:
            _log.warning(
                "source %s: %d bodies older than %g days removed from landing, of which no stored "
                "row came; a replay will name them, and owe their windows where no later reading "
                "covers them",
                *(name, removed, days),
            )

    def _write_end(
        self,
        con: Connection,
        result: str,
        message: str | None,
        changes: Sequence[Change] | None = None,
        stale: tuple[int | None, datetime | None] = (None, None),
    ) -> None:
        now = datetime.now(UTC)
        end = RunEnd(
            ended_at=now,
            result=result,
            message=message,
            requests=self.client.requests_made,
            changes=None if changes is None else tuple(changes),
            seen_at=self.run.clock(now),
            stale=stale[0],
            stale_since=stale[1],
        )
        self._landing.end(self.run.id, end)
        catchup.end_run(con, self.source.name, self.run.id, end)
