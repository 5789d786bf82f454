"""Each dialect words the same records its own way; the city's truth stays what it is."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from lxml import etree
from springfield import springfield


def test_lists_and_documents_are_wrapped() -> None:
    with springfield(wrapped=True, definitions="list") as caller:
        assert caller.get().json().keys() == {"service_requests"}
        assert caller.get("services.json").json().keys() == {"services"}
        assert caller.get("discovery.json").json().keys() == {"discovery"}
        code = caller.city.services[0].code
        definition = caller.get(f"services/{code}.json").json()["service_definitions"][0]
        assert definition["service_code"] == code


def test_a_single_request_may_be_a_bare_object() -> None:
    with springfield(single="object") as caller:
        row = caller.truth()[0]
        assert caller.get(f"requests/{row['service_request_id']}.json").json() == row


def test_keys_may_be_upper_case_or_other_names() -> None:
    with springfield(keys="upper") as caller:
        row = caller.get(extensions="true").json()[0]
        assert "SERVICE_REQUEST_ID" in row
        assert "DATETIME" in row["NOTES"][0]
        assert "SERVICE_CODE" in caller.get("services.json").json()[0]
    with springfield(rename=("address:address_string", "status_notes:status_note")) as caller:
        rows = caller.rows()
        assert all("address_string" in row and "address" not in row for row in rows)
        assert any("status_note" in row for row in rows)


def test_scalars_may_each_be_in_a_list() -> None:
    with springfield(scalars="listed", nothing="null") as caller:
        row = caller.get().json()[0]
        assert row["status"] == ["closed"] or row["status"] == ["open"]
        assert row["service_notice"] == [{}]


def test_ids_codes_and_zip_codes_may_be_numbers_and_are_taken_back() -> None:
    with springfield(ids="number", codes="number", zipcodes="number") as caller:
        rows = [row for row in caller.rows(extensions="true") if row["status"] != "submitted"]
        first, second = rows[:2]
        for key in ("service_request_id", "service_code", "zipcode"):
            assert type(first[key]) is int
        (single,) = caller.get(f"requests/{first['service_request_id']}.json").json()
        assert single["service_request_id"] == first["service_request_id"]
        both = f"{first['service_request_id']},{second['service_request_id']}"
        assert len(caller.rows(service_request_id=both)) == 2
        code = first["service_code"]
        assert {row["service_code"] for row in caller.rows(service_code=code)} == {code}
        assert code in {each["service_code"] for each in caller.get("services.json").json()}
        assert caller.get(f"services/{code}.json").json()["service_code"] == code


def test_coordinates_may_be_text_projected_or_null_island() -> None:
    with springfield(coordinates="text") as caller:
        assert {type(row["lat"]) for row in caller.rows(page_size=500)} == {str, type(None)}
    with springfield(coordinates="projected", nowhere="zero") as caller:
        rows = caller.rows(page_size=500)
        assert all(row["lat"] == 0 or row["lat"] > 100_000 for row in rows)
        assert any(row["lat"] == 0 for row in rows)
    with springfield(nowhere="default") as caller:
        assert (34.24438, -73.65139) in {(r["lat"], r["long"]) for r in caller.rows(page_size=500)}


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("offset", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-06:00"),
        ("naive", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d"),
        ("milliseconds", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-06:00"),
        ("local-as-utc", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    ],
)
def test_times_have_other_forms(form: str, pattern: str) -> None:
    with springfield(times=form) as caller:
        row = caller.rows(extensions="true")[0]
        times = [row["requested_datetime"], row["updated_datetime"], row["notes"][0]["datetime"]]
        assert all(re.fullmatch(pattern, each) for each in times), times
        true = caller.truth()[0]["requested_datetime"]
        assert row["requested_datetime"][:13].replace(" ", "T") != true[:13]


def test_local_time_labelled_utc_is_filtered_as_it_is_labelled() -> None:
    with springfield(times="local-as-utc") as caller:
        day = {"start_date": "2026-01-10T00:00:00Z", "end_date": "2026-01-10T23:59:59Z"}
        made = [row["requested_datetime"] for row in caller.rows(page_size=500, **day)]
        assert {each[:10] for each in made} == {"2026-01-10"}
        shown = [row["requested_datetime"] for row in caller.rows(page_size=500)]
        assert len(made) == sum(each.startswith("2026-01-10") for each in shown)


def test_fractions_are_beyond_the_whole_second_asked_for() -> None:
    with springfield(times="milliseconds") as caller:
        made = sorted(row["requested_datetime"] for row in caller.truth())
        assert not any(".000" in row["requested_datetime"] for row in caller.rows())
        before = caller.rows(end_date=made[100], page_size=500)
        upto = caller.rows(start_date=made[100], end_date=made[101], page_size=500)
        assert (len(before), len(upto)) == (100, 1)


def test_the_offset_of_now_is_stamped_on_old_rows() -> None:
    with springfield(600, days=120, times="now-offset") as caller:
        assert {row["requested_datetime"][-6:] for row in caller.rows(page_size=500)} == {"-05:00"}
    with springfield(600, days=120, times="offset") as caller:
        shown = {row["requested_datetime"][-6:] for row in caller.rows(page_size=500)}
        assert shown == {"-05:00", "-06:00"}


def test_updated_times_may_be_cut_or_absent_while_open() -> None:
    with springfield(updated="minute") as caller:
        rows = caller.rows(page_size=500)
        assert all(row["updated_datetime"].endswith(":00Z") for row in rows)
        assert any(row["updated_datetime"] < row["requested_datetime"] for row in rows)
    with springfield(updated="closed-only") as caller:
        for row in caller.rows(page_size=500):
            assert (row["updated_datetime"] is None) == (row["status"] != "closed")


def test_statuses_agencies_and_media_have_other_shapes() -> None:
    with springfield(status_case="title", agency="object", media="list") as caller:
        rows = caller.rows(page_size=500)
        assert {row["status"] for row in rows} <= {"Open", "Closed", "Submitted"}
        assert rows[0]["agency_responsible"]["recipient"]
        media = next(row["media_url"] for row in rows if row["media_url"])
        assert media[0]["url"].startswith("https://")
    for way, pattern in (("filename", r"\w+\.jpg"), ("blank", r"https://\S+ ")):
        with springfield(media=way) as caller:
            media = next(row["media_url"] for row in caller.rows(page_size=500) if row["media_url"])
            assert re.fullmatch(pattern, media)


@pytest.mark.parametrize(("way", "said"), [("null", None), ("empty", "")])
def test_nothing_is_said_in_other_ways(way: str, said: Any) -> None:
    with springfield(nothing=way) as caller:
        rows = caller.rows(page_size=500)
        assert {row["service_notice"] for row in rows} == {said}
        assert len({frozenset(row) for row in rows}) <= 2
    with springfield(nothing="absent") as caller:
        assert not any(None in row.values() for row in caller.rows(page_size=500))


def test_personal_fields_appear_under_extensions_or_always() -> None:
    with springfield(personal="extensions") as caller:
        assert "email" not in caller.rows()[0]
        row = caller.rows(extensions="true")[0]
        assert row["email"].endswith("@example.org")
        assert row["first_name"]
        assert row["phone"]
    with springfield(personal="always") as caller:
        assert caller.rows()[0]["requestor_name"]
        assert "email" not in caller.truth()[0]


def test_services_have_loose_types() -> None:
    with springfield(metadata="text", keywords="list") as caller:
        services = caller.get("services.json").json()
        assert {each["metadata"] for each in services} == {"true", "false"}
        assert isinstance(services[0]["keywords"], list)


def test_xml_has_namespaces_nils_and_other_names() -> None:
    ways: dict[str, Any] = {"xml_namespaces": True, "xml_nil": True, "xml_types": True}
    with springfield(**ways, xml_root="reports", xml_item="report") as caller:
        root = etree.fromstring(caller.get("requests.xml").content)
        space = "{http://springfield.example/georeport}"
        assert root.tag == f"{space}reports"
        assert root.get("type") == "array"
        assert {node.tag for node in root} == {f"{space}report"}
        nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
        for node in root.iter(f"{space}media_url"):
            assert (node.get(nil) == "true") == (not node.text)
        assert root.findtext(f"{space}report/{space}status")


@pytest.mark.parametrize(
    ("way", "status", "body"),
    [
        ("object", 404, {"code": 404, "description": "service_code x was not found"}),
        ("message", 404, {"message": "service_code x was not found"}),
        ("200", 200, {"CODE": 404, "DESCRIPTION": "service_code x was not found"}),
    ],
)
def test_errors_have_other_forms(way: str, status: int, body: object) -> None:
    with springfield(errors=way) as caller:
        answer = caller.get("services/x.json")
        assert (answer.status_code, answer.json()) == (status, body)


def test_content_types_and_html_errors() -> None:
    with springfield(errors="html", content_type="html") as caller:
        assert caller.get("services/x.json").headers["content-type"] == "text/html"
        assert caller.get().headers["content-type"] == "text/html"
        assert caller.rows()
    with springfield(content_type="none") as caller:
        assert "content-type" not in caller.get().headers


def test_dialects_work_together() -> None:
    ways: dict[str, Any] = {"wrapped": True, "keys": "upper", "ids": "number", "times": "naive"}
    with springfield(**ways, nothing="empty", coordinates="text", first_page=0) as caller:
        rows = caller.get(page=0, start_date="2026-01-01").json()["service_requests"]
        assert len(rows) == 50
        assert any(type(row["SERVICE_REQUEST_ID"]) is int for row in rows)
        assert {type(row["LAT"]) for row in rows} == {str}
        answer: httpx.Response = caller.get("requests.xml", page=4, start_date="2026-01-01")
        assert etree.fromstring(answer.content).findtext("request/STATUS")
