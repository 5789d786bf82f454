"""The search in time for what cannot be read, where smaller pages do not help (Q-DATE-5, Q-PAGE-9).

From the start of a window ever shorter spans are read until the first second that is sick stands
alone; then all the rest at once, and if that is sick, too, the search goes on in it. So a window of
a day costs about 17 short reads, one for each halving, for each record that cannot be read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from open311_etl import windows
from open311_etl.model import Window

HOPELESS = 40
"""After so many sick pieces with no row in between, it is not a record that is sick, but a time."""

TRUST = 3
"""So often in a row a half is taken for sick, unread, because the one before it is sound."""

NEIGHBOURS = 2
"""Seconds behind a sick one that may be so because of the same record: each piece is asked for
with a second around it (Q-DATE-1)."""

_SECOND = timedelta(seconds=1)


class Piece(Protocol):
    """What one reading of a piece came to."""

    window: Window

    @property
    def whole(self) -> bool:
        """Whether it was read to its end."""

    @property
    def holes(self) -> bool:
        """Whether it was, but for records that cannot be read."""

    @property
    def rows(self) -> int:
        """How many rows it held."""


P = TypeVar("P", bound=Piece)


class Hunt(Generic[P]):
    """One search; ``pieces`` are the readings made so far that count: they do not overlap.

    Takes how to read a window, with how many retries (as many as usual where ``None``), and after
    how many sick pieces without a row in between it is hopeless.
    """

    def __init__(
        self, read: Callable[[Window, int | None], Awaitable[P]], hopeless: int = HOPELESS
    ) -> None:
        self.pieces: list[P] = []
        self.found_rows = False
        self._read = read
        self._hopeless = hopeless
        self._streak = 0

    async def search(self, sick: P) -> list[P]:
        """Read a sick window in pieces that tile it, those that are sick as small as they get.

        Each of them is a second, but where a whole time is sick, which is one piece.
        """
        while True:
            rest = await self._first_sick(sick.window)
            if rest is None:
                return self.pieces
            sick = await self._try(rest)
            if sick.whole:
                return [*self.pieces, sick]
            if self._streak >= self._hopeless:
                return [*self.pieces, *await self._trimmed(sick)]

    async def _first_sick(self, window: Window) -> Window | None:
        """Find the first second that is sick; give the window behind it that is still unread."""
        rest, trusted = window, 0
        while halves := windows.bisect(rest):
            part = await self._try(halves[0])
            if not part.whole:
                rest, trusted = halves[0], 0
                continue
            self.pieces.append(part)
            if part.holes:  # that is what was looked for
                return _behind(halves[0], window)
            rest, trusted = halves[1], trusted + 1
            if trusted == TRUST:  # what failed may have recovered
                part, trusted = await self._try(rest), 0
                if part.whole:
                    self.pieces.append(part)
                    return _behind(rest, window)
        self.pieces.append(await self._read(rest, None))
        for _ in range(NEIGHBOURS):
            if rest.end == window.end or self.pieces[-1].whole:
                break
            rest = replace(rest, start=rest.end, end=min(rest.end + _SECOND, window.end))
            self.pieces.append(await self._try(rest))
        return _behind(rest, window)

    async def _trimmed(self, sick: P) -> list[P]:
        """Cut off the end of a sick time what is sound behind it."""
        sound: list[P] = []
        rest, streak = sick.window, 0
        while (halves := windows.bisect(rest)) and streak < TRUST:
            part = await self._try(halves[1])
            if part.whole:
                sound.insert(0, part)
                sick.window, rest = replace(sick.window, end=part.window.start), halves[0]
            else:
                rest, streak = halves[1], streak + 1
        return [sick, *sound]

    async def _try(self, window: Window) -> P:
        piece = await self._read(window, 0)
        if piece.whole and piece.rows:
            self._streak, self.found_rows = 0, True
        elif not piece.whole:
            self._streak += 1
        return piece


def _behind(done: Window, window: Window) -> Window | None:
    return replace(window, start=done.end) if done.end < window.end else None
