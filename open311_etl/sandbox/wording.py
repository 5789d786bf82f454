"""The single changes of wording that dialects are made of: each takes a value or a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from open311_etl.sandbox.clock import local, seconds_of
from open311_etl.sandbox.entry import Record

Step = Callable[[Record, Any], Record]

STANDARD = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip
_DIGITS = re.compile(r"\D")
_PARENT = "parent_service_request_id"


def number(text: str) -> int:
    """Give the digits of an id as a number: ``SR26-00100000`` is 2600100000."""
    return int(_DIGITS.sub("", str(text)) or 0)


def number_parents(record: Record, _: object) -> Record:
    extended = record.get("extended_attributes", {})
    if _PARENT in extended:
        extended[_PARENT] = number(extended[_PARENT])
    return record


def person(record: Mapping[str, Any]) -> dict[str, str]:
    """Give an invented citizen, the same for the same request."""
    known = record.get("service_request_id") or record.get("requested_datetime")
    name = f"Citizen{number(str(known))}"
    return {
        "first_name": name,
        "last_name": "Example",
        "email": f"{name.lower()}@example.org",
        "phone": "+1 555 0100",
        "device_id": f"device-{name.lower()}",
        "requestor_name": f"{name} Example",
    }


def _zero(record: Record, _: object) -> Record:
    if record.get("lat") is None:
        record["lat"] = record["long"] = 0.0
    return record


def _at_sea(record: Record, _: object) -> Record:
    if record.get("lat") is None:
        record["lat"], record["long"] = 34.24438, -73.65139
    return record


def _texts(record: Record, _: object) -> Record:
    for key in ("lat", "long"):
        if record.get(key) is not None:
            record[key] = str(record[key])
    return record


def _feet(record: Record, _: object) -> Record:
    if record.get("lat"):
        record["lat"] = round((record["lat"] - 36.667) * 364_000, 3)
        record["long"] = round((record["long"] + 90.167) * 280_000 + 820_208, 3)
    return record


def _to_minute(record: Record, _: object) -> Record:
    exact = record.get("updated_datetime")
    if exact:
        record["updated_datetime"] = f"{exact[:17]}00{exact[19:]}"
    return record


def _once_closed(record: Record, _: object) -> Record:
    if record.get("status") != "closed":
        record["updated_datetime"] = None
    return record


def _absent(record: Record, _: object) -> Record:
    return {key: value for key, value in record.items() if value is not None}


def _null(record: Record, _: object) -> Record:
    return {**dict.fromkeys(STANDARD), **record}


def _empty(record: Record, _: object) -> Record:
    filled = {**dict.fromkeys(STANDARD), **record}
    return {key: "" if value is None else value for key, value in filled.items()}


NOWHERE: dict[str, Step] = {"zero": _zero, "default": _at_sea}
COORDINATES: dict[str, Step] = {"text": _texts, "projected": _feet}
UPDATED: dict[str, Step] = {"minute": _to_minute, "closed-only": _once_closed}
NOTHING: dict[str, Step] = {"absent": _absent, "null": _null, "empty": _empty}

MEDIA: dict[str, Callable[[str], Any]] = {
    "list": lambda url: [{"id": url.rsplit("/", 1)[-1], "url": url, "tags": []}],
    "filename": lambda url: url.rsplit("/", 1)[-1],
    "blank": lambda url: url + " ",
}


def _offset(written: str, _: int, zone: ZoneInfo) -> str:
    return local(seconds_of(written), zone).isoformat()


def _naive(written: str, _: int, zone: ZoneInfo) -> str:
    seconds = seconds_of(written)
    return f"{local(seconds, zone):%Y-%m-%d %H:%M:%S}.{1 + seconds % 99:02}"


def _milliseconds(written: str, _: int, zone: ZoneInfo) -> str:
    seconds = seconds_of(written)
    moment = local(seconds, zone) + timedelta(milliseconds=1 + seconds % 999)
    return moment.isoformat(timespec="milliseconds")


def _labelled_utc(written: str, _: int, zone: ZoneInfo) -> str:
    return f"{local(seconds_of(written), zone):%Y-%m-%dT%H:%M:%SZ}"


def _offset_of_now(written: str, now: int, zone: ZoneInfo) -> str:
    today = timezone(local(now, zone).utcoffset() or timedelta())
    return local(seconds_of(written), zone).replace(tzinfo=today).isoformat()


FRACTIONAL = ("naive", "milliseconds")
"""Forms of times that end in a fraction of a second, which is never zero."""
TIMES: dict[str, Callable[[str, int, ZoneInfo], str]] = {
    "offset": _offset,
    "naive": _naive,
    "milliseconds": _milliseconds,
    "local-as-utc": _labelled_utc,
    "now-offset": _offset_of_now,
}


def upper_keys(value: Any) -> Any:
    """Write all keys in capitals, at any depth."""
    if isinstance(value, Mapping):
        return {key.upper(): upper_keys(each) for key, each in value.items()}
    return [upper_keys(each) for each in value] if isinstance(value, list) else value


def listed_scalars(value: Any) -> Any:
    """Put each value of a record into a list, nothing as ``[{}]``."""
    if isinstance(value, Mapping):
        return {key: _listed(each) for key, each in value.items()}
    return [listed_scalars(each) for each in value] if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    if isinstance(value, (Mapping, list)):
        return listed_scalars(value)
    return [{}] if value in (None, "") else [value]
