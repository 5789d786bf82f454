"""The seven calls of GeoReport v2 over one place, well-behaved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from open311_etl.sandbox.entry import Entry, to_json
from open311_etl.sandbox.place import Place
from open311_etl.sandbox.posting import read_post
from open311_etl.sandbox.question import Call, Refusal
from open311_etl.sandbox.render import document, element
from open311_etl.sandbox.services import Service

PAGE_SIZE, MOST = 50, 500
TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


@dataclass(slots=True)
class Answer:
    """What the server says: status, body, and headers beside Content-Length."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class GeoReport:
    """One environment: its place, and the key that its POST needs."""

    place: Place
    key: str

    def answer(self, call: Call, discovery: Mapping[str, Any]) -> Answer:
        """Answer a GET; refusals become GeoReport errors."""
        try:
            self._check_jurisdiction(call.params)
            match call.name, bool(call.ref):
                case "discovery", False:
                    answer = _document(call, "discovery", discovery)
                case "services", False:
                    entries = [service.entry() for service in self.place.services]
                    answer = _items(call, "services", "service", entries)
                case "services", True:
                    definition = self._service(call.ref).definition()
                    answer = _document(call, "service_definition", definition)
                case "requests", False:
                    answer = self.page(call, self.requests(call))
                case "requests", True:
                    answer = self.page(call, [self._request(call.ref)])
                case "tokens", True:
                    answer = self._token(call)
                case _:
                    raise Refusal(404, f"there is no call {call.name}")
        except Refusal as refusal:
            return error(call.format, refusal)
        return answer

    def create(self, call: Call, body: bytes) -> Answer:
        """Answer a POST of a request with its token."""
        try:
            form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=False)
            form = {**{name: [value] for name, value in call.params.items()}, **form}
            first = {name: values[0] for name, values in form.items()}
            self._check_jurisdiction(first)
            if first.get("api_key") != self.key:
                raise Refusal(403, "api_key is missing or wrong")
            if "service_code" not in first:
                raise Refusal(400, "service_code is required")
            service = self._service(first["service_code"])
            token = self.place.post(service, read_post(form, service))
            return _items(call, "service_requests", "request", [{"token": token}])
        except Refusal as refusal:
            return error(call.format, refusal)

    def requests(self, call: Call) -> list[Entry]:
        """Give the entries of one page of a list."""
        now = self.place.clock.seconds
        found = self.place.listing(now).choose(call.choice(now))
        number = max(call.number("page", 1), 1)
        size = min(max(call.number("page_size", PAGE_SIZE), 1), MOST)
        return found[(number - 1) * size : number * size]

    def page(self, call: Call, entries: Sequence[Entry]) -> Answer:
        """Write entries as a list of requests."""
        extensions = call.extensions
        if call.format == "xml":
            parts = [entry.xml(extensions=extensions) for entry in entries]
            return _answer(call, document("service_requests", parts))
        parts = [entry.json(extensions=extensions) for entry in entries]
        return _answer(call, b"".join((b"[", b",".join(parts), b"]")))

    def _request(self, request_id: str) -> Entry:
        entry = self.place.by_id(request_id, self.place.clock.seconds)
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
        return _items(call, "service_requests", "request", [{**found, "token": call.ref}])

    def _check_jurisdiction(self, params: Mapping[str, str]) -> None:
        given = params.get("jurisdiction_id")
        if given and given != self.place.jurisdiction_id:
            raise Refusal(404, f"jurisdiction_id {given} was not found")


def error(written: str, refusal: Refusal) -> Answer:
    """Write a refusal as a GeoReport error body."""
    body = [{"code": refusal.status, "description": refusal.description}]
    if written == "xml":
        text = document("errors", [element("error", body[0])])
    else:
        text, written = to_json(body), "json"
    return Answer(refusal.status, text, {"content-type": TYPES[written]})


def _items(call: Call, name: str, item: str, items: Sequence[Mapping[str, Any]]) -> Answer:
    if call.format == "xml":
        return _answer(call, document(name, [element(item, each) for each in items]))
    return _answer(call, to_json(items))


def _document(call: Call, name: str, content: Mapping[str, Any]) -> Answer:
    return _answer(call, document(name, content) if call.format == "xml" else to_json(content))


def _answer(call: Call, body: bytes) -> Answer:
    return Answer(200, body, {"content-type": TYPES[call.format]})
