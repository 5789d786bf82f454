"""Services, definitions and discovery documents come out the same from every dialect."""

from __future__ import annotations

import json

import pytest

from open311_etl import decode
from open311_etl.errors import BadBody

SERVICE: dict[str, object] = {
    "service_code": "01",
    "service_name": "Hole",
    "description": None,
    "metadata": True,
    "type": "realtime",
    "keywords": ["a", "b"],
    "group": "Street",
    "extra": {},
}
ENDPOINT = {
    "specification": "http://wiki.open311.org/GeoReport_v2",
    "url": "https://a.example/v2",
    "type": "production",
    "formats": ["text/xml", "application/json"],
    "changeset": "2011",
}
ATTRIBUTE = {
    "variable": True,
    "code": "A",
    "datatype": "singlevaluelist",
    "required": False,
    "datatype_description": None,
    "order": 2,
    "description": "Which?",
    "values": [{"key": "1", "name": "Ford"}],
}


def sent(**changed: object) -> dict[str, object]:
    return {
        "service_code": "01",
        "service_name": "Hole",
        "metadata": True,
        "type": "realtime",
        "keywords": "a,b",
        "group": "Street",
    } | changed


@pytest.mark.parametrize(
    "body",
    [
        [sent()],
        {"services": [sent(description="")]},
        {"services": [{"service": [{key: [value] for key, value in sent().items()}]}]},
        [{key.upper(): value for key, value in sent(METADATA="TRUE").items() if key != "metadata"}],
        [sent(metadata="true", keywords=["a", "b"]), {"service_name": "no code"}],
        [sent(metadata=1, keywords="a; b;", description=None, rank=None, tags=[])],
        sent(description=" "),
    ],
)
def test_a_service_is_the_same_from_every_dialect(body: object) -> None:
    assert decode.services(json.dumps(body).encode()) == [SERVICE]


def test_what_else_a_service_has_is_kept() -> None:
    """Q-SVC-6."""
    more = '"HIERARCHY_LEVEL":2,"PARENT_SERVICE_CODE":"0","x":{"y":[1.5,1e400,"\\ud800"]}'
    (found,) = decode.services(b'[{"SERVICE_CODE":10.0,' + more.encode() + b"}]")
    assert found["service_code"] == "10"
    assert found["extra"] == {
        "hierarchy_level": 2,
        "parent_service_code": "0",
        "x": {"y": [1.5, "1e400", "\N{REPLACEMENT CHARACTER}"]},
    }


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"services":[]}', b"<services/>"])
def test_an_empty_list_of_services_is_empty(body: bytes) -> None:
    assert decode.services(body) == []


@pytest.mark.parametrize("body", [b"<html>", b'[{"token":"1"}]', b'{"message":"no"}', b"[", b""])
def test_what_is_no_list_of_services_is_refused(body: bytes) -> None:
    with pytest.raises(BadBody):
        decode.services(body)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"variable": "true", "required": "false", "order": "2"},
        {"values": {"key": 1, "name": "Ford"}},
        {"values": {"value": [{"key": "1", "name": "Ford"}]}},
        {"values": [{"value": {"key": ["1"], "name": ["Ford"]}}]},
    ],
)
def test_a_definition_is_the_same_from_every_dialect(changed: dict[str, object]) -> None:
    """Q-SVC-7."""
    given = {key: value for key, value in ATTRIBUTE.items() if value is not None} | changed
    meant = {"service_code": "01", "attributes": [ATTRIBUTE]}
    inner: dict[str, object] = {"service_code": "01", "attributes": [given]}
    loud = {
        "SERVICE_CODE": "01",
        "ATTRIBUTES": [{key.upper(): each for key, each in given.items()}],
    }
    bare = {"service_code": "01", "attribute": given}
    boxed = {"service_code": ["01"], "attributes": [{"attribute": [given]}]}
    for body in (inner, [inner], {"service_definition": inner}, loud, bare, [boxed]):
        assert decode.definition(json.dumps(body).encode()) == meant


def test_values_that_are_none_are_left_out_and_halves_are_completed() -> None:
    def values(value: object) -> object:
        body = {"service_code": "1", "attributes": [{"code": "A", "values": value}]}
        found = decode.definition(json.dumps(body).encode())
        assert found is not None
        (attribute,) = found["attributes"] if isinstance(found["attributes"], list) else []
        return attribute["values"]

    assert values(3) == values(None) == values("") == values([]) == values([{}]) == []
    assert values(["Yes"]) == [{"key": "Yes", "name": "Yes"}]
    assert values([{"key": "Y"}, {"name": "No", "x": {}}]) == [
        {"key": "Y", "name": "Y"},
        {"key": "No", "name": "No"},
    ]


def test_a_misspelt_datatype_is_read() -> None:  # Q-FLD-2
    body = b'[{"SERVICE_CODE":"1","ATTRIBUTES":[{"CODE":"A","DATETYPE":"text","ORDER":"x"}]}]'
    found = decode.definition(body)
    assert found is not None
    (attribute,) = found["attributes"] if isinstance(found["attributes"], list) else []
    assert (attribute["datatype"], attribute["order"]) == ("text", None)


@pytest.mark.parametrize(
    "endpoints",
    [
        [ENDPOINT],
        ENDPOINT,
        {"production": ENDPOINT},
        {"endpoint": [ENDPOINT]},
        [
            {
                "endpoint": [
                    {
                        **ENDPOINT,
                        "formats": [{"format": ENDPOINT["formats"]}],
                        "url": [ENDPOINT["url"]],
                    }
                ]
            }
        ],
    ],
)
def test_endpoints_may_be_an_array_or_an_object(endpoints: object) -> None:
    """Q-ERR-11."""
    inner = {"contact": "a@b", "key_service": "", "endpoints": endpoints}
    meant = {"contact": "a@b", "key_service": None, "changeset": None, "endpoints": [ENDPOINT]}
    for body in (inner, {"discovery": inner}, [inner], {"discovery": [inner]}):
        assert decode.discovery(json.dumps(body).encode()) == meant


def test_discovery_in_xml_is_read() -> None:
    formats = "".join(f"<format>{each}</format>" for each in ENDPOINT["formats"])
    fields = "".join(f"<{key}>{ENDPOINT[key]}</{key}>" for key in ENDPOINT if key != "formats")
    endpoint = f"<endpoint>{fields}<formats>{formats}</formats></endpoint>"
    for number in (1, 2):
        body = (
            f"<discovery><contact>c</contact><endpoints>{endpoint * number}</endpoints></discovery>"
        )
        assert decode.discovery(body.encode())["endpoints"] == [ENDPOINT] * number


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"message":"x"}', b'[{"service_code":"1"}]', b"null", b"7"]
)
def test_what_is_no_discovery_document_is_refused(body: bytes) -> None:
    with pytest.raises(BadBody):
        decode.discovery(body)
