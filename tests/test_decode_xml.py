"""XML of any server gives the records that its JSON would have given, and never reaches outside."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from captured import ABSENT, FIXTURES, Reader

from open311_etl import decode
from open311_etl.errors import BadBody

RECORD = {"service_request_id": "007", "status": "open", "lat": "41.50", "description": None}
INNER = (
    "<service_request_id> 007\n</service_request_id><status>open</status>"
    "<lat>41.50</lat><description/>"
)
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def page(inner: str = INNER, root: str = "service_requests", item: str = "request") -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}><{item}>{inner}</{item}></{root}>'


def rewritten(body: bytes) -> list[dict[str, object]]:
    return Reader().maps(decode.canonical(body).json)


def value(inner: str) -> object:
    """Give what one element of a record becomes."""
    (record,) = rewritten(page(f"<service_request_id>1</service_request_id>{inner}").encode())
    (name,) = record.keys() - {"service_request_id"}
    return record[name]


@pytest.mark.parametrize(
    "body",
    [
        page(),
        page(root="requests"),
        page(root="ArrayOfServiceRequest", item="ServiceRequest"),
        page(root="rows", item="row"),
        "\ufeff  " + page(),
        page().replace("<service_requests>", '<service_requests type="array">'),
        page().replace("<service_requests>", "<service_requests><count>1</count>"),
        page().replace("<service_requests>", '<service_requests xmlns="http://org/v2">'),
        page().replace("<service_requests>", "<service_requests><!-- <request/> --><?php x?>"),
        page(root="m:requests", item="m:request").replace("requests>", 'requests xmlns:m="u">', 1),
        page(root="m:requests", item="m:request"),
        page(page()[39:], root="soap:Envelope", item="soap:Body"),
        page("<r>" + page()[39:] + "</r>", root="Envelope", item="Body").replace(
            "<Envelope>", "<Envelope><Header/>"
        ),
        page()[39:].replace("<service_requests>", "").replace("</service_requests>", ""),
    ],
)
def test_root_names_item_names_namespaces_and_wrappers_do_not_matter(body: str) -> None:
    """Q-FMT-4."""
    assert [entry.id for entry in decode.look(body.encode()).entries] == ["007"]
    assert rewritten(body.encode()) == [RECORD]


def test_one_child_is_a_list_of_one_and_none_is_an_empty_list() -> None:
    two = page().replace("<request>", f"<request>{INNER}</request><request>")
    assert rewritten(two.encode()) == [RECORD, RECORD]
    empty = '<service_requests type="array">\n</service_requests>'
    for body in (empty, "<service_requests/>", "<requests></requests>", '<rows type="array"/>'):
        assert decode.look(body.encode()).entries == ()


def test_ids_codes_and_numbers_stay_text_as_written() -> None:
    for written in ("007", "1.50", "1e5", "-0", "true", "0"):
        assert value(f"<service_code>{written}</service_code>") == written


@pytest.mark.parametrize(
    "inner",
    [
        *("<x/>", "<x></x>", "<x> \n </x>", "<x><![CDATA[ ]]></x>"),
        *(f'<x xsi:nil="true" {XSI}/>', f'<x xsi:nil="1" {XSI}>0</x>', '<x nil="true"/>'),
        '<x xsi:nil="true"/>',
    ],
)
def test_every_way_to_say_nothing_is_null(inner: str) -> None:
    assert value(inner) is None


@pytest.mark.parametrize(
    ("inner", "meant"),
    [
        ("<x>Caf\u00e9 &amp; B&#228;r &lt;b></x>", "Caf\u00e9 & B\u00e4r <b>"),
        ("<x><![CDATA[a <b> & c]]></x>", "a <b> & c"),
        ("<x>Tom & Jerry &b; &nbsp;&auml;</x>", "Tom & Jerry &b; \u00a0\u00e4"),
        ("<x>a & <![CDATA[b & c &amp;]]> & d</x>", "a & b & c &amp; & d"),
        ("<x>a\x01\x0bb\ufffe &#1;&#x1F;&#0;c &#xD800;</x>", "ab c"),
        ("<x>one\r\ntwo</x>", "one\ntwo"),
        ("<description>see <b>this</b> pothole<br/></description>", "see this pothole"),
        ("<description><p>all of it</p></description>", "all of it"),
        ("<x>mixed <i>text</i></x>", "mixed text"),
    ],
)
def test_text_is_what_was_meant(inner: str, meant: str) -> None:
    assert value(inner) == meant


@pytest.mark.parametrize(
    ("inner", "meant"),
    [
        ("<notes><note><type>opened</type></note></notes>", [{"type": "opened"}]),
        ("<notes><note><a>1</a></note><note><a>2</a></note></notes>", [{"a": "1"}, {"a": "2"}]),
        ('<notes type="array"/>', []),
        ("<attributes><attribute><code>C</code></attribute></attributes>", [{"code": "C"}]),
        ("<extended_attributes><x>1.0</x><y/></extended_attributes>", {"x": "1.0", "y": None}),
        (
            "<extended_attributes><photos><photo>u</photo></photos></extended_attributes>",
            {"photos": ["u"]},
        ),
        ("<agency_responsible><recipient>A</recipient></agency_responsible>", {"recipient": ["A"]}),
        ('<details is_array="true"><d>1</d></details>', ["1"]),
        ("<media_url>a</media_url><media_url>b</media_url>", ["a", "b"]),
    ],
)
def test_nested_elements_have_the_shape_of_json(inner: str, meant: object) -> None:
    assert value(inner) == meant


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        *(("utf-8", "latin-1"), ("utf-8", "cp1252"), ("iso-8859-1", "latin-1")),
        *(("utf-16", "utf-16"), ("utf-16", "utf-8"), ("utf-8", "utf-16"), ("klingon", "utf-8")),
        *(("windows-1251", "utf-8-sig"), ("iso-8859-1", "utf-8"), ("macroman", "mac-roman")),
    ],
)
@pytest.mark.parametrize("damage", ["", " & "])
def test_any_label_and_encoding_gives_the_same_text(label: str, encoding: str, damage: str) -> None:
    body = page(f"<service_request_id>1</service_request_id><address>Stra\u00dfe{damage}</address>")
    (record,) = rewritten(body.replace("utf-8", label).encode(encoding))
    assert record["address"] == f"Stra\u00dfe{damage}".strip()


def test_entries_that_hold_only_text_or_nothing_are_rejected() -> None:
    body = page().replace("<request>", "<request>oops</request><request/><request>")
    found = decode.canonical(body.encode())
    assert [(each.ordinal, each.raw) for each in found.rejects] == [(0, b'"oops"'), (1, b"null")]
    assert len(decode.look(body.encode()).entries) == 3


def test_services_and_tokens_are_read_from_xml_too() -> None:
    code = "<service_code>01</service_code><service_name>n</service_name>"
    more = "<metadata>TRUE</metadata><keywords> a, b </keywords><rank>1</rank>"
    (service,) = decode.services(page(code + more, root="services", item="service").encode())
    assert (service["service_code"], service["metadata"]) == ("01", True)
    assert (service["keywords"], service["extra"]) == (["a", "b"], {"rank": "1"})
    (token,) = decode.tokens(page("<token>1</token><account_id/>").encode())
    assert token == {"token": "1"} | dict.fromkeys(
        ["service_request_id", "service_notice", "account_id"]
    )


def test_entities_are_never_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    secret = tmp_path / "secret"
    secret.write_text("s3cr3t")
    with HTTPServer(("127.0.0.1", 0), Trap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
        for dtd in (
            f'<!DOCTYPE service_requests SYSTEM "{url}a.dtd">',
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>',
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}e"><!ENTITY % p SYSTEM "{url}p"> %p;]>',
            f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}<!ENTITY e "&l12;">]>',
        ):
            body = page("<service_request_id a='&e;'>&e;</service_request_id>")
            for damage in ("", " & "):
                hostile = body.replace("\n", dtd).replace("</request>", damage + "</request>")
                with pytest.raises(BadBody, match=r"DTD|XML") as refused:
                    decode.look(hostile.encode())
                assert "s3cr3t" not in str(refused.value)
        server.shutdown()
    assert asked == []


def test_a_page_of_requests_that_breaks_off_is_refused_wherever_it_does() -> None:
    file = FIXTURES / "san-francisco/requests-2012-1.xml"
    if not file.is_file():
        pytest.skip(ABSENT)
    body = file.read_bytes()
    for end in range(len(body) - 1, 40, -997):
        with pytest.raises(BadBody):
            decode.look(body[:end])
        with pytest.raises(BadBody):
            decode.look(body[-end:])
