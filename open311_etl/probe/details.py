"""The rest: catalog, single requests, formats, who may ask, and how much a server bears."""

from __future__ import annotations

from statistics import median

from open311_etl.errors import SourceError
from open311_etl.model import Page
from open311_etl.probe.contact import discovery
from open311_etl.probe.reply import kind, share
from open311_etl.probe.study import Study

NO_ID = "0"
"""An id that no request has."""

_LIMITS = ("x-ratelimit-limit", "ratelimit-limit", "x-rate-limit-limit", "ratelimit-policy")


async def catalog(study: Study) -> None:
    """Tell what the services list holds, and whether requests keep to it (Q-SVC-1)."""
    answer = await study.asker.services()
    if isinstance(answer, SourceError):
        study.tell("catalog", "none", f"services: {kind(answer)}")
        study.unknown("unlisted codes", "no services list")
        return
    page, services = answer
    study.services = services
    with_more = sum(service["metadata"] is True for service in services)
    groups = {service["group"] for service in services if service["group"]}
    study.tell(
        "catalog",
        f"{len(services)} services",
        f"{with_more} with a definition, {len(groups)} groups, {len(page.body):,} bytes",
    )
    await _conditional(study, page)


async def definitions(study: Study) -> None:
    """Tell whether definitions are there (Q-SVC-7)."""
    named = [each for each in study.services or () if each["metadata"] is True]
    if not named:
        study.unknown("definitions", "no service is said to have one")
        return
    answer = await study.asker.definition(str(named[0]["service_code"]))
    if isinstance(answer, SourceError):
        study.tell(
            "definitions", f"missing: {kind(answer)}", "the first service that has one", "likely"
        )
        return
    attributes = (answer[1] or {}).get("attributes", [])
    study.tell(
        "definitions",
        "work" if answer[1] is not None else "empty",
        f"{len(attributes)} attributes of the first service that has one",
    )


def unlisted(study: Study) -> None:
    """Tell how many codes of requests the services list does not hold."""
    if study.services is None:
        return
    listed = {service["service_code"] for service in study.services}
    used = set(study.codes())
    rows = [row for row in study.rows if row.code]
    count = sum(row.code not in listed for row in rows)
    study.tell(
        "unlisted codes",
        f"{len(used - listed)} of {len(used)}",
        f"{share(count, len(rows))} rows have a code that services does not list",
    )


async def single(study: Study) -> None:
    """Tell whether a request can be read by its id, and what an unknown id gives."""
    known = next((row.id for row in study.rows if row.id), None)
    if known is None:
        study.unknown("single request", "no id is known")
    else:
        reply = await study.asker.request(known)
        works = known in reply.ids
        study.tell(
            "single request", "works" if works else f"missing: {reply.kind}", "by an id of the list"
        )
    unknown = await study.asker.request(NO_ID)
    study.tell("unknown id", unknown.kind, f"id {NO_ID}: {unknown.words}")


async def formats(study: Study) -> None:
    """Tell whether the other format is served, too (Q-FMT-4)."""
    written = study.asker.source.format
    other = "xml" if written == "json" else "json"
    failed = study.failed_formats.get(other)
    if failed is None:
        await study.asker.reopen(format=other)
        answer = await study.asker.services()
        await study.asker.reopen(format=written)
        failed = kind(answer) if isinstance(answer, SourceError) else ""
    both = f"requests as {written}, services as {other} came"
    study.tell(
        "formats",
        written if failed else "json and xml",
        f"{other}: {failed}" if failed else both,
        format=written,
    )


async def jurisdiction(study: Study) -> None:
    """Tell whether jurisdiction_id is needed (Q-RATE-5)."""
    if "jurisdiction" in study.traits:
        return
    wanted = study.asker.source.jurisdiction_id
    if not wanted:
        study.tell("jurisdiction", "not needed", "requests come without it")
        return
    without = await study.asker.requests({**study.question, "jurisdiction_id": ""})
    study.tell(
        "jurisdiction",
        "optional" if without.error is None else "required",
        f"without {wanted}: {without.words}",
        jurisdiction_id=wanted,
    )


async def describe(study: Study) -> None:
    """Read the discovery document, if that was not done to find the way."""
    await discovery(study)


def key(study: Study) -> None:
    """Tell whether reads need the API key (Q-RATE-4)."""
    if "key for reads" in study.traits:
        return
    if study.asker.source.api_key_reads:
        study.tell("key for reads", "sent", "the profile says so", "likely")
    else:
        study.tell("key for reads", "not needed", "requests come without it")


def rate(study: Study) -> None:
    """Tell how many calls the server bears, as far as it said so (Q-RATE-1)."""
    headers = study.asker.last_headers
    limits = [f"{name}: {headers[name]}" for name in _LIMITS if name in headers]
    refused = study.asker.refused
    if not refused:
        value = limits[0] if limits else "none seen"
        study.tell("rate limit", value, f"{study.asker.made} requests, none refused", "likely")
        return
    first = refused[0]
    said = f"{len(refused)} refused, the first after {first.calls} calls within a minute"
    said += f" with HTTP {first.status}" if first.status else ""
    said += f" and Retry-After {first.retry_after:.0f} s" if first.retry_after is not None else ""
    steady = first.calls >= 5 and (first.retry_after or 0) > 2
    keys = {"rate_per_minute": float(first.calls)} if steady else {}
    value = f"{first.calls} a minute" if steady else "refuses now and then"
    study.tell("rate limit", value, said, "likely", **keys)


def speed(study: Study) -> None:
    """Tell how long answers take (Q-FMT-10)."""
    seconds = study.asker.seconds
    if not seconds:
        return
    study.tell(
        "speed",
        f"{median(seconds):.2f} s an answer",
        f"{len(seconds)} answers, the slowest took {max(seconds):.1f} s",
    )


async def _conditional(study: Study, page: Page) -> None:
    """Tell whether a page that has not changed need not be sent again (Q-LIFE-6)."""
    for header, condition in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
        if value := page.headers.get(header):
            unchanged = await study.asker.unchanged(page, condition, value)
            how = "honoured" if unchanged else "not honoured"
            study.tell("conditional requests", how, f"services again with {condition}")
            return
    study.tell("conditional requests", "not offered", "services come without ETag or Last-Modified")
