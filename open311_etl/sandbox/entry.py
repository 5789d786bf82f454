"""One entry of a list of requests, as it stands at one moment, written once and kept."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from open311_etl.sandbox.render import element

Record = dict[str, Any]
to_json = msgspec.json.Encoder().encode


class Entry(Protocol):
    """One state of one request: the keys that lists are filtered by, and its texts.

    ``requested`` and ``updated`` are seconds since 1970; ``id`` is ``None`` while it is pending.
    """

    id: str | None
    token: str | None
    code: str
    status: str
    requested: int
    updated: int

    def record(self, *, extensions: bool) -> Record:
        """Give the record, with notes and attributes under extensions."""

    def json(self, *, extensions: bool) -> bytes:
        """Give the record's JSON text."""

    def xml(self, *, extensions: bool) -> bytes:
        """Give the record's ``<request>`` element."""


def write_xml(record: Record) -> bytes:
    """Write a record as a ``<request>`` element."""
    return element("request", record)
