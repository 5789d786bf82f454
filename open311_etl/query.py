"""SQL over the published data, or the warehouse: it reads, and can do nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.published import opened
from open311_etl.warehouse import Connection

BATCH_ROWS = 20_000
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_PLACE = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives, batch by batch.

    ``types`` maps the columns' names, made different where they are not, to DuckDB's names of their
    types; ``batches`` can be read once.
    """

    file: Path
    types: Mapping[str, str]
    batches: pa.RecordBatchReader


@contextmanager
def asking(
    settings: Settings, sql: str, parameters: Mapping[str, object] | None = None
) -> Iterator[Answer]:
    """Run one query read-only, and give its answer while the ``with`` block runs.

    Takes SQL with ``$name`` for each of ``parameters``, which are bound, never pasted. It sees the
    published database if there is one, else the warehouse, with UTC as its zone. Raises UsageError
    with line and column where the SQL is wrong, is not one query, or wants to do more than read;
    where there are no data yet; and WarehouseBusy where they are held.
    """
    with opened(settings) as (con, file):
        try:
            _check(con, sql)
            result = con.execute(sql, dict(parameters or {}) or None)
            types: dict[str, str] = {}
            for name, kind, *_ in result.description or ():
                types[_unlike(name, types)] = str(kind)
            with result.to_arrow_reader(BATCH_ROWS) as batches:
                yield Answer(file, types, batches)
        except (duckdb.FatalException, duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise UsageError(explain(error)) from None
        except RuntimeError as error:
            if "interrupted" in str(error):  # how DuckDB passes Ctrl-C on
                raise KeyboardInterrupt from None
            raise


def query(settings: Settings, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
    """Run one query read-only and give its whole answer as an Arrow table; see :func:`asking`."""
    with asking(settings, sql, parameters) as answer:
        batches = [each for each in answer.batches]  # noqa: C416 - list() would not hear Ctrl-C
        return pa.Table.from_batches(batches, answer.batches.schema)


def explain(error: duckdb.Error) -> str:
    """Say in one line what is wrong with some SQL, and where."""
    text = str(error).strip()
    for pattern, meaning in _PARAMETERS:
        named = pattern.search(text)
        if named:
            return meaning.format(", ".join(f"${name.strip()}" for name in named[1].split(",")))
    said = _first_line(error)
    hints = [line.strip() for line in text.splitlines()[1:3] if line.startswith(_HINTS)]
    found = _PLACE.search(text)
    where = ""
    if found:
        column = len(found[3]) - len(f"LINE {found[1]}: ")
        near = found[2][column : column + 30].strip()
        exact = "" if found[2].startswith("...") else f", column {column + 1}"
        where = f" line {found[1]}{exact}" + (f', at "{near}"' if near else "")
    return f"SQL{where}: " + "; ".join([said, *hints])


_PARAMETERS = (
    (
        re.compile(r"not provided for.*parameters: (.+)"),
        "no value for {} (-p NAME=VALUE gives one)",
    ),
    (re.compile(r"identifiers of the excess parameters: (.+)"), "the SQL has no {}"),
)
_HINTS = ("Did you mean", "Candidate bindings", "Candidate functions")


def _check(con: Connection, sql: str) -> None:
    """Refuse what is not one query; the parts that DuckDB makes of a PIVOT are one."""
    statements = [
        each
        for each in con.extract_statements(sql)
        if each.query or each.type != duckdb.StatementType.CREATE
    ]
    if not statements:
        raise UsageError("there is no SQL to run")
    if len(statements) > 1:
        raise UsageError(f"one query at a time, please: these are {len(statements)} statements")
    kind = statements[0].type
    if kind not in _READING:
        hint = "; to write a file, use -o FILE" if kind == duckdb.StatementType.COPY else ""
        raise UsageError(f"query only reads: {kind.name} is refused{hint}")


def _unlike(name: str, taken: Mapping[str, str]) -> str:
    """Give a name that is not taken: ``n``, then ``n_1``."""
    free = (name if not number else f"{name}_{number}" for number in range(len(taken) + 1))
    return next(each for each in free if each not in taken)


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
