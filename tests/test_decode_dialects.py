"""Every known dialect of a list of requests in JSON comes out in the specification's form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from captured import Reader

from open311_etl import decode

RECORDS: list[dict[str, Any]] = [
    {
        "service_request_id": "SR19-1",
        "status": "open",
        "service_code": "007",
        "description": "Straße größer als 5 m",
        "requested_datetime": "2019-01-02T03:04:05-06:00",
        "updated_datetime": "2019-01-03T00:00:00Z",
        "lat": 41.5,
        "long": -87.25,
        "notes": [{"type": "opened", "summary": "Request opened"}],
    },
    {"token": "t-2", "status": "submitted", "service_code": "007", "lat": None, "notes": []},
]
LOOK = (
    decode.Entry("SR19-1", "2019-01-02T03:04:05-06:00", "2019-01-03T00:00:00Z", None),
    decode.Entry(None, None, None, "t-2"),
)


def written(value: object, **how: Any) -> bytes:
    return json.dumps(value, **{"ensure_ascii": False, **how}).encode()


def rewritten(body: bytes) -> list[dict[str, object]]:
    """Give the canonical records of a body as DuckDB reads them."""
    return Reader().maps(decode.canonical(body).json)


@pytest.mark.parametrize("body", [written(RECORDS), b"\r\n " + written(RECORDS) + b"\n"])
def test_the_specifications_own_form_is_plain(body: bytes) -> None:
    assert decode.look(body) == decode.Look(LOOK, plain=True)
    assert Reader().maps(body) == rewritten(body) == RECORDS


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(written({"service_requests": RECORDS}), id="Toronto's wrapper"),
        pytest.param(written({"count": 2, "Requests": RECORDS, "errors": []}), id="with a count"),
        pytest.param(written({"next_page": None, "rows": RECORDS}), id="unknown wrapper"),
        pytest.param(written({"status": "ok", "data": {"requests": RECORDS}}), id="two wrappers"),
        pytest.param(written({"error": False, "message": "", "data": RECORDS}), id="no error"),
        pytest.param(written([{"requests": RECORDS}]), id="wrapper in a list"),
        pytest.param(written({"0": RECORDS[0], "4": RECORDS[1]}), id="array with gaps from PHP"),
        pytest.param(b"\xef\xbb\xbf" + written(RECORDS), id="byte order mark"),
        pytest.param(b"\n" + b"\xef\xbb\xbf" * 2 + b"\r\n" + written(RECORDS), id="marks inside"),
        pytest.param(json.dumps(RECORDS).encode("utf-16"), id="UTF-16"),
        pytest.param(json.dumps(RECORDS).encode("utf-16-be"), id="UTF-16 without mark"),
        pytest.param(json.dumps(RECORDS).encode("utf-32-le"), id="UTF-32 without mark"),
        pytest.param(written(RECORDS).decode().encode("latin-1"), id="latin-1"),
        pytest.param(written(RECORDS).decode().encode("cp1252"), id="Windows-1252"),
        pytest.param(b"cb(" + written(RECORDS) + b");", id="JSONP"),
        pytest.param(b"/**/ jQuery.cb_1( " + written(RECORDS) + b" )", id="JSONP with comment"),
    ],
)
def test_any_envelope_and_encoding_gives_the_same_records(body: bytes) -> None:
    """Q-FMT-1, Q-FMT-6."""
    assert decode.look(body) == decode.Look(LOOK, plain=False)
    assert rewritten(body) == RECORDS


def test_one_wrong_byte_costs_one_letter() -> None:
    body = written(RECORDS).replace(
        "größer".encode(), "gr\udcf6ßer".encode("utf-8", "surrogateescape")
    )
    assert rewritten(body)[0] == RECORDS[0]


@pytest.mark.parametrize("item", RECORDS)
def test_a_bare_item_is_a_list_of_one(item: dict[str, Any]) -> None:
    """Q-FMT-2."""
    assert rewritten(written(item)) == [item]
    assert rewritten(written({"service_request": item})) == [item]
    assert len(decode.look(written(item)).entries) == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"[]", b"null", b"{}", b"[{}]", b'{"service_requests":[]}', b'{"requests":null}'),
        *(b'{"requests":[{}]}', b'{"requests":[{"request":[]}]}', b'{"service_requests":""}'),
        b'{"count":0,"requests":[]}',
    ],
)
def test_every_way_to_say_that_there_is_nothing_is_an_empty_list(body: bytes) -> None:
    """Q-FMT-3."""
    assert decode.look(body).entries == ()
    assert decode.canonical(body) == decode.Canonical(b"[]", ())


def test_scalars_that_each_stand_in_a_list_are_taken_out() -> None:
    """Q-FMT-5."""
    boxed = {
        "service_request_id": [7],
        "description": ["Loch: tief"],
        "zipcode": [{}],
        "address": [],
        "agency_responsible": [{"recipient": ["Tiefbauamt", "Polizei"]}],
        "media_url": ["http://a/1", "http://a/2"],
    }
    body = written({"requests": [{"request": [boxed]}]})
    assert [entry.id for entry in decode.look(body).entries] == ["7"]
    assert rewritten(body) == [
        {
            "service_request_id": 7,
            "description": "Loch: tief",
            "zipcode": None,
            "address": None,
            "agency_responsible": {"recipient": ["Tiefbauamt", "Polizei"]},
            "media_url": ["http://a/1", "http://a/2"],
        }
    ]


def test_capitals_become_the_specifications_spelling() -> None:
    body = written([{"SERVICE_REQUEST_ID": 5, "LONG": 1, "WARD": "x", "NOTES": [{"TYPE": "Open"}]}])
    assert decode.look(body) == decode.Look((decode.Entry("5", None, None, None),), plain=False)
    assert rewritten(body) == [
        {"service_request_id": 5, "long": 1, "ward": "x", "notes": [{"type": "Open"}]}
    ]


def test_other_spellings_are_mended_and_unknown_names_stay() -> None:
    """Q-FLD-2."""
    body = written([{"serviceRequestId": "5", "Status-Notes": "n", "wardNo": 3, "zip_code": "1"}])
    assert rewritten(body) == [
        {"service_request_id": "5", "status_notes": "n", "wardNo": 3, "zip_code": "1"}
    ]


def test_the_right_spelling_wins_over_another_one_unless_it_is_empty() -> None:
    first = written({"Status": "x", "status": "open", "service_request_id": 1})
    second = written({"status": None, "Status": "open", "service_request_id": 1})
    assert [each["status"] for each in rewritten(first) + rewritten(second)] == ["open", "open"]


def test_aliases_in_lower_case_leave_a_page_plain_for_sql_to_handle() -> None:
    body = written([{"service_request_id": 1, "adress_id": 2, "update_datetime": "2019-01-01"}])
    assert decode.look(body) == decode.Look((decode.Entry("1", None, "2019-01-01", None),), True)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ('"007"', "007"),
        ('" 12-019 "', "12-019"),
        ("101001366957", "101001366957"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("12.0", "12"),
        ("1.01001366957E11", "101001366957"),
        ("1e400", "1e400"),
        ("12.5", "12.5"),
        *(("null", None), ('""', None), ('" "', None), ("[]", None), ("{}", None)),
    ],
)
def test_an_id_is_text_as_it_was_written(sent: str, seen: str | None) -> None:
    """Q-ID-4."""
    body = f'[{{"service_request_id":{sent},"token":{sent},"status":"open"}}]'.encode()
    assert decode.look(body).entries == (decode.Entry(seen, None, None, seen),)
    (entry,) = decode.look(b'{"requests":' + body + b"}").entries
    assert entry.id == seen
    assert len(rewritten(body)) == 1


def test_numbers_keep_all_their_digits_and_what_is_none_is_null() -> None:
    numbers = '"a":12345678901234567890123,"b":1e400,"c":-0.10,"d":NaN,"e":-Infinity,"f":41.50'
    body = b'{"service_request_id":1,' + numbers.encode() + b"}"
    sent = b'"a":12345678901234567890123,"b":1e400,"c":-0.10,"d":null,"e":null,"f":41.50'
    assert decode.canonical(body).json == b'[{"service_request_id":1,' + sent + b"}]"
    assert rewritten(body)[0]["a"] == 12345678901234567890123
    huge = b'{"service_request_id":1,"a":' + b"9" * 10_000 + b"}"
    assert rewritten(huge)[0]["a"] == "9" * 10_000


def test_what_duckdb_refuses_or_shortens_is_mended() -> None:
    body = (
        rb'[{"service_request_id":1,"a":"x\ud800y","a\udc00":1,"b\u0000":"\u0000z","a":"w\ud83dv"}]'
    )
    assert rewritten(body) == [
        {"service_request_id": 1, "a": "w\N{REPLACEMENT CHARACTER}v"}
        | {"a\N{REPLACEMENT CHARACTER}": 1, "b": "z"}
    ]
    for sent, meant in ((rb"\ud83d\ude00", "\N{GRINNING FACE}"), (b"\t\x01\n", "\t\x01\n")):
        assert rewritten(b'[{"service_request_id":1,"a":"' + sent + b'"}]')[0]["a"] == meant
    assert not decode.look(rb'[{"service_request_id":1,"a":"\u0000"}]').plain


def test_of_duplicate_keys_the_last_wins() -> None:
    body = b'[{"service_request_id":1,"status":"open","notes":[{"a":1,"a":2}],"status":"closed"}]'
    assert rewritten(body) == [{"service_request_id": 1, "status": "closed", "notes": [{"a": 2}]}]


def test_entries_that_are_no_objects_are_rejected_with_their_place() -> None:
    body = written([RECORDS[0], "text", None, RECORDS[1], [RECORDS[0]], 4.0, True])
    found = decode.canonical(body)
    assert [(each.ordinal, each.reason) for each in found.rejects] == [
        (1, "list entry is text, not an object"),
        (2, "list entry is null, not an object"),
        (4, "list entry is a list, not an object"),
        (5, "list entry is a number, not an object"),
        (6, "list entry is true or false, not an object"),
    ]
    assert [each.raw for each in found.rejects[:2]] == [b'"text"', b"null"]
    assert found.rejects[3].raw == b"4.0"
    assert Reader().maps(found.json) == RECORDS
    assert len(decode.look(body).entries) == 7
    assert [entry.id for entry in decode.look(body).entries[:2]] == ["SR19-1", None]
