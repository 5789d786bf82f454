"""The first contact: where the list of requests is, in which format, and what opens the door."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from open311_etl.config import Source
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceError, SourceRefused
from open311_etl.probe.reply import ERROR_INSIDE, Reply, kind, said
from open311_etl.probe.study import Study

PLACES = ("open311/v2/", "v2/", "georeport/v2/")
"""Where GeoReport lies below the address of a site."""

MOST_CANDIDATES = 6
_OTHER = {"json": "xml", "xml": "json"}
_SECOND_LEVELS = {"co", "com", "gov", "org", "ac", "net", "edu", "qc", "on", "bc"}


async def contact(study: Study, others: Iterable[Source]) -> None:
    """Find the base URL, the format, the jurisdiction and the key with which requests come.

    ``others`` are all known sources: those on the same host may know the jurisdiction. Raises the
    server's error where no way leads to a list of requests.
    """
    asker = study.asker
    reply = await _reach(study, others)
    moved = _base(reply, asker.source.url)
    if moved != asker.source.url:
        evidence = f"{asker.source.url} redirects there"
        await asker.reopen(url=moved)
        study.tell("url", moved, evidence, url=moved)
    elif moved != study.known.url:
        study.tell("url", moved, f"nothing of use at {study.known.url}", url=moved)
    else:
        study.tell("url", moved, "answers there")
    study.first = reply


async def _reach(study: Study, others: Iterable[Source]) -> Reply:
    asker, failed = study.asker, dict[str, Reply]()
    for written in (asker.source.format, _OTHER[asker.source.format]):
        reply = await _as(study, format=written)
        if reply.error is None:
            return reply
        failed[written] = reply
        study.failed_formats[written] = reply.kind
        if isinstance(reply.error, SourceDown) and reply.error.status is None:
            raise reply.error
        for other_way in (_with_key, _with_dates, _empty):
            if opened := await other_way(study, reply):
                del study.failed_formats[written]
                return opened
    for written, reply in failed.items():
        study.say(f"{written}: {reply.words}")
    wanted = any("jurisdiction" in reply.said.lower() for reply in failed.values())
    found = await _jurisdictions(study, failed, others) if wanted else None
    found = found or await _elsewhere(study, failed)
    found = found or (None if wanted else await _jurisdictions(study, failed, others))
    if found:
        return found
    raise _hopeless(study, failed)


async def _as(study: Study, **changes: Any) -> Reply:
    source = study.asker.source
    if any(getattr(source, key) != value for key, value in changes.items()):
        await study.asker.reopen(**changes)
    return await study.asker.requests()


async def _with_key(study: Study, refused: Reply) -> Reply | None:
    """Try again with the API key, where one is set and the server wants it for reading."""
    source = study.asker.source
    status = refused.error.status if refused.error else None
    name = source.api_key_env or ""
    if status not in (401, 403) or source.api_key_reads or not os.environ.get(name):
        return None
    reply = await _as(study, api_key_reads=True)
    if reply.error is not None:
        await study.asker.reopen(api_key_reads=False)
        return None
    study.tell(
        "key for reads", "needed", f"HTTP {status} without the key in {name}", api_key_reads=True
    )
    return reply


async def _with_dates(study: Study, refused: Reply) -> Reply | None:
    """Ask for a week, where the days that a list without dates covers are refused."""
    error = refused.error
    if error is None or error.status != 400 or "jurisdiction" in refused.said.lower():
        return None
    question = study.dates(study.now - timedelta(days=7), study.now)
    reply = await study.asker.requests(question)
    if reply.error is not None:
        return None
    study.question = question
    return reply


async def _empty(study: Study, reply: Reply) -> Reply | None:
    """Tell a server that says 404 for an empty list from an address that is wrong (Q-ERR-6)."""
    if not isinstance(reply.error, NotFound):
        return None
    services = await study.asker.services()
    if isinstance(services, SourceError) or not services[1]:
        return None
    return Reply({}, error=reply.error, page=services[0])


async def _elsewhere(study: Study, failed: Mapping[str, Reply]) -> Reply | None:
    """Look below the address given and where discovery points to, if it is the wrong one."""
    if not all(_is_no_api(reply.error) for reply in failed.values()):
        return None
    given = study.asker.source.url
    document = await discovery(study)
    named = [str(each["url"]) for each in document.get("endpoints", []) if each["url"]]
    below = [urljoin(given, place) for place in PLACES if not given.endswith(place)]
    for base in dict.fromkeys(_slashed(each) for each in (*named, *below)):
        if base != given:
            for written in ("json", "xml") if base in named else ("json",):
                reply = await _as(study, url=base, format=written)
                if reply.error is None:
                    study.failed_formats.clear()
                    return reply
    await study.asker.reopen(url=given)
    return None


async def _jurisdictions(
    study: Study, failed: Mapping[str, Reply], others: Iterable[Source]
) -> Reply | None:
    """Try the jurisdictions that address, discovery and known sources suggest (Q-RATE-5)."""
    source = study.asker.source
    if all(isinstance(reply.error, NotFound) for reply in failed.values()):
        return None
    formats = sorted(failed, key=lambda written: isinstance(failed[written].error, NotFound))
    document = await discovery(study) if not source.jurisdiction_id else {}
    candidates = _candidates(source, document, others)
    for candidate in candidates[:MOST_CANDIDATES]:
        for written in formats:
            if isinstance(failed[written].error, NotFound):
                continue
            reply = await _as(study, format=written, jurisdiction_id=candidate)
            if reply.error is None:
                study.failed_formats.pop(written, None)
                _tell_jurisdiction(study, failed[written], candidate, reply)
                return reply
    await study.asker.reopen(format=source.format, jurisdiction_id=source.jurisdiction_id)
    study.unknown(
        "jurisdiction", f"none of {', '.join(map(str, candidates)) or 'no candidates'} opens it"
    )
    return None


def _tell_jurisdiction(study: Study, without: Reply, candidate: str | None, reply: Reply) -> None:
    before = study.known.jurisdiction_id or "none"
    said = f"with {before}: {without.words}"
    study.tell(
        "jurisdiction",
        "required" if candidate else "none",
        f"{said}; with {candidate or 'none'}: {reply.kind}",
        jurisdiction_id=candidate,
    )


def _candidates(
    source: Source, document: Mapping[str, Any], others: Iterable[Source]
) -> list[str | None]:
    host = urlsplit(source.url).hostname or ""
    found: list[str | None] = [None] if source.jurisdiction_id else []
    found += [each.jurisdiction_id for each in others if urlsplit(each.url).hostname == host]
    for endpoint in document.get("endpoints", []):
        url = urlsplit(str(endpoint["url"] or ""))
        found += parse_qs(url.query).get("jurisdiction_id", [])
        found += domains(url.hostname or "")
    found += domains(host)
    wanted = [each for each in found if each or source.jurisdiction_id]
    return [each for each in dict.fromkeys(wanted) if each != source.jurisdiction_id]


def domains(host: str) -> list[str]:
    """Give the names that a city of that host may have chosen as its jurisdiction_id."""
    labels = host.lower().split(".")
    if len(labels) < 2 or _is_address(host):
        return []
    length = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVELS else 2
    registered = labels[-length:]
    return [".".join(registered), registered[0], host.lower()]


async def discovery(study: Study) -> Mapping[str, Any]:
    """Read the discovery document once, at the base or one level above; a hint only (Q-ERR-11)."""
    if "discovery" in study.traits:
        return study.discovery
    asker, base = study.asker, study.asker.source.url
    answer = await asker.discovery()
    if isinstance(answer, SourceError) and urljoin(base, "..") != base:
        await asker.reopen(url=urljoin(base, ".."))
        answer = await asker.discovery()
        await asker.reopen(url=base)
    if isinstance(answer, SourceError):
        study.tell("discovery", "none", f"{kind(answer)} at the base and above it")
        return {}
    study.discovery = answer[1]
    urls = [str(each["url"]) for each in study.discovery["endpoints"] if each["url"]]
    here = any(_slashed(each) == base for each in urls)
    study.tell(
        "discovery",
        "names this address" if here else "names other addresses" if urls else "names no address",
        f"{len(urls)} endpoints" + ("" if here or not urls else f", such as {urls[0][:100]}"),
    )
    return study.discovery


def _base(reply: Reply, asked: str) -> str:
    """Give the base URL that a page really came from."""
    url = reply.page.url if reply.page else asked
    found = re.match(r"(.*/)(?:requests|services)\.(?:json|xml)(?:\?|$)", url)
    return found[1] if found else asked


def _slashed(url: str) -> str:
    bare = url.partition("?")[0]
    return bare if bare.endswith("/") else bare + "/"


def _is_no_api(error: SourceError | None) -> bool:
    return isinstance(error, NotFound) or (
        isinstance(error, BadBody) and kind(error) != ERROR_INSIDE
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _hopeless(study: Study, failed: Mapping[str, Reply]) -> SourceError:
    """Put into one error why there is no list of requests, of the kind that says most."""
    said_of = "; ".join(
        f"{written}: {said(each.error)}" for written, each in failed.items() if each.error
    )
    errors = [each.error for each in failed.values() if each.error]
    first = next((e for e in errors if isinstance(e, SourceRefused)), errors[0])
    advice = "give the base URL up to and with v2/"
    if any("jurisdiction" in said(each).lower() for each in errors):
        advice = "give the jurisdiction_id (--jurisdiction-id)"
    elif isinstance(first, SourceRefused):
        advice = "it may want an API key (api_key_env in its profile), or another network"
    elif isinstance(first, SourceDown):
        advice = "nothing is lost, run again later"
    return type(first)(
        f"{study.known.name or study.known.url}: no list of requests ({said_of}); {advice}",
        status=first.status,
    )
