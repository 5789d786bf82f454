"""Lists of service requests: a cheap look for paging, and the canonical form for DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Raw

from open311_etl.decode.envelope import entries
from open311_etl.decode.parse import parse
from open311_etl.decode.text import is_utf8
from open311_etl.decode.tree import Tree, scalar, squash

_NAMES = (
    *("service_request_id", "token", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice"),
    *("requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
    *("notes", "attributes", "extended_attributes"),
)
_SPELLING = {squash(name): name for name in _NAMES}
_CODES = frozenset({"service_request_id", "service_code", "token", "address_id", "zipcode"})


_Said = Annotated[str, msgspec.Meta(min_length=1)]
_SPELT = {
    "id": "service_request_id",
    "requested": "requested_datetime",
    "updated": "updated_datetime",
}


class Entry(msgspec.Struct, frozen=True, gc=False, rename=_SPELT.get):
    """What paging needs of one list entry: its id, its raw times and its token, as text.

    As most servers write entries, they are decoded into this form at once.
    """

    id: _Said | None = None
    requested: _Said | None = None
    updated: _Said | None = None
    token: _Said | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A page's entries in the server's order; ``plain``: DuckDB may read the bytes as they are."""

    entries: tuple[Entry, ...]
    plain: bool


@dataclass(frozen=True, slots=True)
class Reject:
    """A list entry that cannot be a request; ``ordinal`` is its place in the list, from 0."""

    reason: str
    raw: bytes
    ordinal: int


@dataclass(frozen=True, slots=True)
class Canonical:
    """``json``: a UTF-8 JSON array of objects that DuckDB reads; ``rejects``: what is not in it."""

    json: bytes
    rejects: tuple[Reject, ...]


class _Seen(msgspec.Struct, gc=False):
    service_request_id: str | int | None = None
    requested_datetime: str | None = None
    updated_datetime: str | None = None
    update_datetime: str | None = None
    token: str | int | None = None


_NUL = rb"\u0000"
_ALIAS = b'"update_datetime"'
_CLEAN = msgspec.json.Decoder(tuple[Entry, ...])
_PAGE = msgspec.json.Decoder(list[_Seen])


def look(body: bytes) -> Look:
    """Look at a list of requests, or at a single one, only as far as paging needs.

    Takes a body in any dialect; gives one Entry for each list entry, also for those that
    ``canonical`` rejects. Raises BadBody where it is HTML, broken off, an error (Q-ERR-4, Q-ERR-5)
    or otherwise no list of requests.
    """
    seen = _plain(body)
    if seen is not None:
        return Look(seen, plain=True)
    return Look(tuple(_entry(each) for each in _records(body)), plain=False)


def canonical(body: bytes) -> Canonical:
    """Rewrite a list of requests of any dialect into the JSON that the specification has.

    Names are in the specification's spelling; names that it does not know stay, in lower case where
    the record is written in capitals. Numbers stay as written, NaN and infinities become null, of
    duplicate keys the last wins, lone surrogates become U+FFFD, NULs go, and what is nested deeper
    than 64 levels becomes null. Raises BadBody as ``look`` does.
    """
    kept: list[bytes] = []
    rejects: list[Reject] = []
    for ordinal, record in enumerate(_records(body)):
        if isinstance(record, dict):
            kept.append(msgspec.json.encode(record))
        else:
            reason = f"list entry is {_kind(record)}, not an object"
            rejects.append(Reject(reason, msgspec.json.encode(record), ordinal))
    return Canonical(b"[" + b",\n".join(kept) + b"]", tuple(rejects))


def _plain(body: bytes) -> tuple[Entry, ...] | None:
    """Decode a page in the specification's own form; ``None`` sends it the long way."""
    if not body[:16].lstrip().startswith(b"["):
        return None
    try:
        seen = _clean(body) or tuple(_entry_seen(each) for each in _PAGE.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if seen and all(each.id is None for each in seen):
        return None  # perhaps it has the id under another spelling
    return seen if is_utf8(body) and _NUL not in body else None  # msgspec skips text unseen


def _clean(body: bytes) -> tuple[Entry, ...] | None:
    """Decode a page of which nothing has to be tidied; ``None`` where something may have to."""
    if _ALIAS in body:
        return None
    try:
        seen = _CLEAN.decode(body)
    except msgspec.ValidationError:
        return None
    blank = any(each.id is not None and each.id.strip() != each.id for each in seen)
    return None if blank else seen


def _entry_seen(seen: _Seen) -> Entry:
    number, token = seen.service_request_id, seen.token
    return Entry(
        None if number is None else str(number).strip() or None,
        (seen.requested_datetime or "").strip() or None,
        (seen.updated_datetime or seen.update_datetime or "").strip() or None,
        None if token is None else str(token).strip() or None,
    )


def _entry(record: Tree) -> Entry:
    if not isinstance(record, dict):
        return Entry(None, None, None, None)
    return Entry(
        id=scalar(record.get("service_request_id")),
        requested=scalar(record.get("requested_datetime")),
        updated=scalar(record.get("updated_datetime")) or scalar(record.get("update_datetime")),
        token=scalar(record.get("token")),
    )


def _records(body: bytes) -> list[Tree]:
    """Give each list entry, objects in canonical form and the rest as it is."""
    found = entries(parse(body), "service requests", frozenset(_SPELLING))
    return [_record(each) if isinstance(each, dict) else each for each in found]


def _record(entry: dict[str, Tree]) -> Tree:
    if any(isinstance(entry.get(name), list) for name in _CODES):  # every scalar in a list, Q-FMT-5
        entry = {key: _unboxed(value) for key, value in entry.items()}
    shouted = all(key.upper() == key for key in entry)
    record: dict[str, Tree] = {}
    for key, value in entry.items():
        name = _name(key, shouted=shouted)
        given = record.get(name)
        if given is None or (name == key and value is not None):  # the right spelling wins
            record[name] = _lowered(value) if shouted else value
    for name in _CODES & record.keys():
        written = record[name]
        if isinstance(written, Raw):
            record[name] = Raw(scalar(written) or "null")
    return record


def _name(key: str, *, shouted: bool) -> str:
    """Give a key in the specification's spelling; aliases in lower case stay for SQL (Q-FLD-2)."""
    if key.lower() == key:
        return key
    return _SPELLING.get(squash(key)) or (key.lower() if shouted else key)


def _unboxed(value: Tree) -> Tree:
    if not isinstance(value, list) or len(value) > 1:
        return value
    return value[0] if value and value[0] != {} else None


def _lowered(value: Tree) -> Tree:
    if isinstance(value, list):
        return [_lowered(each) for each in value]
    if isinstance(value, dict):
        return {key.lower(): _lowered(each) for key, each in value.items()}
    return value


def _kind(value: Tree) -> str:
    if value is None:
        return "null"
    return {str: "text", list: "a list", bool: "true or false"}.get(type(value), "a number")
