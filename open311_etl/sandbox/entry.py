"""One entry of a list of requests, as it stands at one moment, written once and kept."""

from __future__ import annotations

from typing import Any

import msgspec

from open311_etl.sandbox.render import element

Record = dict[str, Any]
to_json = msgspec.json.Encoder().encode


class Entry:
    """One state of one request: the keys that lists are filtered by, and its texts.

    ``requested`` and ``updated`` are seconds since 1970; ``id`` is ``None`` while it is pending.
    """

    __slots__ = ("_json", "_xml", "code", "id", "requested", "status", "token", "updated")

    def __init__(
        self,
        id: str | None,
        token: str | None,
        code: str,
        status: str,
        requested: int,
        updated: int,
    ) -> None:
        self.id, self.token, self.code, self.status = id, token, code, status
        self.requested, self.updated = requested, updated
        self._json: list[bytes | None] = [None, None]
        self._xml: list[bytes | None] = [None, None]

    def record(self, *, extensions: bool) -> Record:
        """Give the record as the city knows it, with notes and attributes under extensions."""
        raise NotImplementedError

    def json(self, *, extensions: bool) -> bytes:
        """Give the record's JSON text."""
        text = self._json[extensions]
        if text is None:
            text = self._json[extensions] = to_json(self.record(extensions=extensions))
        return text

    def xml(self, *, extensions: bool) -> bytes:
        """Give the record's ``<request>`` element."""
        text = self._xml[extensions]
        if text is None:
            text = self._xml[extensions] = element("request", self.record(extensions=extensions))
        return text
