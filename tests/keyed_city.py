"""A city that takes an API key, and one that sends its clients to another server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from faulty_server import FaultyServer, Reply, http, serving

from open311_etl.client import Client
from open311_etl.config import Source
from open311_etl.pacing import Pace

KEY = "s3cr3t/+key"
GOOD = http(body=b'[{"service_request_id": "1"}]')


async def no_wait(_: float) -> None:
    await asyncio.sleep(0)


def client(server: FaultyServer, **changed: Any) -> Client:
    source = Source(name="city", url=server.url, api_key_env="CITY_KEY", **changed)
    return Client(source, user_agent="test/1", pace=Pace(source, wait=no_wait))


def to(location: str, status: int = 302) -> bytes:
    return http(status, b"", headers={"Location": location})


@asynccontextmanager
async def two(first: Reply, second: Reply) -> AsyncIterator[tuple[FaultyServer, FaultyServer]]:
    """Serve a city, and another server that the city sends us to (``OTHER`` is its address)."""
    async with serving(second) as other:
        assert isinstance(first, bytes)
        async with serving(first.replace(b"OTHER", f"127.0.0.1:{other.port}".encode())) as city:
            yield city, other
