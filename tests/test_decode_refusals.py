"""What is no list of requests is refused, and the refusal says what it is instead."""

from __future__ import annotations

import pytest

from open311_etl import decode
from open311_etl.errors import BadBody

PAGE = b'[{"service_request_id":"1","description":"x"},{"service_request_id":"2"}]'
XML = b"<service_requests><request><status>open</status></request></service_requests>"
HTML = b"<!DOCTYPE html>\n<html><head><title>FixMyStreet</title></head><body>"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is empty"),
        (b" \r\n\t ", "the body is empty"),
        (b"\xef\xbb\xbf", "the body is empty"),
        (HTML, r'an HTML page instead of GeoReport that says "FixMyStreet"'),
        (
            HTML + b"<p>ERROR: Missing jurisdiction_id</p>",
            'that says "ERROR: Missing jurisdiction_id"',
        ),
        (b"<?xml version='1.0'?><!-- x --><html><h1>Down &amp; out</h1>", 'says "Down & out"'),
        (b"<HTML></HTML>", "an HTML page instead of GeoReport$"),
        (b"<h1>Bad Gateway</h1>", "no list of service requests in it"),
        (b"<br />\n<b>Notice</b>: x [{}]", "broken XML"),
        (b"Service Unavailable", "neither JSON nor XML, it starts with 'Service Unavailable'"),
        (b'"gone"', "a single value instead of a list of service requests"),
        (b"404", "a single value instead of a list of service requests"),
        (PAGE[:-1], "JSON breaks off after 72 characters"),
        (PAGE[:30], "JSON breaks off after 30 characters"),
        (PAGE[5:], "neither JSON nor XML"),
        (PAGE + PAGE, "broken JSON: Extra data"),
        (XML[:-4], "XML breaks off"),
        (XML[:40], "XML breaks off"),
        (XML[30:], "XML|neither JSON nor XML"),
        (XML.replace(b"</status>", b"</state>"), "broken XML: Opening and ending tag mismatch"),
        (XML + b"<more/>", "broken XML: Extra content"),
        ("[{}]".encode("utf-16")[:-1], "broken UTF-16-LE text"),
        (
            b'{"endpoints":[{"url":"http://x","formats":[]}]}',
            r"not of service requests \(it has url",
        ),
        (b'{"a":[1],"b":[2]}', r"no list of service requests in it \(it has a, b\)"),
        (b"<errors/>", "no list of service requests in it"),
    ],
)
def test_a_body_that_is_no_page_is_refused_with_what_it_is(body: bytes, reason: str) -> None:
    with pytest.raises(BadBody, match=reason):
        decode.look(body)
    with pytest.raises(BadBody, match=reason):
        decode.canonical(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"CODE":404,"DETAIL_X":"y","MESSAGE":"No such code"}', "No such code"),
        (b'{"CODE":404}', "code 404"),
        (
            b'{"code":"403","description":"Missing or invalid API key."}',
            "Missing or invalid API key.",
        ),
        (
            b'[{"code":400,"description":"lat is missing"},{"code":400,"description":"long"}]',
            "lat is missing; long",
        ),
        (b'{"errors":[{"code":404,"description":"gone"}]}', "gone"),
        (
            b'{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2"}}}',
            "Invalid ApiKey",
        ),
        (b'[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]', "Session expired"),
        (b'{"error":"invalid_grant","error_description":"x"}', "invalid_grant"),
        (b'{"error":true,"message":"broken"}', "broken"),
        (b'{"type":"about:blank","title":"Gone","status":410,"detail":"It is gone"}', "It is gone"),
        (
            b"<errors><error><code>404</code><description>none </description></error></errors>",
            "none",
        ),
        (b"<errors>\n<error><description>a\n b</description></error></errors>", "a b"),
        (b"<error>plain words</error>", "plain words"),
        (b"<E><Body><Fault><faultstring>no key</faultstring></Fault></Body></E>", "no key"),
    ],
)
def test_an_error_body_is_known_whatever_the_vendor(body: bytes, said: str) -> None:
    """Q-ERR-4, Q-ERR-5."""
    assert decode.fault(body) == said
    with pytest.raises(BadBody, match="an error instead of service requests: "):
        decode.look(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"{}", b"oops", b"<html>", b"<", b'{"a":', PAGE, XML),
        b'{"error":false,"data":[]}',
        b'{"service_request_id":"1","code":500,"message":"x","description":"y"}',
        b'{"token":"1","message":"thanks"}',
        b'{"status":"Open","description":"a hole"}',
        b'{"requests":{"request":{"status":"open","description":"a hole","title":"x"}}}',
    ],
)
def test_what_is_no_error_body_has_no_fault(body: bytes) -> None:
    assert decode.fault(body) is None


def test_foreign_words_in_an_error_are_one_line_that_a_terminal_can_show() -> None:
    with pytest.raises(BadBody) as error:
        decode.look(b'[{"a\\r\\nb\\u001b[2J": 1}]')
    assert "a b [2J" in str(error.value)


def test_a_description_without_end_is_cut() -> None:
    assert decode.fault(b'{"message":"' + b"very " * 1000 + b'"}') == "very " * 59 + "ve..."


def test_a_definition_that_does_not_exist_is_none_and_another_error_is_raised() -> None:
    for missing in (b'{"CODE":404,"MESSAGE":"x"}', b"[]", b"null", b'[{"code":"404"}]'):
        assert decode.definition(missing) is None
    for other in (b'{"code":403,"description":"key?"}', PAGE, b"<html>", b"<services/>"):
        with pytest.raises(BadBody):
            decode.definition(other)
