"""A body is unpacked within its limit, and known by its look rather than by what is said of it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open311_etl.body import (
    CutShortError,
    EncodingError,
    TooLargeError,
    Unpacker,
    description,
    unreadable,
)


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": lambda body: gzip.compress(body[:3]) + gzip.compress(body[3:]) + b"\0\0",
    "deflate": zlib.compress,
    "deflate, identity": bare_deflate,
}


def unpack(encoding: str, pieces: list[bytes], most: int = 1 << 20) -> bytes:
    unpacker = Unpacker(encoding, most)
    for piece in pieces:
        unpacker.feed(piece)
    return unpacker.finish()


@given(st.binary(max_size=500), st.sampled_from(sorted(PACKINGS)), st.integers(1, 40))
def test_a_body_is_unpacked_however_it_is_packed_and_cut(
    body: bytes, encoding: str, step: int
) -> None:
    packed = PACKINGS[encoding](body)
    pieces = [packed[i : i + step] for i in range(0, len(packed), step)]
    assert unpack(encoding, pieces, len(body)) == body


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_packed_body_that_lacks_its_end_is_not_taken_for_whole(
    body: bytes, encoding: str, data: st.DataObject
) -> None:
    packed = PACKINGS[encoding](body)
    end = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(CutShortError):
        unpack(encoding, [packed[:end]])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
def test_a_bomb_is_stopped_at_the_limit(encoding: str) -> None:
    packed = PACKINGS[encoding](b"[" + b" " * 50_000_000)
    unpacker = Unpacker(encoding, 1000)
    with pytest.raises(TooLargeError):
        unpacker.feed(packed)
    assert len(unpacker.beginning()) == 1000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"[1, 2, 3]"),
        ("deflate", b"\x78\x9d not deflated"),
        ("deflate", b"[{}]"),
        ("br", b"[]"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"[]", mtime=0), mtime=0)),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_told_from_a_sound_one(
    encoding: str, body: bytes
) -> None:
    with pytest.raises(EncodingError):
        unpack(encoding, [body])


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", zlib.compress), ("deflate", gzip.compress)]
)
def test_gzip_and_deflate_may_be_mixed_up(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert unpack(encoding, [pack(b"[1, 2, 3]")]) == b"[1, 2, 3]"


def test_a_body_packed_from_nothing_is_nothing() -> None:
    assert unpack("gzip", []) == b""


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b' \r\n[{"service_request_id": "1"}]\n\0',
        b'\xef\xbb\xbf{"service_requests": []}',
        b'<?xml version="1.0"?>\n<service_requests/>\n',
        b"\xef\xbb\xbf<services><service/></services>",
        '\ufeff<?xml version="1.0" encoding="utf-16"?><services/>'.encode("utf-16-le"),
        "\ufeff[]".encode("utf-16-be"),
        b"<requests><description><![CDATA[<html><br>]]></description></requests>",
        b"<!-- -->" * 1000 + b"<services/>",
    ],
)
def test_json_and_xml_are_known_by_their_look(body: bytes) -> None:
    """Q-FMT-8."""
    assert unreadable(body) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty body"),
        (b"\xef\xbb\xbf \n", "an empty body"),
        (b"<!DOCTYPE html><title>Open311 &amp; you</title>", "an HTML page (Open311 & you)"),
        (b"\n<HTML><body>ERROR: jurisdiction_id missing</body></HTML>", "an HTML page"),
        (b"<?xml version='1.0'?><!-- x --><html></html>", "an HTML page"),
        (b"<br />\n<b>Fatal error</b>: out of memory<br />", "an HTML page"),
        (b"Internal error", "a body that is neither JSON nor XML"),
        (b"null", "a body that is neither JSON nor XML"),
        (b"callback([])", "a body that is neither JSON nor XML"),
        (b'[{"service_request_id": "1"', "a body that breaks off"),
        (b"<service_requests><request>", None),
        (b"<service_requests><request", "a body that breaks off"),
        (b'{"service_requests": [', "a body that breaks off"),
    ],
)
def test_what_cannot_be_georeport_is_named(body: bytes, reason: str | None) -> None:
    """Q-ERR-1."""
    assert unreadable(body) == reason


def test_no_captured_body_of_a_real_server_is_taken_for_unreadable(shared: Path) -> None:
    bodies = [
        file
        for file in (shared / "fixtures").glob("*/*.*")
        if file.suffix in {".json", ".xml"} and "truncated" not in file.name
    ]
    assert len(bodies) > 20
    assert {str(file): unreadable(file.read_bytes()) for file in bodies} == dict.fromkeys(
        map(str, bodies)
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'[{"code": 400, "description": "no such jurisdiction"}]', "no such jurisdiction"),
        (b'{"code": "403", "description": "no key"}', "no key"),
        (b'{"CODE": 404, "DESCRIPTION": "Not found"}', "Not found"),
        (b'{"message": "Too Many Requests", "limit": 20}', "Too Many Requests"),
        (b'{"fault": {"faultstring": "Bad key", "detail": {"errorcode": "x"}}}', "Bad key"),
        (b'[{"description": "one"}, {"description": "two"}]', "one; two"),
        (b"<errors><error><description>bad\n  date</description></error></errors>", "bad date"),
        (b'<e xmlns="urn:x"><message>odd</message></e>', "odd"),
        (b"<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        (b"<errors><error><description>cut", "cut"),
        (b'[{"description": "\\u001b[31mred\\u0000"}]', "[31mred"),
        (b"plain text", ""),
        (b"[1, 2]", ""),
        (b"", ""),
        (b"\xff\xfe\x00", ""),
        (b"[" * 5000, ""),
        (b'<!DOCTYPE x [<!ENTITY e "secret">]><error><message>&e;</message></error>', ""),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x><error>&e;</error></x>', ""),
    ],
)
def test_the_servers_own_words_are_found_in_an_error(body: bytes, said: str) -> None:
    """Q-ERR-2."""
    assert description(body) == said


def test_the_servers_own_words_are_kept_short() -> None:
    said = description(b'{"description": "' + b"x" * 5000 + b'"}')
    assert len(said) == 200
    assert said.endswith("x...")


@given(st.binary(max_size=200))
def test_no_body_can_make_looking_at_it_fail(body: bytes) -> None:
    unreadable(body)
    assert len(description(body)) <= 200
