"""What lists show of a server's habits in passing: their order and the form of their times.

It is taken from entries that were read anyway; raw texts are not in the tables of the warehouse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter, ge

from open311_etl.decode import Entry

FEWEST_TIMES = 20
"""As many times, at least, show in which form a server writes them."""

FEWEST_PAIRS = 100
"""As many neighbours, at least, show an order."""

MOST_WRONG = 0.05
"""So many neighbours may stand the wrong way round: lists change while they are read."""

_MINUTE = timedelta(minutes=1)
_MINUTES = len("2026-03-01T10:00")
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")
_FIELDS = ("requested", "updated")


class Habits:
    """Counts what entries show, page by page, over as many lists as there are."""

    def __init__(self) -> None:
        self._forms: Counter[str] = Counter()
        self._steps: Counter[tuple[str, str]] = Counter()

    def note(self, entries: Sequence[Entry]) -> None:
        """Take the entries of one page, in the server's order."""
        for field in _FIELDS:
            texts: list[str] = [*filter(None, map(attrgetter(field), entries))]
            times = _read(texts)
            # Times of update may be cut to minutes (Q-TIME-7).
            later = [when + _MINUTE for when in times] if field == "updated" else times
            self._steps[field, "pairs"] += max(0, len(times) - 1)
            self._steps[field, "descending"] += sum(map(ge, later, times[1:]))
            self._steps[field, "ascending"] += sum(map(ge, later[1:], times))
            if field == "requested":
                for tail, count in Counter(text[_MINUTES:] for text in texts).items():
                    self._forms[time_form(tail)] += count

    @property
    def time_form(self) -> str | None:
        """The form that most times have; ``None`` where there are few, or forms are mixed."""
        total = self._forms.total()
        if total < FEWEST_TIMES:
            return None
        form, count = self._forms.most_common(1)[0]
        return form if count >= 0.8 * total else None

    @property
    def order(self) -> str | None:
        """Q-ORD-1: ``requested descending``, ``none``; ``None`` where few were seen."""
        if all(self._steps[field, "pairs"] < FEWEST_PAIRS for field in _FIELDS):
            return None
        orders = [f"{field} {way}" for field in _FIELDS for way in ("descending", "ascending")]
        best = min(orders, key=self.wrong)
        return best if self.wrong(best) <= MOST_WRONG else "none"

    def wrong(self, order: str) -> float:
        """Give the share of neighbours that an order does not fit, from 0 to 1."""
        field, _, way = order.partition(" ")
        pairs = self._steps[field, "pairs"]
        return 1 - self._steps[field, way] / pairs if pairs >= FEWEST_PAIRS else 1.0


def time_form(text: str) -> str:
    """Name the form of a time: Z, an offset or none, with fractions of a second or without."""
    text = text.strip()
    zone = "Z" if text.endswith("Z") else "offset" if _OFFSET.search(text) else "no offset"
    return f"{zone}, with fractions" if "." in text else zone


def _read(texts: Sequence[str]) -> list[datetime]:
    """Give the times that texts tell, UTC where they have no offset, leaving out what is none."""
    try:
        found = [*map(datetime.fromisoformat, texts)]
    except ValueError:
        return [when for text in texts if len(texts) > 1 for when in _read([text])]
    return [when if when.tzinfo else when.replace(tzinfo=UTC) for when in found]
