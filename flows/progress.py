"""How far the reading of a source is: lines in the log, a bar in Prefect's dashboard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from flows.summary import key, windows
from open311_etl.agenda import Item
from open311_etl.model import LoadReport, Outcome, Window

SHOWN_SECONDS = 2.0
"""Least time between two updates of the bar."""


class Progress:
    """Follows the pull of one source (a ``pipeline.Watcher``); ``windows``: how many there are."""

    def __init__(self, source: str, windows: int) -> None:
        self._log = get_run_logger()
        self._source = source
        self._windows = windows
        self._done = 0
        self._loaded = LoadReport()
        self._bar: UUID | None = None
        self._shown_at = time.monotonic()

    async def begin(self) -> None:
        """Put up the bar."""
        self._bar = await acreate_progress_artifact(
            0.0,
            key=f"{key(self._source)}-progress",
            description=f"{self._source}: {windows(self._windows)}",
        )

    async def advance(self, windows: int) -> None:
        """Some more windows were read."""
        self._done += windows
        if time.monotonic() - self._shown_at >= SHOWN_SECONDS:
            await self._show()

    async def end(self) -> None:
        """Leave the bar where the reading ended."""
        await self._show()

    def planned(self, source: str, items: Sequence[Item]) -> None:
        """The plan is told by whoever knows the windows of each batch."""

    def read(self, source: str, window: Window, outcomes: Sequence[Outcome]) -> None:
        """Told to :meth:`advance`, which may wait for the server."""

    def loaded(self, source: str, report: LoadReport) -> None:
        """Some readings are in the warehouse."""
        self._loaded += report
        self._log.info(
            "%s: %d of %s read; loaded %s entries, %s of them new, %s changed",
            source,
            self._done,
            windows(self._windows),
            f"{self._loaded.records:,}",
            f"{self._loaded.new:,}",
            f"{self._loaded.changed:,}",
        )

    async def _show(self) -> None:
        self._shown_at = time.monotonic()
        share = 100.0 * self._done / self._windows if self._windows else 100.0
        if self._bar is not None:
            with suppress(Exception):  # a bar that cannot be moved must not end the pull
                await aupdate_progress_artifact(self._bar, progress=round(share, 1))
