"""Whatever bytes come: a page that DuckDB reads, or BadBody; and never a long time for it."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from captured import Reader, captured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from open311_etl import decode
from open311_etl.config import PERSONAL_FIELDS
from open311_etl.errors import BadBody

SMALL = 6_000
SEEDS = [
    b'[{"service_request_id":"1","status":"open","token":null,"lat":1.5,"notes":[{"type":"x"}]}]',
    b'{"requests":[{"request":[{"service_request_id":[1],"zipcode":[{}],"email":["a@b"]}]}]}',
    b'[{"SERVICE_REQUEST_ID":1.0,"LAT":884936.006,"DETAIL":{"A":[1,2,{"B":null}]}}]',
    b"<requests xmlns:m='u'><m:request><lat>1</lat><notes><note><a>&amp;</a></note></notes>"
    b"</m:request><request><email/><![CDATA[x]]></request></requests>",
    b'{"services":[{"service_code":"1","keywords":"a,b","metadata":"true","group":{}}]}',
    b'{"service_code":"1","attributes":[{"order":1,"values":[{"key":1,"name":"x"}]}]}',
    b'{"discovery":{"contact":["x"],"endpoints":[{"endpoint":[{"url":"u","formats":[]}]}]}}',
    b'[{"code":404,"description":"none"}]',
    b'callback([{"token":"1","service_request_id":null}]);',
    '[{"service_request_id":"\u00e4"}]'.encode("utf-16"),
]
SEEDS += [
    body for file in captured("*/*.json", "*/*.xml") if len(body := file.read_bytes()) < SMALL
]
PIECES = [
    *(b"", b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b"\\", b"\\ud800", b"\\u0000", b"1e999", b"NaN"),
    *(b"[", b"]", b"{", b"}", b",", b"null", b'{"a":1,"a":2},', b"[" * 70 + b"1" + b"]" * 70),
    *(b"<", b">", b"&", b"&#0;", b"</request>", b"<request/>", b"<!DOCTYPE x>", b"]]>", b"\r\n"),
    *(b"{},", b'"service_request_id":7,', b'"email":"x",', b"-", b"0", b"9" * 5000, b'"id":'),
]
DANGEROUS = {
    "spaces": b" " * 100_000_000,
    "spaces in a list": b"[" + b" " * 100_000_000 + b"]",
    "deep list": b"[" * 1_000_000,
    "deep objects": b'[{"service_request_id":"1","a":'
    + b'{"a":' * 10_000
    + b"1"
    + b"}" * 10_002
    + b"]",
    "deep XML": b"<a>" * 10_000 + b"</a>" * 10_000,
    "quotes": b'["' + b'\\"' * 5_000_000,
    "ampersands": b"<a>" + b"&" * 200_000 + b"</a>",
    "open CDATA": b"<a>&" + b"<![CDATA[" * 500_000,
    "open comments": b"<!--" * 1_000_000,
    "wrong bytes": b'["' + b"\xff\xc3" * 2_000_000 + b'"]',
    "JSONP": b"a(" + b") x" * 1_000_000,
    "words": b"a" * 5_000_000,
    "escapes": b'["\\u0041' + b"\\\\" * 1_000_000 + b'"]',
    "keys": b"[{" + b'"email":1,' * 50_000 + b'"a":1}]',
    "one key": b'{"a":1,' * 400 + b'"email":2' + b"}" * 400,
    "errors": b'{"errors":[' * 200 + b"{}" + b"]}" * 200,
    "all errors": b"".join(b'{"error":{"fault":1},"fault":{},"errors":' for _ in range(50))
    + b"[]"
    + b"}" * 50,
    "digits": b'[{"service_request_id":' + b"9" * 2_000_000 + b"}]",
    "entries": b"[" + b"{}," * 100_000 + b"{}]",
    "elements": b"<a>" + b"<b/>" * 100_000 + b"</a>",
}


@cache
def reader() -> Reader:
    return Reader()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real body with a few bytes flipped, pieces put in or taken out, or its end cut off."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        match draw(st.sampled_from(["flip", "put", "take", "cut"])):
            case "flip":
                body[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "put":
                body[at:at] = draw(st.sampled_from(PIECES))
            case "take":
                del body[at : at + draw(st.integers(1, 40))]
            case _:
                del body[at:]
    return bytes(body)


def outcome(call: Callable[[bytes], Any], body: bytes) -> Any:
    """Give what a call gives, or the BadBody that it raises, whose reason is one short line."""
    try:
        return call(body)
    except BadBody as error:
        refused = error
    assert 0 < len(str(refused)) < 400
    assert str(refused).isprintable()
    return refused


def written(value: object) -> str | None:
    """Give an id that DuckDB read as text, ``None`` where it is nothing."""
    return None if value is None or isinstance(value, list | dict) else str(value).strip() or None


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_any_bytes_give_a_page_that_duckdb_reads_or_badbody(body: bytes) -> None:
    look, canonical = outcome(decode.look, body), outcome(decode.canonical, body)
    assert isinstance(look, BadBody) == isinstance(canonical, BadBody)
    if isinstance(canonical, BadBody):
        return
    maps = reader().maps(canonical.json)
    rejected = {each.ordinal for each in canonical.rejects}
    kept = [entry for at, entry in enumerate(look.entries) if at not in rejected]
    assert len(look.entries) == len(maps) + len(rejected)
    for entry, record in zip(kept, maps, strict=True):
        found = written(record.get("service_request_id"))
        assert entry.id == found or found in {"True", "False"} or "e" in (found or "").lower()
    assert decode.canonical(canonical.json) == decode.Canonical(canonical.json, ())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_no_bytes_make_the_other_readers_fail_otherwise(body: bytes) -> None:
    for call in (decode.services, decode.definition, decode.discovery, decode.tokens):
        json.dumps(outcome(call, body), default=str, allow_nan=False).encode()
    said = decode.fault(body)
    assert said is None or 0 < len(said) <= 300


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_after_redacting_no_named_key_is_left(body: bytes) -> None:
    cut = outcome(lambda sent: decode.redact(sent, PERSONAL_FIELDS), body)
    if isinstance(cut, BadBody):
        return
    look = outcome(decode.look, body)
    if not isinstance(look, BadBody) and cut is not body and look.plain:
        assert decode.look(cut).plain
    canonical = outcome(decode.canonical, cut)
    if not isinstance(canonical, BadBody):
        assert '"email":' not in canonical.json.decode()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", DANGEROUS)
def test_a_body_made_to_be_slow_is_dealt_with_quickly(name: str) -> None:
    body = DANGEROUS[name]
    outcome(decode.look, body)
    outcome(decode.canonical, body)
    outcome(lambda sent: decode.redact(sent, PERSONAL_FIELDS), body)
    decode.fault(body)


def steps(call: Callable[[bytes], Any], body: bytes) -> int:
    """Give the number of function calls that a call takes."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    sys.setprofile(count)
    try:
        call(body)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("name", ["look", "canonical", "services", "fault"])
def test_the_work_grows_with_the_body_and_no_faster(name: str) -> None:
    call = getattr(decode, name)
    sent = [{"service_code": str(number), "notes": [{"a": None}]} for number in range(400)]
    one, half, all_of_it = (
        steps(call, json.dumps({"requests": sent[:size]}).encode()) for size in (1, 200, 400)
    )
    assert one < 2_000
    assert all_of_it < 2.2 * half


def test_laughs_take_no_memory() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(20))
    body = f'<!DOCTYPE a [<!ENTITY l0 "lol">{laughs}]><a b="&l20;">&l20;</a>'.encode()
    tracemalloc.start()
    try:
        assert isinstance(outcome(decode.look, body), BadBody)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
