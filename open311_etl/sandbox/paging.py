"""How a server pages: names, sizes, what is beyond the end, row caps, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random
from typing import Annotated, Literal

from open311_etl.sandbox.entry import Entry
from open311_etl.sandbox.listing import Choice, Listing
from open311_etl.sandbox.options import Count, Rate, Size
from open311_etl.sandbox.question import Call, Refusal


@dataclass(frozen=True)
class Paging:
    """The ways of paging; by default Chicago's."""

    paging: Annotated[Literal["page", "none"], "'none': one answer is all there is (Q-WIN-1)"] = (
        "page"
    )
    page_param: Annotated[str, "name of the page number's parameter"] = "page"
    page_size_param: Annotated[str, "its size: per_page, limit, max_requests, rows (Q-PAGE-4)"] = (
        "page_size"
    )
    first_page: Annotated[Literal[0, 1], "number of the first page (Q-PAGE-1)"] = 1
    page_zero: Annotated[
        Literal["first", "empty", "refused"], "what page 0 is where the first is 1"
    ] = "first"
    page_size: Annotated[Size, "rows of a page unless asked otherwise"] = 50
    page_size_most: Annotated[Size, "larger sizes asked for are clamped to this (Q-PAGE-5)"] = 500
    page_size_fixed: Annotated[bool, "the size asked for is ignored (Q-PAGE-5)"] = False
    pages_most: Annotated[Count, "pages after so many are beyond the end; 0: no limit"] = 0
    beyond: Annotated[
        Literal["empty", "last", "first", "404", "400", "500"],
        "what a page beyond the end gives (Q-PAGE-6)",
    ] = "empty"
    empty_list: Annotated[Literal["list", "404"], "how an empty result is said (Q-ERR-6)"] = "list"
    short_pages: Annotated[Count, "every n-th page is short, though others follow (Q-PAGE-7)"] = 0
    short_page_share: Annotated[Rate, "how full a short page is; 0: empty"] = 0.3
    row_cap: Annotated[Count, "most rows of one query over all its pages; 0: no cap (Q-WIN-1)"] = 0
    row_cap_keeps: Annotated[
        Literal["newest", "oldest"], "which rows a cap keeps, by requested_datetime"
    ] = "newest"
    repeats: Annotated[Count, "every n-th row comes twice, one after the other (Q-ID-6)"] = 0
    order: Annotated[
        Literal["updated-desc", "requested-desc", "requested-asc", "random"],
        "order of lists; 'random': another one at each call (Q-ORD-1)",
    ] = "updated-desc"


def arrange(listing: Listing, choice: Choice, ways: Paging, shuffle: Random) -> Sequence[Entry]:
    """Give all rows of a query, in order, as far as the cap lets them through."""
    if ways.order == "updated-desc" and not (ways.row_cap or ways.repeats):
        return listing.choose(choice)
    found = listing.remember(
        (choice, ways.order, ways.row_cap, ways.row_cap_keeps),
        lambda: _arrange(listing.choose(choice), ways),
    )
    return shuffle.sample(found, len(found)) if ways.order == "random" else found


def cut(entries: Sequence[Entry], call: Call, ways: Paging) -> Sequence[Entry]:
    """Give the rows of the page that a call asks for; raises Refusal where it gives an error."""
    if not entries and ways.empty_list == "404":
        raise Refusal(404, "No service requests found")
    if ways.paging == "none":
        most = 0 if ways.page_size_fixed else call.number(ways.page_size_param, 0)
        return entries[:most] if most > 0 else entries
    size = _size(call, ways)
    number = call.number(ways.page_param, ways.first_page)
    if number < ways.first_page and ways.page_zero != "first":
        if ways.page_zero == "empty":
            return []
        raise Refusal(400, f"{ways.page_param} begins with {ways.first_page}")
    place = max(number - ways.first_page, 0)
    start, end = _bounds(place, size, ways)
    if place > 0 and (start >= len(entries) or 0 < ways.pages_most <= place):
        return _beyond(entries, size, ways)
    return entries[start:end]


def _arrange(found: list[Entry], ways: Paging) -> list[Entry]:
    if ways.row_cap and len(found) > ways.row_cap:
        latest = ways.row_cap_keeps == "newest"
        by_request = sorted(found, key=attrgetter("requested"), reverse=latest)
        kept = {id(entry) for entry in by_request[: ways.row_cap]}
        found = [entry for entry in found if id(entry) in kept]
    if ways.order in ("requested-asc", "requested-desc"):
        latest = ways.order == "requested-desc"
        found = sorted(found, key=attrgetter("requested"), reverse=latest)
    if ways.repeats:
        every = ways.repeats
        found = [
            entry for n, each in enumerate(found, 1) for entry in [each] * (1 + (n % every == 0))
        ]
    return found


def _size(call: Call, ways: Paging) -> int:
    asked = call.number(ways.page_size_param, ways.page_size)
    return ways.page_size if ways.page_size_fixed else min(max(asked, 1), ways.page_size_most)


def _bounds(place: int, size: int, ways: Paging) -> tuple[int, int]:
    """Give from where to where a page reaches, counted from 0, short ones before it allowed for."""
    every = ways.short_pages
    missing = size - int(size * ways.short_page_share) if every else 0
    lost = [(page // every if every else 0) * missing for page in (place, place + 1)]
    return place * size - lost[0], (place + 1) * size - lost[1]


def _beyond(entries: Sequence[Entry], size: int, ways: Paging) -> Sequence[Entry]:
    match ways.beyond:
        case "first":
            return entries[slice(*_bounds(0, size, ways))]
        case "last":
            most = min(ways.pages_most or len(entries), len(entries))
            ends = (place for place in range(most) if _bounds(place, size, ways)[1] >= len(entries))
            return entries[slice(*_bounds(next(ends, most - 1), size, ways))]
        case "empty":
            return []
    raise Refusal(int(ways.beyond), "there is no such page")
