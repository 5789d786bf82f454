"""What is around the records: the wrapper of a list, and the answer that is an error instead."""

from __future__ import annotations

from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, scalar, squash
from open311_etl.errors import BadBody

_WRAPPERS = frozenset(
    {
        *("servicerequests", "servicerequest", "requests", "request"),
        *("services", "service", "servicelist"),
        *("data", "results", "items", "records", "content"),
    }
)
_MARKS = frozenset(
    {
        *("servicerequestid", "servicecode", "servicename", "token"),
        *("requesteddatetime", "updateddatetime"),
    }
)
_ERRORS = ("errors", "error", "fault", "exception")
_MESSAGES = ("description", "message", "faultstring", "errormessage", "detail")
_FAULT_KEYS = frozenset(
    (*_MESSAGES, "code", "faultcode", "errorcode", "status", "type", "title", "documentationurl")
)
_NESTED = 8


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
    said = _fault(value, _NESTED)
    return " ".join(said.split())[:300] if said else None


def entries(value: Tree, what: str) -> list[Tree]:
    """Open all wrappers down to the list (Q-FMT-1 to Q-FMT-3); a bare item is a list of one.

    ``what`` names the thing looked for in the error. ``null``, ``{}`` and ``[{}]`` are empty lists.
    Raises BadBody where the tree is an error body or holds no such list.
    """
    for _ in range(_NESTED):
        if said := fault_in(value):
            raise BadBody(f"an error instead of {what}: {said}")
        inner = _inner(value, what)
        if inner is value:
            break
        value = inner
    if not isinstance(value, list):
        raise BadBody(f"JSON or XML, but without a list of {what}")
    return [] if value == [{}] else value


def is_record(value: Tree) -> bool:
    """Say whether a tree is an object with a key that only records have."""
    return isinstance(value, dict) and not _MARKS.isdisjoint(map(squash, value))


def _inner(value: Tree, what: str) -> Tree:
    """Give what is one wrapper further in, or the value itself where there is no wrapper."""
    if value is None or value == {}:
        return []
    if isinstance(value, list):
        only = value[0] if len(value) == 1 else None
        wraps = isinstance(only, dict) and len(only) == 1 and not is_record(only)
        return _inner(only, what) if wraps and _wrapped(only) is not None else value
    if not isinstance(value, dict):
        raise BadBody(f"a single value instead of a list of {what}")
    wrapped = _wrapped(value)
    if wrapped is not None:
        return wrapped[0]
    if is_record(value):
        return [value]
    return _unnamed(value, what)


def _wrapped(value: Tree) -> tuple[Tree] | None:
    """Give what stands under a known wrapper's name, in a tuple because it may be null."""
    if not isinstance(value, dict):
        return None
    for key, inner in value.items():
        if squash(key) in _WRAPPERS and isinstance(inner, dict | list):
            return (inner,)
    for key, inner in value.items():
        if squash(key) in _WRAPPERS and scalar(inner) is None and not is_record(value):
            return (inner,)
    return None


def _unnamed(value: dict[str, Tree], what: str) -> Tree:
    lists = [inner for inner in value.values() if isinstance(inner, list)]
    if len(lists) == 1:
        return lists[0]
    objects = [inner for inner in value.values() if isinstance(inner, dict)]
    if len(objects) == len(value) and all(key.isdigit() for key in value):
        return list(objects)  # an array whose keys had gaps, as PHP writes it
    if len(objects) == 1 and not lists:
        return objects[0]
    keys = ", ".join(list(value)[:5])
    raise BadBody(f"JSON or XML, but without a list of {what} (it has: {keys[:100]})")


def _fault(value: Tree, levels: int) -> str | None:
    if isinstance(value, list):
        said = [_fault(each, levels - 1) for each in value[:5]] if levels else []
        return "; ".join(each for each in said if each) if said and all(said) else None
    if not isinstance(value, dict) or not levels or is_record(value):
        return None
    known = folded(value)
    for key in _ERRORS:
        inner = known.get(key)
        said_inside = _fault(inner, levels - 1) or scalar(inner)
        if said_inside:
            return said_inside
    if not known.keys() <= _FAULT_KEYS:
        return None
    for key in _MESSAGES:
        if message := scalar(known.get(key)):
            return message
    code = scalar(known.get("code")) or scalar(known.get("errorcode"))
    return f"code {code}" if code else None
