"""Learn a server's ways within a budget of requests, and write its profile.

Everything is concluded from what came back, never from what a server says of itself; each trait
says with how much evidence. Nothing is posted, nothing is stored, and the API key is sent only
where reads need it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from open311_etl.config import Settings, Source
from open311_etl.errors import SourceDown, SourceError, UsageError
from open311_etl.pacing import Pace
from open311_etl.probe import contact, dates, details, filters, look, pages, places, rows, times
from open311_etl.probe.asker import Asker, Gone, Spent
from open311_etl.probe.study import NAMES, Study
from open311_etl.probe.table import name_for, room_for, save
from open311_etl.probe.trait import Probe, Trait

__all__ = ["BUDGET", "Probe", "Trait", "known_as", "name_for", "probe", "room_for", "save"]

BUDGET = 60
"""HTTP requests of one probe, at most."""

Step = Callable[[Study], Awaitable[None]]

ASKING: tuple[Step, ...] = (
    rows.find_rows,
    rows.find_range,
    filters.extensions,
    dates.date_filter,
    pages.paging,
    pages.page_size,
    dates.empty_result,
    filters.updated_filter,
    filters.id_lists,
    details.single,
    details.catalog,
    details.formats,
    dates.span,
    filters.code_lists,
    dates.status_by_default,
    details.jurisdiction,
    times.seasons,
    filters.updates_of_old,
    details.definitions,
    details.describe,
    pages.row_cap,
)
"""What is asked, the most telling first, as the budget may end anywhere."""

CONCLUDING: tuple[Callable[[Study], None], ...] = (
    look.look,
    times.forms,
    places.coordinates,
    times.clock,
    times.hours,
    times.zone,
    details.unlisted,
    details.key,
    details.rate,
    details.speed,
)
"""What is concluded from what came, without a further request."""


def probe(
    target: str,
    settings: Settings,
    *,
    budget: int = BUDGET,
    now: datetime | None = None,
    jurisdiction_id: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Probe:
    """Learn the ways of a server.

    Takes a base URL or the name of a known source, the most HTTP requests that may be made (those
    that are tried again, too), what is to be taken as now, a jurisdiction_id if one is known, and
    who is told of each step. Gives the Probe; what the budget did not reach is in it as unknown.
    Raises UsageError for a target that is neither, and the SourceError that says why no list of
    requests could be read at all: SourceDown, SourceRefused, NotFound or BadBody.
    """
    if budget < 1:
        raise UsageError("a probe needs a budget of one request at least")
    source = known_as(target, settings)
    if jurisdiction_id is not None:
        source = _with(source, jurisdiction_id=jurisdiction_id)
    return asyncio.run(_probe(source, settings, budget, now, say))


def known_as(target: str, settings: Settings) -> Source:
    """Give what is known of a target: the source of that name or URL, else a source of its URL.

    Raises UsageError where it is neither.
    """
    if target in settings.sources:
        return settings.sources[target]
    if not re.match(r"[a-z]+://", target, re.IGNORECASE) and not re.search(r"[/:]|\.\w+$", target):
        return settings.source(target)
    url = tidy_url(target)
    for each in settings.sources.values():
        if _place(each.url) == _place(url):
            return each
    rate = next(
        (
            each.rate_per_minute
            for each in settings.sources.values()
            if _host(each.url) == _host(url)
        ),
        None,
    )
    return Source.model_validate({"url": url, **({"rate_per_minute": rate} if rate else {})})


def tidy_url(text: str) -> str:
    """Give the base URL that somebody means who writes one with or without scheme or last slash, or
    copies that of a call (Q-ERR-10). Raises UsageError where it is none."""
    url = text.strip()
    if not re.match(r"https?://", url, re.IGNORECASE):
        if "://" in url:
            raise UsageError(f'"{text}": a URL must start with http:// or https://')
        here = re.match(r"localhost\b|127\.|\[::1\]", url)
        url = f"{'http' if here else 'https'}://{url}"
    url = re.split(r"[?#]", url)[0]
    url = re.sub(r"(requests|services|discovery)(\.\w+)?/?$", "", url)
    if not _host(url):
        raise UsageError(f'"{text}" is no URL such as https://example.org/open311/v2/')
    return url if url.endswith("/") else url + "/"


async def _probe(
    source: Source,
    settings: Settings,
    budget: int,
    now: datetime | None,
    say: Callable[[str], None],
) -> Probe:
    began = time.monotonic()
    asked = _with(
        source,
        paging="page",
        page_param="page",
        page_size_param="page_size",
        extensions="",
        retries=0,
        concurrency=1,
        date_format="Z",
        utc_is_local=False,
        timezone="UTC",
    )
    pace = Pace(asked, state_dir=settings.data_dir / ".pace" if source.rate_per_minute else None)
    asker = Asker(asked, user_agent=settings.user_agent, pace=pace, budget=budget, say=say)
    study = Study(asker, source, now or datetime.now(UTC), say, given_now=now is not None)
    error: SourceError | None = None
    async with asker:
        try:
            await contact.contact(study, settings.sources.values())
        except Gone as gone:
            raise gone.error from None
        except Spent:
            raise SourceDown(
                f"{source.name or source.url}: {budget} requests brought no list of requests; "
                "give the base URL up to and with v2/, or a larger budget"
            ) from None
        try:
            for step in ASKING:
                await _take(step, study)
        except Spent:
            say(f"all {budget} requests are used up")
        except Gone as gone:
            error = gone.error
    _conclude(study, error)
    traits = tuple(study.traits[name] for name in NAMES)
    return Probe(source, traits, asker.made, budget, time.monotonic() - began, error)


async def _take(step: Step, study: Study) -> None:
    needs_rows = step not in _ROWLESS
    if needs_rows and not study.first.rows:
        return
    await step(study)


_ROWLESS: tuple[Step, ...] = (
    rows.find_rows,
    details.catalog,
    details.formats,
    details.jurisdiction,
    details.definitions,
    details.describe,
)


def _conclude(study: Study, error: SourceError | None) -> None:
    for conclude in CONCLUDING:
        conclude(study)
    asker = study.asker
    why = "no requests were found to learn it from"
    if error is not None:
        why = f"the server went away: {error}"
    elif study.first.rows and asker.left < 1:
        why = f"not asked: the budget of {asker.budget} requests was used up"
    for name in NAMES:
        if name not in study.traits:
            study.unknown(name, why)


def _with(source: Source, **changes: object) -> Source:
    return source.model_copy(update=changes)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _place(url: str) -> str:
    return f"{_host(url)}{urlsplit(url).path.rstrip('/')}"
