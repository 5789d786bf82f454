"""What the live page is given, and how it comes to be of the newest release."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from open311_etl.config import Settings
from open311_etl.dashboard.content import Choice, content, script
from open311_etl.dashboard.reading import reading, release
from open311_etl.errors import Open311Error

_LOOK_SECONDS = 2.0

_EMPTY = "nothing"
"""State of a page that has no data yet."""


class Shown:
    """What the page is given: made anew, aside, when something newer is published.

    ``state`` names the release that it is of; ``fault`` says what kept a newer one away.
    """

    def __init__(self, settings: Settings, choice: Choice) -> None:
        self.settings = settings
        self._choice = choice
        self._lock = threading.Lock()
        self._file: Path | None = None
        self.state = _EMPTY
        self.fault: str | None = None
        self.script = script("data", {"live": True, "state": _EMPTY, "rows": None})

    def refresh(self) -> None:
        """Look for a newer release and show it. What goes wrong is kept as the fault."""
        with self._lock:
            file = release(self.settings)
            if file is None or file == self._file:
                return
            try:
                with reading(self.settings) as con:
                    document = content(con, self._choice)
            except Open311Error as error:
                self.fault = str(error)
                return
            document["live"] = True
            document["state"] = file.name
            self.script, self.state, self.fault = script("data", document), file.name, None
            self._file = file

    @contextlib.asynccontextmanager
    async def watched(self, _app: object) -> AsyncIterator[None]:
        """Look for a newer release every other second while the server runs."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.to_thread(self.refresh)
