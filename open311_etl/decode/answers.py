"""The small answers: discovery, tokens, and what a POST gives back."""

from __future__ import annotations

from open311_etl.decode.envelope import entries, fault_in
from open311_etl.decode.parse import parse
from open311_etl.decode.tree import Tree, folded, listed, scalar, squash
from open311_etl.errors import BadBody

_TOKEN = ("token", "service_request_id", "service_notice", "account_id")


def discovery(body: bytes) -> dict[str, object]:
    """Give a discovery document in any dialect; endpoints may be an array or an object (Q-ERR-11).

    It is ``{contact, key_service, changeset: str | None, endpoints: [{specification, url, type,
    changeset: str | None, formats: list[str]}]}``. Raises BadBody where it is none.
    """
    found = parse(body)
    if said := fault_in(found):
        raise BadBody(f"an error instead of a discovery document: {said}")
    inner = listed(found, "discovery")
    keys = folded(inner[0]) if len(inner) == 1 else {}
    if "endpoints" not in keys:
        raise BadBody("no discovery document in it")
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
    found = entries(parse(body), "tokens", frozenset({"token", "servicerequestid"}))
    objects = [folded(each) for each in found if isinstance(each, dict)]
    return [{name: scalar(keys.get(squash(name))) for name in _TOKEN} for keys in objects]


def _endpoints(value: Tree) -> list[dict[str, Tree]]:
    found = listed(value, "endpoint")
    if len(found) == 1 and "url" not in folded(found[0]):  # an object of endpoints by name
        found = list(folded(found[0]).values())
    return [folded(each) for each in found if isinstance(each, dict)]


def _endpoint(keys: dict[str, Tree]) -> dict[str, object]:
    formats = (scalar(each) for each in listed(keys.get("formats"), "format"))
    return {
        "specification": scalar(keys.get("specification")),
        "url": scalar(keys.get("url")),
        "type": scalar(keys.get("type")),
        "formats": [each for each in formats if each],
        "changeset": scalar(keys.get("changeset")),
    }
