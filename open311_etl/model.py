"""The nouns that travel between the rooms: Window, Page, LandedPage, Verdict, Outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How the reading of a window ended (rules 1 to 3 of the data).

    ``proven``: all pages read to the true end and nothing contradicts it. ``provisional``: the same,
    but entries without an id were among them. ``suspect``: read, but something contradicts it.
    ``blocked``: not readable now; its debt is retried.
    """

    PROVEN = "proven"
    PROVISIONAL = "provisional"
    SUSPECT = "suspect"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span ``[start, end)`` of ``requested_datetime`` in UTC: the unit of work.

    ``service_code`` and ``status`` narrow it further where one second still holds too much.
    """

    start: datetime
    end: datetime
    service_code: str | None = None
    status: str | None = None

    def __str__(self) -> str:
        narrowed = "".join(f" {part}" for part in (self.service_code, self.status) if part)
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ}..{self.end:%Y-%m-%dT%H:%M:%SZ}{narrowed}"


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP response, bytes and all.

    ``url`` is the final URL without the API key; ``body`` is decompressed; ``headers`` have
    lower-case names; ``attempts`` counts the tries that this answer took.
    """

    source: str
    url: str
    number: int | None
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime
    seconds: float
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class LandedPage:
    """A page whose body is durable in landing: what the load and the ledger need to know of it.

    ``sha256`` is the hash of the landed (redacted) body and its name in landing; ``records`` counts
    list entries; ``plain`` says that DuckDB can read the landed bytes as they are, else the body is
    first rewritten by ``decode``.
    """

    source: str
    sha256: str
    url: str
    number: int | None
    fetched_at: datetime
    seconds: float
    attempts: int
    bytes: int
    records: int
    plain: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What reading one window came to: the unit that is loaded in one transaction.

    ``records`` counts list entries on its pages, ``ids`` the distinct ids inside the window,
    ``pending`` the entries without an id; ``reason`` says in words why the verdict is not proven.
    """

    source: str
    window: Window
    verdict: Verdict
    reason: str
    pages: tuple[LandedPage, ...]
    records: int
    ids: int
    pending: int
    requests: int
    started_at: datetime
    ended_at: datetime
    learnt: dict[str, object] = field(default_factory=dict)
