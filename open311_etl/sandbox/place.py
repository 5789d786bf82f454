"""What can be served: a seeded city, or captured records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, Self
from zoneinfo import ZoneInfo

from open311_etl.sandbox.clock import Clock
from open311_etl.sandbox.entry import Entry, Record
from open311_etl.sandbox.listing import Listing
from open311_etl.sandbox.services import Service


class Place(Protocol):
    """A source of requests with a clock; what lists hold at a moment is its ``listing``."""

    name: str
    jurisdiction_id: str
    zone: ZoneInfo
    clock: Clock
    services: tuple[Service, ...]

    def twin(self) -> Self:
        """Give the test environment."""

    def set_clock(self, now: datetime, *, running: bool = False) -> None:
        """Put the clock to a moment."""

    def truth(self, at: datetime | None = None, *, extensions: bool = True) -> Iterator[Record]:
        """Give each record that lists hold at a moment."""

    def service(self, code: str) -> Service | None:
        """Give the service type of a code."""

    def listing(self, at: int) -> Listing:
        """Give what lists hold at a moment."""

    def by_id(self, request_id: str, at: int) -> Entry | None:
        """Give the entry of an id."""

    def by_token(self, token: str, at: int) -> Entry | None:
        """Give the entry of a token."""

    def post(self, service: Service, given: dict[str, Any]) -> str:
        """Create a request and give its token."""

    def drift(self, kind: Literal["update", "insert", "delete"], shown: Sequence[Entry]) -> None:
        """Let something happen to a list that was just shown."""

    def vanish(self, share: float, seed: int) -> None:
        """Let a share of all requests be deleted some day."""

    def moderate(self, share: float, days: float, seed: int) -> None:
        """Let lists show a share of all requests only after some time."""
