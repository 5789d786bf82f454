"""GeoReport XML: a record or a document as elements, the way the specification's samples look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def element(name: str, value: Any) -> bytes:
    """Write a value as an element: mappings and lists as children, nothing as an empty element."""
    return etree.tostring(_build(name, value), encoding="utf-8")


def document(name: str, items: Sequence[bytes] | Mapping[str, Any]) -> bytes:
    """Write a document around elements that are written already, or of a mapping."""
    if isinstance(items, Mapping):
        return DECLARATION + element(name, items)
    tag = name.encode()
    return b"".join((DECLARATION, b"<", tag, b">", *items, b"</", tag, b">"))


def _build(name: str, value: Any) -> etree._Element:
    made = etree.Element(name)
    _fill(made, value)
    return made


def _fill(parent: etree._Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _fill(etree.SubElement(parent, key), each)
    elif isinstance(value, (list, tuple)):
        item = _ITEMS.get(str(parent.tag), "item")
        for each in value:
            _fill(etree.SubElement(parent, item), each)
    elif value is not None:
        parent.text = _ILLEGAL.sub("", _written(value))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
