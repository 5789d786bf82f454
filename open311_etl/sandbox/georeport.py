"""The seven calls of GeoReport v2 over one place, answered in the way of a character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import parse_qs

from open311_etl.sandbox.access import check_format, check_read, turned_away
from open311_etl.sandbox.answer import Answer, html
from open311_etl.sandbox.changes import happens, listed_services, seen_at
from open311_etl.sandbox.character import WELL_BEHAVED, Character
from open311_etl.sandbox.entry import Entry
from open311_etl.sandbox.envelope import error
from open311_etl.sandbox.filters import read_choice
from open311_etl.sandbox.paging import arrange, cut
from open311_etl.sandbox.place import Place
from open311_etl.sandbox.poison import poisoned_answer
from open311_etl.sandbox.posting import read_post
from open311_etl.sandbox.question import Call, Refusal
from open311_etl.sandbox.services import Service
from open311_etl.sandbox.wording import FRACTIONAL
from open311_etl.sandbox.writer import Writer


@dataclass(slots=True)
class GeoReport:
    """One environment: its place, the key that its POST needs, and its character."""

    place: Place
    key: str
    character: Character = WELL_BEHAVED
    _writer: Writer = field(init=False)
    _answers: int = 0
    _refreshes: int = 0

    def __post_init__(self) -> None:
        self._writer = Writer(self.place, self.character)

    def answer(self, call: Call, discovery: Mapping[str, Any]) -> Answer:
        """Answer a GET; refusals become errors."""
        try:
            check_format(call, self.character)
            check_read(call, self.key, self.character)
            turned = turned_away(call, self.place.jurisdiction_id, self.character)
            return turned or self._answer(self._writer.inward(call), discovery)
        except Refusal as refusal:
            return error(call.format, refusal, self.character)

    def create(self, call: Call, body: bytes) -> Answer:
        """Answer a POST of a request with its token."""
        try:
            check_format(call, self.character)
            form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=False)
            form = {**{name: [value] for name, value in call.params.items()}, **form}
            sent = replace(call, params={name: values[0] for name, values in form.items()})
            turned = turned_away(sent, self.place.jurisdiction_id, self.character)
            return turned or self._create(sent, form)
        except Refusal as refusal:
            return error(call.format, refusal, self.character)

    def _answer(self, call: Call, discovery: Mapping[str, Any]) -> Answer:
        match call.name, bool(call.ref):
            case "discovery", False:
                return self._discovery(call, discovery)
            case "services", False:
                self._refreshes += 1
                shown = listed_services(self.place.services, self._refreshes, self.character)
                return self._writer.services(call, shown)
            case "services", True:
                return self._writer.definition(call, self._service(call.ref))
            case "requests", False:
                return self._list(call)
            case "requests", True:
                return self._requests(call, [self._request(call.ref)], single=True)
            case "tokens", True:
                return self._token(call)
        raise Refusal(404, f"there is no call {call.name}")

    def _list(self, call: Call) -> Answer:
        self._answers += 1
        character, count = self.character, self._answers
        now = seen_at(self.place.clock.seconds, count, character)
        choice = read_choice(
            call,
            now,
            character,
            local=self.place.zone if character.times == "local-as-utc" else None,
            fractional=character.times in FRACTIONAL,
        )
        if character.unknown_code == "404":
            for code in choice.codes or ():
                self._service(code)
        shuffle = Random(f"{character.seed} {count}")
        found = arrange(self.place.listing(now), choice, character, shuffle)
        answer = self._requests(call, cut(found, call, character))
        if happens(character.drift_every, count):
            self.place.drift(character.drift, found)
        return answer

    def _requests(self, call: Call, entries: Sequence[Entry], *, single: bool = False) -> Answer:
        spoilt = poisoned_answer(entries, self.character, self.character.seed)
        return spoilt or self._writer.requests(call, entries, single=single)

    def _request(self, request_id: str) -> Entry:
        self._answers += 1
        now = seen_at(self.place.clock.seconds, self._answers, self.character)
        entry = self.place.by_id(request_id, now)
        if entry is None:
            raise Refusal(404, f"service_request_id {request_id} was not found")
        return entry

    def _service(self, code: str) -> Service:
        service = self.place.service(code)
        if service is None:
            raise Refusal(404, f"service_code {code} was not found")
        return service

    def _token(self, call: Call) -> Answer:
        entry = self.place.by_token(call.ref, self.place.clock.seconds)
        if entry is None:
            raise Refusal(404, f"token {call.ref} was not found")
        found = {"service_request_id": entry.id} if entry.id else {}
        return self._writer.token(call, {**found, "token": call.ref})

    def _discovery(self, call: Call, document: Mapping[str, Any]) -> Answer:
        if self.character.discovery == "html":
            return html(200, "Welcome to the city's portal")
        return self._writer.discovery(call, document)

    def _create(self, call: Call, form: Mapping[str, Sequence[str]]) -> Answer:
        if call.params.get("api_key") != self.key:
            raise Refusal(403, "api_key is missing or wrong")
        call = self._writer.inward(call)
        if "service_code" not in call.params:
            raise Refusal(400, "service_code is required")
        service = self._service(call.params["service_code"])
        token = self.place.post(service, read_post(form, service))
        return self._writer.token(call, {"token": token})
