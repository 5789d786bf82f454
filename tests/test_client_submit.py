"""A report is sent once: what may have arrived is not sent again, nor where it does not belong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from faulty_server import Reply, dripping, http, reset, serving, silent, then_close
from keyed_city import GOOD, KEY, client, to, two

from open311_etl.client import Client
from open311_etl.config import Source
from open311_etl.errors import BadBody, ConfigError, SourceDown, SourceRefused
from open311_etl.pacing import Pace

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_KEY", KEY)


@pytest.mark.parametrize("place", ["query", "header"])
async def test_a_form_is_sent_with_the_key_and_all_its_values(place: Any) -> None:
    reply = http(201, b'[{"token": "4c4f"}]')
    async with (
        serving(reply) as server,
        client(server, jurisdiction_id="city.gov", api_key_in=place) as city,
    ):
        page = await city.submit(
            {
                "service_code": "001",
                "description": "Straße & Loch = tief",
                "attribute[KIND]": ["a", "b"],
            }
        )
    asked = server.asked[0]
    assert (asked.method, asked.path, asked.query) == ("POST", "/open311/v2/requests.json", {})
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8"
    expected = {
        "jurisdiction_id": ["city.gov"],
        "service_code": ["001"],
        "description": ["Straße & Loch = tief"],
        "attribute[KIND]": ["a", "b"],
    }
    if place == "query":
        expected["api_key"] = [KEY]
    assert asked.form == expected
    assert asked.headers.get("api_key") == (KEY if place == "header" else None)
    assert page.body == b'[{"token": "4c4f"}]'
    assert "s3cr3t" not in str(page)


@pytest.mark.parametrize(
    "reply",
    [
        http(503),
        http(429, headers={"Retry-After": "1"}),
        http(500),
        http(body=b"<html></html>"),
        http(body=b"\x00odd", headers={"Content-Encoding": "gzip"}),
        reset,
        then_close(b""),
        silent,
        dripping(GOOD, 0.05),
    ],
)
async def test_a_form_that_may_have_arrived_is_never_sent_again(reply: Reply) -> None:
    times: dict[str, Any] = {"read_timeout": 0.2, "total_timeout": 0.3}
    async with serving(reply) as server, client(server, **times) as city:
        with pytest.raises((SourceDown, BadBody), match="may have been received: look for it"):
            await city.submit({"service_code": "001"})
    assert len(server.asked) == 1


async def test_a_form_that_found_no_connection_is_sent_when_there_is_one() -> None:
    async with serving(GOOD) as server:
        pass
    restarted: list[asyncio.Server] = []

    async def restart(_: float) -> None:
        if not restarted:
            again = await asyncio.start_server(server.serve, "127.0.0.1", server.port)
            restarted.append(again)

    source = Source(name="city", url=server.url, api_key_env="CITY_KEY")
    async with Client(source, user_agent="test/1", pace=Pace(source, wait=restart)) as city:
        page = await city.submit({"service_code": "001"})
    restarted[0].close()
    await server.stop()
    assert page.attempts == 2
    assert len(server.asked) == 1


async def test_a_form_is_kept_back_while_the_server_rests() -> None:
    async with serving(GOOD) as server, client(server) as city:
        city.pace.report(0.1, ok=False, retry_after=5000)
        with pytest.raises(SourceDown, match="run again after that"):
            await city.submit({"service_code": "001"})
    assert server.asked == []


async def test_a_form_that_is_refused_says_why() -> None:
    refused = http(400, b'[{"code": 400, "description": "duplicate of 17"}]')
    async with serving(refused) as server, client(server) as city:
        with pytest.raises(SourceRefused, match=r'HTTP 400 \("duplicate of 17"\)'):
            await city.submit({"service_code": "001"})
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_form_is_not_sent_where_a_redirect_points(status: int) -> None:
    async with serving(to("/elsewhere", status), GOOD) as server, client(server) as city:
        with pytest.raises(SourceRefused, match=r"redirects the POST, which was not repeated"):
            await city.submit({"service_code": "001"})
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_a_form_follows_its_server_but_goes_to_no_other(status: int) -> None:
    async with serving(to("/elsewhere", status), GOOD) as server, client(server) as city:
        await city.submit({"service_code": "001"})
    assert [asked.form["service_code"] for asked in server.asked] == [["001"], ["001"]]

    async with (
        two(to("http://OTHER/x", status), GOOD) as (server, other),
        client(server) as city,
    ):
        with pytest.raises(SourceRefused, match="redirects the POST"):
            await city.submit({"service_code": "001"})
    assert other.asked == []


async def test_a_form_needs_a_key() -> None:
    async with serving(GOOD) as server:
        source = Source(name="city", url=server.url)
        async with Client(source, user_agent="test/1") as city:
            with pytest.raises(ConfigError, match="api_key_env"):
                await city.submit({"service_code": "001"})
    assert server.asked == []
