"""What the rows themselves show, without a further request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from open311_etl.config import PERSONAL_FIELDS
from open311_etl.probe.reply import common, share
from open311_etl.probe.study import Study

STANDARD = frozenset(
    (
        *("service_request_id", "token", "status", "status_notes", "service_name", "service_code"),
        *("description", "agency_responsible", "service_notice"),
        *("requested_datetime", "updated_datetime", "expected_datetime"),
        *("address", "address_id", "zipcode", "lat", "long", "media_url"),
        *("notes", "attributes", "extended_attributes"),
    )
)
"""The names that the specification and its extensions have."""

ALIASES = {
    "address_string": "address",
    "status_note": "status_notes",
    "zip_code": "zipcode",
    "adress_id": "address_id",
    "update_datetime": "updated_datetime",
    "lon": "long",
}
"""Other names that the load knows (Q-FLD-2)."""

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_WRAPPER = re.compile(rb'\s*\{\s*"([^"]{1,60})"\s*:')
_KEY = re.compile(rb'"([A-Za-z_]{2,60})"\s*:\s*(\[?)')
_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)([^>]*)>\s*(?:<(?:[\w.-]+:)?([\w.-]+))?")


def look(study: Study) -> None:
    """Tell envelope, names, ids, pending entries and personal data from what has come."""
    rows = study.rows
    if not rows or study.first.page is None:
        for name in ("envelope", "names", "ids", "pending", "personal data"):
            study.unknown(name, "no requests were found")
        return
    _envelope(study, study.first.page.body)
    _names(study, study.first.page.body)
    _ids(study)
    nameless = sum(row.id is None for row in rows)
    study.tell(
        "pending",
        "some entries have no id" if nameless else "none seen",
        f"{share(nameless, len(rows))} entries without service_request_id",
    )
    _personal(study)


def shape(request_id: str) -> str:
    """Give the form of an id: ``SR26-00100000`` is ``AA99-99999999``."""
    return re.sub(r"\d", "9", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", request_id)))


def _envelope(study: Study, body: bytes) -> None:
    body = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith(b"<"):
        found = _ROOT.search(body)
        root, item = (found[1].decode(), (found[3] or b"").decode()) if found else ("?", "?")
        ways = [f"<{root}> of <{item}>" if item else f"<{root}>"]
        ways += ["namespaces"] if b"xmlns" in body else []
        ways += ["xsi:nil"] if b":nil=" in body else []
        study.tell("envelope", ", ".join(ways), f"first {len(body):,} bytes of XML")
        return
    wrapped = _WRAPPER.match(body)
    value = f"wrapped in {wrapped[1].decode()}" if wrapped else "a bare list"
    listed = _KEY.findall(body[:4_000])
    if listed and sum(bool(bracket) for _, bracket in listed) > len(listed) / 2:
        value += ", each value in a list"
    study.tell("envelope", value, "first list of requests")


def _names(study: Study, body: bytes) -> None:
    names = Counter(name for row in study.rows for name in row.record)
    capital = [name for name, _ in _KEY.findall(body[:4_000]) if name.isupper()]
    others = [f"{name} for {ALIASES[name]}" for name in names if name in ALIASES]
    value = "upper case" if capital else "as specified"
    if others:
        value = (
            f"{value}, but {', '.join(sorted(others))}" if capital else ", ".join(sorted(others))
        )
    extra = sorted(name for name in names if name not in STANDARD and name not in ALIASES)
    evidence = f"{len(study.rows)} rows" + (f"; extra: {common(extra)}" if extra else "")
    study.tell("names", value, evidence)


def _ids(study: Study) -> None:
    rows = [row for row in study.rows if row.id]
    if not rows:
        study.unknown("ids", "no row has an id")
        return
    numbers = sum(not isinstance(row.record.get("service_request_id"), str) for row in rows)
    shapes = Counter(shape(row.id) for row in rows if row.id)
    forms = [f"{count:,} like {form[:24]}" for form, count in shapes.most_common(3)]
    kind = "numbers" if numbers > len(rows) / 2 else "text"
    study.tell(
        "ids", kind, common(forms, 3) if len(shapes) < 4 else f"{len(shapes)} forms, {forms[0]}"
    )


def _personal(study: Study) -> None:
    """Name keys that hold personal data; what is in them is not told (Q-EXT-4)."""
    known = {name.replace("_", "") for name in (*PERSONAL_FIELDS, *study.known.drop_fields)}
    found: set[str] = set()
    more: set[str] = set()
    for row in study.rows:
        for name, value in _leaves(row.record):
            bare = name.lower().replace("_", "").replace("-", "")
            if bare in known:
                found.add(name)
            elif _MAIL.fullmatch(value.strip()):
                more.add(name)
    fields = dict.fromkeys((*study.known.drop_fields, *sorted(more)))
    keys = {"drop_fields": tuple(fields)} if more else {}
    study.tell(
        "personal data",
        ", ".join(sorted(found | more)) or "none seen",
        f"{len(study.rows)} rows, by name of field"
        + (f"; mail addresses in {', '.join(sorted(more))}" if more else ""),
        "seen" if found or more else "likely",
        **keys,
    )


def _leaves(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, Mapping):
                    yield from _leaves(each)
        elif isinstance(value, str) and value:
            yield name, value
