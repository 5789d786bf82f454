"""Which rows and columns of the requests, or of a mart, are wanted: checked, and cut into parts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.warehouse import Connection
from open311_etl.windows import parse_when

PART_ROWS = 50_000
"""Rows that are sorted and held at once; a single day may have more."""

BATCH_ROWS = 20_000
TIME = "requested_datetime"
DAYS = ("requested_date", "day", "date", "week", "month")
"""Columns that place a row of a mart in time where it has no ``requested_datetime``."""

INTERNAL = ("content_hash", "page_sha256")
"""Columns that only the load needs; they are given where they are asked for by name."""

_T = TypeVar("_T")
When = str | date | datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user asks for: all there is, unless something is said.

    ``table`` is ``requests`` or the name of a mart; ``start`` and ``end`` bound
    ``requested_datetime``, the end not included: text as ``windows.parse_when`` takes it, a date is
    midnight in the source's zone; ``services`` are codes or names.
    """

    table: str = "requests"
    source: str | None = None
    start: When = None
    end: When = None
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one source that can be held at once, and the zone of its local times."""

    source: str | None
    zone: ZoneInfo
    rows: int
    where: str
    values: Mapping[str, object]


class Selection:
    """What is wanted, found in a database: ``columns`` maps names to DuckDB's types, in order.

    ``named`` says whether the user named them; ``left_out`` are columns that nobody asked for and
    few need; ``known`` are all that the table has; ``rows`` is how many there are. Raises
    UsageError that says the nearest names where there is no such table, source, service or column,
    and where a mart has no column to choose by.
    """

    def __init__(self, con: Connection, settings: Settings, wanted: Wanted) -> None:
        self._con, self._settings, self._wanted = con, settings, wanted
        tables = _tables(con)
        schema, table, self.known = _one_of(tables, wanted.table.removeprefix("marts."), "table")
        self.name, self.named = wanted.table, bool(wanted.columns)
        self._from = f'"{schema}"."{table}"'
        self.left_out = tuple(name for name in INTERNAL if name in self.known)
        if wanted.columns:
            self.columns = {name: _one_of(self.known, name, "column") for name in wanted.columns}
            self.left_out = ()
        else:
            self.columns = {n: k for n, k in self.known.items() if n not in self.left_out}
        self.parts = [part for source in self._sources() for part in self._cut(source)]
        self.rows = sum(part.rows for part in self.parts)

    def read(self, part: Part, select: Mapping[str, str] | None = None) -> pa.RecordBatchReader:
        """Read a part in its order of time, batch by batch.

        ``select`` gives an expression of SQL for each column of the answer; the wanted columns as
        they are, if not given. ``$zone`` in an expression is the name of the part's zone.
        """
        expressions = select or {name: quoted(name) for name in self.columns}
        listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in expressions.items())
        order = ", ".join(each for each in (TIME, "service_request_id") if each in self.known)
        sql = (
            f"SELECT {listed} FROM {self._from} WHERE {part.where} "  # noqa: S608 - own names
            f"ORDER BY {order or 'ALL'}"
        )
        values = dict(part.values)
        if "$zone" in listed:
            values["zone"] = part.zone.key
        return self._con.execute(sql, values or None).to_arrow_reader(BATCH_ROWS)

    def define(self, name: str) -> None:
        """Run a file of ``sql/`` that makes what expressions may use."""
        warehouse.run(self._con, name)

    def schema(self, select: Mapping[str, str] | None = None) -> pa.Schema:
        """Give the schema of what :meth:`read` gives, also where there are no rows."""
        return self.read(Part(None, ZoneInfo("UTC"), 0, "false", {}), select).schema

    def _sources(self) -> list[str | None]:
        """Give the sources that rows are wanted of; None where the table does not know of any."""
        wanted = self._wanted.source
        if "source" not in self.known:
            if wanted is not None:
                raise self._cannot_choose("source")
            return [None]
        sql = f"SELECT DISTINCT source FROM {self._from} ORDER BY source"  # noqa: S608
        found = [str(row[0]) for row in self._con.execute(sql).fetchall()]
        if wanted is None:
            return list(found)
        if wanted not in found:
            self._settings.source(wanted)  # a name that nobody knows is said to be one
        return [wanted]

    def _cut(self, source: str | None) -> Iterator[Part]:
        """Cut the rows of a source by days into parts; the days are those of UTC."""
        profile = self._settings.sources.get(source or "")
        zone = profile.zone if profile else ZoneInfo("UTC")
        conditions, values = self._conditions(source, zone)
        where = " AND ".join(conditions) or "true"
        if TIME not in self.known:
            sql = f"SELECT count(*) FROM {self._from} WHERE {where}"  # noqa: S608
            (rows,) = self._con.execute(sql, values or None).fetchone() or (0,)
            if rows:
                yield Part(source, zone, rows, where, values)
            return
        sql = (
            f"SELECT epoch_us(date_trunc('day', {TIME})) AS day, count(*) "  # noqa: S608
            f"FROM {self._from} WHERE {where} GROUP BY ALL ORDER BY day NULLS LAST"
        )
        found = self._con.execute(sql, values or None).fetchall()
        timed = [(day, rows) for day, rows in found if day is not None]
        for first, last, rows in _joined(timed):
            span = {"first": first, "last": last}
            within = f"{TIME} >= make_timestamp($first) AND {TIME} < make_timestamp($last)"
            yield Part(source, zone, rows, f"{where} AND {within}", {**values, **span})
        for _, rows in found[len(timed) :]:
            yield Part(source, zone, rows, f"{where} AND {TIME} IS NULL", values)

    def _conditions(
        self, source: str | None, zone: ZoneInfo
    ) -> tuple[list[str], dict[str, object]]:
        """Give what must hold for a row, in SQL, and the values that it names."""
        wanted = self._wanted
        conditions: list[str] = []
        values: dict[str, object] = {}
        if source is not None:
            conditions.append("source = $source")
            values["source"] = source
        for name, sign, when in (("start", ">=", wanted.start), ("end", "<", wanted.end)):
            if when is not None:
                column, values[name] = self._bound(when, zone)
                conditions.append(f"{quoted(column)} {sign} ${name}")
        if wanted.services:
            self._need("service_code")
            conditions.append("list_contains($services, service_code)")
            values["services"] = _codes(self._con, wanted.services)
        if wanted.statuses:
            self._need("status")
            conditions.append("list_contains($statuses, status)")
            values["statuses"] = [status.strip().lower() for status in wanted.statuses]
        return conditions, values

    def _bound(self, when: str | date | datetime, zone: ZoneInfo) -> tuple[str, object]:
        """Give the column that a bound in time is compared with, and the bound."""
        moment = _moment(when, zone)
        if TIME in self.known:
            plain = self.known[TIME] == "TIMESTAMP"
            return TIME, moment.replace(tzinfo=None) if plain else moment
        column = next((name for name in DAYS if name in self.known), None)
        if column is None:
            raise self._cannot_choose("a time")
        local = moment.astimezone(zone)
        if local.time() != time():
            raise UsageError(f'"{self.name}" has whole days only: {when} is within one')
        return column, local.date()

    def _need(self, column: str) -> None:
        if column not in self.known:
            raise self._cannot_choose(column)

    def _cannot_choose(self, what: str) -> UsageError:
        return UsageError(
            f'"{self.name}" has no column to choose {what} by; it has {", ".join(self.known)}'
        )


def quoted(name: str) -> str:
    """Write a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def nearest(name: str, known: Iterable[str]) -> str:
    """Give what may have been meant: ``; did you mean a or b?``, or nothing.

    A name is near that is written nearly so, or that has a word which is.
    """
    spelt: dict[str, list[str]] = {}
    for each in known:
        for spelling in (each, *re.findall(r"\w+", each)):
            spelt.setdefault(spelling.casefold(), []).append(each)
    near = difflib.get_close_matches(name.casefold(), spelt, n=3, cutoff=0.6)
    found = list(dict.fromkeys(each for spelling in near for each in spelt[spelling]))[:3]
    return f"; did you mean {' or '.join(found)}?" if found else ""


def _tables(con: Connection) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Give schema, name and columns of what can be selected from."""
    found: dict[str, tuple[str, str, dict[str, str]]] = {}
    for row in warehouse.rows(con, "selection/columns"):
        entry = found.setdefault(row["name"], (row["schema_name"], row["table_name"], {}))
        entry[2][row["column_name"]] = row["data_type"]
    return found


def _one_of(known: Mapping[str, _T], name: str, what: str) -> _T:
    if name in known:
        return known[name]
    hint = nearest(name, known) or f"; there are {', '.join(known)}"
    raise UsageError(f'no {what} "{name}"{hint}')


def _codes(con: Connection, services: Sequence[str]) -> list[str]:
    """Give the codes of services that are named by code or name, in any case of letters."""
    known: dict[str, set[str]] = {}
    names: list[str] = []
    for row in warehouse.rows(con, "selection/services"):
        for name in (row["service_code"], row["service_name"]):
            if name is not None:
                known.setdefault(name.casefold(), set()).add(row["service_code"])
                names.append(name)
    codes: set[str] = set()
    for service in services:
        found = known.get(service.strip().casefold())
        if not found:
            raise UsageError(f'no service "{service}"{nearest(service, names)}')
        codes |= found
    return sorted(codes)


def _moment(when: str | date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(when, str):
        return parse_when(when, zone)
    if isinstance(when, datetime):
        return when.replace(tzinfo=when.tzinfo or zone).astimezone(UTC)
    return datetime(when.year, when.month, when.day, tzinfo=zone).astimezone(UTC)


def _joined(days: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Join days (microseconds since 1970, rows) to spans of few rows: first, end, rows."""
    day_length = 86_400_000_000
    first, last, held = 0, 0, 0
    for day, rows in days:
        if held and held + rows > PART_ROWS:
            yield first, last, held
            held = 0
        first = first if held else day
        last, held = day + day_length, held + rows
    if held:
        yield first, last, held
