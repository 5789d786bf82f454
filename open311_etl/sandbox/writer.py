"""Write answers in the dialect and envelope of a character; a plain one just joins texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from open311_etl.sandbox import envelope, wording
from open311_etl.sandbox.answer import Answer
from open311_etl.sandbox.character import Character
from open311_etl.sandbox.dialect import Scene, document_steps, steps
from open311_etl.sandbox.entry import Entry
from open311_etl.sandbox.filters import wants_extensions
from open311_etl.sandbox.place import Place
from open311_etl.sandbox.question import Call
from open311_etl.sandbox.render import PLAIN
from open311_etl.sandbox.services import Service

_FIRST_CODE = 1_001
_REQUESTS = "service_requests"


class Writer:
    """Writes what one place says in the ways of one character."""

    def __init__(self, place: Place, character: Character) -> None:
        self._place, self._ways = place, character
        self._steps, self._all = steps(character), document_steps(character)
        self._plain_json = not (self._steps or self._all)
        self._plain_xml = self._plain_json and (
            envelope.style(character) == PLAIN and character.xml_item == "request"
        )
        self._codes: dict[str, int] = {}
        if character.codes == "number":
            codes = sorted(service.code for service in place.services)
            self._codes = {code: number for number, code in enumerate(codes, _FIRST_CODE)}

    def requests(self, call: Call, entries: Sequence[Entry], *, single: bool = False) -> Answer:
        """Write entries as a list of requests, or the single one that was asked for."""
        extensions = wants_extensions(call, self._ways)
        if call.format == "xml" and self._plain_xml:
            parts = [entry.xml(extensions=extensions) for entry in entries]
        elif call.format == "json" and self._plain_json:
            parts = [entry.json(extensions=extensions) for entry in entries]
        else:
            place = self._place
            scene = Scene(place.clock.seconds, place.zone, extensions, self._codes)
            parts = [self._part(call, "request", self._worded(each, scene)) for each in entries]
        if single and self._ways.single == "object" and call.format == "json":
            return envelope.answer("json", parts[0], self._ways)
        return envelope.pack(call.format, _REQUESTS, parts, self._ways)

    def services(self, call: Call, services: Sequence[Service]) -> Answer:
        """Write the list of services."""
        parts = []
        for service in services:
            entry = envelope.loosen(service.entry(), self._ways)
            entry["service_code"] = self._codes.get(service.code, service.code)
            parts.append(self._part(call, "service", entry))
        return envelope.pack(call.format, "services", parts, self._ways)

    def definition(self, call: Call, service: Service) -> Answer:
        """Write a service definition, in a list where that is the server's way."""
        content = service.definition()
        content["service_code"] = self._codes.get(service.code, service.code)
        if self._ways.definitions == "list" and call.format == "json":
            part = self._part(call, "service_definition", content)
            return envelope.pack(call.format, "service_definitions", [part], self._ways)
        return self._document(call, "service_definition", content)

    def token(self, call: Call, content: dict[str, Any]) -> Answer:
        """Write what is known of a token."""
        if self._ways.ids == "number" and "service_request_id" in content:
            content["service_request_id"] = wording.number(content["service_request_id"])
        return envelope.pack(
            call.format, _REQUESTS, [self._part(call, "request", content)], self._ways
        )

    def discovery(self, call: Call, document: Mapping[str, Any]) -> Answer:
        """Write the discovery document."""
        if self._ways.discovery == "object":
            endpoints = {each["type"]: each for each in document["endpoints"]}
            document = {**document, "endpoints": endpoints}
        return self._document(call, "discovery", dict(document))

    def inward(self, call: Call) -> Call:
        """Translate the ids and codes of a call back into the city's own."""
        ref, params = call.ref, dict(call.params)
        if self._codes:
            own = {str(number): code for code, number in self._codes.items()}
            ref = own.get(ref, ref) if call.name == "services" else ref
            if "service_code" in params:
                asked = params["service_code"].split(",")
                params["service_code"] = ",".join(own.get(each, each) for each in asked)
        if self._ways.ids == "number":
            ref = self._own_id(ref) if call.name == "requests" else ref
            if "service_request_id" in params:
                ids = params["service_request_id"].split(",")
                params["service_request_id"] = ",".join(map(self._own_id, ids))
        return replace(call, ref=ref, params=params)

    def _own_id(self, number: str) -> str:
        known = f"SR{number[:2]}-{number[2:]}"
        return known if self._place.by_id(known, self._place.clock.seconds) else number

    def _worded(self, entry: Entry, scene: Scene) -> Any:
        record = entry.record(extensions=scene.extensions)
        for step in self._steps:
            record = step(record, scene)
        return record

    def _part(self, call: Call, item: str, content: Any) -> bytes:
        for step in self._all:
            content = step(content)
        return envelope.part(call.format, item, content, self._ways)

    def _document(self, call: Call, name: str, content: Any) -> Answer:
        for step in self._all:
            content = step(content)
        return envelope.bare(call.format, name, content, self._ways)
