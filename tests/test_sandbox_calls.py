"""The sandbox's seven calls, in both formats, are what GeoReport v2 and Chicago promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from lxml import etree

from open311_etl.sandbox import City, Server, serving

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
EVERYTHING = {"start_date": "2025-01-01T00:00:00Z", "page_size": "500"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server[City]]:
    with serving(City(1_200, days=100)) as running:
        yield running


CLIENT = httpx.Client()


def get(server: Server[City], path: str, **params: object) -> httpx.Response:
    return CLIENT.get(server.url + path, params={key: str(each) for key, each in params.items()})


def listed(server: Server[City], **params: object) -> list[dict[str, Any]]:
    answer = get(server, "requests.json", **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def walked(server: Server[City], **params: object) -> list[dict[str, Any]]:
    found, page = [], 1
    while rows := listed(server, page=page, **{**EVERYTHING, **params}):
        found += rows
        page += 1
    return found


def children(node: etree._Element) -> dict[str, Any]:
    return {
        str(each.tag): [children(item) for item in each] if len(each) else each.text
        for each in node
    }


def test_a_walk_over_all_pages_brings_the_truth_and_nothing_else(server: Server[City]) -> None:
    assert walked(server, extensions="true") == list(server.city.truth())
    assert walked(server) == list(server.city.truth(extensions=False))


def test_xml_says_the_same_as_json(server: Server[City]) -> None:
    rows = listed(server, extensions="true", page_size=40)
    root = etree.fromstring(get(server, "requests.xml", extensions="true", page_size=40).content)
    assert root.tag == "service_requests"
    assert [node.tag for node in root] == ["request"] * 40
    for row, node in zip(rows, root, strict=True):
        plain = {key: value for key, value in row.items() if not isinstance(value, (dict, list))}
        for key, value in plain.items():
            text = node.findtext(key)
            if value is None:
                assert text == ""
            else:
                assert text == str(value), key
        notes = [children(note) for note in node.iterfind("notes/note")]
        assert notes == row["notes"]
        ward = node.findtext("extended_attributes/ward")
        assert ward == row.get("extended_attributes", {}).get("ward")


@pytest.mark.parametrize("written", ["json", "xml"])
@pytest.mark.parametrize(
    "path", ["discovery", "services", "requests", "services/CODE", "requests/ID"]
)
def test_each_call_answers_with_its_content_type(
    server: Server[City], path: str, written: str
) -> None:
    code = next(each.code for each in server.city.services if each.questions)
    request_id = next(row["service_request_id"] for row in listed(server) if len(row) > 12)
    path = path.replace("CODE", code).replace("ID", request_id)
    answer = get(server, f"{path}.{written}")
    assert answer.status_code == 200
    wanted = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
    assert answer.headers["content-type"] == wanted[written]
    if written == "xml":
        etree.fromstring(answer.content)


def test_discovery_names_both_environments_where_they_really_are(server: Server[City]) -> None:
    for place in ("discovery.json", "../discovery.json"):
        found = get(server, place).json()["endpoints"]
        assert {each["type"]: each["url"] + "/" for each in found} == {
            "production": server.url,
            "test": server.test_url,
        }


def test_services_and_definitions_conform(server: Server[City]) -> None:
    services = get(server, "services.json").json()
    assert 180 <= len(services) <= 200
    assert {each["type"] for each in services} == {"batch", "realtime"}
    assert {each["metadata"] for each in services} == {True, False}
    assert len({each["group"] for each in services}) >= 10
    assert all(re.fullmatch("[0-9a-f]{24}", each["service_code"]) for each in services)
    kinds = set()
    for each in services[:60]:
        definition = get(server, f"services/{each['service_code']}.json").json()
        assert definition["service_code"] == each["service_code"]
        assert bool(definition["attributes"]) == each["metadata"]
        kinds |= {asked["datatype"] for asked in definition["attributes"]}
        for asked in definition["attributes"]:
            assert bool(asked.get("values")) == asked["datatype"].endswith("valuelist")
    assert kinds == {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


def test_records_conform(server: Server[City]) -> None:
    codes = {each["service_code"] for each in get(server, "services.json").json()}
    for row in walked(server, extensions="true"):
        if row["status"] == "submitted":
            assert "service_request_id" not in row
            assert "extended_attributes" not in row
            assert row["notes"]
        else:
            assert re.fullmatch(r"SR2\d-\d{8}", row["service_request_id"])
            assert {"channel", "ward", "police_district"} <= row["extended_attributes"].keys()
        assert row["service_code"] in codes
        times = [value for key, value in row.items() if key.endswith("datetime")]
        assert all(TIME.fullmatch(each) for each in times)
        assert row["media_url"] is None or row["media_url"].startswith("https://")
        assert (row["lat"] is None) == (row["long"] is None)
        kinds = [note["type"] for note in row["notes"]]
        assert (row["status"] == "closed") == (kinds[-1] == "closed")


def test_dates_are_inclusive_on_both_ends(server: Server[City]) -> None:
    rows = sorted(walked(server), key=lambda row: str(row["requested_datetime"]))
    first, last = rows[100]["requested_datetime"], rows[400]["requested_datetime"]
    found = walked(server, start_date=first, end_date=last)
    times = [row["requested_datetime"] for row in found]
    assert min(times) == first
    assert max(times) == last
    assert len(found) == sum(first <= row["requested_datetime"] <= last for row in rows)


def test_updated_bounds_are_inclusive_on_both_ends(server: Server[City]) -> None:
    times = sorted(row["updated_datetime"] for row in walked(server))
    found = walked(server, updated_after=times[10], updated_before=times[20])
    assert sorted(row["updated_datetime"] for row in found) == times[10:21]


def test_filters_narrow_together(server: Server[City]) -> None:
    rows = walked(server)
    codes = {row["service_code"] for row in rows[:3]}
    after = "2026-03-01T00:00:00Z"
    found = walked(server, service_code=",".join(codes), status="closed,open", updated_after=after)
    assert found == [
        row
        for row in rows
        if row["service_code"] in codes
        and row["status"] in ("open", "closed")
        and row["updated_datetime"] >= after
    ]
    assert found


def test_an_id_list_overrides_all_else(server: Server[City]) -> None:
    ids = [row["service_request_id"] for row in walked(server) if row["status"] == "closed"][-3:]
    found = listed(server, service_request_id=",".join(ids), status="open", start_date="2026-04-01")
    assert {row["service_request_id"] for row in found} == set(ids)


def test_newest_update_comes_first(server: Server[City]) -> None:
    times = [row["updated_datetime"] for row in walked(server)]
    assert times == sorted(times, reverse=True)


def test_page_zero_is_page_one_and_sizes_are_clamped(server: Server[City]) -> None:
    assert listed(server, page=0) == listed(server, page=1) == listed(server)
    assert len(listed(server)) == 50
    assert len(listed(server, **{**EVERYTHING, "page_size": 9_999})) == 500
    assert len(listed(server, page_size=0)) == 1
    assert listed(server, page=10_000) == []


def test_without_dates_the_last_90_days_are_given(server: Server[City]) -> None:
    since = f"{server.city.clock.now - timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    found = walked(server, start_date="")
    assert found == [row for row in walked(server) if row["requested_datetime"] >= since]
    assert len(found) < len(walked(server))
    old = walked(server, start_date="", updated_after="2026-04-01T00:00:00Z")
    assert min(row["requested_datetime"] for row in old) < since


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("requests/SR00-1", {}, 404),
        ("services/nothing", {}, 404),
        ("tokens/nothing", {}, 404),
        ("nothing", {}, 404),
        ("requests", {"page": "two"}, 400),
        ("requests", {"start_date": "2026-01-01T00:00:00.5Z"}, 400),
        ("requests", {"end_date": "yesterday"}, 400),
        ("services", {"jurisdiction_id": "elsewhere.gov"}, 404),
    ],
)
def test_refusals_are_georeport_errors(
    server: Server[City], path: str, params: dict[str, str], status: int
) -> None:
    answer = get(server, f"{path}.json", **params)
    assert answer.status_code == status
    (error,) = answer.json()
    assert error["code"] == status
    assert error["description"]
    root = etree.fromstring(get(server, f"{path}.xml", **params).content)
    assert root.findtext("error/code") == str(status)


def test_the_right_jurisdiction_and_plain_dates_are_taken(server: Server[City]) -> None:
    assert listed(server, jurisdiction_id="springfield.gov", start_date="2026-02-01")


def test_the_log_holds_each_call(server: Server[City]) -> None:
    del server.requests[:]
    get(server, "requests.json", page=3)
    assert server.requests == [("GET", "/open311/v2/requests.json", {"page": "3"})]


def test_the_clock_is_set_over_http(server: Server[City]) -> None:
    before = server.city.clock.now
    try:
        answer = httpx.post(server.clock_url, json={"now": "2026-02-01T00:00:00Z"})
        assert answer.json() == {"now": "2026-02-01T00:00:00Z", "running": False}
        assert server.city.clock.now == datetime(2026, 2, 1, tzinfo=UTC)
        assert max(row["updated_datetime"] for row in walked(server)) <= "2026-02-01T00:00:00Z"
        assert httpx.post(server.clock_url, content=b"{}").status_code == 400
    finally:
        server.city.set_clock(before)
