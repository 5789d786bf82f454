"""POST of a request: what was sent is checked as GeoReport says, then the city creates it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from open311_etl.sandbox.clock import seconds_of
from open311_etl.sandbox.question import Refusal
from open311_etl.sandbox.services import Service

_ADDRESS = {"address_string": "address", "address_id": "address_id"}
_PLAIN = ("description", "media_url")
Form = Mapping[str, Sequence[str]]


def read_post(form: Form, service: Service) -> dict[str, Any]:
    """Give the facts of a posted request from its form; refuses with 400 naming the parameter."""
    given: dict[str, Any] = {name: form[name][0] for name in _PLAIN if name in form}
    given.update((fact, form[name][0]) for name, fact in _ADDRESS.items() if name in form)
    if "lat" in form or "long" in form:
        given["lat"] = _coordinate(form, "lat", 90)
        given["long"] = _coordinate(form, "long", 180)
    if not {"lat", "address", "address_id"} & given.keys():
        raise Refusal(400, "one of lat and long, address_string or address_id is required")
    if "media_url" in given and not _is_url(given["media_url"]):
        raise Refusal(400, "media_url must be a URL")
    given["attributes"] = [
        answered
        for question in service.questions
        if (answered := _answer(form, question)) is not None
    ]
    return given


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _coordinate(form: Form, name: str, most: float) -> float:
    try:
        value = float(form[name][0])
    except (KeyError, ValueError):
        raise Refusal(400, "lat and long must both be numbers") from None
    if not -most <= value <= most:
        raise Refusal(400, f"{name} must be between -{most} and {most}")
    return value


def _answer(form: Form, question: Mapping[str, Any]) -> dict[str, Any] | None:
    code = question["code"]
    sent = [*form.get(f"attribute[{code}]", ()), *form.get(f"attribute[{code}][]", ())]
    if not sent:
        if question["required"] and question["variable"]:
            raise Refusal(400, f"attribute[{code}] is required")
        return None
    names = {value["key"]: value["name"] for value in question.get("values", ())}
    for value in sent:
        _check(question, value, names)
    return {
        "label": question["description"],
        "name": ", ".join(names.get(value, value) for value in sent),
        "value": ",".join(sent),
        "code": code,
    }


def _check(question: Mapping[str, Any], value: str, names: Mapping[str, str]) -> None:
    code, datatype = question["code"], question["datatype"]
    if names and value not in names:
        raise Refusal(400, f"attribute[{code}] must be one of {', '.join(names)}")
    try:
        if datatype == "number":
            float(value)
        elif datatype == "datetime":
            seconds_of(value)
    except ValueError:
        raise Refusal(400, f"attribute[{code}] must be a {datatype}") from None
