"""What a page that cannot be read still gives: its records in ever smaller pages (Q-PAGE-9).

A page is one answer for many records; where one of them makes the server fail, all are out of
reach, until a smaller page size leaves the poisoned one alone. Sizes are divided by their prime
factors, so that the smaller pages begin where the larger one did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from open311_etl.decode import Look
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceRefused
from open311_etl.model import Page

HOPELESS = 12
"""After so many small pages without one that can be read, it is not a record that is sick."""

Read = Callable[[int, int, int | None], Awaitable[tuple[Page, Look]]]
"""Reads a page: takes its index from 0, its size, and how often it is tried again."""


class _Useless(Exception):
    """Smaller pages do not help; ``size`` is what a page holds, where it is less than thought."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size


@dataclass
class Salvage:
    """What was saved of a page: the ``pages`` read, and the ``holes``, positions from 0 in the
    server's order of records that cannot be read. ``ended``: the list ends within the page."""

    pages: list[tuple[Page, Look]]
    holes: list[int]
    ended: bool


async def salvage(read: Read, index: int, size: int, known: Collection[str]) -> Salvage | None:
    """Read the records of a sick page one smaller page at a time.

    Takes how to read, the sick page's index from 0, its size in records (or what was asked for,
    where the server may have lowered it), and the ids on the pages before it. Gives what was saved,
    or ``None`` where smaller pages do not help: the server pays no heed to the size, all of them
    are as sick, or none is, so that it is not a record that is sick.
    """
    cut = _Cut(read, known)
    try:
        await cut.divide(index * size, size)
    except _Useless as useless:
        if useless.size is None or useless.size >= size:
            return None
        size = useless.size
        if index or cut.covered < size:
            return await salvage(read, index, size, known)
    end = (index + 1) * size
    if not cut.pages or not cut.holes or not (cut.ended or cut.covered >= end):
        return None
    # What stands behind the page is for the next one.
    return Salvage([cut.pages[at] for at in sorted(cut.pages) if at < end], cut.holes, cut.ended)


class _Cut:
    """A page being cut into smaller ones."""

    def __init__(self, read: Read, known: Collection[str]) -> None:
        self.pages: dict[int, tuple[Page, Look]] = {}
        self.holes: list[int] = []
        self.ended = False
        self.covered = 0
        self._read = read
        self._ids = set(known)
        self._tries = 0

    async def divide(self, offset: int, size: int) -> None:
        """Read ``size`` records from ``offset``, known to be sick as one page."""
        if size == 1:
            self.holes.append(offset)
            self.covered = offset + 1
            return
        part = size // _smallest_factor(size)
        for start in range(offset, offset + size, part):
            if not await self._try(start // part, part):
                await self.divide(start, part)
            if self.ended:
                return

    async def _try(self, index: int, size: int) -> bool:
        """Read one smaller page; False where it is sick, too."""
        self._tries += 1
        try:
            page, look = await self._read(index, size, 0 if size > 1 else None)
        except (NotFound, SourceRefused):
            self.ended = True
            return True
        except (SourceDown, BadBody):
            if self._tries >= HOPELESS and not self.pages:
                raise _Useless from None
            return False
        if len(look.entries) > size:
            raise _Useless
        if look.entries:
            self.pages[index * size] = page, look
            self._ids.update(entry.id for entry in look.entries if entry.id)
        if len(look.entries) < size:
            await self._end(index + 1, size, len(look.entries))
        self.covered = (index + 1) * size
        return True

    async def _end(self, index: int, size: int, short: int) -> None:
        """Look behind a short page: it is the last one, or all that the server gives at once."""
        if short:
            try:
                _, look = await self._read(index, size, 0)
            except (NotFound, SourceRefused):
                look = None
            except (SourceDown, BadBody):
                raise _Useless(short) from None
            if look and any(entry.id not in self._ids for entry in look.entries):
                raise _Useless(short)
        self.ended = True


def _smallest_factor(number: int) -> int:
    return next((each for each in range(2, int(number**0.5) + 1) if number % each == 0), number)
