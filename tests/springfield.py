"""Call a sandbox of some character: what the tests of its faults share."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from open311_etl.sandbox import Character, City, Server, serving

EVERYTHING = {"start_date": "2020-01-01T00:00:00Z"}
Row = dict[str, Any]
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Given so that no client reads the certificates of the system, which takes its time."""


class Caller:
    """A sandbox with faults and a client for it."""

    def __init__(self, server: Server[City], client: httpx.Client) -> None:
        self.server, self.city, self.client = server, server.city, client

    def get(self, path: str = "requests.json", **params: object) -> httpx.Response:
        sent = {key: str(value) for key, value in params.items()}
        return self.client.get(self.server.url + path, params=sent)

    def rows(self, **params: object) -> list[Row]:
        """Give one page of everything, unless other dates are given."""
        answer = self.get("requests.json", **{**EVERYTHING, **params})
        assert answer.status_code == 200, answer.text
        found: list[Row] = answer.json()
        return found

    def walk(self, first: int = 1, most: int = 100, **params: object) -> list[list[Row]]:
        """Give the pages up to the first empty one."""
        pages = []
        for page in range(first, first + most):
            rows = self.rows(page=page, **params)
            if not rows:
                break
            pages.append(rows)
        return pages

    def truth(self, *, extensions: bool = False) -> list[Row]:
        return list(self.city.truth(extensions=extensions))


@contextlib.contextmanager
def springfield(size: int = 230, *, days: float = 30, **ways: Any) -> Iterator[Caller]:
    """Serve a small city with the faults named."""
    city = City(size, days=days)
    with (
        serving(city, character=Character(**ways)) as server,
        httpx.Client(verify=_NO_TLS) as client,
    ):
        yield Caller(server, client)


def joined(pages: list[list[Row]]) -> list[Row]:
    return [row for page in pages for row in page]


def ids(rows: list[Row]) -> list[str]:
    return [row.get("service_request_id", "") for row in rows]
