"""No server is trusted: with the key, with where it sends us, with memory, with a form."""

from __future__ import annotations

import asyncio
import gzip
import logging
import shutil
import ssl
import subprocess
import tracemalloc
from typing import Any

import httpx
import pytest
from faulty_server import dripping, http, serving
from keyed_city import GOOD, KEY, client, to, two

from open311_etl import transport
from open311_etl.client import Client
from open311_etl.config import Source
from open311_etl.errors import BadBody, NotFound, SourceDown, SourceRefused
from open311_etl.transport import Secret

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_KEY", KEY)


# -- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_read_follows_a_redirect_and_the_page_tells_where_it_came_from(
    status: int,
) -> None:
    """Q-ERR-9."""
    moved = to("/moved/requests.json?page=1", status)
    async with serving(moved, GOOD) as server, client(server) as city:
        page = await city.requests({}, number=1)
    assert page.url == f"http://127.0.0.1:{server.port}/moved/requests.json?page=1"
    assert (page.attempts, city.requests_made) == (1, 2)
    assert server.asked[1].headers["user-agent"] == "test/1"


async def test_redirects_that_go_round_are_left_after_five() -> None:
    async with serving(to("/open311/v2/again")) as server, client(server) as city:
        with pytest.raises(SourceRefused, match=r"more than 5 redirects, the last to .*again; "):
            await city.services()
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        "https:///x",
        "data:,[]",
    ],
)
async def test_a_redirect_off_the_web_is_refused(location: str) -> None:
    async with serving(to(location), GOOD) as server, client(server) as city:
        with pytest.raises(SourceRefused, match="check the url of the source, it may have moved"):
            await city.services()
    assert len(server.asked) == 1


async def test_a_redirect_to_a_front_page_is_a_bad_body_that_names_the_page() -> None:
    page = http(body=b"<html><title>Welcome</title></html>")
    async with serving(to("/home"), page) as server, client(server, retries=0) as city:
        with pytest.raises(BadBody, match=r"HTML page \(Welcome\) after a redirect to .*/home;"):
            await city.services()


@pytest.mark.parametrize("place", ["query", "header"])
async def test_the_key_goes_along_on_the_same_server_and_never_to_another(place: Any) -> None:
    changed: dict[str, Any] = {"api_key_in": place, "api_key_reads": True}
    location = "/v3/x.json?api_key=s3cr3t%2F%2Bkey&page=1" if place == "query" else "/v3/x.json"
    async with serving(to(location), GOOD) as server, client(server, **changed) as city:
        page = await city.services()
    assert all(
        KEY in (asked.query.get("api_key"), asked.headers.get("api_key")) for asked in server.asked
    )
    assert "s3cr3t" not in str(page)

    async with (
        two(to(f"http://OTHER{location}"), GOOD) as (server, other),
        client(server, **changed) as city,
    ):
        page = await city.services()
    assert "s3cr3t" not in str(other.asked)
    assert "api_key" not in str(other.asked)
    assert page.url.startswith(f"http://127.0.0.1:{other.port}/v3/x.json")


@pytest.mark.parametrize(
    "hidden", ["?k=s3cr3t/%2Bkey", "?next=s3cr3t%252F%252Bkey", "/s3cr3t/+key"]
)
async def test_a_redirect_that_carries_the_key_elsewhere_in_disguise_is_refused(
    hidden: str,
) -> None:
    async with (
        two(to(f"http://OTHER/{hidden}"), GOOD) as (server, other),
        client(server, api_key_reads=True) as city,
    ):
        with pytest.raises(SourceRefused, match="would carry the API key") as refused:
            await city.services()
    assert other.asked == []
    assert "s3cr3t/" not in str(refused.value)


async def test_the_key_does_not_come_back_after_a_detour() -> None:
    changed: dict[str, Any] = {"api_key_in": "header", "api_key_reads": True}
    async with serving(GOOD) as server, serving(GOOD) as other, client(server, **changed) as city:
        server.replies = [to(f"{other.url}x"), GOOD]
        other.replies = [to(f"{server.url}services.json")]
        await city.services()
    assert [KEY in str(asked) for asked in server.asked] == [True, False]


async def test_plain_http_may_become_https_on_the_same_host_but_not_the_other_way() -> None:
    def same(one: str, other: str) -> bool:
        return transport.same_server(httpx.URL(one), httpx.URL(other))

    assert same("http://city.example/x", "https://CITY.example/y")
    assert same("https://city.example", "https://city.example:443/")
    assert not same("https://city.example/", "http://city.example/")
    assert not same("http://city.example:8080/", "https://city.example:8443/")
    assert not same("http://city.example/", "https://www.city.example/")


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("::1", True),
        ("::ffff:192.168.0.1", True),
        ("fe80::1%eth0", True),
        ("0.0.0.0", True),
        ("93.184.216.34", False),
        ("2606:4700::1111", False),
    ],
)
async def test_a_public_server_leads_nobody_into_a_private_network(
    address: str, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def addresses_of(host: str) -> list[str]:
        return {"127.0.0.1": ["93.184.216.34"], "localhost": ["93.184.216.34", address]}[host]

    monkeypatch.setattr(transport, "addresses_of", addresses_of)
    async with serving(GOOD) as other, serving(GOOD) as server, client(server) as city:
        server.replies = [to(f"http://localhost:{other.port}/admin")]
        if inside:
            with pytest.raises(SourceRefused, match="into a private network"):
                await city.services()
        else:
            await city.services()
    assert len(other.asked) == (0 if inside else 1)


async def test_a_server_inside_may_lead_to_another_inside() -> None:
    async with two(to("http://OTHER/x"), GOOD) as (server, other), client(server) as city:
        await city.services()
    assert len(other.asked) == 1


# -- memory ------------------------------------------------------------------------------------


async def test_a_bomb_is_left_without_holding_it() -> None:
    bomb = gzip.compress(b"[" + b" " * 60_000_000 + b"]", 1, mtime=0)
    reply = http(body=bomb, headers={"Content-Encoding": "gzip"})
    async with serving(reply) as server, client(server, max_body_mb=1, retries=3) as city:
        tracemalloc.start()
        try:
            with pytest.raises(BadBody, match=r"more than 1 MB; ask for smaller pages, or"):
                await city.services()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 10_000_000
    assert len(server.asked) == 1


async def test_a_body_without_end_is_left_at_the_limit() -> None:
    async def endless(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while not writer.is_closing():
            writer.write(b" " * 65536)
            await writer.drain()

    async with serving(endless) as server, client(server, max_body_mb=0.5) as city:
        with pytest.raises(BadBody, match=r"more than 0\.5 MB"):
            await city.services()


async def test_a_body_that_is_said_to_be_too_large_is_not_begun() -> None:
    reply = dripping(http(body=b"[", length=2_000_000), 0.01)
    async with serving(reply) as server, client(server, max_body_mb=1) as city:
        with pytest.raises(BadBody, match="more than 1 MB"):
            await city.services()


async def test_a_body_just_at_the_limit_is_whole() -> None:
    body = b"[" + b" " * (1024 * 1024 - 2) + b"]"
    async with serving(http(body=body)) as server, client(server, max_body_mb=1) as city:
        assert (await city.services()).body == body


async def test_of_an_error_only_the_beginning_is_read() -> None:
    long = http(404, b"<html><title>Gone</title>" + b" " * 5_000_000)
    async with serving(long) as server, client(server) as city:
        with pytest.raises(NotFound, match="Gone"):
            await city.request("1")


@pytest.mark.parametrize("encoding", ["br", "gzip", "gzip, gzip"])
async def test_an_error_that_cannot_be_unpacked_is_still_that_error(encoding: str) -> None:
    odd = http(404, b"no gzip", headers={"Content-Encoding": encoding})
    async with serving(odd) as server, client(server) as city:
        with pytest.raises(NotFound, match="HTTP 404"):
            await city.request("1")


# -- secrets -----------------------------------------------------------------------------------


async def test_no_log_of_any_library_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    moved = to("/x.json?api_key=s3cr3t%2F%2Bkey&again=s3cr3t/%2Bkey")
    replies = (moved, http(500), GOOD)
    async with serving(*replies) as server, client(server, api_key_reads=True) as city:
        await city.services()
    assert "HTTP Request" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_a_key_is_hidden_however_it_is_encoded() -> None:
    secret = Secret("a b/c+d")
    assert secret.hide("a b/c+d a%20b%2Fc%2Bd a+b%2Fc%2Bd") == "*** *** ***"
    assert Secret(None).hide("text") == Secret("").hide("text") == "text"


async def test_credentials_in_the_url_are_sent_on_its_server_and_not_shown() -> None:
    async with serving(to("/x.json"), GOOD) as server:
        source = Source(name="city", url=server.url.replace("//", "//user:hush@"))
        async with Client(source, user_agent="test/1") as city:
            page = await city.services()
    assert "hush" not in str(page)
    assert all(asked.headers["authorization"].startswith("Basic ") for asked in server.asked)


# -- certificates ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate of this test, is not installed")
    place = tmp_path_factory.mktemp("tls")
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=city.example -keyout key -out cert"
    subprocess.run([openssl, *made.split()], cwd=place, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert", place / "key")
    return context


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    forged: ssl.SSLContext,
) -> None:
    async with serving(GOOD, tls=forged) as server, client(server, retries=3) as city:
        with pytest.raises(SourceDown, match=r"cannot be verified \(self.signed.*verify_tls"):
            await city.services()
    assert server.asked == []
    assert server.connections <= 1


async def test_any_certificate_is_accepted_where_the_profile_says_so_and_that_is_told_once(
    forged: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """Q-ERR-8."""
    async with serving(GOOD, tls=forged) as server:
        for _ in range(3):
            async with client(server, verify_tls=False) as city:
                await city.services()
    assert len(server.asked) == 3
    assert caplog.text.count("source city: verify_tls is false") == 1


async def test_a_server_that_speaks_no_tls_is_down() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(400))
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        source = Source(name="city", url=f"https://127.0.0.1:{port}/", retries=0)
        async with Client(source, user_agent="test/1") as city:
            with pytest.raises(SourceDown, match=r"no TLS connection \(\w+\); nothing is lost"):
                await city.services()
