"""One window, all its pages: proven, or named for what it lacks (rules 1 and 2 of the data).

A count to check against does not exist in GeoReport. What takes its place: the true end of paging,
dates that lie inside the window, no id on two pages, a number of rows that the server has been seen
to exceed, and for what cannot be read, a search that cuts it out as small as it gets.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from open311_etl import windows
from open311_etl.client import instant
from open311_etl.errors import SourceError
from open311_etl.habits import Habits
from open311_etl.hunt import HOPELESS, Hunt
from open311_etl.model import LandedPage, Outcome, Run, Verdict, Window
from open311_etl.reading import Reading
from open311_etl.walk import Walk, Walker

WALKS = 3
"""Walks over a window that drifts while it is read, before it is left to a later run."""

FEWEST_CAPPED = 10
"""No server is known to cut an answer below this number of rows (the lowest known is 20)."""


MOST_CODES = 50
"""So many codes are asked for at once, where the server takes lists: a URL has its limits."""

_PARAMETERS = {
    "window": ("start_date", "end_date"),
    "follow": ("updated_after", "updated_before"),
}


Check = Callable[[Reading], Awaitable[list[Outcome]]]


class Fetcher:
    """Reads windows of one source within one run; learns the server's manners as it goes.

    ``codes`` are the service codes that a second that holds too much is narrowed by; ``habits``
    gathers what its lists show of the server in passing.
    """

    def __init__(self, walker: Walker, run: Run, codes: Sequence[str] = ()) -> None:
        self._walker = walker
        self._source = walker.client.source
        self._manners = walker.manners
        self._run = run
        self.codes = codes
        self.habits = Habits()
        self._hopeful = True
        self._fullest: list[Window] = []
        self._most = 0

    async def read(self, window: Window, kind: str = "window") -> list[Outcome]:
        """Read a window to its end and give what came of it, in one piece or, where it had to be
        cut, in several that tile it.

        It is a span of requested_datetime, or where ``kind`` is ``follow``, of updated_datetime.
        Raises SourceDown where the server is down as a whole, SourceRefused where it refuses the
        question; nothing is lost by either. Everything else is in the outcomes' verdicts.
        """
        reading = await self._walk(window, kind)
        walk = reading.last
        if not walk.whole:
            return await self._around_sickness(reading)
        if self._strays(reading):  # then the number of rows says nothing of a cap
            return [self._outcome(reading)]
        if self._saturated(walk):
            return await self._split(reading, f"cut at {walk.rows} rows")
        check = self._check(reading)
        return await check(reading) if check else [self._outcome(reading)]

    def refused(self, window: Window, kind: str, error: SourceError) -> Outcome:
        """Give the outcome of a question that the source refuses to answer."""
        reading = Reading(window, kind, self._walker.now(), [Walk(requests=error.attempts)])
        reading.last.end = "refused"
        return self._outcome(reading, str(error))

    # -- reading -------------------------------------------------------------------------------

    async def _walk(self, window: Window, kind: str, *, retries: int | None = None) -> Reading:
        """Walk over a window, again while rows move from page to page (Q-PAGE-8)."""
        reading = Reading(window, kind, self._walker.now(), [])
        for _ in range(WALKS):
            reading.walks.append(
                await self._walker.walk(self._question(window, kind), retries=retries)
            )
            if not reading.last.whole or not reading.drifting:
                break
        if kind == "window":  # lists of changes may come in another order
            self.habits.note(list(reading.last.ids.values()))
        return reading

    def _question(self, window: Window, kind: str) -> dict[str, str]:
        # A second earlier than asked for: a filter may leave out the first instant (Q-DATE-1).
        first, last = _PARAMETERS[kind]
        asked = {
            first: instant(window.start - timedelta(seconds=1), self._source),
            last: instant(window.end, self._source),
        }
        if window.service_code:
            asked["service_code"] = window.service_code
        if window.status:
            asked["status"] = window.status
        return asked

    # -- caps ----------------------------------------------------------------------------------

    def _saturated(self, walk: Walk) -> bool:
        return bool(self._manners.cap) and walk.rows >= (self._manners.cap or 0)

    def _check(self, reading: Reading) -> Check | None:
        """Give what a reading that seems whole has to go through first, if anything."""
        if reading.last.gaps and not self._manners.gappy:
            return self._bridge
        tied = self._tied(reading)
        if self._manners.cap is not None:
            return None
        if reading.last.rows > max(self._manners.uncapped, FEWEST_CAPPED - 1):
            return self._verify
        return self._doubted if tied else None

    async def _verify(self, reading: Reading) -> list[Outcome]:
        """Read the parts of the fullest window so far: do they hold more than the whole did?

        If so, the number of its rows is a cap. If not, and each part holds fewer, no part is cut,
        and the window stands; a part that holds as many may be cut itself, and is looked into.
        """
        whole, count, fullest = reading.ids, reading.last.rows, reading
        while fullest.last.rows >= count:
            parts = await self._apart(fullest)
            if not parts:
                why = f"{count} rows, which may be a cap: no smaller piece can be asked for"
                return [self._outcome(reading, why)]
            if not all(part.last.whole for part in parts):
                why = f"{count} rows, which may be a cap: a part of it cannot be read"
                return [
                    self._outcome(reading, why),
                    *[o for part in parts for o in await self.read(part.window, reading.kind)],
                ]
            if any(self._strays(part) for part in parts):
                why = "its parts hold other times than what was asked for"
                return [self._outcome(reading, why)]
            if not {each for part in parts for each in part.ids} <= whole:
                self._manners.cap = min(self._manners.cap or count, count)
                return await self._split(reading, f"cut at {count} rows")
            fullest = max(parts, key=attrgetter("rows"))
        self._manners.uncapped = max(self._manners.uncapped, count)
        return [self._outcome(reading)]

    async def _bridge(self, reading: Reading) -> list[Outcome]:
        """Find out whether pages that were empty amid others hide what its parts hold."""
        if self._manners.gappy is None:
            parts = await self._apart(reading)
            if parts and all(part.last.whole and not self._strays(part) for part in parts):
                shown = {each for part in parts for each in part.ids}
                self._manners.gappy = shown <= reading.ids
                return await self.read(reading.window, reading.kind)
        why = f"page {', '.join(map(str, reading.last.gaps))} was empty, though later ones were not"
        halves = self._halves(reading.window, reading.kind)
        readings = [reading, *[await self._walk(half, reading.kind) for half in halves]]
        return [self._outcome(each, why) for each in readings]

    def _tied(self, reading: Reading) -> bool:
        """True where another window holds exactly the most rows that one held in this run.

        What was proven in earlier runs says nothing of a cap that is new.
        """
        rows = reading.last.rows
        if reading.kind != "window" or rows < max(FEWEST_CAPPED, self._most):
            return False
        if rows > self._most:
            self._most, self._fullest = rows, []
        self._fullest.append(reading.window)
        return len(self._fullest) > 1

    async def _doubted(self, reading: Reading) -> list[Outcome]:
        """Verify a window that ties with others; where it is cut, read the others again, too.

        One that is not cut, or cannot be checked, says nothing of the others: each is verified.
        """
        unchecked = self._fullest[:1] if len(self._fullest) == 2 else []
        outcomes = await self._verify(reading)
        if self._manners.cap is None and unchecked:
            first = await self._walk(unchecked[0], reading.kind)
            check = self._verify if first.last.whole else self._around_sickness
            outcomes += await check(first)
        if self._manners.cap is not None:
            for window in self._fullest:
                if window != reading.window:
                    outcomes += await self.read(window)
        return outcomes

    async def _apart(self, reading: Reading) -> list[Reading]:
        """Read a window in parts; empty where the server heeds nothing that would part it.

        By time, or where that is ignored or there is but one second, by status, or by service.
        """
        window, kind = reading.window, reading.kind
        if halves := self._halves(window, kind):
            return [await self._walk(half, kind) for half in halves]
        ways = [] if window.status else [_by_status(window)]
        if window.service_code is None:
            ways.append([replace(window, service_code=code) for code in self._narrower(None)])
        for way in ways:
            parts = [await self._walk(each, kind) for each in way]
            ids = [each for part in parts for each in part.ids]
            if parts and len(ids) <= 1.5 * len(set(ids)):  # else all parts hold the same
                return parts
        return []

    async def _split(self, reading: Reading, why: str) -> list[Outcome]:
        """Replace a window by smaller ones: by time, then by service, then by status.

        The rows of the whole are kept by a reading of their own where no smaller one holds them.
        """
        halves = self._halves(reading.window, reading.kind)
        parts = halves or self._parts(reading.window)
        if not parts:
            return [self._outcome(reading, f"{why} in the smallest piece that can be asked for")]
        outcomes = [each for part in parts for each in await self.read(part, reading.kind)]
        if not halves:
            # Codes and states that nobody lists cannot be asked for: the whole stays suspect.
            place = "" if windows.bisect(reading.window) else " in one second"
            outcomes.append(self._outcome(reading, f"{why}{place}; read by {len(parts)} parts"))
        return outcomes

    def _halves(self, window: Window, kind: str) -> list[Window]:
        """Give the halves of a window, none where it is a second, or dates say nothing."""
        if kind == "window" and self._source.date_filter == "ignored":
            return []
        return list(windows.bisect(window) or ())

    def _parts(self, window: Window) -> list[Window]:
        if codes := self._narrower(window.service_code):
            return [replace(window, service_code=each) for each in codes]
        return _by_status(window) if window.status is None else []

    def _narrower(self, codes: str | None) -> list[str]:
        """Give what a question for all services, or a list of them, is narrowed to.

        One code at a time, or where the server takes lists, half of them (Q-SVC-9); a code with a
        comma in it stands alone (Q-SVC-5). Empty where it is narrowed to one code already.
        """
        if codes in self.codes:
            return []
        listed = [each for each in self.codes if "," not in each]
        if not self._source.code_list:
            return list(self.codes) if codes is None else []
        if codes is None:
            groups = [listed[at : at + MOST_CODES] for at in range(0, len(listed), MOST_CODES)]
            return [",".join(each) for each in groups] + [c for c in self.codes if "," in c]
        parts = codes.split(",")
        half = len(parts) // 2
        return [",".join(parts[:half]), ",".join(parts[half:])] if half else []

    # -- poison --------------------------------------------------------------------------------

    async def _around_sickness(self, sick: Reading) -> list[Outcome]:
        """Cut what cannot be read out of a window, as small as it gets (Q-PAGE-9, Q-DATE-5)."""
        if self._source.date_filter == "ignored" or self._strays(sick):
            return [self._outcome(sick)]  # other dates would bring the same

        async def read(window: Window, retries: int | None) -> Reading:
            return await self._walk(window, sick.kind, retries=retries)

        hunt = Hunt(read, HOPELESS if self._hopeful else HOPELESS // 10)
        pieces = await hunt.search(sick)
        # Where one window had nothing to give, the next one is given up sooner.
        self._hopeful = hunt.found_rows or len(pieces) > 1
        return [each for piece in pieces for each in await self._judged(piece)]

    async def _judged(self, piece: Reading) -> list[Outcome]:
        if piece.whole and self._saturated(piece.last) and not self._strays(piece):
            return await self._split(piece, f"cut at {piece.last.rows} rows")
        return [self._outcome(piece)]

    # -- verdicts ------------------------------------------------------------------------------

    def _outcome(self, reading: Reading, against: str = "") -> Outcome:
        """Judge a reading and give it the form in which it is recorded and loaded."""
        walk = reading.last
        verdict, reason = self._judge(reading, against)
        pages: list[LandedPage] = [page for each in reading.walks for page in each.pages]
        if verdict is Verdict.PROVEN and reading.window.service_code is None:
            self._manners.uncapped = max(self._manners.uncapped, walk.rows)
        return Outcome(
            id=uuid.uuid4().hex,
            run_id=self._run.id,
            source=self._source.name,
            kind=reading.kind,
            window=reading.window,
            verdict=verdict,
            reason=reason,
            pages=tuple(pages),
            records=sum(page.records for page in pages),
            ids=len(reading.ids),
            pending=walk.pending,
            requests=sum(each.requests for each in reading.walks),
            started_at=reading.started_at,
            ended_at=self._walker.now(),
        )

    def _judge(self, reading: Reading, against: str) -> tuple[Verdict, str]:
        walk = reading.last
        if not walk.whole or walk.holes:
            return Verdict.BLOCKED, reading.unreadable
        outside = self._strays(reading)
        if reading.drifting:
            against = against or (
                f"{walk.repeats} ids stood on two pages in each of {len(reading.walks)} walks: "
                "rows moved while they were read"
            )
        elif outside:
            against = against or (
                f"{outside} of {len(walk.ids)} ids lie outside the window that was asked for"
            )
        if against:
            return Verdict.SUSPECT, against
        if walk.pending:
            return Verdict.PROVISIONAL, f"{walk.pending} entries without service_request_id"
        return Verdict.PROVEN, ""

    def _strays(self, reading: Reading) -> int:
        """Count ids whose time lies outside; a second at either end may be in or out (Q-DATE-1)."""
        if reading.kind == "window" and self._source.date_filter == "ignored":
            return 0
        slack = timedelta(seconds=1)
        first, last = reading.window.start - slack, reading.window.end + slack
        field = attrgetter("updated" if reading.kind == "follow" else "requested")
        texts = [*filter(None, map(field, reading.last.ids.values()))]
        if not self._source.utc_is_local:
            with suppress(ValueError, TypeError):  # one is no time, or has no offset
                found = [*map(datetime.fromisoformat, texts)]
                if not found or (first <= min(found) and max(found) <= last):
                    return 0
        times = (self._time(text) for text in texts)
        return sum(1 for when in times if when is not None and not first <= when <= last)

    def _time(self, text: str) -> datetime | None:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            return None
        if self._source.utc_is_local or when.tzinfo is None:
            return when.replace(tzinfo=self._source.zone)
        return when


def _by_status(window: Window) -> list[Window]:
    return [replace(window, status=status) for status in ("open", "closed")]
