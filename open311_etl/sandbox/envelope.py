"""What a server puts around its records: lists, wrappers, XML roots, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from open311_etl.sandbox.answer import HTML, JSON, TYPES, XML, Answer, html
from open311_etl.sandbox.entry import to_json
from open311_etl.sandbox.question import Refusal
from open311_etl.sandbox.render import Style, document, element


@dataclass(frozen=True)
class Envelope:
    """The ways of wrapping; by default the specification's."""

    wrapped: Annotated[bool, 'JSON in an object: {"service_requests": [...]} (Q-FMT-1)'] = False
    single: Annotated[Literal["list", "object"], "JSON of one request by its id (Q-FMT-2)"] = "list"
    errors: Annotated[
        Literal["list", "object", "message", "html", "200"],
        "form of errors; '200': {\"CODE\": 404} with status 200 (Q-ERR-2, 4, 5)",
    ] = "list"
    metadata: Annotated[Literal["boolean", "text"], "metadata of services (Q-SVC-4)"] = "boolean"
    keywords: Annotated[Literal["text", "list"], "keywords of services (Q-SVC-4)"] = "text"
    content_type: Annotated[
        Literal["right", "html", "xml", "none"], "Content-Type of JSON and XML (Q-FMT-8)"
    ] = "right"
    xml_root: Annotated[str, "root element of lists of requests in XML"] = "service_requests"
    xml_item: Annotated[str, "element of one request in XML"] = "request"
    xml_namespaces: Annotated[bool, "XML with namespaces and prefixes (Q-FMT-4)"] = False
    xml_nil: Annotated[bool, "nothing in XML is xsi:nil (Q-FLD-1)"] = False
    xml_types: Annotated[bool, 'XML roots say type="array" (Q-FMT-4)'] = False


def style(ways: Envelope) -> Style:
    """Give the way elements are written."""
    return Style(ways.xml_namespaces, ways.xml_nil, ways.xml_types)


def pack(written: str, name: str, parts: Sequence[bytes], ways: Envelope) -> Answer:
    """Put written members into a list; ``name`` is the specification's for it."""
    if written == "xml":
        root = ways.xml_root if name == "service_requests" else name
        return answer(written, document(root, parts, style(ways)), ways)
    body = b"".join((b"[", b",".join(parts), b"]"))
    return answer(written, _wrapped(name, body, ways), ways)


def part(written: str, item: str, content: Any, ways: Envelope) -> bytes:
    """Write one member of a list."""
    if written == "json":
        return to_json(content)
    name = ways.xml_item if item == "request" else item
    return element(name, content, style(ways))


def bare(written: str, name: str, content: Any, ways: Envelope) -> Answer:
    """Write a document that is no list."""
    if written == "xml":
        return answer(written, document(name, content, style(ways)), ways)
    return answer(written, _wrapped(name, to_json(content), ways), ways)


def answer(written: str, body: bytes, ways: Envelope) -> Answer:
    """Give a sound answer with its content type, right or not."""
    types = {"right": TYPES[written], "html": HTML, "xml": XML.replace("text", "application")}
    named = types.get(ways.content_type)
    return Answer(200, body, {"content-type": named} if named else {})


def error(written: str, refusal: Refusal, ways: Envelope) -> Answer:
    """Write a refusal as this server's error body."""
    said: Mapping[str, object] = {"code": refusal.status, "description": refusal.description}
    if ways.errors == "html":
        return html(refusal.status, refusal.description)
    if written == "xml":
        body = document("errors", [element("error", said)])
        return Answer(refusal.status, body, {"content-type": XML})
    forms: dict[str, object] = {
        "list": [said],
        "object": said,
        "message": {"message": refusal.description},
        "200": {"CODE": refusal.status, "DESCRIPTION": refusal.description},
    }
    status = 200 if ways.errors == "200" else refusal.status
    return Answer(status, to_json(forms[ways.errors]), {"content-type": JSON})


def loosen(service: dict[str, Any], ways: Envelope) -> dict[str, Any]:
    """Give a service's entry with this server's types."""
    if ways.metadata == "text":
        service["metadata"] = str(service["metadata"]).lower()
    if ways.keywords == "list":
        service["keywords"] = [part for part in service["keywords"].split(",") if part]
    return service


def _wrapped(name: str, body: bytes, ways: Envelope) -> bytes:
    return b"".join((b'{"', name.encode(), b'":', body, b"}")) if ways.wrapped else body
