"""GeoReport v2 over HTTP, all seven calls; what comes back is a Page, bytes and all.

Nothing here knows when a list is complete: that is for ``fetch``.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from open311_etl.body import description, is_html, unreadable
from open311_etl.config import Source
from open311_etl.errors import (
    BadBody,
    ConfigError,
    NotFound,
    SourceDown,
    SourceError,
    SourceRefused,
    UsageError,
)
from open311_etl.model import Page
from open311_etl.pacing import LONGEST_REST, Fault, Pace, asked_rest
from open311_etl.transport import Answer, Secret, Transport

_PASSING = {408, 425, 429}
"""Refusals that pass by themselves."""

_STRAIN = {429, 502, 503, 504}
_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")


class Client:
    """GeoReport v2 calls to one source, on one event loop; an async context manager.

    ``user_agent`` should hold a contact (Q-ERR-7). ``pace`` may be shared by all clients of a
    source; without one the client keeps its own. ``requests_made`` counts every HTTP request,
    retries and redirects too.

    Every call raises SourceDown (no answer, 5xx, 408, 425, 429 through all retries), SourceRefused
    (another 4xx, or a redirect that is not followed), NotFound (404, 410) or BadBody (HTML, empty,
    cut off, too large, neither JSON nor XML), and nothing else but UsageError.
    """

    def __init__(self, source: Source, *, user_agent: str, pace: Pace | None = None) -> None:
        self.source = source
        self.pace = pace or Pace(source)
        self._secret = Secret(os.environ.get(source.api_key_env or ""))
        self._transport = Transport(source, user_agent=user_agent, secret=self._secret)
        self._name = f"source {source.name or source.url}"

    async def __aenter__(self) -> Client:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._transport.__aexit__(*exc)

    @property
    def requests_made(self) -> int:
        return self._transport.exchanges

    async def discovery(self) -> Page:
        """Read the server's description of itself (a hint at best, Q-ERR-11)."""
        return await self._read("discovery", {})

    async def services(self) -> Page:
        """Read the list of services."""
        return await self._read("services", {})

    async def service(self, code: str) -> Page:
        """Read the definition of a service; its code may hold any character (Q-SVC-5)."""
        return await self._read(f"services/{_segment(code, 'service_code')}", {})

    async def requests(
        self,
        params: Mapping[str, str],
        *,
        number: int | None = None,
        retries: int | None = None,
    ) -> Page:
        """Make one call of the list of service requests.

        ``params`` win over what the profile says (default_params, extensions, the page's size); one
        that is empty is not sent at all (Q-RATE-5). ``number`` is the page asked for, none where
        ``None``; ``retries`` the tries after the first, the profile's where ``None``.
        """
        source = self.source
        asked = {**source.default_params, "extensions": source.extensions or ""}
        if source.paging == "page" or source.model_fields_set & {"page_size", "page_size_param"}:
            asked[source.page_size_param] = str(source.page_size)
        if source.paging == "page" and number is not None:
            asked[source.page_param] = str(number)
        return await self._read("requests", {**asked, **params}, number=number, retries=retries)

    async def pages(
        self, params: Mapping[str, str], *, first: int, size: int | None = None
    ) -> AsyncIterator[Page]:
        """Give the pages of a list one after the other, beginning at number ``first``.

        It never ends by itself, because only the caller can tell the end; but where the profile
        says that there is no paging, one page is all. ``size`` takes the place of the profile's
        page_size. Errors as in :meth:`requests`.
        """
        asked = dict(params)
        if size is not None:
            asked[self.source.page_size_param] = str(size)
        number = first
        while True:
            yield await self.requests(asked, number=number)
            if self.source.paging == "none":
                return
            number += 1

    async def request(self, service_request_id: str) -> Page:
        """Read one service request by its id."""
        asked = {"extensions": self.source.extensions or ""}
        place = f"requests/{_segment(service_request_id, 'service_request_id')}"
        return await self._read(place, asked)

    async def token(self, token: str) -> Page:
        """Read which service_request_id a token has become, if it has."""
        return await self._read(f"tokens/{_segment(token, 'token')}", {})

    async def submit(self, fields: Mapping[str, str | list[str]]) -> Page:
        """Report a new service request; needs the API key.

        Takes the form's fields, ``attribute[CODE]`` too; a list sends its field once for each
        value. It is sent once: only while no connection comes about it is tried again, because a
        repeated form could be a second report. Raises UsageError where the profile names no key.
        """
        key = self.source.api_key()
        if key is None:
            raise ConfigError(
                f"{self._name}: to submit needs an API key; name the environment variable that "
                "holds it with api_key_env in its profile"
            )
        form: dict[str, str | list[str]] = {**self._jurisdiction(), **fields}
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        if self.source.api_key_in == "header":
            headers[self.source.api_key_header] = key
        else:
            form["api_key"] = key
        body = urlencode(form, doseq=True).encode()

        async def send() -> Answer:
            return await self._transport.post(self._url("requests"), headers, body)

        return await self._call(send, None, self.source.retries, posting=True)

    async def _read(
        self,
        place: str,
        params: Mapping[str, str],
        *,
        number: int | None = None,
        retries: int | None = None,
    ) -> Page:
        query = {**self._jurisdiction(), **params}
        headers: dict[str, str] = {}
        if self.source.api_key_reads and (key := self.source.api_key()):
            if self.source.api_key_in == "header":
                headers[self.source.api_key_header] = key
            else:
                query["api_key"] = key
        sent = {name: value for name, value in query.items() if value != ""}

        async def send() -> Answer:
            return await self._transport.get(self._url(place), sent, headers)

        return await self._call(send, number, self.source.retries if retries is None else retries)

    def _jurisdiction(self) -> dict[str, str]:
        wanted = self.source.jurisdiction_id
        return {"jurisdiction_id": wanted} if wanted else {}

    def _url(self, place: str) -> str:
        return f"{self.source.url}{place}.{self.source.format}"

    async def _call(
        self,
        send: Callable[[], Awaitable[Answer]],
        number: int | None,
        retries: int,
        *,
        posting: bool = False,
    ) -> Page:
        """Try until it is answered well or the tries are used up; then raise what it came to."""
        seen: list[Fault] = []
        began = self.pace.now()
        try:
            async for attempt in self.pace.retrying(retries):
                with attempt:
                    try:
                        return await self._try(send, number, len(seen) + 1)
                    except Fault as fault:
                        seen.append(fault)
                        if posting and fault.sent:
                            fault.again = 0
                        raise
        except Fault as last:
            raise self._error(last, seen, self.pace.now() - began, posting) from None
        raise AssertionError("tenacity ends with a result or an exception")

    async def _try(
        self, send: Callable[[], Awaitable[Answer]], number: int | None, attempt: int
    ) -> Page:
        async with self.pace.turn():
            began = time.monotonic()
            try:
                answer = await send()
                _judge(answer)
            except Fault as fault:
                if fault.strained or fault.retry_after is not None:
                    seconds = time.monotonic() - began
                    self.pace.report(seconds, ok=False, retry_after=fault.retry_after)
                raise
            seconds = time.monotonic() - began
            self.pace.report(seconds, ok=True)
        return Page(
            source=self.source.name,
            url=answer.url,
            number=number,
            status=answer.status,
            headers={name: each for name, each in answer.headers.items() if name != "set-cookie"},
            body=answer.body,
            fetched_at=datetime.now(UTC),
            seconds=seconds,
            attempts=attempt,
        )

    def _error(self, last: Fault, seen: list[Fault], seconds: float, posting: bool) -> SourceError:
        """Put into one sentence what happened in all tries, and what to do about it."""
        often = ""
        if len(seen) > 1:
            alike = all(fault.what == last.what for fault in seen)
            often = f" {_times(len(seen))}" if alike else f" at the last of {len(seen)} tries"
            often += f" in {seconds:.0f} s"
        said = f' ("{last.said}")' if last.said else ""
        advice = last.advice or self._advice(last.kind, last.status)
        if posting and last.sent and last.kind is not SourceRefused:
            advice = "the report may have been received: look for it before you send it again"
        text = self._secret.hide(f"{self._name}: {last.what}{often}{said}; {advice}")
        return last.kind(text, status=last.status, retry_after=last.retry_after, attempts=len(seen))

    def _advice(self, kind: type[SourceError], status: int | None) -> str:
        if kind is NotFound:
            return "it may be gone, or never have been there"
        if kind is SourceDown:
            return "nothing is lost, run again later"
        if kind is BadBody:
            return "run again later; if it stays so, check url, format and jurisdiction_id"
        if status in {401, 403} and self.source.api_key_env:
            return f"check the API key in {self.source.api_key_env}, and api_key_reads"
        if status in {401, 403}:
            return (
                "it may want an API key (api_key_env, api_key_reads), or another contact or network"
            )
        return "check what its profile sends"


def instant(when: datetime, source: Source) -> str:
    """Write a time as the source wants it in a parameter: ``YYYY-MM-DDTHH:MM:SSZ``.

    Takes an aware time; fractions of a second are cut, since servers refuse them (Q-DATE-4). Where
    the source's UTC is local time (Q-DATE-7), the digits are those of its zone; so are they where
    its profile says date_format = "naive" (no Z), as a time without offset is local there.
    """
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    naive = source.date_format == "naive"
    local = when.astimezone(source.zone if naive or source.utc_is_local else UTC)
    return f"{local:%Y-%m-%dT%H:%M:%S}" if naive else f"{local:%Y-%m-%dT%H:%M:%SZ}"


def _judge(answer: Answer) -> None:
    """Raise the Fault that an answer is, if it is one."""
    status = answer.status
    what = f"HTTP {status}"
    if 200 <= status < 300:
        if reason := unreadable(answer.body):
            moved = f" after a redirect to {answer.url}" if answer.redirected else ""
            raise Fault(f"{what} with {reason}{moved}", BadBody, status=status)
        return
    said = description(answer.body)
    if status in {404, 410}:
        raise Fault(what, NotFound, again=0, status=status, said=said)
    if status >= 500 or status in _PASSING:
        rest = asked_rest(answer.headers)
        long = rest is not None and rest > LONGEST_REST
        raise Fault(
            what,
            again=0 if long else None,
            said=said,
            advice=f"it asks for a rest of {rest:.0f} s, run again after that" if long else "",
            status=status,
            retry_after=rest,
            strained=status in _STRAIN,
        )
    # A page with 403 is mostly a CDN's, which may change its mind (Q-ERR-7).
    guarded = status == 403 and is_html(answer.body)
    raise Fault(what, SourceRefused, again=2 if guarded else 0, status=status, said=said)


def _segment(text: str, name: str) -> str:
    """Encode a code or an id wholly, so that it stays one part of the path."""
    if not text:
        raise UsageError(f"an empty {name} names nothing")
    return quote(text, safe="")


def _times(count: int) -> str:
    return _TIMES[count] if count < len(_TIMES) else f"{count} times"
