"""Lists of services and their definitions, as the specification has them (Q-SVC-3 to -7)."""

from __future__ import annotations

import json
import math
import re

from msgspec import Raw

from open311_etl.decode.envelope import entries, fault_in, says_missing
from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, listed, scalar, squash, truth
from open311_etl.errors import BadBody

_TEXTS = ("service_code", "service_name", "description", "type", "group")
_SERVICE = frozenset(squash(name) for name in (*_TEXTS, "metadata", "keywords"))
_NOTHING: tuple[Tree, ...] = (None, "", [], {})
_MARKS = frozenset({"servicecode", "servicename"})


def services(body: bytes) -> list[dict[str, object]]:
    """Give the services of a list in any dialect, in the server's order.

    Each is ``{service_code: str, service_name, description, type, group: str | None, metadata: bool
    | None, keywords: list[str], extra: dict}``; entries without a code are no services and are left
    out. Raises BadBody where the body is no list of services.
    """
    found = entries(parse(body), "services", _MARKS)
    given = [_service(each) for each in found if isinstance(each, dict)]
    return [each for each in given if each["service_code"] is not None]


def definition(body: bytes) -> dict[str, object] | None:
    """Give a service definition, ``None`` where the server says it has none (Q-ERR-4).

    It is ``{service_code: str | None, attributes: [...]}``, and each attribute ``{variable,
    required: bool | None, code, datatype, datatype_description, description: str | None,
    order: int | None, values: [{key, name}]}``. Raises BadBody where the body is something else.
    """
    found = parse(body)
    if says_missing(found) or (opened := _opened(found)) in _NOTHING:
        return None
    if said := fault_in(found):
        raise BadBody(f"an error instead of a service definition: {said}")
    keys = folded(opened)
    if not {"servicecode", "attributes", "attribute"} & keys.keys() or "status" in keys:
        raise BadBody("no service definition in it")
    given = listed(keys.get("attributes", keys.get("attribute")), "attribute")
    attributes = [_attribute(folded(each)) for each in given if isinstance(each, dict)]
    return {"service_code": scalar(keys.get("servicecode")), "attributes": attributes}


def _opened(value: Tree) -> Tree:
    """Open what a definition may be wrapped in: a list, its name, or both (Q-SVC-7)."""
    for _ in range(4):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        for name in ("servicedefinition", "servicedefinitions"):
            value = folded(value).get(name, value)
    return value


def _service(entry: dict[str, Tree]) -> dict[str, object]:
    keys = folded(entry)
    others = {key.lower(): each for key, each in entry.items() if squash(key) not in _SERVICE}
    return {
        **{name: scalar(keys.get(squash(name))) for name in _TEXTS},
        "metadata": truth(keys.get("metadata")),
        "keywords": _keywords(keys.get("keywords")),
        "extra": {key: _python(each) for key, each in others.items() if each not in _NOTHING},
    }


def _keywords(value: Tree) -> list[str]:
    said = [scalar(each) or "" for each in listed(value, "keyword")]
    return [word.strip() for each in said for word in re.split("[,;]", each) if word.strip()]


def _attribute(keys: dict[str, Tree]) -> dict[str, object]:
    order = scalar(keys.get("order")) or ""
    values = (_value(each) for each in listed(keys.get("values"), "value"))
    return {
        "variable": truth(keys.get("variable")),
        "code": scalar(keys.get("code")),
        "datatype": scalar(keys.get("datatype", keys.get("datetype"))),  # Q-FLD-2
        "required": truth(keys.get("required")),
        "datatype_description": scalar(keys.get("datatypedescription")),
        "order": int(order) if re.fullmatch(r"-?\d{1,9}", order) else None,
        "description": scalar(keys.get("description")),
        "values": [value for value in values if value],
    }


def _value(entry: Tree) -> dict[str, str | None] | None:
    """Give a value's key and name, each standing in for the other; a number alone is none."""
    keys = folded(entry)
    said = scalar(entry) if isinstance(entry, str) else None
    key, name = scalar(keys.get("key")), scalar(keys.get("name"))
    both = {"key": key or name or said, "name": name or key or said}
    return both if both["key"] else None


def _python(value: Tree) -> object:
    """Give a value as Python's own, numbers that Python cannot hold as text."""
    if isinstance(value, dict):
        return {key: _python(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_python(each) for each in value]
    if not isinstance(value, Raw):
        return value
    written = bytes(value).decode()
    try:
        number = json.loads(written)
    except ValueError:
        return written
    return number if math.isfinite(number) else written
