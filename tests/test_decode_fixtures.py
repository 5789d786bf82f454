"""Every captured body is read with the count and the ids that it has, or refused with a reason."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from captured import ABSENT, FIXTURES, Reader, captured

from open311_etl import decode
from open311_etl.errors import BadBody

UNREADABLE = {"helsinki/error-403-doc-1.json", "helsinki/requests-2013-doc-1.json"}
KINDS = {  # the first pattern that a path matches tells what it holds
    "error": r"/error-",
    "token": r"/(post-|ruby-gem-post|ruby-gem-request_id_from_token)",
    "definition": r"definition",
    "discovery": r"discovery",
    "services": r"/(open311status-)?service(s-|_list)",
    "requests": r"request|derived",
}

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=ABSENT)


def listed(kind: str) -> list[tuple[str, int]]:
    """Give path and number of records of the captured bodies of a kind, from their own list."""
    index = FIXTURES / "FIXTURES.md"
    if not index.is_file():
        return []
    rows = re.findall(
        r"^\| (\S+\.(?:json|xml)) \|(?:[^|]*\|){3} (\d+) \|", index.read_text(), re.MULTILINE
    )
    found = []
    for path, records in rows:
        first = next(name for name, pattern in KINDS.items() if re.search(pattern, "/" + path))
        if first == kind and path not in UNREADABLE:
            found.append((path, int(records)))
    return found


def written_ids(file: Path) -> list[str]:
    """Give the ids of a captured body in its order, read in the plainest way there is."""
    found = re.findall(
        r'<service_request_id>\s*([^<\s]+)\s*<|"service_request_id"\s*:\s*"?([^",\s}]+)',
        file.read_text("utf-8-sig"),
    )
    return [xml or other for xml, other in found if (xml or other) != "null"]


def test_the_list_of_captured_bodies_is_understood() -> None:
    assert {kind: len(listed(kind)) for kind in KINDS} == {
        "error": 2,
        "token": 4,
        "definition": 2,
        "discovery": 1,
        "services": 6,
        "requests": 25,
    }


@pytest.mark.parametrize(("path", "records"), listed("requests"))
def test_a_page_has_as_many_entries_and_the_ids_that_were_captured(path: str, records: int) -> None:
    body = (FIXTURES / path).read_bytes()
    look, canonical = decode.look(body), decode.canonical(body)
    assert len(look.entries) == records
    assert [entry.id for entry in look.entries if entry.id] == written_ids(FIXTURES / path)
    assert not canonical.rejects
    maps = Reader().maps(canonical.json)
    assert [str(record.get("service_request_id", "")) for record in maps] == [
        entry.id or "" for entry in look.entries
    ]


def plain_bodies() -> list[Path]:
    files = captured("*/request*.json")
    readable = [file for file in files if str(file.relative_to(FIXTURES)) not in UNREADABLE]
    return [file for file in readable if decode.look(file.read_bytes()).plain]


@pytest.mark.parametrize("file", plain_bodies(), ids=lambda file: file.name)
def test_what_is_plain_reads_the_same_by_duckdb_alone_and_after_rewriting(file: Path) -> None:
    reader, body = Reader(), file.read_bytes()
    assert reader.maps(body) == reader.maps(decode.canonical(body).json)


def test_pages_in_the_form_of_the_specification_are_plain() -> None:
    assert {str(file.relative_to(FIXTURES)) for file in plain_bodies()} >= {
        "bloomington/requests-2012-1.json",
        "boston/requests-2020-page1-2.json",
        "chicago/requests-2012-extensions-1.json",
        "chicago/requests-2019-sr-1.json",
        "koeln/requests-2016-1.json",
        "seeclickfix-new-haven/request-2018-1.json",
    }


@pytest.mark.parametrize("path", sorted(UNREADABLE))
def test_a_body_that_is_not_json_is_refused_with_the_place_where_it_breaks(path: str) -> None:
    """Q-FMT-9."""
    with pytest.raises(BadBody, match=r"broken JSON: .* at character \d+ of \d+"):
        decode.look((FIXTURES / path).read_bytes())


@pytest.mark.parametrize(("path", "records"), listed("error"))
def test_an_error_body_gives_its_description_and_is_no_page(path: str, records: int) -> None:
    body = (FIXTURES / path).read_bytes()
    said = decode.fault(body)
    assert said in {"Invalid service request: base is a duplicate.", "Too Many Requests"}
    for call in (decode.look, decode.canonical, decode.services, decode.tokens, decode.discovery):
        with pytest.raises(BadBody, match=f"an error instead of .*: {re.escape(said)}"):
            call(body)


@pytest.mark.parametrize("file", captured("*/request*"), ids=lambda file: file.name)
def test_a_page_of_requests_is_no_error(file: Path) -> None:
    assert decode.fault(file.read_bytes()) is None


@pytest.mark.parametrize(("path", "records"), listed("token"))
def test_an_answer_to_a_post_or_a_token_query_has_its_token_or_id(path: str, records: int) -> None:
    (answer,) = decode.tokens((FIXTURES / path).read_bytes())
    assert {name: value for name, value in answer.items() if value} in [
        {"token": "503fc045901932078800163c"},
        {"service_request_id": "8fmht6g1470b3qk8pthg"},
        {"service_request_id": "638344", "token": "12345"},
        {
            "service_request_id": "293944",
            "service_notice": "The City will inspect and require the responsible party to correct"
            " within 24 hours and/or issue a Correction Notice or Notice of Violation of the"
            " Public Works Code",
        },
    ]


@pytest.mark.parametrize(("path", "records"), listed("services"))
def test_a_list_of_services_has_all_codes_in_its_order(path: str, records: int) -> None:
    body = (FIXTURES / path).read_bytes()
    found = decode.services(body)
    codes = re.findall(r'(?:<service_code>|"service_code"\s*:\s*")([^"<]+)', body.decode())
    assert len(found) == records
    assert [each["service_code"] for each in found] == codes
    assert all(each["service_name"] for each in found)
    assert {each["type"] for each in found} <= {"realtime", "batch", "blackbox"}
    assert all(each["metadata"] in {True, False} for each in found)
    assert all(each["extra"] == {} for each in found)


def test_keywords_are_a_list_whether_they_came_as_text_array_or_nothing() -> None:
    """Q-SVC-4."""

    def words(path: str) -> object:
        return decode.services((FIXTURES / path).read_bytes())[1]["keywords"]

    assert words("chicago/services-2019-1.json") == ["code:AVN"]
    assert words("helsinki/services-2013-doc-1.json") == ["roska", "jäte"]
    assert words("washington-dc/services-2012-1.xml") == [
        *("Abandoned", "Vehicle", "On", "Private", "Property")
    ]
    assert words("san-francisco/services-2012-1.xml") == []
    assert words("bloomington/services-2012-1.json") == []


def test_a_definition_has_its_attributes_with_their_values() -> None:
    found = decode.definition(
        (FIXTURES / "washington-dc/service-definition-2012-S0301-1.xml").read_bytes()
    )
    assert found is not None
    assert found["service_code"] == "S0301"
    attributes = found["attributes"]
    assert isinstance(attributes, list)
    assert (
        len(attributes)
        == dict(listed("definition"))["washington-dc/service-definition-2012-S0301-1.xml"]
    )
    first, second = attributes[0], attributes[1]
    assert first["variable"] is False
    assert (first["code"], first["order"], first["values"]) == ("DSITR001", 9, [])
    assert (second["variable"], second["required"]) == (True, False)
    assert second["values"] == [
        {"key": "NO001", "name": "No"},
        {"key": "UNKNOWN", "name": "Unknown"},
        {"key": "YES001", "name": "Yes"},
    ]


def test_a_discovery_document_has_its_endpoints() -> None:
    body = (FIXTURES / "boston/discovery-2012-1.json").read_bytes()
    found = decode.discovery(body)
    sent = json.loads(body)
    assert found == {key: sent[key] for key in ("contact", "key_service", "changeset", "endpoints")}
