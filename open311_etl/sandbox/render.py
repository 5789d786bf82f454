"""GeoReport XML: a record or a document as elements, the way the specification's samples look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "notes": "note",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_XSI}}}nil"
_SPACES = {"m": "http://springfield.example/georeport", "xsi": _XSI}
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Style:
    """How elements look: with namespaces and prefixes, ``xsi:nil`` for nothing, typed roots."""

    namespaces: bool = False
    nil: bool = False
    types: bool = False


PLAIN = Style()


def element(name: str, value: Any, style: Style = PLAIN) -> bytes:
    """Write a value as an element: mappings and lists as children, nothing as an empty element."""
    made = etree.Element(_tag(name, style), nsmap=_SPACES if style.namespaces else None)
    _fill(made, name, value, style)
    return etree.tostring(made, encoding="utf-8")


def document(
    name: str, content: Sequence[bytes] | Mapping[str, Any], style: Style = PLAIN
) -> bytes:
    """Write a document around elements that are written already, or of a mapping."""
    if isinstance(content, Mapping):
        return DECLARATION + element(name, content, style)
    around = etree.Element(_tag(name, style), nsmap=_SPACES if style.namespaces else None)
    if style.types:
        around.set("type", "array")
    around.text = "|"
    head, _, tail = etree.tostring(around, encoding="utf-8").partition(b"|")
    return b"".join((DECLARATION, head, *content, tail))


def _tag(name: str, style: Style) -> str:
    return f"{{{_SPACES['m']}}}{name}" if style.namespaces else name


def _fill(parent: etree._Element, name: str, value: Any, style: Style) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _fill(etree.SubElement(parent, _tag(key, style)), key, each, style)
    elif isinstance(value, (list, tuple)):
        item = _ITEMS.get(name, "item")
        for each in value:
            _fill(etree.SubElement(parent, _tag(item, style)), item, each, style)
    elif value not in (None, ""):
        parent.text = _ILLEGAL.sub("", _written(value))
    elif style.nil:
        parent.set(_NIL, "true")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
