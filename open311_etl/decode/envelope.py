"""What is around the records: the wrapper of a list, and the answer that is an error instead."""

from __future__ import annotations

from typing import NamedTuple

from open311_etl.body import one_line
from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, scalar, truth
from open311_etl.errors import BadBody

_MARKS = frozenset(
    {
        *("servicerequestid", "servicecode", "servicename"),
        *("requesteddatetime", "updateddatetime"),
    }
)
_WRAPPERS = (
    *("servicerequests", "requests", "servicerequest", "request"),
    *("services", "service", "servicelist"),
    *("data", "results", "items", "records", "content"),
)
_ERRORS = ("errors", "error", "fault", "exception")
_MESSAGES = ("description", "message", "faultstring", "errormessage", "detail")
_FAULT_KEYS = frozenset(
    {
        *(*_ERRORS, *_MESSAGES, "code", "faultcode", "errorcode"),
        *("status", "success", "type", "title", "documentationurl"),
    }
)
_STATES = frozenset({"open", "closed", "submitted"})
_NESTED = 8


class _Fault(NamedTuple):
    code: str | None
    said: str


def fault(body: bytes) -> str | None:
    """Give the description in an error body of GeoReport or of a vendor (Q-ERR-4, Q-ERR-5).

    Takes any bytes; gives at most 300 characters, ``None`` where the body is no error body or
    cannot be read. Raises nothing.
    """
    try:
        return fault_in(parse(body))
    except BadBody:
        return None


def fault_in(value: Tree) -> str | None:
    """Give the description of an error that a tree holds, in at most 300 characters."""
    found = _fault(value, _NESTED)
    return one_line(found.said, 300) or "no words" if found else None


def says_missing(value: Tree) -> bool:
    """Say whether a tree is an error of code 404, whatever the answer's own status (Q-ERR-4)."""
    found = _fault(value, _NESTED)
    return found is not None and found.code == "404"


def entries(value: Tree, what: str, keys: frozenset[str]) -> list[Tree]:
    """Open all wrappers down to the list (Q-FMT-1 to Q-FMT-3); a bare item is a list of one.

    ``what`` names the thing looked for in errors; ``keys`` are squashed names of which its objects
    have at least one. ``null``, ``{}`` and ``[{}]`` are empty lists. Raises BadBody where the tree
    is an error body or holds no such list.
    """
    for _ in range(_NESTED):
        if said := fault_in(value):
            raise BadBody(f"an error instead of {what}: {said}")
        inner = _inner(value, what)
        if inner is value:
            break
        value = inner
    if not isinstance(value, list):
        raise BadBody(f"wrapped too often to be a list of {what}")
    if value == [{}]:
        return []
    objects = [each for each in value if isinstance(each, dict)]
    if objects and all(keys.isdisjoint(folded(each)) for each in objects):
        raise BadBody(f"a list, but not of {what}{_has(objects[0])}")
    return value


def is_record(value: Tree) -> bool:
    """Say whether a tree is an object with a key that only records have."""
    return not _MARKS.isdisjoint(folded(value)) or "token" in folded(value)


def _inner(value: Tree, what: str) -> Tree:
    """Give what is one wrapper further in, or the value itself where there is no wrapper."""
    if value is None or value == {}:
        return []
    if isinstance(value, list):
        only = folded(value[0]) if len(value) == 1 else {}
        return value[0] if len(only) == 1 and only.keys() & set(_WRAPPERS) else value  # Q-FMT-5
    keys = folded(value)
    if not keys:
        raise BadBody(f"a single value instead of a list of {what}")
    if not _MARKS.isdisjoint(keys):
        return [value]
    for wrapper in _WRAPPERS:
        inner = keys.get(wrapper)
        if isinstance(inner, dict | list):
            return inner
        if wrapper in keys and scalar(inner) is None:
            return []
    return [value] if "token" in keys else _unnamed(keys, what)


def _unnamed(keys: dict[str, Tree], what: str) -> Tree:
    """Open a wrapper of unknown name: the only list, the only object, or numbered objects."""
    inner = {key: each for key, each in keys.items() if key not in _ERRORS}
    lists = [each for each in inner.values() if isinstance(each, list)]
    objects = [each for each in inner.values() if isinstance(each, dict)]
    if len(lists) == 1:
        return lists[0]
    if len(objects) == len(keys) and all(key.isdigit() for key in keys):
        return list(objects)  # an array with gaps, as PHP writes it
    if len(objects) == 1 and not lists:
        return objects[0]
    raise BadBody(f"no list of {what} in it{_has(keys)}")


def _has(entry: dict[str, Tree]) -> str:
    return f" (it has {one_line(', '.join(list(entry)[:5]), 100)})" if entry else ""


def _fault(value: Tree, levels: int) -> _Fault | None:
    if not levels:
        return None
    if isinstance(value, list):
        found = [_fault(each, levels - 1) for each in value[:5]]
        faults = [each for each in found if each]
        if not faults or len(faults) < len(found):
            return None
        return _Fault(faults[0].code, "; ".join(each.said for each in faults))
    keys = folded(value)
    if not keys or is_record(value) or (scalar(keys.get("status")) or "").lower() in _STATES:
        return None
    return _fault_inside(keys, levels) or _flat_fault(keys)


def _fault_inside(keys: dict[str, Tree], levels: int) -> _Fault | None:
    for key in _ERRORS:
        inner = keys.get(key)
        if found := _fault(inner, levels - 1):
            return found
        if truth(inner) is None and (said := scalar(inner)):
            return _Fault(_code(keys), said)
    (only, *more) = keys
    return None if more or only in _ERRORS else _fault(keys[only], levels - 1)


def _flat_fault(keys: dict[str, Tree]) -> _Fault | None:
    code = _code(keys)
    if not keys.keys() <= _FAULT_KEYS and not _is_refusal(code):
        return None
    messages = (message for key in _MESSAGES if (message := scalar(keys.get(key))))
    message = next(messages, f"code {code}" if code else None)
    return _Fault(code, message) if message else None


def _code(keys: dict[str, Tree]) -> str | None:
    status = scalar(keys.get("status"))
    code = scalar(keys.get("code")) or scalar(keys.get("errorcode"))
    return code or (status if _is_refusal(status) else None)


def _is_refusal(code: str | None) -> bool:
    """Say whether a code is one of HTTP's for errors, as in Q-ERR-4."""
    return code is not None and len(code) == 3 and code.isdecimal() and code[0] in "45"
