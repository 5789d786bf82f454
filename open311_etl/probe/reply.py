"""An answer to a question about requests, taken apart as far as a probe wants to know."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from open311_etl import decode
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceError, SourceRefused
from open311_etl.model import Page

ERROR_INSIDE = "an error with HTTP 200"


@dataclass(frozen=True, slots=True)
class Row:
    """One list entry. ``key`` tells it from others also where it has no id; times are as shown:
    those without an offset count as UTC; ``record`` has the specification's names."""

    key: str
    id: str | None
    requested: datetime | None
    updated: datetime | None
    code: str | None
    status: str | None
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """What came back: ``rows`` of a list, or the ``error``; ``asked`` are the parameters sent."""

    asked: Mapping[str, str]
    rows: tuple[Row, ...] = ()
    page: Page | None = None
    error: SourceError | None = None

    @property
    def keys(self) -> list[str]:
        return [row.key for row in self.rows]

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self.rows if row.id is not None]

    @property
    def kind(self) -> str:
        """Say in a few words what came back: rows, an empty list, or which error."""
        if self.error is None:
            return f"{len(self.rows)} rows" if self.rows else "an empty list"
        return kind(self.error)

    @property
    def said(self) -> str:
        """Give what the error says, without the source's name and without advice."""
        return said(self.error) if self.error else ""

    @property
    def words(self) -> str:
        """Say what came back, with the server's own words where it is an error."""
        quoted = re.search(r'\("(.*)"\)', self.said, re.DOTALL)
        inside = re.search(r"an error instead of [a-z ]+: (.*)", self.said, re.DOTALL)
        found = quoted or inside
        return f'{self.kind} "{found[1][:120]}"' if found else self.kind

    def same_as(self, other: Reply) -> bool:
        """Say whether two replies hold the same rows, but for a few that moved meanwhile."""
        mine, theirs = set(self.keys), set(other.keys)
        return bool(mine and theirs) and 2 * len(mine & theirs) >= max(len(mine), len(theirs))


def kind(error: SourceError) -> str:
    """Say in a few words what an error is."""
    if isinstance(error, BadBody):
        text = said(error)
        if "HTML" in text:
            return "a page of HTML with HTTP 200"
        return ERROR_INSIDE if "an error instead of" in text else "a body of no use"
    if error.status:
        return f"HTTP {error.status}"
    return {SourceDown: "no answer", SourceRefused: "a refusal", NotFound: "HTTP 404"}.get(
        type(error), "an error"
    )


def said(error: SourceError) -> str:
    """Give an error's words without the source's name in front and the advice behind."""
    text = re.sub(r"^source \S+: ", "", str(error))
    return text.rpartition("; ")[0] or text


def rows_of(page: Page) -> tuple[Row, ...]:
    """Read the entries of a list; raises BadBody as ``decode.canonical`` does."""
    try:
        records = msgspec.json.decode(decode.canonical(page.body).json)
    except BadBody as fault:
        raise BadBody(str(fault), status=page.status) from None
    return tuple(_row(record) for record in records)


def shown(text: object) -> datetime | None:
    """Read a time as it stands there; without an offset it counts as UTC."""
    try:
        when = datetime.fromisoformat(str(text).strip())
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def share(count: int, of: int) -> str:
    """Write a share for people: ``12 of 50``."""
    return f"{count:,} of {of:,}"


def common(texts: Sequence[str], most: int = 4) -> str:
    """List some names for people, the first ones and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _row(record: Mapping[str, Any]) -> Row:
    request_id, token = _text(record, "service_request_id"), _text(record, "token")
    requested = _text(record, "requested_datetime")
    updated = _text(record, "updated_datetime") or _text(record, "update_datetime")
    code, status = _text(record, "service_code"), _text(record, "status")
    return Row(
        key=request_id or token or f"{requested} {code} {record.get('lat')} {record.get('long')}",
        id=request_id,
        requested=shown(requested) if requested else None,
        updated=shown(updated) if updated else None,
        code=code,
        status=status.lower() if status else None,
        record=record,
    )


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return str(value).strip() or None if isinstance(value, str | int | float) else None
