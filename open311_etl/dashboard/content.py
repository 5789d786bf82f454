"""What the page shows, as one document: packed rows, the lists they point into, and the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa

from open311_etl import warehouse
from open311_etl.dashboard.pack import packed, steps
from open311_etl.dashboard.shapes import Shapes
from open311_etl.warehouse import Connection

MOST_ROWS = 1_000_000
"""Rows that a page gets unless told otherwise: less than 5 MB, and filters stay quick."""

MOST_BYTES = 4_950_000
"""What the page's data take with the single places that are added while there is room, unless
told otherwise."""

_MOST_LISTED = 200
_HEADER = re.compile(r"\A(--.*\n)+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the data a page shows.

    ``since`` is the first local day; without it, as many days as fit in ``most_rows`` rows. The
    newest ``points`` of them have places to about 60 m, the others to 500 m; without it, as many
    as fit in 5 MB. ``wards`` are the ward shapes of each source; ``title`` stands at the top.
    """

    since: date | None = None
    most_rows: int = MOST_ROWS
    points: int | None = None
    title: str | None = None
    wards: Mapping[str, Shapes] = field(default_factory=dict)


def content(con: Connection, choice: Choice) -> dict[str, Any]:
    """Give the document that the page starts from, of what ``con`` reads."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW spell AS {query_text('chosen')}")
    (reach,) = warehouse.rows(con, "dashboard/reach", since=choice.since, most=choice.most_rows)
    warehouse.run(con, "dashboard/taken", first_day=reach["first_day"])
    warehouse.run(con, "dashboard/lists")
    (origin,) = warehouse.rows(con, "dashboard/base")
    (rows_sql,) = warehouse.statements("dashboard/rows")
    table = con.execute(rows_sql, {"base": origin["base"]}).to_arrow_table()
    document = {
        "title": choice.title,
        "built": datetime.now(UTC),
        "requests": reach["requests"],
        "first": reach["first_day"],
        "base": origin["base"],
        "lists": _lists(con),
        "sources": [_source(con, choice, row) for row in _standing(con)],
        "sql": {"chosen": query_text("chosen"), **_chart_queries()},
    }
    document["rows"] = _rows(table, choice, MOST_BYTES - len(as_json(document)))
    return document


def script(name: str, document: object) -> str:
    """Give a script that sets ``window.open311_<name>``, safe whatever the data hold.

    A ``<`` could end the script where it is pasted into a page, and U+2028 ended lines once.
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain)
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    return f"window.open311_{name} = {text};\n"


def as_json(document: object) -> bytes:
    """Give a document as the page gets it from the server: times in UTC to the second."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8")


@cache
def query_text(name: str) -> str:
    """Give the query of a file of ``sql/dashboard/`` as it is written, without its header."""
    (statement,) = warehouse.statements(f"dashboard/{name}")
    return _HEADER.sub("", statement).rstrip(";")


def _chart_queries() -> dict[str, str]:
    folder = warehouse.sql_dir() / "dashboard" / "charts"
    return {file.stem: query_text(f"charts/{file.stem}") for file in sorted(folder.glob("*.sql"))}


def _lists(con: Connection) -> dict[str, list[Any]]:
    """Give what each number in the rows stands for, in the order of the numbers."""

    def each(sql: str) -> list[list[Any]]:
        return [list(row) for row in con.execute(sql).fetchall()]

    return {
        "source": [name for (name,) in each("SELECT source FROM list_source ORDER BY number")],
        "service": each(
            "SELECT l.source, service_code, service_name, service_group FROM list_service AS l"
            " ORDER BY number"
        ),
        "ward": each("SELECT DISTINCT ON (number) source, name FROM list_ward ORDER BY number"),
        "channel": [name for (name,) in each("SELECT channel FROM list_channel ORDER BY number")],
        "status": [name for (name,) in each("SELECT status FROM list_status ORDER BY number")],
        "cell": each(
            "SELECT source, round(cell_lat, 5), round(cell_long, 5) FROM list_cell ORDER BY number"
        ),
    }


def _rows(table: pa.Table, choice: Choice, room: int) -> dict[str, Any]:
    """Pack the rows, with the places of the newest: each takes a byte of the room."""
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    spots = columns.pop("spot")
    columns["cell"] = steps(columns["cell"])
    planes = packed(columns)
    if choice.points is None:
        room -= sum(len(plane) for column in planes.values() for plane in column)
        known = min(max(room, 0), len(spots))
    else:
        known = min(choice.points, len(spots))
    return {
        "rows": table.num_rows,
        "columns": {**planes, **packed({"spot": spots.slice(len(spots) - known)})},
    }


def _standing(con: Connection) -> list[dict[str, Any]]:
    return warehouse.rows(con, "dashboard/standing")


def _source(con: Connection, choice: Choice, standing: dict[str, Any]) -> dict[str, Any]:
    name = standing["source"]
    shapes = choice.wards.get(name)

    def ask(file: str, **values: object) -> list[dict[str, Any]]:
        return warehouse.rows(con, f"dashboard/{file}", source=name, **values)

    days = ask("coverage", zone=standing["zone"])
    return {
        **standing,
        "title": standing["title"] or name,
        "coverage": {
            "first": days[0]["day"] if days else None,
            **{part: [row[part] for row in days] for part in _PARTS},
        },
        "debt": ask("debt", most=_MOST_LISTED),
        "runs": ask("runs", most=20),
        "ways": ask("ways", most=_MOST_LISTED),
        "catalog": ask("catalog", most=_MOST_LISTED),
        "wards": shapes.document if shapes else None,
    }


_PARTS = ("proven", "provisional", "suspect", "blocked", "unread")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that the page can show")
