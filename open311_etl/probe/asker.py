"""Ask a server within a budget of HTTP requests, politely, and never be surprised by an answer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from open311_etl import decode
from open311_etl.client import Client, instant
from open311_etl.config import Source
from open311_etl.errors import BadBody, SourceDown, SourceError
from open311_etl.model import Page
from open311_etl.pacing import LONGEST_REST, Fault, Pace
from open311_etl.probe.reply import ERROR_INSIDE, Reply, Row, kind, rows_of
from open311_etl.transport import Secret, Transport

TRIES = 2
"""An answer that may be an accident is asked for once more before anything is concluded."""

_MINUTE = 60.0
T = TypeVar("T")
Call: TypeAlias = Callable[[Client], Awaitable[Page]]


class Spent(Exception):
    """No request is left in the budget."""


class Gone(Exception):
    """The server does not answer any more; ``error`` says why."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that the server was too busy for: 429 or another answer with Retry-After.

    ``calls`` is how many calls it had answered in the minute before.
    """

    status: int | None
    retry_after: float | None
    calls: int


class Asker:
    """Asks one source, one call after the other; an async context manager.

    Calls raise Spent where the budget is used up and Gone where the server has stopped answering;
    what else can go wrong is in the reply. ``rows`` holds every row that was ever met, by key, in
    its fullest form; ``size_param`` is the name of the page size's parameter, ``None`` where there
    is none; ``say`` is told of waits.
    """

    def __init__(
        self,
        source: Source,
        *,
        user_agent: str,
        pace: Pace,
        budget: int,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.source = source
        self._say = say
        self.budget = budget
        self.rows: dict[str, Row] = {}
        self.refused: list[Refused] = []
        self.seconds: list[float] = []
        self.size_param: str | None = None
        self.last_headers: Mapping[str, str] = {}
        self._user_agent = user_agent
        self._pace = pace
        self._client: Client | None = None
        self._before = 0
        self._hops = 0
        self._calls: list[float] = []
        self._unheard = 0

    async def __aenter__(self) -> Asker:
        await self.reopen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._close()

    async def reopen(self, **changes: Any) -> None:
        """Go on with another profile: another url, format, jurisdiction_id ..."""
        await self._close()
        self.source = self.source.model_copy(update=changes)
        self._hops = 0
        client = Client(self.source, user_agent=self._user_agent, pace=self._pace)
        self._client = await client.__aenter__()

    @property
    def made(self) -> int:
        """How many HTTP requests were made so far, retries and redirects too."""
        return self._before + (self._client.requests_made if self._client else 0)

    @property
    def left(self) -> int:
        """How many calls the budget still allows, where each is redirected as some were."""
        return (self.budget - self.made) // (1 + self._hops)

    def dates(self, start: datetime, end: datetime) -> dict[str, str]:
        """Give the parameters that ask for what was requested between two moments."""
        source = self.source
        return {"start_date": instant(start, source), "end_date": instant(end, source)}

    def instant(self, when: datetime, *, up: bool = False) -> str:
        """Write a moment as the source wants it; ``up`` goes to the next whole second."""
        if up and when.microsecond:
            when += timedelta(seconds=1)
        return instant(when, self.source)

    async def requests(
        self,
        params: Mapping[str, str] | None = None,
        *,
        number: int | None = None,
        size: int | None = None,
    ) -> Reply:
        """Ask for a list: with just these parameters, a page's number, and a size where known."""
        asked = {self.source.page_size_param: "", **(params or {})}
        if size is not None and self.size_param:
            asked[self.size_param] = str(size)
        sent = {name: value for name, value in asked.items() if value}
        return await self._list(lambda client: client.requests(asked, number=number), sent)

    async def request(self, service_request_id: str) -> Reply:
        """Ask for one request by its id."""
        return await self._list(lambda client: client.request(service_request_id), {})

    async def services(self) -> tuple[Page, list[dict[str, Any]]] | SourceError:
        """Ask for the list of services; gives the page and what ``decode.services`` makes of it."""
        return await self._answer(Client.services, lambda page: decode.services(page.body))

    async def definition(self, code: str) -> tuple[Page, dict[str, Any] | None] | SourceError:
        """Ask for the definition of a service, as ``decode.definition`` gives it."""
        return await self._answer(
            lambda client: client.service(code), lambda page: decode.definition(page.body)
        )

    async def discovery(self) -> tuple[Page, dict[str, Any]] | SourceError:
        """Ask for the server's description of itself, as ``decode.discovery`` gives it."""
        return await self._answer(Client.discovery, lambda page: decode.discovery(page.body))

    async def unchanged(self, page: Page, header: str, value: str) -> bool | None:
        """Ask for a page again with a condition; ``None`` where no answer came."""
        if self.left < 1:
            raise Spent
        transport = Transport(self.source, user_agent=self._user_agent, secret=Secret(None))
        try:
            async with self._pace.turn(), transport as http:
                answer = await http.get(page.url, {}, {header: value})
        except Fault:
            return None
        finally:
            self._before += transport.exchanges
        return answer.status == 304

    async def _list(self, call: Call, asked: Mapping[str, str]) -> Reply:
        answer = await self._answer(call, rows_of)
        if isinstance(answer, SourceError):
            return Reply(asked, error=answer)
        page, rows = answer
        for row in rows:
            before = self.rows.get(row.key, row)
            self.rows[row.key] = max(before, row, key=lambda each: len(each.record))
        return Reply(asked, rows, page)

    async def _answer(self, call: Call, read: Callable[[Page], T]) -> tuple[Page, T] | SourceError:
        """Make a call, again where it may have been an accident; gives the page and what ``read``
        makes of it, or the error."""
        tries = 0
        while True:
            if self.left < 1:
                raise Spent
            tries += 1
            try:
                page = await self._once(call)
                return page, read(page)
            except (SourceDown, BadBody) as error:
                busy = self._note(error)
                if tries >= TRIES + 2 * busy or kind(error) == ERROR_INSIDE:
                    return error
                wait = 2.0**tries if busy and error.retry_after is None else 0.5
                await self._pace.sleep(wait)
            except SourceError as error:
                return error

    async def _once(self, call: Callable[[Client], Awaitable[Page]]) -> Page:
        assert self._client is not None
        before = self.made
        self._calls.append(time.monotonic())
        try:
            page = await call(self._client)
        except SourceError as error:
            self._hops = max(self._hops, self.made - before - 1)
            self._unheard = self._unheard + 1 if error.status is None else 0
            if self._unheard > 2 * TRIES and not isinstance(error, BadBody):
                raise Gone(error) from None
            raise
        if not page.url.startswith(self.source.url):
            self._hops = max(self._hops, self.made - before - 1)
        self._unheard = 0
        self.seconds.append(page.seconds)
        self.last_headers = page.headers
        return page

    def _note(self, error: SourceError) -> bool:
        """Remember a refusal for being asked too often; raises Gone where the rest is too long."""
        if error.status != 429 and error.retry_after is None:
            return False
        since = time.monotonic() - _MINUTE
        calls = sum(1 for each in self._calls[:-1] if each >= since)
        self.refused.append(Refused(error.status, error.retry_after, calls))
        rest = (
            "" if error.retry_after is None else f", asked for a rest of {error.retry_after:.0f} s"
        )
        self._say(f"refused with HTTP {error.status}{rest}")
        if error.retry_after is not None and error.retry_after > LONGEST_REST:
            raise Gone(error) from None
        return True

    async def _close(self) -> None:
        if self._client is not None:
            self._before = self.made
            await self._client.__aexit__(None, None, None)
            self._client = None
