"""The life of one request, and its entry and record at each moment of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from open311_etl.sandbox.clock import text
from open311_etl.sandbox.entry import Record, to_json, write_xml
from open311_etl.sandbox.facts import draw_facts
from open311_etl.sandbox.plan import ACTIVITY, CLOSED, OPENED, REOPENED, STATUS, SUBMITTED
from open311_etl.sandbox.services import Service

_ENDINGS = (
    "Completed",
    "Completed - crew visited the site",
    "Closed - no action needed",
    "Closed - could not be found",
    "Closed - referred to the owner",
)
_SUMMARIES = {
    OPENED: "Request opened",
    ACTIVITY: "Crew assigned",
    CLOSED: "Request closed",
    REOPENED: "Request reopened",
}
_REMARKED = (ACTIVITY, CLOSED)


@dataclass(slots=True, eq=False)
class Life:
    """All that ever happens to one request, of which a list shows the part up to now.

    ``times`` and ``kinds`` are its events; after each of them it is in another state, numbered from
    0. ``visible`` is when lists begin to show it, ``gone`` when the server forgets it, if it does.
    ``given`` holds the facts of a posted request; those of a seeded one are drawn.
    """

    seed: int
    number: int
    id: str
    token: str | None
    service: Service
    times: tuple[int, ...]
    kinds: tuple[str, ...]
    visible: int
    duplicate: bool = False
    parent: str | None = None
    gone: int | None = None
    given: Mapping[str, Any] | None = None
    _entries: dict[int, LivedEntry] | None = None

    @property
    def requested(self) -> int:
        """When it was made: its ``requested_datetime``."""
        return self.times[0]

    @property
    def opened(self) -> int:
        """When it gets its id."""
        return self.times[self.kinds[0] == SUBMITTED]

    def state(self, at: int) -> int:
        """Give the number of the state it is in at a moment, -1 before it was made."""
        return bisect_right(self.times, at) - 1

    def entry(self, at: int) -> LivedEntry | None:
        """Give its entry at a moment, ``None`` before it was made or after it is gone."""
        state = self.state(at)
        if state < 0 or (self.gone is not None and self.gone <= at):
            return None
        if self._entries is None:
            self._entries = {}
        entry = self._entries.get(state)
        if entry is None:
            entry = self._entries[state] = self._enter(state)
        return entry

    def next_change(self, at: int) -> int | None:
        """Give the next moment at which lists show it otherwise than now."""
        state = bisect_right(self.times, at)
        change = self.times[state] if state < len(self.times) else None
        if self.visible > at:
            change = self.visible
        if self.gone is not None and self.gone > at:
            change = self.gone if change is None else min(change, self.gone)
        return change

    def states(self, *, extensions: bool = True) -> list[tuple[datetime, Record]]:
        """Give its whole life: each moment at which it changes, and its record from then on."""
        return [
            (datetime.fromtimestamp(when, UTC), self.record(state, extensions=extensions))
            for state, when in enumerate(self.times)
        ]

    def record(self, state: int, *, extensions: bool) -> Record:
        """Give its record in one of its states."""
        facts = self.given or draw_facts(self.seed, self.number)
        return _write_record(self, state, facts, extensions=extensions)

    def insert(self, at: int, kind: str) -> None:
        """Let something happen to it that was not planned; later plans stand."""
        state = bisect_right(self.times, at)
        self.times = (*self.times[:state], at, *self.times[state:])
        self.kinds = (*self.kinds[:state], kind, *self.kinds[state:])
        self._entries = None

    def _enter(self, state: int) -> LivedEntry:
        kind = self.kinds[state]
        request_id = None if kind == SUBMITTED else self.id
        return LivedEntry(
            request_id,
            self.token,
            self.service.code,
            STATUS[kind],
            self.times[0],
            self.times[state],
            self,
            state,
        )


@dataclass(slots=True, eq=False)
class LivedEntry:
    """An entry of a request whose life is known; its texts are written once and kept."""

    id: str | None
    token: str | None
    code: str
    status: str
    requested: int
    updated: int
    life: Life
    state: int
    _plain: bytes | None = None
    _extended: bytes | None = None
    _xml: dict[bool, bytes] | None = None

    def record(self, *, extensions: bool) -> Record:
        return self.life.record(self.state, extensions=extensions)

    def json(self, *, extensions: bool) -> bytes:
        if extensions:
            if self._extended is None:
                self._extended = to_json(self.record(extensions=True))
            return self._extended
        if self._plain is None:
            self._plain = to_json(self.record(extensions=False))
        return self._plain

    def xml(self, *, extensions: bool) -> bytes:
        if self._xml is None:
            self._xml = {}
        if extensions not in self._xml:
            self._xml[extensions] = write_xml(self.record(extensions=extensions))
        return self._xml[extensions]


def _write_record(life: Life, state: int, facts: Mapping[str, Any], *, extensions: bool) -> Record:
    """Write the record of a state, keys in Chicago's order.

    While it is pending there is no id, no agency and no ``extended_attributes`` (Q-EXT-5).
    """
    kind, service = life.kinds[state], life.service
    pending = kind == SUBMITTED
    record: Record = {} if pending else {"service_request_id": life.id}
    if life.token:
        record["token"] = life.token
    record["status"] = STATUS[kind]
    if kind in _REMARKED:
        record["status_notes"] = _remark(life, kind)
    record["service_name"], record["service_code"] = service.name, service.code
    if facts["description"]:
        record["description"] = facts["description"]
    if not pending:
        record["agency_responsible"] = service.group
    record["requested_datetime"] = text(life.times[0])
    record["updated_datetime"] = text(life.times[state])
    if service.promised and not pending:
        record["expected_datetime"] = text(life.times[0] + int(service.hours * 7_200))
    record["address"] = facts["address"]
    if facts["address_id"]:
        record["address_id"] = facts["address_id"]
    if not pending:
        record["zipcode"] = facts["zipcode"]
    record["lat"], record["long"] = facts["lat"], facts["long"]
    record["media_url"] = facts["media_url"]
    if extensions:
        _extend(record, life, state, facts)
    return record


def _remark(life: Life, kind: str) -> str:
    if kind == ACTIVITY:
        return "A crew has been assigned"
    if life.duplicate:
        return f"Closed - duplicate of {life.parent}" if life.parent else "Closed - duplicate"
    return _ENDINGS[life.number * 7 % len(_ENDINGS)]


def _extend(record: Record, life: Life, state: int, facts: Mapping[str, Any]) -> None:
    kinds = life.kinds[: state + 1]
    record["notes"] = [
        _note(life, kind, text(when), facts) for kind, when in zip(kinds, life.times, strict=False)
    ]
    if kinds[-1] == SUBMITTED:
        return
    extended: dict[str, object] = {
        "channel": facts["channel"].lower(),
        "ward": facts["ward"],
        "police_district": facts["police_district"],
    }
    if life.duplicate and CLOSED in kinds:
        extended["duplicate"] = True
        if life.parent:
            extended["parent_service_request_id"] = life.parent
    record["extended_attributes"] = extended
    if facts.get("attributes"):
        record["attributes"] = facts["attributes"]


def _note(life: Life, kind: str, when: str, facts: Mapping[str, Any]) -> dict[str, str]:
    if kind == SUBMITTED:
        summary = f"Request submitted via {facts['channel']}"
        return {"datetime": when, "summary": summary, "type": SUBMITTED}
    typed = OPENED if kind == REOPENED else kind
    note = {"datetime": when, "summary": _SUMMARIES[kind], "type": typed}
    if kind in _REMARKED:
        note["description"] = _remark(life, kind)
    return note
