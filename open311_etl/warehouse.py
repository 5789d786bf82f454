"""DuckDB: open the warehouse, keep its layout, run the files of ``sql/``."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from open311_etl import failpoint
from open311_etl.disk import copy, sync
from open311_etl.errors import UsageError, WarehouseBusy, WarehouseDamaged, WarehouseError
from open311_etl.hold import process

_UNTOLD = 2.0
"""Seconds of waiting for another process that nobody needs to hear of: a load of its own."""

SCHEMA_VERSION = 1
"""The layout that ``sql/schema`` makes; raised with a file of ``sql/migrations`` at each change."""

STORAGE_VERSION = "v1.0.0"
"""The oldest layout that all current readers open (docs/decisions/0001-duckdb-version.md)."""

_WRITING: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    "threads": 1,
}
"""One thread: two make a load or the marts half as much work again, which takes as long where the
other core reads on, and longer where others want it (docs/decisions/0003-speed.md)."""

_log = logging.getLogger(__name__)
Connection = duckdb.DuckDBPyConnection


@contextmanager
def warehouse(file: Path, *, read_only: bool = False, wait: float = 60) -> Iterator[Connection]:
    """Open the warehouse, with UTC as the session's zone, and close it again.

    Creates and lays out a new one unless ``read_only``, and brings one of an older layout up to
    date, with a copy of it beside. Another process that holds it is waited for up to ``wait``
    seconds. Raises WarehouseBusy that names the holder, UsageError where there is nothing to read,
    WarehouseDamaged where the file is no warehouse of ours, WarehouseError where the place cannot
    be written or the layout is a newer one.
    """
    if not read_only and not file.exists():
        _create(file)
    con = connect(file, read_only=read_only, wait=wait)
    try:
        _check_layout(con, file, read_only)
        yield con
    except duckdb.FatalException as error:
        raise WarehouseDamaged(f"{file}: {_first_line(error)}") from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise WarehouseError(
            f"{file}: {_first_line(error)}; the load was undone, run again to resume"
        ) from None
    except OSError as error:
        raise WarehouseError(
            f"{error.filename or file}: {error.strerror}; the load was undone, run again to resume"
        ) from None
    finally:
        con.close()


def connect(file: Path, *, read_only: bool, wait: float) -> Connection:
    """Give a connection as :func:`warehouse` opens it, which the caller has to close."""
    if read_only and not file.exists():
        raise UsageError(f'{file}: no warehouse here yet; "open311-etl pull SOURCE" makes one')
    con = _connect(file, read_only, wait)
    con.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.InvalidInputException):  # in Jupyter without ipywidgets there is none
        con.execute("SET enable_progress_bar = false")  # it is drawn on stdout, which is data
    return con


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Do all of the block, or none of it (rule 5 of the data)."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
        failpoint.reach("before-commit")
        con.execute("COMMIT")
        failpoint.reach("after-commit")
    except BaseException:
        with suppress(duckdb.Error):  # the failed statement may have ended the transaction itself
            con.execute("ROLLBACK")
        raise


def run(con: Connection, name: str, **values: Any) -> None:
    """Run a file of ``sql/`` such as ``load/compare``, statement by statement, with bound values.

    Each value is bound to the statements that name it as ``$name``.
    """
    for statement in statements(name):
        named = {key: values[key] for key in values if f"${key}" in statement}
        con.execute(statement, named or None)


def rows(con: Connection, name: str, **values: Any) -> list[dict[str, Any]]:
    """Run a file of ``sql/`` that is one query and give its rows as dictionaries."""
    (statement,) = statements(name)
    result = con.execute(statement, values or None).to_arrow_table()
    listed: list[dict[str, Any]] = result.to_pylist()
    return listed


@cache
def statements(name: str) -> tuple[str, ...]:
    """Give the statements of a file of ``sql/``, without its comments at the line's start."""
    text = (sql_dir() / f"{name}.sql").read_text(encoding="utf-8")
    return tuple(s.query.strip() for s in duckdb.extract_statements(text))


@cache
def sql_dir() -> Path:
    """Give the directory of the SQL files: beside the package, or within it where installed."""
    package = Path(__file__).parent
    beside = package.parent / "sql"
    return beside if (beside / "schema").is_dir() else package / "sql"


def tables() -> tuple[str, ...]:
    """Give the names of all tables of the layout, ``schema.name`` where the schema is not main."""
    return tuple(sorted(f.stem for f in (sql_dir() / "schema").glob("*.sql") if f.stem != "etl"))


def lay_out_tables(con: Connection) -> None:
    """Create all tables of the layout, with their comments, where they are missing."""
    run(con, "schema/etl")
    for name in tables():
        run(con, f"schema/{name}")


def lay_out_views(con: Connection) -> None:
    """Create all views of the layout over the tables, or replace them by today's."""
    for file in sorted((sql_dir() / "views").glob("*.sql")):
        run(con, f"views/{file.stem}")


def migrations() -> dict[int, str]:
    """Give the files of ``sql/migrations`` by the layout that each one makes of the one before."""
    files = (sql_dir() / "migrations").glob("*.sql")
    return {int(file.stem[:4]): f"migrations/{file.stem}" for file in sorted(files)}


def _create(file: Path) -> None:
    """Lay out a new warehouse under another name, so that none is ever there half made."""
    new = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with connect(new, read_only=False, wait=0) as con:
            with transaction(con):
                lay_out_tables(con)
                lay_out_views(con)
                _stamp(con)
            con.execute("CHECKPOINT")  # else closing does it, and says nothing where that fails
        with suppress(FileExistsError):  # somebody else was quicker
            os.link(new, file)
    except (OSError, duckdb.Error) as error:
        raise _unusable(file, error) from None
    finally:
        for left in (new, new.with_name(f"{new.name}.wal")):
            with suppress(OSError):
                left.unlink()


def _check_layout(con: Connection, file: Path, read_only: bool) -> None:
    found = con.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    if ("etl", "schema_version") not in found:
        raise WarehouseDamaged(f"{file}: a DuckDB file, but no warehouse of open311-etl")
    (version,) = con.execute("SELECT max(version) FROM etl.schema_version").fetchone() or (0,)
    if version > SCHEMA_VERSION:
        raise WarehouseError(
            f"{file}: made by a newer open311-etl (layout {version}, this one knows "
            f"{SCHEMA_VERSION}); upgrade open311-etl"
        )
    if version < SCHEMA_VERSION:
        if read_only:
            raise WarehouseError(
                f"{file}: made by an older open311-etl (layout {version}, this one knows "
                f'{SCHEMA_VERSION}); "open311-etl publish" brings it up to date'
            )
        _migrate(con, file, version)


def _migrate(con: Connection, file: Path, version: int) -> None:
    """Bring an older layout up to date in one transaction, with a copy of the file beside it."""
    backup = file.with_name(f"{file.stem}-layout-{version}{file.suffix}")
    part = backup.with_name(f".{backup.name}.part")
    part.unlink(missing_ok=True)
    con.execute("CHECKPOINT")
    copy(file, part)
    part.replace(backup)
    sync(backup.parent)
    with transaction(con):
        for number, name in migrations().items():
            if version < number <= SCHEMA_VERSION:
                run(con, name)
        lay_out_tables(con)
        lay_out_views(con)
        _stamp(con)
    _log.warning(
        "%s: brought from layout %d to %d; as it was before it is kept as %s",
        file,
        version,
        SCHEMA_VERSION,
        backup.name,
    )


def _stamp(con: Connection) -> None:
    con.execute(
        "INSERT INTO etl.schema_version VALUES ($version, $now)",
        {"version": SCHEMA_VERSION, "now": datetime.now(UTC)},
    )


def _connect(file: Path, read_only: bool, wait: float) -> Connection:
    began = time.monotonic()
    told = wait < _UNTOLD
    while True:
        try:
            return duckdb.connect(
                str(file),
                read_only=read_only,
                config={} if read_only else _WRITING,
            )
        except duckdb.IOException as error:
            holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
            if not holder and "lock" not in str(error):
                raise _unusable(file, error) from None
            waited = time.monotonic() - began
            if waited >= wait:
                raise _busy(file, holder) from None
            if waited > _UNTOLD and not told:
                _log.warning("%s: held by %s; waiting for it", file, _who(holder))
                told = True
            time.sleep(0.1)
        except duckdb.Error as error:
            raise _unusable(file, error) from None


def _busy(file: Path, holder: re.Match[str] | None) -> WarehouseBusy:
    return WarehouseBusy(
        f"{file}: held by {_who(holder)}; end it or run again later; readers should open "
        "published/ instead"
    )


def _who(holder: re.Match[str] | None) -> str:
    return f"{process(int(holder[2]))} ({holder[1]})" if holder else "another process"


def _unusable(file: Path, error: Exception) -> WarehouseError:
    if isinstance(error, OSError):
        return WarehouseError(
            f"{error.filename or file}: cannot be written: {error.strerror}; make room or choose "
            "another --data-dir, and run again to resume"
        )
    text = _first_line(error)
    if re.search("ermission|Read-only|Could not write|No space|too large", text):
        return WarehouseError(
            f"{file}: cannot be written: {text}; make room or choose another --data-dir, and run "
            "again to resume"
        )
    return WarehouseDamaged(
        f"{file}: {text}; keep the file aside and rebuild the warehouse from landing/"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
