"""The windows that one task reads: most often one, several where the plan is long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from flows.place import Places
from open311_etl.agenda import Item
from open311_etl.model import Outcome, Window
from open311_etl.session import Pull

MOST_TASKS = 300
"""Most tasks for the windows of one source: each costs about 20 ms here and again in the server."""


class Batch:
    """Windows in a row that are read one after the other; ``window`` spans them all."""

    def __init__(self, pull: Pull, items: Sequence[Item], places: Places) -> None:
        self._pull = pull
        self._places = places
        self._items = items
        self._read: dict[Window, list[Outcome]] = {}
        self.window = Window(items[0].window.start, max(item.window.end for item in items))

    def __len__(self) -> int:
        return len(self._items)

    def __str__(self) -> str:
        window = self.window
        return f"{self._pull.source.name} {_short(window.start)}..{_short(window.end)}"

    @property
    def item(self) -> Item:
        """The batch as the pipeline's own plan would have it."""
        return Item(self.window, self._items[0].why)

    async def read(self) -> None:
        """Read what has not been read yet: a second try goes on where the first one stopped."""
        async with self._places.one():
            for item in self._items:
                if item.window not in self._read:
                    self._read[item.window] = await self._pull.read(item.window)

    def take(self) -> list[Outcome]:
        """Give what the reading gave and forget it."""
        read, self._read = self._read, {}
        return [outcome for outcomes in read.values() for outcome in outcomes]


def batches(pull: Pull, places: Places) -> list[Batch]:
    """Cut the plan of a pull into at most MOST_TASKS batches of windows in a row."""
    size = math.ceil(len(pull.items) / MOST_TASKS) or 1
    return [
        Batch(pull, pull.items[first : first + size], places)
        for first in range(0, len(pull.items), size)
    ]


def _short(moment: datetime) -> str:
    """Write an instant in UTC, as a date where that says all."""
    moment = moment.astimezone(UTC)
    return (
        f"{moment:%Y-%m-%d}" if moment.time() == moment.min.time() else f"{moment:%Y-%m-%dT%H:%MZ}"
    )
