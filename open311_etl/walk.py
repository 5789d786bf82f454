"""One walk over the pages of one question to their true end, whatever the server does.

Nothing is believed on the strength of one sign: a short page proves nothing where short pages may
stand before the end, and a page number out of range may be answered with nothing, an error, or a
page that was there before (Q-PAGE-1 to Q-PAGE-9).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from open311_etl import decode
from open311_etl.client import Client, instant
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceError, SourceRefused
from open311_etl.landing import Landing
from open311_etl.model import LandedPage, Page, Run
from open311_etl.salvage import Read, Salvage, salvage

MOST_PAGES = 100_000
UNOBEYED = 2
"""So often it is tried in vain to learn whether a server heeds the size of a page asked for."""

FAR, DAY = timedelta(days=3650), timedelta(days=1)
DATES = {"start_date", "end_date", "updated_after", "updated_before"}
ALIVE_SECONDS = 30
"""For so long a sign of life of the server is believed."""

Signature = tuple[str | None, ...]


@dataclass
class Manners:
    """What is known of a server's ways: from profile and ledger, and learnt while reading.

    ``first_page``: number of the first page, ``None`` until learnt. ``full_page``: most entries
    seen on a page that another page followed; ``longest``: on any page. ``uncapped``: most rows
    that a proven window held. ``cap``: rows at which answers are known to be cut, ``None`` while
    nothing is known, 0 where the profile says that there is no such number. ``errs_behind_end``:
    pages that do not exist are answered with the same errors as pages that cannot be read;
    ``sizes``: smaller pages come where they are asked for; both ``None`` until learnt. ``gappy``:
    empty pages amid others hide nothing; False where they do, ``None`` until learnt.
    """

    first_page: int | None = None
    full_page: int = 0
    uncapped: int = 0
    cap: int | None = None
    errs_behind_end: bool | None = None
    longest: int = 0
    sizes: bool | None = None
    gappy: bool | None = None


@dataclass
class Walk:
    """What one walk saw.

    ``signatures`` tells who stood on each page, in order: two walks with the same ones met the same
    list. ``ids`` maps each id to the entry that it was first seen in; ``nameless`` holds token and
    time of entries without an id, of which there are ``pending`` on the pages; ``repeats`` counts
    ids that stood on two pages, the sign of drift; ``gaps`` are the numbers of pages that were
    empty amid others; ``end`` says how the end was recognised; ``sickness`` is why it was not, or
    why the records at the positions ``holes`` could not be read; ``requests`` counts the HTTP
    requests that all this took.
    """

    pages: list[LandedPage] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    ids: dict[str, decode.Entry] = field(default_factory=dict)
    nameless: set[tuple[str | None, str | None]] = field(default_factory=set)
    pending: int = 0
    records: int = 0
    repeats: int = 0
    gaps: list[int] = field(default_factory=list)
    end: str = ""
    sickness: SourceError | None = None
    holes: list[int] = field(default_factory=list)
    requests: int = 0

    @property
    def rows(self) -> int:
        """Distinct rows, as far as they can be told apart: what a cap counts."""
        return len(self.ids) + len(self.nameless)

    @property
    def whole(self) -> bool:
        """True where the true end was reached, but for the holes."""
        return bool(self.end)


class Walker:
    """Walks over pages, lands each body, and remembers the server's manners."""

    def __init__(self, client: Client, landing: Landing, run: Run, manners: Manners) -> None:
        self.client = client
        self.manners = manners
        self._landing = landing
        self._run = run
        self._alive_at = float("-inf")
        self._learning = asyncio.Lock()
        self._unobeyed = 0

    async def walk(self, params: Mapping[str, str], *, retries: int | None = None) -> Walk:
        """Read the pages of a question until the true end.

        Takes the question's parameters, and how often a failed page is tried again (the profile's
        number where ``None``). A page that cannot be read is no error: what smaller pages save of
        it is kept, and where they do not help the walk stops there. Raises SourceRefused where the
        server refuses the question itself, SourceDown where it is down as a whole.
        """
        walk = Walk()
        paging = self.client.source.paging == "page"
        try:
            number = await self._first_page(walk, params, retries) if paging else 1
        except (SourceDown, BadBody) as error:  # a smaller window may tell where pages begin
            await self.check_alive(error)
            walk.sickness = error
            return walk
        while not walk.end:
            try:
                page, look = await self._read(walk, params, number if paging else None, retries)
            except NotFound:  # an empty result, or a page behind the end (Q-PAGE-6, Q-ERR-6)
                walk.end = "not found"
            except SourceRefused as error:
                if error.status != 400 or not walk.signatures:
                    raise
                walk.end = "refused behind the end"
            except (SourceDown, BadBody) as error:
                if not await self._pass_by(walk, params, number, error):
                    return walk
            else:
                await self._add(walk, page, look)
                await self._look_behind(walk, params, number, retries)
            number += 1
            if number >= MOST_PAGES:
                walk.sickness = BadBody(f"no end after {MOST_PAGES} pages")
                return walk
        return walk

    async def check_alive(self, sickness: SourceError) -> None:
        """Tell what cannot be read from a server that is down: raises SourceDown for the latter."""
        if time.monotonic() - self._alive_at < ALIVE_SECONDS:
            return
        try:
            await self.client.services()
        except SourceError:
            raise SourceDown(
                str(sickness), status=sickness.status, retry_after=sickness.retry_after
            ) from None
        self._alive_at = time.monotonic()

    async def land(
        self, page: Page, body: bytes, records: int, plain: bool, subject: str | None = None
    ) -> LandedPage:
        """Make a page's body durable and give what the load needs to know of it."""
        return LandedPage(
            sha256=await asyncio.to_thread(self._landing.put, body),
            url=page.url,
            number=page.number,
            fetched_at=self._run.clock(page.fetched_at),
            seconds=page.seconds,
            attempts=page.attempts,
            bytes=len(body),
            records=records,
            plain=plain,
            subject=subject,
        )

    def now(self) -> datetime:
        """Give the run's time."""
        return self._run.clock(datetime.now(UTC))

    # -- pages that can be read ----------------------------------------------------------------

    async def _read(
        self, walk: Walk, params: Mapping[str, str], number: int | None, retries: int | None
    ) -> tuple[Page, decode.Look]:
        try:
            page = await self.client.requests(params, number=number, retries=retries)
        except SourceError as error:
            walk.requests += error.attempts
            raise
        walk.requests += page.attempts
        return page, decode.look(page.body)

    async def _add(self, walk: Walk, page: Page, look: decode.Look) -> None:
        """Take a page into the walk, or recognise by it that the end is behind us."""
        signature = tuple(e.id or e.token or e.requested for e in look.entries)
        walk.end = self._end(signature, walk.signatures)
        if walk.end not in ("empty", "pages repeat"):
            before = walk.rows
            await self._take(walk, page, look)
            # All ids known, though in another order: the server goes in a circle.
            walk.end = walk.end or ("pages repeat" if walk.rows == before else "")
        walk.signatures.append(signature)

    def _end(self, signature: Signature, before: list[Signature]) -> str:
        """Say by what sign a page is the last one or behind it; empty where it is neither."""
        if not signature:
            return "empty"
        if before and signature in (before[0], before[-1]):
            return "pages repeat"
        if before:
            self.manners.full_page = max(self.manners.full_page, len(before[-1]))
        if self.client.source.paging == "none":
            return "one answer"
        if not self.client.source.short_pages and len(signature) < self.manners.full_page:
            return "short page"
        return ""

    async def _look_behind(
        self, walk: Walk, params: Mapping[str, str], number: int, retries: int | None
    ) -> None:
        """Look whether others follow a page that is empty though the one before it was full; if so,
        it is asked for once more (Q-PAGE-7)."""
        full = self.manners.full_page or self.client.source.page_size
        if walk.end != "empty" or len(walk.signatures) == 1 or len(walk.signatures[-2]) < full:
            return
        try:
            _, look = await self._read(walk, params, number + 1, retries)
            if all(entry.id is None or entry.id in walk.ids for entry in look.entries):
                return
            walk.signatures.pop()
            walk.gaps.append(number)
            walk.end = ""
            page, look = await self._read(walk, params, number, retries)
        except SourceError:  # there is no page behind it, or it cannot be read now
            return
        if look.entries:
            await self._add(walk, page, look)
            walk.gaps.pop()
        elif self.manners.gappy is False:
            walk.sickness = BadBody("an empty page amid others")
            if await self._saved(walk, params, number, gap=True):
                walk.gaps.pop()

    async def _take(self, walk: Walk, page: Page, look: decode.Look) -> None:
        self.manners.longest = max(self.manners.longest, len(look.entries))
        body = decode.redact(page.body, self.client.source.drop_fields)
        walk.pages.append(await self.land(page, body, len(look.entries), look.plain))
        walk.records += len(look.entries)
        for entry in look.entries:
            if entry.id is None:
                walk.pending += 1
                walk.nameless.add((entry.token, entry.requested))
            elif entry.id in walk.ids:
                walk.repeats += 1
            else:
                walk.ids[entry.id] = entry

    async def _first_page(self, walk: Walk, params: Mapping[str, str], retries: int | None) -> int:
        """Give the number that pages begin with; what is not known is learnt from pages 0 and 1.

        The same on both, or nothing on page 0, means 1 (Q-PAGE-1). Raises SourceDown or BadBody
        where page 0 cannot be read, and it is not that there is none.
        """
        async with self._learning:  # one window learns it for all
            if self.manners.first_page is not None:
                return self.manners.first_page
            return await self._learn_first_page(walk, params, retries)

    async def _learn_first_page(
        self, walk: Walk, params: Mapping[str, str], retries: int | None
    ) -> int:
        manners = self.manners
        try:
            zero = await self._ids(walk, params, 0, retries)
        except (SourceDown, BadBody):
            if not await self._no_page_zero(walk, params):
                raise
            manners.first_page = 1
            return 1
        try:
            one = await self._ids(walk, params, 1, retries)
        except (SourceDown, BadBody):  # page 0 could be read, so page 1 is another one
            if zero == set() and await self._errs_behind_end(walk, params, 1):
                return 0
            manners.first_page = 0 if zero else 1
            return manners.first_page
        if not zero and not one:  # nothing is learnt; a page that is denied is not the first
            return 0 if one is None and zero is not None else 1
        same = (zero or set()) & (one or set())
        manners.first_page = 1 if not zero or 2 * len(same) >= len(zero) else 0
        return manners.first_page

    async def _ids(
        self, walk: Walk, params: Mapping[str, str], number: int, retries: int | None
    ) -> set[str | None] | None:
        """Give the ids on a page, ``None`` where it is denied."""
        try:
            _, look = await self._read(walk, params, number, retries)
        except (NotFound, SourceRefused):
            return None
        return {entry.id for entry in look.entries}

    async def _no_page_zero(self, walk: Walk, params: Mapping[str, str]) -> bool:
        """True where page 0 fails even if there is nothing to list: in a day of the far future."""
        source = self.client.source
        since, until = (instant(self.now() + each, source) for each in (FAR, FAR + DAY))
        future = {
            name: since if name in ("start_date", "updated_after") else until
            for name in params
            if name in DATES
        }
        try:
            rows = await self._ids(walk, {**params, **future}, 1, None)
        except (SourceDown, BadBody):
            return False
        if rows:  # dates are ignored
            return False
        try:
            await self._ids(walk, {**params, **future}, 0, None)
        except (SourceDown, BadBody):
            return True
        return False

    # -- pages that cannot ---------------------------------------------------------------------

    async def _pass_by(
        self, walk: Walk, params: Mapping[str, str], number: int, error: SourceError
    ) -> bool:
        """Deal with a page that cannot be read; True where the walk may go on behind it."""
        paging = self.client.source.paging == "page"
        # What is a full page is not known from the size asked for (Q-PAGE-5).
        full = max(self.manners.full_page, self.manners.longest)
        short = bool(walk.signatures) and len(walk.signatures[-1]) < full
        if paging and short and await self._errs_behind_end(walk, params, number):
            walk.end = "error behind the end"
            return False
        await self.check_alive(error)
        walk.sickness = error
        return paging and await self._saved(walk, params, number)

    async def _saved(
        self, walk: Walk, params: Mapping[str, str], number: int, *, gap: bool = False
    ) -> bool:
        """Take of a sick page what smaller pages save; False where they do not help."""
        saved = await self._salvage(walk, params, number, gap)
        if saved is None:
            return False
        for page, look in saved.pages:
            if look.entries:
                await self._take(walk, page, look)
        walk.holes += saved.holes
        walk.end = "empty" if saved.ended else ""
        return True

    async def _salvage(
        self, walk: Walk, params: Mapping[str, str], number: int, gap: bool
    ) -> Salvage | None:
        first = self.manners.first_page if self.manners.first_page is not None else 1

        async def read(index: int, size: int, retries: int | None) -> tuple[Page, decode.Look]:
            sized = {**params, self.client.source.page_size_param: str(size)}
            page, look = await self._read(walk, sized, first + index, retries)
            if gap and not look.entries:  # others follow
                raise BadBody("an empty page amid others")
            return page, look

        manners = self.manners
        if manners.sizes is None:
            manners.sizes = await _obeyed(read)
            self._unobeyed += manners.sizes is None
            if self._unobeyed == UNOBEYED:
                manners.sizes = False
        if not manners.sizes:
            return None
        before = len(walk.signatures[-1]) if walk.signatures else 0
        size = manners.full_page or before or self.client.source.page_size
        return await salvage(read, number - first, size, walk.ids)

    async def _errs_behind_end(self, walk: Walk, params: Mapping[str, str], number: int) -> bool:
        """Learn once what the server says of a page that cannot exist."""
        if self.manners.errs_behind_end is None:
            try:
                await self._read(walk, params, number + 10_000, None)
                self.manners.errs_behind_end = False
            except (NotFound, SourceRefused):
                self.manners.errs_behind_end = False
            except (SourceDown, BadBody):
                self.manners.errs_behind_end = True
        return self.manners.errs_behind_end


async def _obeyed(read: Read) -> bool | None:
    """Say whether a page of one record comes where it is asked for; ``None`` where none comes."""
    for index in (0, 1):
        try:
            _, look = await read(index, 1, 0)
        except SourceError:
            continue
        if look.entries:
            return len(look.entries) == 1
    return None
