"""The seven calls of GeoReport v2: what is asked of a server, and the Page that comes back."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest
from faulty_server import FaultyServer, http, serving

from open311_etl.client import Client, instant
from open311_etl.config import Source
from open311_etl.errors import ConfigError, UsageError

pytestmark = pytest.mark.anyio

AGENT = "open311-etl/0.1 (+mailto:someone@example.org)"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CITY_KEY", "s3cr3t/+key")
    return "s3cr3t/+key"


def client(server: FaultyServer, **changed: Any) -> Client:
    return Client(Source(name="city", url=server.url, **changed), user_agent=AGENT)


async def list_query(params: dict[str, str], number: int | None, **changed: Any) -> dict[str, str]:
    """Give the query that a server receives for a list."""
    async with serving(http()) as server, client(server, **changed) as city:
        await city.requests(params, number=number)
        return server.asked[0].query


# -- paths -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_each_call_has_its_path_in_the_format_of_the_source(form: str) -> None:
    async with serving(http(body=b"[{}]")) as server, client(server, format=form) as city:
        await city.discovery()
        await city.services()
        await city.service("001")
        await city.requests({})
        await city.request("SR19-00134785")
        await city.token("4c4f")
    base = "/open311/v2/"
    assert [asked.path for asked in server.asked] == [
        f"{base}discovery.{form}",
        f"{base}services.{form}",
        f"{base}services/001.{form}",
        f"{base}requests.{form}",
        f"{base}requests/SR19-00134785.{form}",
        f"{base}tokens/4c4f.{form}",
    ]
    assert {asked.method for asked in server.asked} == {"GET"}
    assert {asked.headers["user-agent"] for asked in server.asked} == {AGENT}
    assert city.requests_made == 6


@pytest.mark.parametrize(
    "code",
    [
        "Mayor's 24 Hour Hotline:Needle Program:Needle Pickup",
        "a/b?c#d&e=f%2F+g",
        "../../admin",
        "..",
        "Müll, wilder",
        "a\\b\n",
    ],
)
async def test_a_code_stays_one_part_of_the_path_whatever_it_holds(code: str) -> None:
    """Q-SVC-5."""
    async with serving(http(body=b"{}")) as server, client(server) as city:
        await city.service(code)
        await city.request(code)
    for asked, place in zip(server.asked, ("services", "requests"), strict=True):
        before, after = asked.path.split(f"/open311/v2/{place}/")
        assert (before, unquote(after)) == ("", f"{code}.json")
        assert "/" not in after


async def test_an_empty_id_is_refused_because_it_would_ask_for_the_list() -> None:
    async with serving(http()) as server, client(server) as city:
        with pytest.raises(UsageError, match="empty service_request_id"):
            await city.request("")
    assert server.asked == []


# -- parameters --------------------------------------------------------------------------------


async def test_a_list_is_asked_for_as_the_profile_says_and_as_the_call_says() -> None:
    """Q-PAGE-4, Q-EXT-1."""
    query = await list_query(
        {"start_date": "2026-03-01T00:00:00Z", "service_code": "a b"},
        3,
        jurisdiction_id="city.gov",
        page_param="seite",
        page_size_param="per_page",
        page_size=50,
        extensions="v1",
        default_params={"status": "open,closed"},
    )
    assert query == {
        "jurisdiction_id": "city.gov",
        "status": "open,closed",
        "extensions": "v1",
        "per_page": "50",
        "seite": "3",
        "start_date": "2026-03-01T00:00:00Z",
        "service_code": "a b",
    }


async def test_parameters_of_the_call_win_and_an_empty_one_takes_another_away() -> None:
    query = await list_query(
        {"status": "open", "extensions": "", "page_size": "25"},
        1,
        default_params={"status": "open,closed"},
    )
    assert query == {"status": "open", "page": "1", "page_size": "25"}


@pytest.mark.parametrize("extensions", ["", None])
async def test_a_source_without_jurisdiction_or_extensions_is_sent_none(
    extensions: str | None,
) -> None:
    """Q-RATE-5."""
    query = await list_query({}, 0, extensions=extensions)
    assert query == {"page": "0", "page_size": "100"}


async def test_a_source_without_paging_is_asked_for_no_page() -> None:
    assert await list_query({}, 1, paging="none") == {"extensions": "true"}
    sized = await list_query({}, 1, paging="none", page_size_param="max_requests", page_size=1000)
    assert sized == {"extensions": "true", "max_requests": "1000"}


async def test_a_plus_sign_in_a_parameter_arrives_as_a_plus_sign() -> None:
    """Q-DATE-6."""
    query = await list_query({"start_date": "2026-03-01T00:00:00+01:00"}, None)
    assert query["start_date"] == "2026-03-01T00:00:00+01:00"


# -- pages -------------------------------------------------------------------------------------


async def test_a_page_tells_where_it_came_from_and_holds_the_body_as_received() -> None:
    body = b'\xef\xbb\xbf[{"service_request_id": 1,  "x":"\xff"}]\n'
    reply = http(body=body, headers={"X-Odd": "a", "Set-Cookie": "session=1"})
    before = datetime.now(UTC)
    async with serving(reply) as server, client(server) as city:
        page = await city.requests({"status": "open"}, number=2)
    assert (page.source, page.number, page.status, page.attempts) == ("city", 2, 200, 1)
    assert page.body == body
    assert page.url == f"{server.url}requests.json?extensions=true&page_size=100&page=2&status=open"
    assert page.headers["x-odd"] == "a"
    assert "set-cookie" not in page.headers
    assert before <= page.fetched_at <= datetime.now(UTC)
    assert page.seconds > 0
    assert dataclasses.replace(page) == page


async def test_pages_follow_one_another_until_the_caller_has_enough() -> None:
    async with serving(http()) as server, client(server) as city:
        numbers = []
        async for page in city.pages({"status": "open"}, first=0, size=20):
            numbers.append(page.number)
            if len(numbers) == 4:
                break
    assert numbers == [0, 1, 2, 3]
    assert [asked.query["page"] for asked in server.asked] == ["0", "1", "2", "3"]
    assert {asked.query["page_size"] for asked in server.asked} == {"20"}


async def test_without_paging_there_is_one_page() -> None:
    async with serving(http()) as server, client(server, paging="none") as city:
        assert len([page async for page in city.pages({}, first=1)]) == 1


async def test_a_client_keeps_its_connections_and_closes_them() -> None:
    async with serving(http()) as server:
        async with client(server) as city:
            for _ in range(5):
                await city.services()
        assert server.connections == 1
        with pytest.raises(RuntimeError, match="not open"):
            await city.services()


def test_clients_come_and_go_with_their_event_loops() -> None:
    async def one() -> int:
        async with serving(http()) as server, client(server) as city:
            await asyncio.gather(*(city.services() for _ in range(5)))
            return city.requests_made

    assert [asyncio.run(one()) for _ in range(3)] == [5, 5, 5]


# -- the key -----------------------------------------------------------------------------------


async def test_reads_carry_no_key_unless_the_profile_says_so() -> None:
    async with serving(http()) as server, client(server, api_key_env="CITY_KEY") as city:
        await city.services()
    assert "s3cr3t" not in str(server.asked)


@pytest.mark.parametrize("place", ["query", "header"])
async def test_reads_carry_the_key_where_the_profile_says(place: str, key: str) -> None:
    """Q-RATE-4."""
    changed: dict[str, Any] = {"api_key_in": place, "api_key_header": "X-Key"}
    async with (
        serving(http()) as server,
        client(server, api_key_env="CITY_KEY", api_key_reads=True, **changed) as city,
    ):
        page = await city.requests({}, number=1)
    asked = server.asked[0]
    assert (asked.query.get("api_key"), asked.headers.get("x-key")) == (
        (key, None) if place == "query" else (None, key)
    )
    assert "s3cr3t" not in str(page)
    assert "api_key" not in page.url


async def test_reads_that_need_a_key_say_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CITY_KEY")
    async with (
        serving(http()) as server,
        client(server, api_key_env="CITY_KEY", api_key_reads=True) as city,
    ):
        with pytest.raises(ConfigError, match="set the environment variable CITY_KEY"):
            await city.services()
    assert server.asked == []


# -- times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, "2026-03-01T05:59:59Z"),
        ({"utc_is_local": True}, "2026-02-28T23:59:59Z"),
        ({"date_format": "naive"}, "2026-02-28T23:59:59"),
        ({"date_format": "naive", "utc_is_local": True}, "2026-02-28T23:59:59"),
    ],
)
async def test_times_are_sent_without_fractions_as_the_source_reads_them(
    changed: dict[str, Any], text: str
) -> None:
    """Q-DATE-4, Q-DATE-7."""
    source = Source(url="http://city.example", timezone="America/Chicago", **changed)
    when = datetime(2026, 3, 1, 5, 59, 59, 999_999, tzinfo=UTC)
    assert instant(when, source) == text
    assert instant(when.astimezone(timezone(timedelta(hours=9))), source) == text


async def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instant(datetime.fromisoformat("2026-03-01"), Source(url="http://city.example"))
