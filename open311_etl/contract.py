"""The profile as a contract: what a run saw of a server's ways that is not as it was before.

It is computed by SQL (``sql/contract/``) from what the run read anyway, against the runs before it;
no request is made for it. A change that was recorded is the new normal from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from open311_etl import warehouse
from open311_etl.config import Source
from open311_etl.habits import Habits
from open311_etl.model import Change, Run
from open311_etl.warehouse import Connection

STILL_SO = 0.2
"""An order that fits all but so many neighbours is still there, though another one fits better."""

_SAID = {"time form": "the form of times", "order": "the order of lists"}


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
        "pending": name,
        "updated_filter": {**name, "declared": source.updated_filter is True},
    }
    if con.execute("SELECT 1 FROM contract_rows WHERE NOT fresh LIMIT 1").fetchone():
        questions |= {
            "ids": {},
            "fill": {"source": source.name},
            "unlisted": {"source": source.name},
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


def record(
    con: Connection, source: str, run_id: str, changes: Sequence[Change], seen_at: datetime
) -> None:
    """Write what a run saw changed into ``etl.profile_changes``, in place of what it wrote before.

    It belongs into a transaction.
    """
    name = {"source": source, "run_id": run_id}
    warehouse.run(con, "contract/forget", **name)
    for each in changes:
        values = {field: getattr(each, field) for field in Change.__slots__}
        warehouse.run(con, "contract/record", **name, **values, seen_at=seen_at)


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
