"""The nouns that travel between the rooms: Window, Page, Verdict, Outcome, Run and Line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How the reading of a window ended (rules 1 to 3 of the data).

    ``proven``: all pages read to the true end and nothing contradicts it. ``provisional``: the
    same, but entries without an id were among them. ``suspect``: read, but something contradicts
    it. ``blocked``: not readable now; its debt is retried.
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

    ``sha256`` is the hash of the landed (redacted) body and its name in landing; ``fetched_at`` is
    by the run's clock; ``records`` counts list entries; ``plain`` says that DuckDB can read the
    landed bytes as they are, else the body is first rewritten by ``decode``. ``subject`` names what
    was asked for where that is not a list: a service code, or the id of a request.
    """

    sha256: str
    url: str
    number: int | None
    fetched_at: datetime
    seconds: float
    attempts: int
    bytes: int
    records: int
    plain: bool
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reading came to: a line of the landing journal, loaded whole or not at all.

    ``kind``: ``window`` (requests by requested_datetime), ``follow`` (by updated_datetime), ``ids``
    (by a list of ids), ``single`` (one by one) or ``catalog`` (services and definitions).
    ``records`` counts the entries on its pages, ``ids`` the distinct ids inside the window, or
    those that were asked for, ``pending`` the entries without an id,
    ``requests`` the HTTP requests made; ``reason`` says in words why the verdict is not proven.
    Times are by the run's clock. Two readings of one window differ in ``id``.
    """

    id: str
    run_id: str
    source: str
    kind: str
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


@dataclass(frozen=True, slots=True)
class Run:
    """One pull of one source: its name, what it takes as now, and the range that was asked.

    ``clock`` gives the run's time: ``as_of`` at the start, going on as real time does (``--end T``
    makes the whole run see T as now). ``version`` is the release of open311-etl that began it.
    """

    id: str
    source: str
    started_at: datetime
    as_of: datetime
    start: datetime | None
    end: datetime | None
    version: str = ""

    def clock(self, now: datetime) -> datetime:
        return self.as_of + (now - self.started_at)


@dataclass(frozen=True, slots=True)
class Change:
    """One of a server's ways that is not as it was; ``severity`` is ``warning``, or ``info`` where
    it was not known before (``was`` is ``None`` then)."""

    trait: str
    was: str | None
    now: str
    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.trait}: {self.message}"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: ``complete``, ``debt``, ``failed`` or ``interrupted``, and why in words.

    ``requests`` counts the HTTP requests since the run began or was taken up; ``changes`` are the
    server's ways that were not as before, seen at ``seen_at`` by the run's clock, and ``None``
    where it did not come to that question; so is ``stale``, how many requests were left that are
    due to be looked at again, the longest waiting one ``stale_since`` then.
    """

    ended_at: datetime
    result: str
    message: str | None
    requests: int
    changes: tuple[Change, ...] | None = None
    seen_at: datetime | None = None
    stale: int | None = None
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the landing journal: one of what a run does, in the order in which it does it.

    ``began``: the run is new. ``reading``: a reading whose bodies are durable. ``load``: the
    readings that one transaction is about to load; where a reading is named by several, the last
    one is the one that was committed. ``ended``: the run, or what took it up, ended.
    """

    began: Run | None = None
    reading: Outcome | None = None
    load: tuple[str, ...] | None = None
    ended: RunEnd | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load came to, summed over its readings; the terms are those of ``etl.windows``."""

    records: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    repeated: int = 0
    pending: int = 0
    quarantined: int = 0

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))
