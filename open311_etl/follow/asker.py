"""Known requests asked for by their ids: in lists, as long as the server takes them, or singly.

Nothing is believed on the strength of one answer: what a list lacks is asked for one by one before
it counts as denied, a denial is asked for twice, and where all are denied, so must not be a request
that a list has just shown, or the server has no such call (Q-ID-8, Q-LIFE-1).
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from open311_etl import decode
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceError, SourceRefused
from open311_etl.model import LandedPage, Outcome, Page, Run, Verdict, Window
from open311_etl.walk import Walker

BUNDLE = 50
"""Single reads that make one reading of the ledger."""

PROBES = 3
"""Lacking members of a list that are asked for first: one that is there shows the list as cut."""


@dataclass
class _Reading:
    """Answers that make one line of the journal."""

    kind: str
    asked: int
    started_at: datetime
    pages: list[LandedPage] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    failed: str = ""
    requests: int = 0


class Asker:
    """Asks one source for known requests by id, within one run.

    ``batch`` is how many ids a list may hold, ``proven`` how many one has held already; ``control``
    is the id of a request that a list has shown lately. ``single`` turns false when it is found out
    that the source has no reads by id. ``asked`` holds whom it has asked for.
    """

    def __init__(
        self, walker: Walker, run: Run, *, batch: int, proven: int, control: str | None
    ) -> None:
        self._walker = walker
        self._run = run
        self._source = walker.client.source
        self._control = control
        self._proven = proven
        self.batch = batch
        self.single = True
        self.asked: set[str] = set()

    async def ask(self, ids: Sequence[str]) -> list[Outcome]:
        """Ask for requests in lists, or one by one where the batch is one.

        It stops where lists turn out to hold fewer than the batch it began with: then another way
        may be cheaper. Raises SourceDown where the server is down as a whole.
        """
        outcomes: list[Outcome] = []
        left, batch = list(ids), self.batch
        while left and self.batch == batch > 1:
            # One list alone until a list of that length has proved to be answered in full.
            side_by_side = self._source.concurrency if self._proven >= self.batch else 1
            lists = [
                left[at : at + self.batch]
                for at in range(0, min(len(left), side_by_side * self.batch), self.batch)
            ]
            left = left[sum(map(len, lists)) :]
            for given, again in await asyncio.gather(*map(self._list, lists)):
                outcomes += given
                left += again
        return outcomes if batch > 1 else await self.ask_singly(left)

    async def ask_singly(self, ids: Sequence[str]) -> list[Outcome]:
        """Ask for requests one by one; gives up where the server turns out not to know the call."""
        outcomes = []
        for at in range(0, len(ids), BUNDLE):
            if not self.single:
                break
            outcome, _ = await self._bundle(ids[at : at + BUNDLE])
            outcomes.append(outcome)
        return outcomes

    # -- lists ---------------------------------------------------------------------------------

    async def _list(self, ids: list[str]) -> tuple[list[Outcome], list[str]]:
        """Ask for one list. Gives the readings, and who is to be asked for again."""
        reading = _Reading("ids", len(ids), self._walker.now())
        await self._read_list(reading, ids)
        self.asked |= reading.shown & set(ids)
        lacking = [each for each in ids if each not in reading.shown]
        strange = len(reading.shown - set(ids))
        if strange:
            self.batch = 1
            why = f"a list of {len(ids)} ids gave {strange} requests that were not asked for"
            return [self._outcome(reading, Verdict.SUSPECT, why)], lacking
        if not lacking:
            self._proven = max(self._proven, len(ids))
            return [self._outcome(reading)], []
        probes, seen = await self._bundle(lacking[:PROBES])
        singles, others = [probes], lacking[PROBES:]
        if seen.shown:
            self.batch = min(self.batch, _shorter(len(ids), len(reading.shown)))
            why = f"a list of {len(ids)} ids gave {len(reading.shown)} requests, though more exist"
            return [self._outcome(reading, Verdict.SUSPECT, why), *singles], others
        if self.single:
            singles += await self.ask_singly(others)
        why = reading.failed
        return [
            self._outcome(reading, Verdict.BLOCKED if why else Verdict.PROVEN, why),
            *singles,
        ], []

    async def _read_list(self, reading: _Reading, ids: list[str]) -> None:
        source, number = self._source, self._walker.manners.first_page
        asked = {"service_request_id": ",".join(ids)}
        page_number = (1 if number is None else number) if source.paging == "page" else None
        try:
            page = await self._walker.client.requests(asked, number=page_number)
            look = decode.look(page.body)
        except (NotFound, SourceRefused) as error:  # the whole text taken for one id, or refused
            reading.requests += error.attempts
        except (SourceDown, BadBody) as error:
            reading.requests += error.attempts
            await self._walker.check_alive(error)
            reading.failed = str(error)
        else:
            await self._take(reading, page, look)

    # -- single requests -----------------------------------------------------------------------

    async def _bundle(self, ids: Sequence[str]) -> tuple[Outcome, _Reading]:
        """Ask for some requests one by one, as one reading."""
        self.asked.update(ids)
        reading = _Reading("single", len(ids), self._walker.now())
        await asyncio.gather(*(self._single(reading, each) for each in ids))
        if not reading.shown and not await self._knows_the_call(reading):
            self.single = False
            said = f": {reading.failed}" if reading.failed else ""
            why = (
                f"reads by id give nothing, not even {self._control}, which a list has shown{said}"
            )
            return self._outcome(reading, Verdict.SUSPECT, why), reading
        return self._outcome(reading, reason=reading.failed), reading  # who failed stays due

    async def _single(self, reading: _Reading, request_id: str) -> None:
        found = await self._once(reading, request_id)
        if found is False:  # a replica that is behind denies what it does not know yet
            found = await self._once(reading, request_id)
        if found is False:
            reading.denied.add(request_id)
            reading.pages.append(await self._denial(request_id))

    async def _once(self, reading: _Reading, request_id: str) -> bool | None:
        """Read one request: true where it is shown, false where denied, none where not readable."""
        try:
            page = await self._walker.client.request(request_id)
            look = decode.look(page.body)
        except NotFound as error:
            reading.requests += error.attempts
            return False
        except SourceError as error:
            reading.requests += error.attempts
            reading.failed = str(error)
            if not isinstance(error, SourceRefused):
                await self._walker.check_alive(error)
            return None
        if request_id not in {entry.id for entry in look.entries}:
            reading.requests += page.attempts
            return False
        await self._take(reading, page, look, request_id)
        return True

    async def _knows_the_call(self, reading: _Reading) -> bool:
        """Ask for a request that is there for certain, if one is known that is not asked for."""
        if self._control is None or self._control in reading.denied:
            return False
        return bool(await self._once(reading, self._control))

    # -- what both land ------------------------------------------------------------------------

    async def _take(
        self, reading: _Reading, page: Page, look: decode.Look, subject: str | None = None
    ) -> None:
        body = decode.redact(page.body, self._source.drop_fields)
        landed = await self._walker.land(page, body, len(look.entries), look.plain, subject)
        reading.pages.append(landed)
        reading.requests += page.attempts
        reading.shown |= {entry.id for entry in look.entries if entry.id}

    async def _denial(self, request_id: str) -> LandedPage:
        """Land that a request was denied, as a list without entries."""
        page = Page(
            source=self._source.name,
            url=f"{self._source.url}requests/{request_id}",
            number=None,
            status=404,
            headers={},
            body=b"[]",
            fetched_at=datetime.now(UTC),
            seconds=0.0,
        )
        return await self._walker.land(page, page.body, 0, plain=True, subject=request_id)

    def _outcome(
        self, reading: _Reading, verdict: Verdict = Verdict.PROVEN, reason: str = ""
    ) -> Outcome:
        return Outcome(
            id=uuid.uuid4().hex,
            run_id=self._run.id,
            source=self._source.name,
            kind=reading.kind,
            window=Window(self._run.as_of, self._run.as_of),
            verdict=verdict,
            reason=reason,
            pages=tuple(reading.pages),
            records=sum(page.records for page in reading.pages),
            ids=reading.asked,
            pending=0,
            requests=reading.requests,
            started_at=reading.started_at,
            ended_at=self._walker.now(),
        )


def _shorter(asked: int, given: int) -> int:
    """Give the length of the next list, after one that was not answered in full."""
    return given if given > 1 else asked // 5
