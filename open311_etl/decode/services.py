"""Lists of services and their definitions, as the specification has them (Q-SVC-3 to -7)."""

from __future__ import annotations

import re

from open311_etl.decode.envelope import entries, fault_in
from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, scalar, squash, truth
from open311_etl.errors import BadBody

_SERVICE = {
    squash(name): name
    for name in (
        ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
    )
}


def services(body: bytes) -> list[dict[str, object]]:
    """Give the services of a list in any dialect, in the server's order.

    Each is ``{service_code, service_name, description, type, group: str | None, metadata: bool |
    None, keywords: list[str], extra: dict}``; entries without a code are no services and left out.
    Raises BadBody where the body is no list of services.
    """
    found = [_service(each) for each in entries(parse(body), "services") if isinstance(each, dict)]
    return [each for each in found if each["service_code"] is not None]


def definition(body: bytes) -> dict[str, object] | None:
    """Give a service definition, ``None`` where the server has none for the code (Q-ERR-4).

    It is ``{service_code: str | None, attributes: [...]}``, and each attribute ``{variable,
    required: bool | None, code, datatype, datatype_description, description: str | None,
    order: int | None, values: [{key, name}]}``.
    Raises BadBody where the body is neither a definition nor an error.
    """
    found = parse(body)
    if fault_in(found):
        return None
    for _ in range(4):
        while isinstance(found, list) and len(found) == 1:
            found = found[0]
        if not isinstance(found, dict):
            break
        keys = folded(found)
        inner = keys.get("servicedefinition", keys.get("servicedefinitions"))
        if inner is None:
            break
        found = inner
    if found is None or found in ([], {}):
        return None
    if not isinstance(found, dict) or not {"servicecode", "attributes"} & folded(found).keys():
        raise BadBody("JSON or XML, but not a service definition")
    keys = folded(found)
    given = _listed(keys.get("attributes", keys.get("attribute")), "attribute")
    attributes = [_attribute(each) for each in given if isinstance(each, dict)]
    return {"service_code": scalar(keys.get("servicecode")), "attributes": attributes}


def _service(entry: dict[str, Tree]) -> dict[str, object]:
    known = {_SERVICE[squash(key)]: each for key, each in entry.items() if squash(key) in _SERVICE}
    extra = {
        key.lower(): _plain(each) for key, each in entry.items() if squash(key) not in _SERVICE
    }
    texts = ("service_code", "service_name", "description", "type", "group")
    return {
        **{name: scalar(known.get(name)) for name in texts},
        "metadata": truth(known.get("metadata")),
        "keywords": _keywords(known.get("keywords")),
        "extra": {key: each for key, each in extra.items() if each not in (None, "", [], {})},
    }


def _keywords(value: Tree) -> list[str]:
    said = [scalar(each) or "" for each in _listed(value, "keyword")]
    return [word.strip() for each in said for word in re.split(r"[,;]", each) if word.strip()]


def _attribute(entry: dict[str, Tree]) -> dict[str, object]:
    keys = folded(entry)
    order = scalar(keys.get("order")) or ""
    return {
        "variable": truth(keys.get("variable")),
        "code": scalar(keys.get("code")),
        "datatype": scalar(keys.get("datatype", keys.get("datetype"))),  # Q-FLD-2
        "required": truth(keys.get("required")),
        "datatype_description": scalar(keys.get("datatypedescription")),
        "order": int(order) if order.lstrip("-").isdecimal() else None,
        "description": scalar(keys.get("description")),
        "values": [pair for each in _listed(keys.get("values"), "value") if (pair := _value(each))],
    }


def _value(entry: Tree) -> dict[str, str | None] | None:
    """Give a value's key and name, each standing in for the other; a number alone is none."""
    if not isinstance(entry, dict):
        said = scalar(entry)
        return {"key": said, "name": said} if said else None
    keys = folded(entry)
    key, name = scalar(keys.get("key")), scalar(keys.get("name"))
    return {"key": key or name, "name": name or key} if key or name else None


def _listed(value: Tree, item: str) -> list[Tree]:
    """Give a list, whether it came bare, under the name of its items, or as a single one."""
    if isinstance(value, list):
        boxed = len(value) == 1 and isinstance(value[0], dict) and set(value[0]) == {item}
        return _listed(value[0], item) if boxed else value
    if isinstance(value, dict):
        return _listed(value[item], item) if set(value) == {item} else [value]
    return [value] if isinstance(value, str) else []


def _plain(value: Tree) -> object:
    """Give a value as Python's own: numbers as text, the rest as it is."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool) else scalar(value)
