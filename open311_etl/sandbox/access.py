"""Who may call and how: jurisdiction, keys for reading, formats, calls that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from open311_etl.sandbox.answer import Answer, html
from open311_etl.sandbox.question import Call, Refusal


@dataclass(frozen=True)
class Access:
    """The ways of letting in; by default all reads are open and jurisdiction_id is optional."""

    jurisdiction: Annotated[
        Literal["optional", "required", "html", "ignored"],
        "'html': without it a page of HTML comes with 200 (Q-ERR-1, Q-RATE-5)",
    ] = "optional"
    key_for_reads: Annotated[bool, "api_key is needed for reads, too (Q-RATE-4)"] = False
    key_header: Annotated[str, "header that may carry the key instead of api_key"] = ""
    formats: Annotated[Literal["both", "json", "xml"], "formats served (Q-FMT-4)"] = "both"
    by_id: Annotated[Literal["works", "missing"], "GET requests/ID is there"] = "works"
    tokens: Annotated[Literal["works", "missing"], "GET tokens/TOKEN is there"] = "works"
    discovery: Annotated[
        Literal["works", "object", "missing", "html"], "'object': endpoints is no list (Q-ERR-11)"
    ] = "works"
    definitions: Annotated[
        Literal["works", "list", "missing"],
        "service definitions come in a list, or never (Q-SVC-7)",
    ] = "works"


def turned_away(call: Call, jurisdiction_id: str, ways: Access) -> Answer | None:
    """Give the page of HTML that a call without jurisdiction_id gets; raises Refusal with 400 for a
    missing one where it is required, with 404 for a wrong one."""
    given = call.params.get("jurisdiction_id")
    if ways.jurisdiction == "ignored":
        return None
    if not given:
        if ways.jurisdiction == "html":
            return html(200, "ERROR: Missing jurisdiction_id")
        if ways.jurisdiction == "required":
            raise Refusal(400, "jurisdiction_id was not provided")
    elif given != jurisdiction_id:
        raise Refusal(404, f"jurisdiction_id {given} was not found")
    return None


def check_format(call: Call, ways: Access) -> None:
    """Raise Refusal for a format that is not served."""
    if ways.formats not in ("both", call.format):
        raise Refusal(404, f"only .{ways.formats} is served")


def check_read(call: Call, key: str, ways: Access) -> None:
    """Raise Refusal for a call that is not there, or a read without a needed key."""
    if ways.key_for_reads and call.params.get("api_key") != key:
        raise Refusal(403, "api_key is missing or wrong")
    missing = {
        ("requests", True): ways.by_id,
        ("tokens", True): ways.tokens,
        ("services", True): ways.definitions,
        ("discovery", False): ways.discovery,
    }
    if missing.get((call.name, bool(call.ref))) == "missing":
        raise Refusal(404, f"there is no call {call.name}")
