"""Services and definitions of a source, with history (rule 8 of the data).

A list that is empty or sharply shorter than what is known is read but retires nothing; a service
retires after three healthy lists in a row lacked it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from open311_etl import decode, warehouse
from open311_etl.config import Source
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceRefused
from open311_etl.landing import Landing
from open311_etl.model import LandedPage, Outcome, Page, Run, Verdict, Window
from open311_etl.walk import Walker
from open311_etl.warehouse import Connection

SHORTEST_HEALTHY = 0.75
"""A list with fewer than this share of the services known as offered is suspect."""


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What a refresh came to: services listed, definitions read, and how the list was judged."""

    listed: int
    definitions: int
    verdict: Verdict
    reason: str


def known(con: Connection, source: str) -> list[dict[str, Any]]:
    """Give what is known of each service of a source: code, listed, retired_at, metadata,
    definition_asked_at, definition_hash, content_hash."""
    return warehouse.rows(con, "catalog/known", source=source)


async def refresh(walker: Walker, run: Run, known_services: list[dict[str, Any]]) -> Outcome:
    """Read the list of services, and the definitions that are new or due, into landing.

    Takes what :func:`known` gives. A definition that cannot be read is named in the outcome's
    reason and asked again next time; so is one that is empty or denied, though it was known with
    attributes: it is landed, but not believed. A denied one is landed as ``null``. Raises
    SourceError where the list itself cannot be read: then the source does not answer at all.
    """
    began, before = walker.now(), walker.client.requests_made
    page = await walker.client.services()
    listed = decode.services(page.body)
    landed = [await walker.land(page, page.body, len(listed), plain=False)]
    due = _due(listed, known_services, walker.client.source, began)
    read = await asyncio.gather(*(_definition(walker, code) for code in due))
    landed += [each for each, _ in filter(None, read)]
    failed = sum(each is None for each in read)
    kept = sum(_withdrawn(known_services, each.subject, what) for each, what in filter(None, read))
    verdict, reason = _judge(len(listed), known_services)
    faults = [
        reason,
        f"{failed} definitions could not be read" if failed else "",
        f"{kept} definitions are denied or empty that had attributes; they are kept"
        if kept
        else "",
    ]
    if failed or kept:
        verdict, reason = Verdict.SUSPECT, "; ".join(filter(None, faults))
    return Outcome(
        id=uuid.uuid4().hex,
        run_id=run.id,
        source=run.source,
        kind="catalog",
        window=Window(run.as_of, run.as_of),
        verdict=verdict,
        reason=reason,
        pages=tuple(landed),
        records=0,
        ids=len(listed),
        pending=0,
        requests=walker.client.requests_made - before,
        started_at=began,
        ended_at=walker.now(),
    )


def load(con: Connection, outcome: Outcome, landing: Landing) -> CatalogReport:
    """Bring a refresh into the tables and the ledger, in one transaction."""
    listing, *definitions = outcome.pages
    services = decode.services(landing.get(listing.sha256))
    before = known(con, outcome.source)
    read = [(page, _definition_in(landing.get(page.sha256))) for page in definitions]
    asked = [each for each in read if not _withdrawn(before, each[0].subject, each[1])]
    healthy = _judge(len(services), before)[0] is Verdict.PROVEN
    tables = _tables(outcome.source, services, asked)
    for name, table in tables.items():
        con.register(name, table)
    try:
        with warehouse.transaction(con):
            values = {"source": outcome.source, "seen_at": outcome.ended_at}
            warehouse.run(con, "catalog/services", **values)
            if healthy:
                warehouse.run(con, "catalog/absences", **values)
            warehouse.run(con, "catalog/definitions", **values)
            warehouse.run(con, "catalog/ledger", **_line(outcome))
    finally:
        for name in tables:
            con.unregister(name)
    return CatalogReport(len(services), len(definitions), outcome.verdict, outcome.reason)


def _due(
    listed: list[dict[str, object]], before: list[dict[str, Any]], source: Source, now: datetime
) -> list[str]:
    """Give the codes whose definition is new, or due once more in its ``definitions_days``.

    Each code has a moment of its own within them, so that a few are asked for each day, not all on
    one.
    """
    asked_at = {each["service_code"]: each["definition_asked_at"] for each in before}
    length = source.definitions_days * 86_400

    def due(code: str) -> bool:
        asked, share = asked_at.get(code), zlib.crc32(code.encode()) / 2**32
        if asked is None or not length:
            return True
        then, by_now = (each.timestamp() / length + share for each in (asked, now))
        return math.floor(then) < math.floor(by_now)

    codes = dict.fromkeys(str(each["service_code"]) for each in listed if each["metadata"])
    return [code for code in codes if due(code)]


def _withdrawn(
    before: list[dict[str, Any]], code: str | None, definition: dict[str, Any] | None
) -> bool:
    """True where a definition without attributes comes for a service that is known to have some."""
    if definition and definition["attributes"]:
        return False
    empty = (None, _hash({"attributes": []}))
    return any(
        each["service_code"] == code and each["definition_hash"] not in empty for each in before
    )


async def _definition(walker: Walker, code: str) -> tuple[LandedPage, dict[str, Any] | None] | None:
    definition: dict[str, Any] | None = None
    try:
        page = await walker.client.service(code)
        definition = decode.definition(page.body)
    except (NotFound, SourceRefused) as error:  # metadata=true, but there is none (Q-SVC-7)
        page = Page(
            source=walker.client.source.name,
            url=f"{walker.client.source.url}services/{code}",
            number=None,
            status=error.status or 404,
            headers={},
            body=b"null",
            fetched_at=datetime.now(UTC),
            seconds=0.0,
        )
    except (SourceDown, BadBody):
        return None
    return await walker.land(page, page.body, 1, plain=False, subject=code), definition


def _judge(listed: int, before: list[dict[str, Any]]) -> tuple[Verdict, str]:
    offered = sum(each["listed"] and each["retired_at"] is None for each in before)
    if listed < SHORTEST_HEALTHY * offered or listed == 0:
        return Verdict.SUSPECT, (
            f"the services list has {listed} entries where {offered} were offered; none is retired"
        )
    return Verdict.PROVEN, ""


def _definition_in(body: bytes) -> dict[str, Any] | None:
    return None if body == b"null" else decode.definition(body)


def _tables(
    source: str,
    services: list[dict[str, Any]],
    asked: list[tuple[LandedPage, dict[str, Any] | None]],
) -> dict[str, pa.Table]:
    """Give what the SQL of ``sql/catalog`` reads, as Arrow tables."""
    attributes, values, definitions = [], [], []
    for page, definition in asked:
        key = {"source": source, "service_code": page.subject}
        definitions.append({**key, "definition_hash": _hash(definition)})
        for attribute in definition["attributes"] if definition else []:
            code = attribute["code"] or ""
            attributes.append(
                {
                    **key,
                    **{each: attribute[each] for each in ("variable", "datatype", "required")},
                    "code": code,
                    "datatype_description": attribute["datatype_description"],
                    "attribute_order": attribute["order"],
                    "description": attribute["description"],
                }
            )
            values += [
                {**key, "code": code, "value_number": number, **value}
                for number, value in enumerate(attribute["values"], 1)
            ]
    listed = [
        {
            **{each: service[each] for each in ("service_code", "service_name", "description")},
            **{each: service[each] for each in ("metadata", "type", "keywords")},
            "source": source,
            "service_group": service["group"],
            "extra": json.dumps(service["extra"], sort_keys=True) if service["extra"] else None,
            "position": position,
        }
        for position, service in enumerate(services)
    ]
    return {
        "load_services": pa.Table.from_pylist(listed, _SERVICES),
        "load_definitions": pa.Table.from_pylist(definitions, _DEFINITIONS),
        "load_attributes": pa.Table.from_pylist(attributes, _ATTRIBUTES),
        "load_values": pa.Table.from_pylist(values, _VALUES),
    }


def _hash(definition: dict[str, Any] | None) -> int | None:
    if definition is None:
        return None
    text = json.dumps(definition["attributes"], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _line(outcome: Outcome) -> dict[str, Any]:
    listing = outcome.pages[0]
    return {
        "reading_id": outcome.id,
        "run_id": outcome.run_id,
        "source": outcome.source,
        "as_of": outcome.window.start,
        "verdict": str(outcome.verdict),
        "reason": outcome.reason,
        "ids": outcome.ids,
        "pages": len(outcome.pages),
        "requests": outcome.requests,
        "started_at": outcome.started_at,
        "ended_at": outcome.ended_at,
        "sha256": listing.sha256,
        "url": listing.url,
        "fetched_at": listing.fetched_at,
        "seconds": listing.seconds,
        "attempts": listing.attempts,
        "bytes": listing.bytes,
        "listed": listing.records,
    }


_TEXT = pa.string()
_KEY = {"source": _TEXT, "service_code": _TEXT}
_SERVICES = pa.schema(
    {
        **_KEY,
        "service_name": _TEXT,
        "description": _TEXT,
        "metadata": pa.bool_(),
        "type": _TEXT,
        "keywords": pa.list_(_TEXT),
        "service_group": _TEXT,
        "extra": _TEXT,
        "position": pa.int32(),
    }
)
_DEFINITIONS = pa.schema({**_KEY, "definition_hash": pa.uint64()})
_ATTRIBUTES = pa.schema(
    {
        **_KEY,
        "code": _TEXT,
        "variable": pa.bool_(),
        "datatype": _TEXT,
        "required": pa.bool_(),
        "datatype_description": _TEXT,
        "attribute_order": pa.int32(),
        "description": _TEXT,
    }
)
_VALUES = pa.schema(
    {**_KEY, "code": _TEXT, "value_number": pa.int32(), "key": _TEXT, "name": _TEXT}
)
