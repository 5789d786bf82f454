"""What lists show of a server's habits in passing: their order and the form of their times.

It is taken from entries that were read anyway; raw texts are not in the tables of the warehouse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from open311_etl.decode import Entry

FEWEST_TIMES = 20
"""As many times, at least, show in which form a server writes them."""

FEWEST_PAIRS = 100
"""As many neighbours, at least, show an order."""

MOST_WRONG = 0.05
"""So many neighbours may stand the wrong way round: lists change while they are read."""

_MINUTE = timedelta(minutes=1)
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
            texts: list[str | None] = [getattr(entry, field) for entry in entries]
            times = [when for text in texts if text and (when := _read(text))]
            slack = _MINUTE if field == "updated" else timedelta(0)  # cut to minutes (Q-TIME-7)
            for one, other in pairwise(times):
                self._steps[field, "pairs"] += 1
                self._steps[field, "descending"] += one + slack >= other
                self._steps[field, "ascending"] += other + slack >= one
        self._forms.update(time_form(entry.requested) for entry in entries if entry.requested)

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


def _read(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
