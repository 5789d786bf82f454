"""Read what servers really send: any body, in any dialect, as GeoReport records.

A healthy page (UTF-8 JSON, an array of objects, names as in the specification) is only looked at
for what paging needs; DuckDB reads it later from the landed file. Everything else (XML, wrapped
lists, upper case, other encodings, JSONP) is rewritten here into that form. A body that is no
GeoReport at all raises BadBody, which says what it is instead.
"""

from open311_etl.decode.answers import discovery, tokens
from open311_etl.decode.envelope import fault
from open311_etl.decode.personal import redact
from open311_etl.decode.records import Canonical, Entry, Look, Reject, canonical, look
from open311_etl.decode.services import definition, services

__all__ = [
    "Canonical",
    "Entry",
    "Look",
    "Reject",
    "canonical",
    "definition",
    "discovery",
    "fault",
    "look",
    "redact",
    "services",
    "tokens",
]
