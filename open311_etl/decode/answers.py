"""The small answers: discovery, tokens, and what a POST gives back."""

from __future__ import annotations

from open311_etl.decode.envelope import entries, fault_in
from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, scalar, squash
from open311_etl.errors import BadBody


def discovery(body: bytes) -> dict[str, object]:
    """Give a discovery document in any dialect; endpoints may be an array or an object (Q-ERR-11).

    It is ``{contact, key_service, changeset: str | None, endpoints: [{specification, url, type,
    changeset: str | None, formats: list[str]}]}``. Raises BadBody where it is none.
    """
    found = parse(body)
    if said := fault_in(found):
        raise BadBody(f"an error instead of a discovery document: {said}")
    keys = folded(found)
    if isinstance(inner := _opened(keys.get("discovery")), dict):
        keys = folded(inner)
    if "endpoints" not in keys:
        raise BadBody("JSON or XML, but not a discovery document")
    return {
        "contact": scalar(keys.get("contact")),
        "key_service": scalar(keys.get("keyservice")),
        "changeset": scalar(keys.get("changeset")),
        "endpoints": [_endpoint(each) for each in _endpoints(keys["endpoints"])],
    }


def tokens(body: bytes) -> list[dict[str, str | None]]:
    """Give the answers of a token query or of a POST (Q-ID-3).

    Each is ``{token, service_request_id, service_notice, account_id}``, all text or ``None``.
    Raises BadBody where the body is an error or no such list.
    """
    names = ("token", "service_request_id", "service_notice", "account_id")
    return [
        {name: scalar(folded(each).get(squash(name))) for name in names}
        for each in entries(parse(body), "tokens")
        if isinstance(each, dict)
    ]


def _endpoints(value: Tree) -> list[dict[str, Tree]]:
    value = _opened(value, "endpoint")
    if isinstance(value, dict):
        value = [value] if "url" in folded(value) else list(value.values())
    found = value if isinstance(value, list) else []
    return [folded(each) for each in found if isinstance(each, dict)]


def _endpoint(keys: dict[str, Tree]) -> dict[str, object]:
    formats = _opened(keys.get("formats"), "format")
    listed = formats if isinstance(formats, list) else [formats]
    return {
        "specification": scalar(keys.get("specification")),
        "url": scalar(keys.get("url")),
        "type": scalar(keys.get("type")),
        "formats": [said for each in listed if (said := scalar(each))],
        "changeset": scalar(keys.get("changeset")),
    }


def _opened(value: Tree, item: str = "") -> Tree:
    """Give what stands in a list of one or under the name of its items (Q-FMT-5)."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        inner = _opened(value[0], item)
        return inner if inner is not value[0] else value if item else inner
    if isinstance(value, dict) and item and set(value) == {item}:
        return value[item]
    return value
