"""What a server does wrong is tried again where that may help, and named in one line where not."""

from __future__ import annotations

import asyncio
import gzip
import pickle
import re
import zlib
from typing import Any

import pytest
from faulty_server import (
    FaultyServer,
    Reply,
    dripping,
    http,
    reset,
    serving,
    silent,
    then_close,
)

from open311_etl.client import Client
from open311_etl.config import Source
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceError, SourceRefused, UsageError
from open311_etl.model import Page
from open311_etl.pacing import LONGEST_REST, Pace

pytestmark = pytest.mark.anyio

GOOD = http(body=b'[{"service_request_id": "1"}]')
FRONT_PAGE = b"<!DOCTYPE html><html><title>City of X</title></html>"
BLOCKED = http(403, FRONT_PAGE, headers={"Content-Type": "text/html"})
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def no_wait(_: float) -> None:
    await asyncio.sleep(0)


def client(server: FaultyServer, **changed: Any) -> Client:
    source = Source(name="city", url=server.url, **changed)
    paced = Pace(source, wait=no_wait, jitter=lambda most: most)
    return Client(source, user_agent="test/1", pace=paced)


async def read(*replies: Reply, **changed: Any) -> tuple[Page | SourceError, FaultyServer]:
    """Give what reading a list comes to, and the server that was asked."""
    async with serving(*replies) as server, client(server, **changed) as city:
        try:
            return await city.requests({}, number=1), server
        except SourceError as error:
            return error, server


def shape(error: object) -> str:
    """Give an error's text without how long it took."""
    return re.sub(r"\b\d+ s\b", "N s", str(error))


# -- tried again -------------------------------------------------------------------------------

PASSING: dict[str, Reply] = {
    "500": http(500),
    "502": http(502, FRONT_PAGE),
    "503": http(503, headers={"Retry-After": "2"}),
    "429": http(429, b'{"message": "Too Many Requests"}', headers={"Retry-After": "1"}),
    "408": http(408),
    "425": http(425),
    "a page of a CDN with 403": BLOCKED,
    "an HTML page with 200": http(body=FRONT_PAGE),
    "an empty body": http(body=b""),
    "no content": then_close(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "text": http(body=b"Server error in '/' application"),
    "a reset": reset,
    "no answer, only the end": then_close(b""),
    "an answer that is not HTTP": then_close(b"Hello?\r\n\r\n"),
    "a head that breaks off": then_close(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "a body shorter than its length": then_close(http(body=b'[{"a": 1}', length=500)),
    "chunks that break off": then_close(CHUNKED + b"4\r\n[{}]\r\n"),
    "chunks that are none": then_close(CHUNKED + b"zz\r\n[{}]\r\n"),
    "a body that a proxy cut": http(body=b'[{"service_request_id": "1"}, {"serv'),
    "a packed body that breaks off": http(
        body=gzip.compress(b"[{}]" * 50, mtime=0)[:-9], headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("fault", PASSING)
async def test_what_may_pass_is_tried_again(fault: str) -> None:
    """Q-ERR-3."""
    page, server = await read(PASSING[fault], GOOD)
    assert isinstance(page, Page), page
    assert (page.attempts, len(server.asked)) == (2, 2)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("500", SourceDown, "HTTP 500 three times in N s"),
        ("502", SourceDown, 'HTTP 502 three times in N s ("City of X")'),
        ("429", SourceDown, 'HTTP 429 three times in N s ("Too Many Requests")'),
        ("a page of a CDN with 403", SourceRefused, 'HTTP 403 three times in N s ("City of X")'),
        ("an HTML page with 200", BadBody, "HTTP 200 with an HTML page (City of X) three times"),
        ("an empty body", BadBody, "HTTP 200 with an empty body three times"),
        ("no content", BadBody, "HTTP 204 with an empty body three times"),
        ("text", BadBody, "HTTP 200 with a body that is neither JSON nor XML three times"),
        ("a reset", SourceDown, "connection lost before the answer was whole three times"),
        ("no answer, only the end", SourceDown, "connection lost before the answer was whole"),
        ("an answer that is not HTTP", SourceDown, "connection lost before the answer was whole"),
        ("a body shorter than its length", BadBody, "a body that breaks off three times"),
        ("chunks that break off", BadBody, "a body that breaks off three times"),
        ("a body that a proxy cut", BadBody, "a body that breaks off three times"),
        ("a packed body that breaks off", BadBody, "a body that breaks off three times"),
    ],
)
async def test_what_does_not_pass_ends_in_one_line_that_says_what_and_how_often(
    fault: str, kind: type[SourceError], words: str
) -> None:
    error, server = await read(PASSING[fault], retries=2)
    assert type(error) is kind
    assert str(error).startswith("source city: ")
    assert words in shape(error)
    assert "; " in str(error).removeprefix("source city: ")
    assert "\n" not in str(error)
    assert len(server.asked) == 3


async def test_different_faults_are_counted_together_and_the_last_is_named() -> None:
    error, _ = await read(http(500), reset, http(503), retries=2)
    assert "HTTP 503 at the last of 3 tries in N s" in shape(error)


async def test_a_server_that_refuses_connections_is_down() -> None:
    async with serving(GOOD) as server:
        pass
    async with client(server, retries=1) as city:
        with pytest.raises(SourceDown, match=r"no connection to 127\.0\.0\.1:\d+ twice in") as down:
            await city.services()
    assert down.value.status is None


async def test_a_host_without_address_is_down_and_says_so() -> None:
    source = Source(name="city", url="http://no-such-host.invalid/", retries=0)
    async with Client(source, user_agent="test/1") as city:
        with pytest.raises(SourceDown, match=r"its host name cannot be resolved; check url"):
            await city.services()


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_a_caller_may_ask_for_fewer_tries(retries: int) -> None:
    async with serving(http(500)) as server, client(server) as city:
        with pytest.raises(SourceDown):
            await city.requests({}, retries=retries)
    assert len(server.asked) == city.requests_made == retries + 1


# -- not tried again ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, SourceRefused),
        (401, SourceRefused),
        (403, SourceRefused),
        (405, SourceRefused),
        (422, SourceRefused),
        (404, NotFound),
        (410, NotFound),
    ],
)
async def test_a_refusal_is_taken_at_once(status: int, kind: type[SourceError]) -> None:
    error, server = await read(http(status, b'[{"code": 1, "description": "because"}]'))
    assert type(error) is kind
    assert error.status == status
    assert f'source city: HTTP {status} ("because"); ' in str(error)
    assert len(server.asked) == 1


async def test_a_guarded_page_is_tried_twice_more_and_no_oftener() -> None:
    """Q-ERR-7."""
    error, server = await read(BLOCKED, retries=9)
    assert isinstance(error, SourceRefused)
    assert len(server.asked) == 3


async def test_a_refusal_names_the_key_that_may_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_KEY", "s3cr3t")
    refused = http(403, b'{"message": "key s3cr3t is unknown"}')
    error, _ = await read(refused, api_key_env="CITY_KEY", api_key_reads=True)
    assert 'HTTP 403 ("key *** is unknown"); check the API key in CITY_KEY' in str(error)


async def test_errors_survive_the_way_to_another_process() -> None:
    error, _ = await read(http(503, headers={"Retry-After": "9"}), retries=0)
    assert isinstance(error, SourceDown)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.status, again.retry_after) == (str(error), 503, 9)


async def test_what_http_cannot_carry_is_the_users_to_correct() -> None:
    async with serving(GOOD) as server:
        for agent in ("open311-etl (+José)", "open311-etl\r\nX-Evil: 1"):
            async with Client(Source(name="city", url=server.url), user_agent=agent) as city:
                with pytest.raises(UsageError, match="source city: the contact or the API key"):
                    await city.services()
    assert server.asked == []


# -- time --------------------------------------------------------------------------------------


async def test_an_answer_that_does_not_come_ends_by_the_read_timeout() -> None:
    """Q-FMT-10."""
    error, server = await read(silent, retries=1, read_timeout=0.1)
    assert isinstance(error, SourceDown)
    assert "no byte for 0.1 s twice" in str(error)
    assert len(server.asked) == 2


@pytest.mark.parametrize("reply", [GOOD, http(503, b"x" * 500)])
async def test_an_answer_that_drips_ends_by_the_total_timeout(reply: bytes) -> None:
    error, _ = await read(dripping(reply, 0.02), retries=0, read_timeout=5, total_timeout=0.3)
    assert isinstance(error, SourceDown)
    assert "no whole answer within 0.3 s" in str(error)


async def test_a_slow_answer_that_comes_in_time_is_whole() -> None:
    page, _ = await read(dripping(GOOD, 0.001), read_timeout=5)
    assert isinstance(page, Page)
    assert page.body == b'[{"service_request_id": "1"}]'


async def test_a_call_that_is_cancelled_ends_and_frees_its_turn() -> None:
    async with serving(silent, GOOD) as server, client(server, concurrency=1) as city:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await city.services()
        async with asyncio.timeout(5):
            await city.services()


# -- pace --------------------------------------------------------------------------------------


async def test_a_rest_that_the_server_asks_for_is_kept() -> None:
    strained = http(429, headers={"Retry-After": "40"})
    async with serving(strained, GOOD) as server, client(server) as city:
        began = city.pace.now()
        await city.services()
        assert city.pace.now() - began >= 40


async def test_a_rest_too_long_to_sit_out_ends_this_call_and_the_next_at_once() -> None:
    rest = LONGEST_REST + 3600
    strained = http(503, headers={"Retry-After": f"{rest:.0f}"})
    async with serving(strained, GOOD) as server, client(server) as city:
        with pytest.raises(SourceDown, match=r"HTTP 503; it asks for a rest of 4200 s, run") as one:
            await city.services()
        with pytest.raises(SourceDown, match=r"city: asked for a rest until 2.*Z") as other:
            await city.discovery()
    assert one.value.retry_after == rest
    assert other.value.retry_after == pytest.approx(rest, abs=60)
    assert len(server.asked) == 1


async def test_a_strained_server_is_asked_by_fewer_at_once() -> None:
    async with serving(GOOD) as server, client(server, concurrency=8) as city:
        for _ in range(30):
            await asyncio.gather(*(city.services() for _ in range(8)))
        assert city.pace.width == 8
        server.replies = [http(503), GOOD]
        await city.services()
        assert city.pace.width == 4
        assert server.most_at_once <= 8


# -- packing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"[]", mtime=0)),
        ("deflate", zlib.compress(b"[]")),
        ("deflate", zlib.compress(b"[]", wbits=-15)),
        ("identity", b"[]"),
    ],
)
async def test_a_packed_body_is_unpacked(encoding: str, packed: bytes) -> None:
    page, server = await read(http(body=packed, headers={"Content-Encoding": encoding}))
    assert isinstance(page, Page)
    assert page.body == b"[]"
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


async def test_the_profile_says_which_packing_is_asked_for() -> None:
    _, server = await read(http(), accept_encoding="identity")
    assert server.asked[0].headers["accept-encoding"] == "identity"


async def test_after_a_broken_packing_bodies_are_asked_for_unpacked_and_stay_so() -> None:
    """Q-FMT-7."""
    broken = http(body=b"\x00\x01broken", headers={"Content-Encoding": "deflate"})
    async with serving(broken, GOOD) as server, client(server, retries=0) as city:
        page = await city.requests({})
        await city.services()
    assert page.attempts == 1
    assert [asked.headers["accept-encoding"] for asked in server.asked] == [
        "gzip, deflate",
        "identity",
        "identity",
    ]


async def test_a_packing_that_stays_broken_is_a_bad_body() -> None:
    broken = http(body=b"\x00\x01broken", headers={"Content-Encoding": "deflate"})
    error, server = await read(broken, retries=1)
    assert isinstance(error, BadBody)
    assert "a body that is no deflate" in str(error)
    assert len(server.asked) == 3
