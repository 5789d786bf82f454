"""Find requests and tell their whole history: the only questions that a browser may ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from open311_etl import warehouse
from open311_etl.warehouse import Connection

MOST_FOUND = 50
_SHORTEST = 2
"""Letters that are needed before a text is looked for."""


@dataclass(frozen=True, slots=True)
class Within:
    """The filters that a search keeps to: of each list one value, ``none`` for a missing one; of
    the local days of the requests the first and the last. What is empty keeps nothing away.
    """

    source: Sequence[str] = ()
    service: Sequence[str] = ()
    group: Sequence[str] = ()
    ward: Sequence[str] = ()
    channel: Sequence[str] = ()
    status: Sequence[str] = ()
    first_day: date | None = None
    last_day: date | None = None


def find(con: Connection, text: str, within: Within | None = None) -> list[dict[str, Any]]:
    """Give up to 50 requests whose id begins so, or whose address or service contains the text.

    Without a text they are the newest of those ``within``, and none where that is of all.
    """
    text, within = text.strip()[:200], within or Within()
    if len(text) < _SHORTEST:
        if within == Within():
            return []
        text = ""
    return warehouse.rows(con, "dashboard/find", text=text, most=MOST_FOUND, **asdict(within))


def histories(
    con: Connection, requests: Sequence[tuple[str, str]], *, descriptions: bool = True
) -> list[dict[str, Any]]:
    """Give (source, id) each with its versions and notes; those that are not there are left out."""
    return warehouse.rows(
        con,
        "dashboard/histories",
        sources=[source for source, _ in requests],
        requests=[request for _, request in requests],
        descriptions=descriptions,
    )


def included(con: Connection, most: int, *, descriptions: bool) -> list[dict[str, Any]]:
    """Give the requests that changed last with their histories, half of them open."""
    rows = warehouse.rows(con, "dashboard/included", most=most)
    wanted = [(row["source"], row["service_request_id"]) for row in rows]
    return histories(con, wanted, descriptions=descriptions)
