"""The profile as a contract: what a run saw of a server's ways that is not as it was before.

It is computed by SQL (``sql/contract/``) from what the run read anyway, against the runs before it;
no request is made for it. A change that was recorded is the new normal from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from open311_etl import warehouse
from open311_etl.config import Source
from open311_etl.habits import Habits
from open311_etl.model import Run
from open311_etl.warehouse import Connection

STILL_SO = 0.2
"""An order that fits all but so many neighbours is still there, though another one fits better."""

_SAID = {"time form": "the form of times", "order": "the order of lists"}


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


def changes(
    con: Connection, source: Source, run: Run, habits: Habits | None = None
) -> list[Change]:
    """Compare what a run saw with what the runs before it saw.

    ``habits`` is what its walks noted, if they did. Gives the changes; none where there is too
    little to compare.
    """
    name = {"source": source.name, "run_id": run.id}
    warehouse.run(con, "contract/rows", **name)
    questions: dict[str, dict[str, Any]] = {
        "page_size": {**name, "size_param": source.page_size_param, "size": str(source.page_size)},
        "ids": {},
        "fill": {"source": source.name},
        "unlisted": {"source": source.name},
        "pending": name,
        "updated_filter": {**name, "declared": source.updated_filter is True},
    }
    if source.bbox is not None:
        edges = zip(("west", "south", "east", "north"), source.bbox, strict=True)
        questions["bbox"] = dict(edges)
    found = [
        Change(**row)
        for file, values in questions.items()
        for row in warehouse.rows(con, f"contract/{file}", **values)
    ]
    return found + (_habits(con, name, habits) if habits else [])


def record(con: Connection, source: Source, run: Run, habits: Habits | None = None) -> list[Change]:
    """Write what changed into ``etl.profile_changes``, and give it.

    Takes the same as :func:`changes`; done again for a run, it takes the place of what was written.
    """
    name = {"source": source.name, "run_id": run.id}
    seen_at = run.clock(datetime.now(UTC))
    found = changes(con, source, run, habits)
    with warehouse.transaction(con):
        warehouse.run(con, "contract/forget", **name)
        for each in found:
            values = {field: getattr(each, field) for field in Change.__slots__}
            warehouse.run(con, "contract/record", **name, **values, seen_at=seen_at)
    return found


def _habits(con: Connection, name: dict[str, str], habits: Habits) -> list[Change]:
    """Compare the habits with the last ones recorded; the first ones are recorded as they are."""
    found = []
    for trait, now in (("time form", habits.time_form), ("order", habits.order)):
        known = warehouse.rows(con, "contract/known", **name, trait=trait)
        was: str | None = known[0]["now"] if known else None
        if now is None or now == was:
            continue
        if trait == "order" and was not in (None, "none") and habits.wrong(was) < STILL_SO:
            continue
        severity = "info" if was is None else "warning"
        message = f"{_SAID[trait]} is {now}" + (f", no longer {was}" if was else "")
        found.append(Change(trait, was, now, severity, message))
    return found
