"""Each way of misreading a filter shows, and only that one."""

from __future__ import annotations

from typing import Any

import pytest
from springfield import Row, ids, springfield

START, END = "2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z"
WINDOW: dict[str, Any] = {"start_date": START, "end_date": END, "page_size": 500}


def inside(row: Row) -> bool:
    return bool(START <= row["requested_datetime"] <= END)


def test_bounds_may_be_exclusive() -> None:
    with springfield(start_inclusive=False, end_inclusive=False) as caller:
        made = sorted(row["requested_datetime"] for row in caller.truth())
        found = caller.rows(start_date=made[10], end_date=made[20], page_size=500)
        assert sorted(row["requested_datetime"] for row in found) == made[11:20]


@pytest.mark.parametrize("way", ["ignored", "or", "reversed"])
def test_dates_may_bring_everything_or_the_rows_outside(way: str) -> None:
    with springfield(date_filter=way) as caller:
        wanted = [row for row in caller.truth() if way != "reversed" or not inside(row)]
        assert caller.rows(**WINDOW) == wanted
        if way == "or":
            later = caller.rows(start_date=START, page_size=500)
            assert later == [row for row in caller.truth() if row["requested_datetime"] >= START]


def test_a_long_span_is_refused_or_silently_clipped() -> None:
    with springfield(span_days=1) as caller:
        assert caller.get(start_date=START, end_date=END).status_code == 400
        assert caller.get(start_date=START, end_date="2026-01-11T00:00:00Z").status_code == 200
    with springfield(span_days=1, span_over="clipped") as caller:
        made = [row["requested_datetime"] for row in caller.rows(**WINDOW)]
        assert made
        assert min(made) >= "2026-01-11T00:00:00Z"


def test_the_default_window_has_other_lengths() -> None:
    with springfield(default_days=5) as caller:
        made = [row["requested_datetime"] for row in caller.rows(start_date="", page_size=500)]
        assert min(made) >= "2026-01-26T06:00:00Z"
    with springfield(default_days=0) as caller:
        assert caller.rows(start_date="", page_size=500) == caller.truth()


def test_updated_filters_may_be_ignored_refused_or_windowed() -> None:
    after: dict[str, Any] = {
        "start_date": "",
        "updated_after": "2026-01-25T00:00:00Z",
        "page_size": 500,
    }
    with springfield(updated_filter="ignored") as caller:
        assert caller.rows(**after) == caller.truth()
    with springfield(updated_filter="refused") as caller:
        assert caller.get(**after).status_code == 400
    with springfield(updated_filter="windowed", default_days=10) as caller:
        found = caller.rows(**after)
        assert min(row["requested_datetime"] for row in found) >= "2026-01-21T06:00:00Z"
    with springfield(default_days=10) as caller:
        found = caller.rows(**after)
        assert min(row["requested_datetime"] for row in found) < "2026-01-21T06:00:00Z"
        assert min(row["updated_datetime"] for row in found) >= "2026-01-25T00:00:00Z"


def test_id_lists_may_be_capped_ignored_refused_or_one_id() -> None:
    with springfield(id_list_most=2) as caller:
        three = ids(caller.rows())[:3]
        assert len(caller.rows(service_request_id=",".join(three))) == 2
    with springfield(id_lists="single") as caller:
        assert caller.rows(service_request_id=",".join(three)) == []
        assert ids(caller.rows(service_request_id=three[0])) == three[:1]
    with springfield(id_lists="ignored") as caller:
        assert len(caller.rows(service_request_id=three[0])) == 50
    with springfield(id_lists="refused") as caller:
        assert caller.get(service_request_id=",".join(three)).status_code == 400


def test_other_lists_may_be_one_value() -> None:
    with springfield(code_lists="single", status_lists="single") as caller:
        codes = [row["service_code"] for row in caller.rows()[:2]]
        assert caller.rows(service_code=",".join(codes)) == []
        assert caller.rows(service_code=codes[0])
        assert caller.rows(status="open,closed") == []
        assert caller.rows(status="open")


def test_a_default_status_and_unknown_codes() -> None:
    with springfield(default_status="open", unknown_code="404") as caller:
        assert {row["status"] for row in caller.rows()} == {"open"}
        assert "closed" in {row["status"] for row in caller.rows(status="open,closed")}
        assert caller.get(service_code="nothing").status_code == 404


def test_extensions_may_be_ignored_or_always_there() -> None:
    with springfield(extensions="ignored") as caller:
        assert "notes" not in caller.rows(extensions="true")[0]
    with springfield(extensions="always") as caller:
        assert "notes" in caller.rows()[0]


def test_jurisdiction_may_be_required_and_html_without_it() -> None:
    with springfield(jurisdiction="required") as caller:
        assert caller.get().status_code == 400
        assert caller.rows(jurisdiction_id="springfield.gov")
        assert caller.get(jurisdiction_id="elsewhere").status_code == 404
    with springfield(jurisdiction="html") as caller:
        answer = caller.get()
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
        assert caller.rows(jurisdiction_id="springfield.gov")
    with springfield(jurisdiction="ignored") as caller:
        assert caller.rows(jurisdiction_id="elsewhere")


def test_reads_may_need_the_key_in_a_parameter_or_header() -> None:
    with springfield(key_for_reads=True, key_header="X-Key") as caller:
        assert caller.get().status_code == 403
        assert caller.rows(api_key=caller.server.key)
        answer = caller.client.get(
            caller.server.url + "services.json", headers={"X-Key": caller.server.key}
        )
        assert answer.status_code == 200


def test_formats_and_calls_may_be_missing() -> None:
    with springfield(formats="xml", by_id="missing", discovery="object") as caller:
        assert caller.get().status_code == 404
        assert caller.get("requests.xml").status_code == 200
        url = caller.server.url + "requests.json"
        assert caller.client.post(url, data={"api_key": caller.server.key}).status_code == 404
        row = caller.truth()[0]
        assert caller.get(f"requests/{row['service_request_id']}.xml").status_code == 404
        assert b"<endpoints><production>" in caller.get("discovery.xml").content
    with springfield(definitions="missing", tokens="missing", discovery="html") as caller:
        code = caller.city.services[0].code
        assert caller.get(f"services/{code}.json").status_code == 404
        assert caller.get("tokens/x.json").status_code == 404
        assert caller.get("discovery.json").headers["content-type"] == "text/html"
