"""Report a request to a source, and follow its token until it is a service_request_id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import tenacity

from open311_etl import decode
from open311_etl.client import Client
from open311_etl.config import Settings, Source
from open311_etl.errors import BadBody, NotFound, SourceDown, UsageError
from open311_etl.model import Page

PATIENCE = 600.0
"""Seconds for which a token is polled where nothing else is said."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds between two questions for a token: at first, and at most."""

PLACES = (("lat", "long"), ("address_string",), ("address_id",))
"""Fields of which a report needs one set (GeoReport v2, POST Service Request)."""

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Submission:
    """What a source says of a report: the token and, as soon as there is one, the id."""

    source: str
    token: str | None
    service_request_id: str | None
    service_notice: str | None = None
    account_id: str | None = None


def submit(settings: Settings, source: str, fields: Fields) -> Submission:
    """Report a service request, once; it is never sent twice by itself.

    Takes the fields of GeoReport's POST Service Request: ``service_code``, a place (``lat`` and
    ``long``, ``address_string`` or ``address_id``), ``description``, ``email``, ``media_url`` ...,
    and ``attribute[CODE]`` for each answer; a sequence sends several values of one attribute. The
    API key is the one that ``api_key_env`` of the profile names. Raises UsageError where a field
    that is always needed is missing, ConfigError where there is no key, and SourceError where the
    source refuses (400 with what it says) or does not answer.
    """
    profile = settings.source(source)
    form = _form(fields)

    async def call(client: Client) -> Page:
        return await client.submit(form)

    return _first(profile, _ask(settings, profile, call), None)


def token(settings: Settings, source: str, token: str) -> Submission:
    """Ask what has become of a token; its id is ``None`` while there is none.

    Raises SourceError: NotFound where the source does not know it, or no longer.
    """
    profile = settings.source(source)

    async def call(client: Client) -> Page:
        return await client.token(token)

    return _first(profile, _ask(settings, profile, call), token)


def settled(
    settings: Settings,
    submission: Submission,
    *,
    patience: float = PATIENCE,
    asked: Callable[[float], None] = lambda _: None,
) -> Submission:
    """Poll the token of a submission until it has an id, ever more rarely.

    Takes for how many seconds at most, and who is told after each question how many have passed.
    Gives the submission with its id, or without it where the time is up. A source that is down, or
    does not know the token yet, is asked again; raises SourceError where it stays so.
    """
    if submission.service_request_id or not submission.token:
        return submission
    began, name = time.monotonic(), submission.token

    def told(_: tenacity.RetryCallState) -> None:
        asked(time.monotonic() - began)

    polling = tenacity.Retrying(
        stop=tenacity.stop_before_delay(patience),
        wait=tenacity.wait_exponential(FIRST_PAUSE, LONGEST_PAUSE, exp_base=1.5, min=FIRST_PAUSE),
        retry=tenacity.retry_if_result(lambda found: found.service_request_id is None)
        | tenacity.retry_if_exception_type((NotFound, SourceDown)),
        before_sleep=told,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else submission,
    )
    found: Submission = polling(token, settings, submission.source, name)
    return found


def _form(fields: Fields) -> dict[str, str | list[str]]:
    """Give the form of a report; refuses what no source can take."""
    form = {
        name: value if isinstance(value, str) else [str(each) for each in value]
        for name, value in fields.items()
        if value
    }
    if "service_code" not in form:
        raise UsageError("a report needs a service_code")
    if ("lat" in form) != ("long" in form):
        raise UsageError("lat and long go together")
    if not any(all(name in form for name in place) for place in PLACES):
        raise UsageError("a report needs a place: lat and long, an address or an address_id")
    return form


def _ask(settings: Settings, source: Source, call: Callable[[Client], Awaitable[Page]]) -> Page:
    async def once() -> Page:
        async with Client(source, user_agent=settings.user_agent) as client:
            return await call(client)

    return asyncio.run(once())


def _first(source: Source, page: Page, token: str | None) -> Submission:
    """Read the one answer that a report or a token has."""
    try:
        answer = next(iter(decode.tokens(page.body)), None)
    except BadBody as error:
        answer, said = None, str(error)
    else:
        said = "neither a token nor an id"
    if answer is None or not (answer["token"] or token or answer["service_request_id"]):
        raise BadBody(
            f"source {source.name}: HTTP {page.status} with {said}; ask the source whether it has "
            "the report before you send it again"
        )
    return Submission(
        source=source.name,
        token=answer["token"] or token,
        service_request_id=answer["service_request_id"],
        service_notice=answer["service_notice"],
        account_id=answer["account_id"],
    )
