"""The life of one request: when it is submitted, opened, worked on, closed, reopened."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import Any

from open311_etl.sandbox.clock import DAY, text
from open311_etl.sandbox.draws import draws, spread
from open311_etl.sandbox.entry import Entry, Record
from open311_etl.sandbox.places import place
from open311_etl.sandbox.services import Service

SUBMITTED, OPENED, ACTIVITY, CLOSED, REOPENED = (
    "submitted", "opened", "activity", "closed", "reopened",
)  # fmt: skip
_STATUS = {
    SUBMITTED: "submitted",
    OPENED: "open",
    ACTIVITY: "open",
    CLOSED: "closed",
    REOPENED: "open",
}
_CHANNELS = ("Phone", "Web", "Mobile Device", "Open311", "E-Mail", "Walk-In", "City Crew")
_CHANNEL_STEPS = (0.42, 0.62, 0.80, 0.90, 0.94, 0.96)
_SELF_SERVED = {"Web", "Mobile Device", "Open311"}
_ENDINGS = (
    "Completed",
    "Completed - crew visited the site",
    "Closed - no action needed",
    "Closed - could not be found",
    "Closed - referred to the owner",
)
_WORDS = (
    "Near the corner, for {days} days now.",
    "It is {days} weeks since I called \u2013 still not fixed; please hurry!",
    'The sign says "keep out" & nobody came.\r\nSecond line: {days} of them.',
    "Beside the caf\u00e9 with {days} tables | Side of street: left | Blocking: <yes>",
    "Asked {days} times this year",
)


class Life:
    """All that ever happens to one request, of which a list shows the part up to now.

    ``times`` and ``kinds`` are its events; after each of them it is in another state, numbered from
    0. ``visible`` is when lists begin to show it, ``gone`` when the server forgets it, if it does.
    """

    __slots__ = (
        "_entries", "duplicate", "gone", "id", "kinds", "number", "parent", "seed",
        "service", "times", "token", "visible",
    )  # fmt: skip

    def __init__(
        self,
        seed: int,
        number: int,
        id: str,
        token: str | None,
        service: Service,
        events: tuple[tuple[int, ...], tuple[str, ...]],
        visible: int,
        parent: str | None = None,
        *,
        duplicate: bool = False,
    ) -> None:
        self.seed, self.number, self.id, self.token = seed, number, id, token
        self.service, (self.times, self.kinds), self.visible = service, events, visible
        self.duplicate, self.parent = duplicate, parent
        self.gone: int | None = None
        self._entries: list[Entry | None] = [None] * len(self.times)

    @property
    def requested(self) -> int:
        return self.times[0]

    @property
    def opened(self) -> int:
        """When it gets its id."""
        return self.times[self.kinds[0] == SUBMITTED]

    def entry(self, at: int) -> Entry | None:
        """Give its entry at a moment, ``None`` before it was requested or after it is gone."""
        state = bisect_right(self.times, at) - 1
        if state < 0 or (self.gone is not None and self.gone <= at):
            return None
        return self._entries[state] or self._write(state)

    def next_change(self, at: int) -> int | None:
        """Give the next moment at which lists show it otherwise than now."""
        place = bisect_right(self.times, at)
        ahead = [when for when in (*self.times[place : place + 1], self.visible, self.gone or 0)]
        return min((when for when in ahead if when > at), default=None)

    def states(self, *, extensions: bool = True) -> list[tuple[datetime, Record]]:
        """Give its whole life: each moment at which it changes, and its record from then on."""
        return [
            (datetime.fromtimestamp(when, UTC), self.record(state, extensions=extensions))
            for state, when in enumerate(self.times)
        ]

    def insert(self, at: int, kind: str) -> None:
        """Let something happen to it now that was not planned; what was planned later still does."""
        state = bisect_right(self.times, at)
        self.times = (*self.times[:state], at, *self.times[state:])
        self.kinds = (*self.kinds[:state], kind, *self.kinds[state:])
        self._entries = [*self._entries[:state], *[None] * (len(self.times) - state)]

    def record(self, state: int, *, extensions: bool) -> Record:
        """Give the record in one of its states, keys in Chicago's order."""
        kind, facts = self.kinds[state], self.facts()
        pending = kind == SUBMITTED
        record: Record = {} if pending else {"service_request_id": self.id}
        if self.token:
            record["token"] = self.token
        record["status"] = _STATUS[kind]
        if kind in (ACTIVITY, CLOSED):
            record["status_notes"] = self._remark(kind)
        record["service_name"] = self.service.name
        record["service_code"] = self.service.code
        if facts["description"]:
            record["description"] = facts["description"]
        if not pending:
            record["agency_responsible"] = self.service.group
        record["requested_datetime"] = text(self.times[0])
        record["updated_datetime"] = text(self.times[state])
        if self.service.promised and not pending:
            record["expected_datetime"] = text(self.times[0] + int(self.service.hours * 7_200))
        record["address"] = facts["address"]
        if facts["address_id"]:
            record["address_id"] = facts["address_id"]
        if not pending:
            record["zipcode"] = facts["zipcode"]
        record["lat"], record["long"] = facts["lat"], facts["long"]
        record["media_url"] = facts["media_url"]
        if extensions:
            record["notes"] = self._notes(state, facts)
            if not pending:
                record["extended_attributes"] = self._extended(state, facts)
                if facts.get("attributes"):
                    record["attributes"] = facts["attributes"]
        return record

    def facts(self) -> dict[str, Any]:
        """Give what does not change in its life: where it is, how it came, what was said."""
        draw = draws(self.seed, self.number)
        found = place(draw[9], draw[10], draw[11])
        came = channel(draw[2])
        own = came in _SELF_SERVED
        words = _WORDS[int(draw[13] * 997) % len(_WORDS)].format(days=2 + int(draw[13] * 7))
        found["description"] = words if own and draw[13] < 0.7 else None
        found["address_id"] = str(100_000 + int(draw[14] * 900_000)) if draw[14] < 0.3 else None
        found["channel"] = came
        found["media_url"] = None
        if own and draw[12] > 0.75:
            found["media_url"] = f"https://media.springfield.example/photos/{self.number:08x}.jpg"
        if draw[12] < 0.04:
            found["lat"] = found["long"] = None
        return found

    def _write(self, state: int) -> Entry:
        pending = self.kinds[state] == SUBMITTED
        entry = LivedEntry(
            None if pending else self.id,
            self.token,
            self.service.code,
            _STATUS[self.kinds[state]],
            self.times[0],
            self.times[state],
        )
        entry.life, entry.state = self, state
        self._entries[state] = entry
        return entry

    def _remark(self, kind: str) -> str:
        if kind == ACTIVITY:
            return "A crew has been assigned"
        if self.duplicate:
            return f"Closed - duplicate of {self.parent}" if self.parent else "Closed - duplicate"
        return _ENDINGS[self.number * 7 % len(_ENDINGS)]

    def _notes(self, state: int, facts: dict[str, Any]) -> list[dict[str, str]]:
        summaries = {
            SUBMITTED: f"Request submitted via {facts['channel']}",
            OPENED: "Request opened",
            ACTIVITY: "Crew assigned",
            CLOSED: "Request closed",
            REOPENED: "Request reopened",
        }
        notes = []
        for when, kind in zip(self.times[: state + 1], self.kinds, strict=False):
            typed = OPENED if kind == REOPENED else kind
            note = {"datetime": text(when), "summary": summaries[kind], "type": typed}
            if kind in (ACTIVITY, CLOSED):
                note["description"] = self._remark(kind)
            notes.append(note)
        return notes

    def _extended(self, state: int, facts: dict[str, Any]) -> dict[str, object]:
        extended: dict[str, object] = {
            "channel": facts["channel"].lower(),
            "ward": facts["ward"],
            "police_district": facts["police_district"],
        }
        if self.duplicate and CLOSED in self.kinds[: state + 1]:
            extended["duplicate"] = True
            if self.parent:
                extended["parent_service_request_id"] = self.parent
        return extended


class LivedEntry(Entry):
    """An entry of a request whose life is known."""

    __slots__ = ("life", "state")
    life: Life
    state: int

    def record(self, *, extensions: bool) -> Record:
        return self.life.record(self.state, extensions=extensions)


class PostedLife(Life):
    """The life of a request that somebody posted: its facts are what was sent."""

    __slots__ = ("given",)
    given: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        return self.given


def channel(draw: float) -> str:
    """Give how a request came in."""
    return _CHANNELS[bisect_right(_CHANNEL_STEPS, draw)]


def plan(
    service: Service, at: int, draw: list[float], *, duplicate: bool, pending: int | None = None
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Draw the events of a life that begins ``at``, pending for so many seconds, if given.

    Web, mobile and Open311 requests are pending for minutes to hours first (Q-ID-1).
    """
    times, kinds = [at], []
    if pending is None and channel(draw[2]) in _SELF_SERVED:
        pending = 60 + int(1_500 * spread(draw[3]))
    if pending is not None:
        kinds.append(SUBMITTED)
        times.append(at + pending)
    kinds.append(OPENED)
    opened = times[-1]
    if draw[4] < service.never and not duplicate:
        ends = 0
    else:
        hours = min(service.hours, 20.0) if duplicate else service.hours
        ends = opened + 30 + int(hours * 3_600 * spread(draw[5]))
    if draw[6] < 0.35 and not duplicate:
        worked = (ends or opened + 30 * DAY) - opened
        times.append(opened + 15 + int(worked * 0.97 * draw[6] / 0.35))
        kinds.append(ACTIVITY)
    if ends:
        times.append(ends)
        kinds.append(CLOSED)
        if draw[15] < 0.04:
            again = ends + 3_600 + int(10 * DAY * draw[15] / 0.04)
            times += [again, again + int(service.hours * 3_600 * spread(draw[3])) + 600]
            kinds += [REOPENED, CLOSED]
    return tuple(times), tuple(kinds)
