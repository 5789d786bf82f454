"""All entries that lists hold at one moment, in order, and the choosing of some of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from zlib import crc32

from open311_etl.sandbox.entry import Entry

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list is asked for; bounds are seconds since 1970, inclusive, ``None`` for open.

    ``outside`` turns start and end round: what lies outside of them. ``lossy`` leaves out a third
    of the requests, always the same ones.
    """

    start: int | None = None
    end: int | None = None
    updated_after: int | None = None
    updated_before: int | None = None
    status: frozenset[str] | None = None
    codes: frozenset[str] | None = None
    ids: frozenset[str] | None = None
    outside: bool = False
    lossy: bool = False


class Listing:
    """The entries of one moment, newest ``updated_datetime`` first as Chicago gives them (Q-ORD-1).

    Takes entries in any order; those with equal times keep the order given.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=attrgetter("updated"), reverse=True)
        self._kept: dict[Hashable, list[Entry]] = {}

    def choose(self, choice: Choice) -> list[Entry]:
        """Give the entries that match, in order."""
        return self.remember(choice, lambda: self._choose(choice))

    def remember(self, key: Hashable, make: Callable[[], list[Entry]]) -> list[Entry]:
        """Give what was made under a key before, else make it: paging asks again."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = found
        return found

    def newest(self, request_id: str) -> Entry | None:
        """Give the entry of an id that was updated last."""
        places = self._by_id.get(request_id)
        return self.entries[places[0]] if places else None

    def _choose(self, choice: Choice) -> list[Entry]:
        if choice.ids is not None:
            places = [place for each in choice.ids for place in self._by_id.get(each, ())]
            return [self.entries[place] for place in sorted(places)]
        found = self._requested(choice)
        if choice.updated_after is not None:
            after = choice.updated_after
            found = [entry for entry in found if entry.updated >= after]
        if choice.updated_before is not None:
            before = choice.updated_before
            found = [entry for entry in found if entry.updated <= before]
        if choice.status is not None:
            found = [entry for entry in found if entry.status in choice.status]
        if choice.codes is not None:
            found = [entry for entry in found if entry.code in choice.codes]
        if choice.lossy:
            found = [entry for entry in found if crc32((entry.id or "").encode()) % 3]
        return found

    def _requested(self, choice: Choice) -> list[Entry]:
        times, places = self._by_requested
        low = 0 if choice.start is None else bisect_left(times, choice.start)
        high = len(times) if choice.end is None else bisect_right(times, choice.end)
        if choice.outside:
            chosen = places[:low] + places[high:]
        elif low == 0 and high == len(times):
            return self.entries
        else:
            chosen = places[low:high]
        return [self.entries[place] for place in sorted(chosen)]

    @cached_property
    def _by_requested(self) -> tuple[list[int], list[int]]:
        """The times of ``requested_datetime`` in order, and where in the entries each one is."""
        places = sorted(range(len(self.entries)), key=lambda place: self.entries[place].requested)
        return [self.entries[place].requested for place in places], places

    @cached_property
    def _by_id(self) -> dict[str, list[int]]:
        """Where in the entries each id is; captured records may hold one several times."""
        found: dict[str, list[int]] = {}
        for place, entry in enumerate(self.entries):
            if entry.id is not None:
                found.setdefault(entry.id, []).append(place)
        return found
