"""What a probe knows so far: the common ground of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from open311_etl.config import Source
from open311_etl.probe.asker import Asker
from open311_etl.probe.reply import Reply, Row
from open311_etl.probe.trait import Confidence, Trait

NAMES = (
    *("url", "formats", "key for reads", "jurisdiction", "discovery"),
    *("envelope", "names", "ids", "pending", "personal data", "times", "order"),
    *("extensions", "date filter", "empty result", "span of dates", "status by default"),
    *("paging", "page size parameter", "page size", "behind the end", "short pages", "row cap"),
    *("updated filter", "id lists", "code lists", "single request", "unknown id"),
    *("catalog", "definitions", "unlisted codes"),
    *("coordinates", "clock", "hours of the day", "zone", "rate limit", "conditional requests"),
    "speed",
)
"""All traits, in the order in which they are shown."""

SMALL = 7
"""A page size that no server has by itself."""


@dataclass
class Study:
    """The state of a probe.

    ``first`` is the first reply that held rows; ``question`` the parameters that bring many rows;
    ``dated`` the first reply to dates; ``behind`` the one to a page that does not exist;
    ``failed_formats`` what came instead of requests. ``start`` and ``end`` are times as told
    between which there are many rows; ``shift`` is what must be added to a time as told to get what
    the server's date filter takes for the same. ``random``: each call has another order;
    ``filtered``: dates choose rows; ``naive_dates``: why dates are sent without Z, if they are.
    ``first_page`` is ``None`` where there are no pages.
    """

    asker: Asker
    known: Source
    now: datetime
    say: Callable[[str], None]
    given_now: bool = False
    traits: dict[str, Trait] = field(default_factory=dict)
    first: Reply = field(default_factory=lambda: Reply({}))
    question: dict[str, str] = field(default_factory=dict)
    dated: Reply = field(default_factory=lambda: Reply({}))
    behind: Reply = field(default_factory=lambda: Reply({}))
    naive_dates: str = ""
    start: datetime | None = None
    end: datetime | None = None
    shift: timedelta = timedelta(0)
    random: bool = False
    filtered: bool = False
    first_page: int | None = None
    page_size: int = 0
    services: list[dict[str, Any]] | None = None
    failed_formats: dict[str, str] = field(default_factory=dict)
    discovery: Mapping[str, Any] = field(default_factory=dict)
    _told_at: int = 0

    @property
    def rows(self) -> list[Row]:
        """All rows that were met so far, each once."""
        return list(self.asker.rows.values())

    def tell(
        self,
        name: str,
        value: Any,
        evidence: str,
        confidence: Confidence = "seen",
        **keys: Any,
    ) -> None:
        """Keep a trait, with the requests made since the one before."""
        assert name in NAMES, name
        made = self.asker.made - self._told_at
        self._told_at = self.asker.made
        self.traits[name] = Trait(name, value, evidence, confidence, made, keys)
        if made:
            of = f"{self.asker.made}/{self.asker.budget}"
            self.say(f"{of:>7}  {name}: {'unknown' if value is None else value}")

    def amend(self, name: str, said: str, value: Any = None, **keys: Any) -> None:
        """Add to what was told of a trait."""
        before = self.traits[name]
        value = before.value if value is None else value
        evidence, lines = f"{before.evidence}; {said}", {**before.keys, **keys}
        made = before.requests + self.asker.made - self._told_at
        self._told_at = self.asker.made
        self.traits[name] = Trait(name, value, evidence, before.confidence, made, lines)

    def unknown(self, name: str, why: str) -> None:
        """Keep that a trait could not be learnt, and why."""
        self.tell(name, None, why, "unknown")

    def dates(self, start: datetime, end: datetime) -> dict[str, str]:
        """Give the parameters for what was requested between two times as shown, both outward."""
        return {
            "start_date": self.asker.instant(start + self.shift),
            "end_date": self.asker.instant(end + self.shift, up=True),
        }

    def codes(self) -> list[str]:
        """Give the service codes met so far, the most frequent first."""
        return [
            code for code, _ in Counter(row.code for row in self.rows if row.code).most_common()
        ]
