"""How a server pages: parameters, numbers, sizes, what is behind the end, and caps on rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from open311_etl.probe.reply import Reply, share
from open311_etl.probe.study import SMALL, Study
from open311_etl.probe.trait import Confidence

SIZE_PARAMS = ("page_size", "per_page", "limit", "max_requests", "rows")
"""Names of the page size's parameter (Q-PAGE-4), the most frequent first."""

LARGE = 1_000
"""The size asked for to see where a server clamps it, and the highest cap that is known."""

FAR = 100_000
"""A page number that no server has rows for."""


async def paging(study: Study) -> None:
    """Tell whether ``page`` turns pages, and the number of the first one (Q-PAGE-1)."""
    await _size_parameter(study)
    size = SMALL if study.asker.size_param else None
    bare = await _page(study, None, size)
    one, two = [await _page(study, number, size) for number in (1, 2)]
    zero = await _page(study, 0, size)
    said = f"page 0: {zero.kind}, 1: {one.kind}, 2: {two.kind}"
    if study.random:
        await _random_pages(study, zero, said)
    elif not bare.rows:
        study.unknown("paging", f"the list could not be read again: {bare.kind}")
    elif two.rows and two.same_as(bare) and one.same_as(bare):
        sure: Confidence = "seen" if size or len(bare.rows) >= 20 else "likely"
        study.tell("paging", "none", f"{said}, all the same rows", sure, paging="none")
    elif one.same_as(zero):
        said = f"pages 0 and 1 hold the same {one.kind}, page 2: {_others(two)}"
        _number(study, 1, "page numbers from 1; page 0 is page 1", said, two)
    elif zero.rows:
        said = f"page 0: {zero.kind}, 1: {_others(one)}, 2: {_others(two)}"
        _number(study, 0, "page numbers from 0", said, two)
    else:
        _number(study, 1, f"page numbers from 1; page 0: {zero.kind}", said, two)


async def page_size(study: Study) -> None:
    """Tell how many rows a page really has (Q-PAGE-5), and what is behind the last one."""
    name = study.asker.size_param
    large = await _page(study, study.first_page, LARGE)
    rows = study.page_size = len(large.rows)
    if study.first_page is None:
        for trait in ("behind the end", "short pages"):
            study.unknown(trait, "there are no pages")
        await _without_pages(study, rows)
        return
    await _behind_the_end(study)
    if study.random:
        study.unknown("short pages", "each call has another order")
        study.unknown("page size", f"{rows} rows, but each call has another order")
        return
    following = await _page(study, study.first_page + 1, LARGE)
    said = f"asked for {LARGE:,}: {rows}" if name else f"no size can be asked for: {rows}"
    said += f", the page after it: {following.kind}"
    more = following.rows and not following.same_as(large) and not _is_end(study, following)
    if more and name is None:
        study.tell("page size", f"{rows}, whatever is asked", said, page_size=rows)
    elif rows >= LARGE:
        study.tell("page size", f"{rows} or more", said, page_size=rows)
    elif more:
        study.tell("page size", f"{rows} at most", said, page_size=rows)
    else:
        study.tell(
            "page size", f"{rows} or more", f"{said}: all rows there are", "likely", page_size=LARGE
        )
    await _short_pages(study, following if more else Reply({}))


async def _short_pages(study: Study, following: Reply) -> None:
    """Tell whether a short page may have others behind it (Q-PAGE-7)."""
    rows, second = study.page_size, len(following.rows)
    if not second or study.first_page is None:
        study.unknown("short pages", "one page only")
    elif second == rows:
        study.tell("short pages", "none seen", f"a page of {rows} after one of {rows}", "likely")
    else:
        third = await _page(study, study.first_page + 2, LARGE)
        said = f"a page of {second} after one of {rows}, then {third.kind}"
        if _is_end(study, third) or third.same_as(following):
            study.tell("short pages", "none seen", said, "likely")
        else:
            study.tell("short pages", "before the end", said)


async def _without_pages(study: Study, rows: int) -> None:
    """Where there are no pages, a size is only worth asking for if it brings more."""
    default, name = len(study.dated.rows or study.first.rows), study.asker.size_param
    said = f"{default} rows without a size"
    if name and rows > default:
        said += f", {rows} with {name} = {LARGE}"
        study.tell("page size", f"{rows} in one answer", said, page_size=LARGE)
        return
    if name:
        study.traits["page size parameter"] = replace(study.traits["page size parameter"], keys={})
        said += f", {rows} with {name} = {LARGE}"
    study.tell("page size", f"{max(rows, default)} in one answer", said)


async def row_cap(study: Study) -> None:
    """Tell whether an answer, over all its pages, is cut at some number of rows (Q-WIN-1)."""
    if not study.filtered or study.start is None or study.end is None:
        study.unknown("row cap", "dates choose no rows, so nothing can be compared")
        return
    if study.random:
        study.unknown("row cap", "each call has another order, so rows cannot be counted")
        return
    whole, reached = await _walk(study)
    if reached:
        study.tell("row cap", f"none up to {reached:,} rows", f"row {reached:,} was read")
        return
    if not whole:
        study.unknown("row cap", "too few requests are left to read all pages")
        return
    times = [row.requested for row in study.rows if row.key in whole and row.requested]
    if not times:
        study.unknown("row cap", f"{len(whole)} rows without a time")
        return
    middle = study.start + (study.end - study.start) / 2
    for since, until in ((study.start, middle), (middle, study.end)):
        part = await study.asker.requests(study.dates(since, until), size=LARGE)
        more = [row for row in part.rows if row.key not in whole and row.requested]
        if len(more) > max(2, len(part.rows) / 50):
            said = f"{len(whole)} rows from {_day(study.start)} to {_day(study.end)}"
            said += f", but {share(len(more), len(part.rows))} of a half are not among them"
            study.tell("row cap", len(whole), said, row_cap=len(whole))
            return
    said = f"{len(whole)} rows in all, its halves hold no others"
    study.tell("row cap", f"none up to {len(whole):,} rows", said, "likely")


async def _size_parameter(study: Study) -> None:
    """Find the name by which a page's size is asked for (Q-PAGE-4)."""
    asker, bare = study.asker, len(study.dated.rows or study.first.rows)
    if bare <= SMALL:
        study.unknown("page size parameter", f"{bare} rows are too few")
        return
    first, *others = SIZE_PARAMS
    got = await asker.requests({**study.question, first: str(SMALL)})
    if len(got.rows) == SMALL:
        _named(study, first, bare)
        return
    all_of_them = dict.fromkeys(others, str(SMALL))
    got = await asker.requests({**study.question, **all_of_them})
    found = others if got.error else others if len(got.rows) == SMALL else []
    for name in found:
        if name == found[-1] and not got.error:
            break
        one = await asker.requests({**study.question, name: str(SMALL)})
        if len(one.rows) == SMALL:
            break
    else:
        said = f"{', '.join(SIZE_PARAMS)} = {SMALL}: {got.kind}"
        study.tell("page size parameter", "none", said)
        return
    _named(study, name, bare)


def _named(study: Study, name: str, bare: int) -> None:
    study.asker.size_param = name
    study.tell(
        "page size parameter",
        name,
        f"{SMALL} asked, {SMALL} came; {bare} without",
        page_size_param=name,
    )


async def _page(study: Study, number: int | None, size: int | None) -> Reply:
    return await study.asker.requests(study.question, number=number, size=size)


def _number(study: Study, first: int, value: str, said: str, two: Reply) -> None:
    study.first_page = first
    study.tell("paging", value, said, "seen" if two.rows else "likely", first_page=first)


def _others(page: Reply) -> str:
    return f"{len(page.rows)} others" if page.rows else page.kind


async def _random_pages(study: Study, zero: Reply, said: str) -> None:
    far = await _page(study, FAR, None)
    if far.rows:
        study.unknown("paging", f"each call has another order; {said}; page {FAR:,}: {far.kind}")
        return
    if zero.rows:
        study.first_page = 1
        study.unknown("paging", f"each call has another order; page {FAR:,}: {far.kind}; {said}")
        return
    _number(study, 1, f"page numbers from 1; page 0: {zero.kind}", said, zero)


async def _behind_the_end(study: Study) -> None:
    """Tell what a page gives that does not exist (Q-PAGE-6)."""
    study.behind = await _page(study, FAR, LARGE)
    first = await _page(study, study.first_page, LARGE) if study.behind.rows else Reply({})
    value = study.behind.kind
    if study.behind.rows:
        value = "the first page again" if study.behind.same_as(first) else "the last page again"
    study.tell(
        "behind the end",
        value,
        f"page {FAR:,}: {study.behind.words}",
    )


async def _walk(study: Study) -> tuple[set[str], int]:
    """Read a list to its end; gives the keys of its rows, or how many rows were seen to be there
    where they are more than LARGE. Gives neither where that would take too many requests."""
    if study.first_page is None:
        return set((await _page(study, None, LARGE)).keys), 0
    pages = -(-LARGE // max(study.page_size, 1))
    if pages > 4:
        far = await _page(study, study.first_page + pages, LARGE)
        if not _is_end(study, far):
            return set(), pages * study.page_size + len(far.rows)
        if pages > study.asker.left - 2:
            return set(), 0
    keys: set[str] = set()
    for number in range(study.first_page, study.first_page + pages + 1):
        page = await _page(study, number, LARGE)
        if _is_end(study, page) or not set(page.keys) - keys:
            return keys, 0
        keys |= set(page.keys)
    return set(), len(keys)


def _is_end(study: Study, page: Reply) -> bool:
    return not page.rows or bool(study.behind.rows and page.same_as(study.behind))


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d}"
