"""Rows that a server cannot write: every page that holds one of them fails (Q-PAGE-9, Q-DATE-5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from open311_etl.sandbox.answer import JSON, Answer, html
from open311_etl.sandbox.draws import chance
from open311_etl.sandbox.entry import Entry
from open311_etl.sandbox.options import Rate


@dataclass(frozen=True)
class Poison:
    """Which requests are poisoned, and what a page with one of them gives."""

    poison_share: Annotated[Rate, "share of requests that are poisoned"] = 0
    poison_ids: Annotated[tuple[str, ...], "ids of requests that are poisoned"] = ()
    poison: Annotated[
        Literal["500", "html", "garbage", "empty", "hang"],
        "what an answer with a poisoned request is; 'html', 'garbage' and 'empty' come with 200",
    ] = "500"


def poisoned(entry: Entry, ways: Poison, seed: int) -> bool:
    """Tell whether an entry is poisoned; those without an id never are."""
    if entry.id is None:
        return False
    return entry.id in ways.poison_ids or chance(seed, "poison", entry.id) < ways.poison_share


def poisoned_answer(entries: Iterable[Entry], ways: Poison, seed: int) -> Answer | None:
    """Give what is said instead of entries where one of them is poisoned."""
    if not (ways.poison_share or ways.poison_ids):
        return None
    if not any(poisoned(entry, ways, seed) for entry in entries):
        return None
    answers = {
        "html": html(200, "Something went wrong"),
        "garbage": Answer(200, b'[{"service_request_id":"SR\x00\xff\xfe', {"content-type": JSON}),
        "empty": Answer(200, b"[]", {"content-type": JSON}),
        "hang": Answer(200, b"", {}, "hang"),
        "500": html(500, "Internal Server Error"),
    }
    return answers[ways.poison]
