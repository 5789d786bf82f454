"""The Parquet lake: ``lake/<table>/source=<name>/year=<y>/month=<m>/data.parquet``.

The big tables have one file for each month (UTC) of ``requested_datetime``, in which rows are in
that order; rows without it are in ``year=0/month=0``. The tables of the catalog have one file for
each source. ``source`` is in the path alone, JSON is text, and times are instants in UTC. What only
says when a pull last looked (``last_seen_at`` and its like) is left out, because it would rewrite
every file. A reader may meet files of two publishes, never a part of one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import duckdb

from open311_etl import warehouse
from open311_etl.disk import sync
from open311_etl.warehouse import Connection

_T = TypeVar("_T")
_U = TypeVar("_U")

_FILE = "data.parquet"
_PART = f".{_FILE}.part"
"""Begins with a dot, so that who reads a whole folder (pyarrow, Spark) passes it over."""

_WRITERS = 2
"""Partitions written at once, each by one core; each takes memory of its own."""

_SYNCS = 8
"""Files synced at once: the file system then commits many together."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One file of the lake: the rows of one table and source, where it is so cut of one month."""

    table: str
    source: str
    year: int | None
    month: int | None
    month_start: int | None
    month_end: int | None
    rows: int
    fingerprint: str
    bytes: int = 0

    @property
    def path(self) -> str:
        """The file, relative to the lake; a source's name cannot lead out of it."""
        parts = [self.table, f"source={quote(self.source, safe='')}"]
        if self.year is not None:
            parts += [f"year={self.year}", f"month={self.month}"]
        return "/".join([*parts, _FILE])


class Lake:
    """The lake of one warehouse, brought up to date in two steps: :meth:`stage`, :meth:`show`.

    ``roomy`` is the memory that a month may take which does not fit in what the connection grants.
    ``rows`` counts the rows of each table, ``unchanged`` the partitions that stay as they are,
    ``written`` and ``removed`` those that :meth:`show` put in place and took away.
    """

    def __init__(self, con: Connection, root: Path, roomy: str) -> None:
        self._con = con
        self._root = root
        self._roomy = roomy
        self._staged: dict[str, Partition] = {}
        self._gone: list[str] = []
        self.rows = dict.fromkeys(_tables(), 0)
        self.unchanged = 0
        self.written = 0
        self.removed = 0

    def stage(self) -> None:
        """Write each partition that is not as it was recorded beside its place, and record it.

        Raises OSError or duckdb.Error where the disk refuses.
        """
        found = self._found()
        recorded = {each["path"]: each for each in warehouse.rows(self._con, "publish/recorded")}
        comments = _comments(self._con)
        wanted = {each.path: each for each in _wanted(self._con, comments)}
        for path, partition in wanted.items():
            known = recorded.get(path)
            if known and _as_recorded(partition, known, found.get(path, 0)):
                self.unchanged += 1
                self.rows[partition.table] += int(known["rows"])
            else:
                self._staged[path] = partition
        self._gone = [path for path in {*recorded, *found} if path not in wanted]
        self._write_all(comments)
        parts = [self._part(path) for path, each in self._staged.items() if each.bytes]
        _each(_SYNCS, sync, parts)
        self._record()

    def show(self) -> None:
        """Put what is staged in its place, each file at once, and remove what is no more."""
        for path, partition in list(self._staged.items()):
            if partition.bytes:
                self._part(path).replace(self._root / path)
                self.written += 1
            elif (self._root / path).exists():  # the month's last note is gone
                self._gone.append(path)
            del self._staged[path]
        for path in self._gone:
            self._remove(self._root / path)

    def withdraw(self) -> None:
        """Remove what is staged and not shown, and forget it: the next publish writes it again."""
        left = [part for part in map(self._part, self._staged) if part.exists()]
        with suppress(OSError, duckdb.Error):
            for part in left:
                os.truncate(part, 0)  # room first: a full disk takes no record either
            warehouse.run(self._con, "publish/forget", paths=list(self._staged))
            for part in left:  # where no record could be made, they stay as the sign for it
                part.unlink()

    def _write_all(self, comments: dict[str, dict[str, str]]) -> None:
        due = list(self._staged.values())
        written = _each(_WRITERS, lambda each: self._write_if_it_fits(each, comments), due)
        for partition, done in zip(due, written, strict=True):
            final = done or self._write_alone(partition, comments)
            self._staged[final.path] = final
            self.rows[final.table] += final.rows

    def _write_if_it_fits(
        self, partition: Partition, comments: dict[str, dict[str, str]]
    ) -> Partition | None:
        try:
            return self._write(partition, comments)
        except duckdb.OutOfMemoryException:
            return None

    def _write_alone(self, partition: Partition, comments: dict[str, dict[str, str]]) -> Partition:
        """Write what was too large beside another; with more memory if it is too large even so."""
        done = self._write_if_it_fits(partition, comments)
        if done is None:
            self._con.execute(f"SET memory_limit = '{self._roomy}'")
            done = self._write(partition, comments)
        return done

    def _write(self, partition: Partition, comments: dict[str, dict[str, str]]) -> Partition:
        part = self._part(partition.path)
        part.parent.mkdir(parents=True, exist_ok=True)
        (statement,) = warehouse.statements(f"publish/{partition.table}")
        values = {
            "source": partition.source,
            "month_start": partition.month_start,
            "month_end": partition.month_end,
            "file": str(part),
            "comments": comments[partition.table],
        }
        named = {key: values[key] for key in values if f"${key}" in statement}
        with self._con.cursor() as con:
            (rows,) = con.execute(statement, named).fetchone() or (0,)
        if not rows:
            part.unlink()
            return replace(partition, rows=0)
        return replace(partition, rows=rows, bytes=part.stat().st_size)

    def _record(self) -> None:
        staged = list(self._staged.values())
        paths = [each.path for each in staged]
        with warehouse.transaction(self._con):
            warehouse.run(self._con, "publish/forget", paths=paths + self._gone)
            warehouse.run(
                self._con,
                "publish/record",
                paths=paths,
                fingerprints=[each.fingerprint for each in staged],
                rows=[each.rows for each in staged],
                bytes=[each.bytes for each in staged],
                written_at=datetime.now(UTC),
            )

    def _found(self) -> dict[str, int]:
        """Give the size of each file of the lake, and clean what a killed publish left.

        A part beside a file is the sign that the file is not what was recorded: its size is then
        given as -1, which no record has.
        """
        sizes: dict[str, int] = {}
        left: set[str] = set()
        for table in _tables():
            for folder, _, names in os.walk(self._root / table):
                path = (Path(folder) / _FILE).relative_to(self._root).as_posix()
                if _FILE in names:
                    sizes[path] = (self._root / path).stat().st_size
                if _PART in names:
                    self._part(path).unlink()
                    left.add(path)
        return sizes | dict.fromkeys(left, -1)

    def _part(self, path: str) -> Path:
        return (self._root / path).with_name(_PART)

    def _remove(self, file: Path) -> None:
        if file.exists():
            file.unlink()
            self.removed += 1
        for folder in file.relative_to(self._root).parents:
            try:
                (self._root / folder).rmdir()
            except OSError:  # something else is in it
                break


def _each(workers: int, do: Callable[[_T], _U], items: Iterable[_T]) -> list[_U]:
    """Do it for each item in some threads; after an error no further one is begun."""
    pool = ThreadPoolExecutor(workers)
    try:
        return list(pool.map(do, items))
    finally:
        pool.shutdown(cancel_futures=True)


def _tables() -> list[str]:
    return [name for name in warehouse.tables() if "." not in name]


def _as_recorded(partition: Partition, known: dict[str, Any], size: int) -> bool:
    return bool(known["fingerprint"] == partition.fingerprint and known["bytes"] == size)


def _wanted(con: Connection, comments: dict[str, dict[str, str]]) -> Iterable[Partition]:
    for row in warehouse.rows(con, "publish/fingerprints"):
        table = row.pop("name")
        (statement,) = warehouse.statements(f"publish/{table}")
        # Rows written by another statement, or under other comments, are another content.
        content = json.dumps([row.pop("content"), statement, comments[table]])
        fingerprint = hashlib.sha256(content.encode()).hexdigest()
        yield Partition(table=table, fingerprint=fingerprint, **row)


def _comments(con: Connection) -> dict[str, dict[str, str]]:
    """Give the key-value metadata of each table's files: what the table and its columns mean."""
    tables: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, str]] = {}
    for row in warehouse.rows(con, "publish/comments"):
        tables[row["table_name"]] = {"comment": row["table_comment"]}
        columns.setdefault(row["table_name"], {})[row["column_name"]] = row["comment"]
    return {
        table: {**about, "column_comments": json.dumps(columns[table], ensure_ascii=False)}
        for table, about in tables.items()
    }
