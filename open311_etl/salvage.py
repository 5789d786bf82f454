"""What a page that cannot be read still gives: its records in ever smaller pages (Q-PAGE-9).

A page is one answer for many records; where one of them makes the server fail, all are out of
reach, until a smaller page size leaves the poisoned one alone. Sizes are divided by their prime
factors, so that the smaller pages begin where the larger one did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from open311_etl.decode import Look
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceRefused
from open311_etl.model import Page

HOPELESS = 12
"""After so many small pages without one that can be read, it is not a record that is sick."""

Read = Callable[[int, int, int | None], Awaitable[tuple[Page, Look]]]
"""Reads a page: takes its index from 0, its size, and how often it is tried again."""


@dataclass
class Salvage:
    """What was saved of a page: the ``pages`` read, and the ``holes``, positions from 0 in the
    server's order of records that cannot be read. ``ended``: the list ends within the page;
    ``obeyed``: a page of just the size asked for was among them; ``tries`` counts small pages."""

    pages: list[tuple[Page, Look]] = field(default_factory=list)
    holes: list[int] = field(default_factory=list)
    ended: bool = False
    obeyed: bool = False
    tries: int = 0


async def salvage(read: Read, index: int, size: int) -> Salvage | None:
    """Read the records of a sick page one smaller page at a time.

    Takes how to read, the sick page's index from 0 and its size in records. Gives what was saved,
    or ``None`` where smaller pages do not help: the server pays no heed to the size (no page of
    just that size comes), or all of them are as sick.
    """
    saved = Salvage()
    if not await _divide(read, saved, index * size, size):
        return None
    rows = sum(len(look.entries) for _, look in saved.pages)
    complete = saved.ended or rows + len(saved.holes) == size
    return saved if saved.obeyed and complete else None


async def _divide(read: Read, saved: Salvage, offset: int, size: int) -> bool:
    """Read ``size`` records from ``offset``, known to be sick as one page; False gives up."""
    if size == 1:
        saved.holes.append(offset)
        return True
    part = size // _smallest_factor(size)
    for start in range(offset, offset + size, part):
        saved.tries += 1
        try:
            page, look = await read(start // part, part, 0 if part > 1 else None)
        except (NotFound, SourceRefused):
            saved.ended = True
        except (SourceDown, BadBody):
            if saved.tries >= HOPELESS and not saved.pages:
                return False
            if not await _divide(read, saved, start, part):
                return False
        else:
            if len(look.entries) > part:
                return False
            saved.pages.append((page, look))
            saved.obeyed |= len(look.entries) == part
            saved.ended = len(look.entries) < part
        if saved.ended:
            return True
    return True


def _smallest_factor(number: int) -> int:
    return next((each for each in range(2, int(number**0.5) + 1) if number % each == 0), number)
