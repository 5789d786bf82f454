"""CSV for spreadsheets: what Excel, Calc and Sheets show as it is meant, and never run."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
from pyarrow import csv

from open311_etl.selection import Selection, quoted

ROWS = 1_048_575
"""Rows that a spreadsheet opens at most, less the one of the names."""

_TEXTS = ("VARCHAR", "JSON")
_PLAIN = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT",
          "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DATE")  # fmt: skip


def select(chosen: Selection) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give an expression for each column, and the names of those that are left out.

    Times are local, without an offset; JSON is left out unless the columns were named, since a cell
    full of it is of no use.
    """
    chosen.define("export/macros")
    named = chosen.named
    left = tuple(name for name, kind in chosen.columns.items() if kind == "JSON" and not named)
    wanted = {name: kind for name, kind in chosen.columns.items() if name not in left}
    return {name: _cell(name, kind) for name, kind in wanted.items()}, left + chosen.left_out


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, out: IO[bytes]) -> None:
    """Write a mark of UTF-8, a line of names and a line for each row."""
    out.write(codecs.BOM_UTF8)
    with csv.CSVWriter(out, schema) as lines:
        for batch in batches:
            lines.write_batch(batch)


def pieces(rows: int) -> int:
    """Give how many files so many rows need."""
    return max(1, -(-rows // ROWS))


def cut(batches: Iterator[pa.RecordBatch], into: int) -> Iterator[Iterator[pa.RecordBatch]]:
    """Cut a stream of batches after every full sheet; each piece must be used up before the next.

    A single piece is the whole stream, however long.
    """
    if into == 1:
        yield batches
        return
    rest: list[pa.RecordBatch] = []

    def piece() -> Iterator[pa.RecordBatch]:
        room = ROWS
        while room:
            batch = rest.pop() if rest else next(batches, None)
            if batch is None:
                return
            if batch.num_rows > room:
                rest.append(batch.slice(room))
                batch = batch.slice(0, room)
            room -= batch.num_rows
            yield batch

    for _ in range(into):
        yield piece()


def _cell(name: str, kind: str) -> str:
    column = quoted(name)
    if kind in _TEXTS:
        return f"sheet_text({column}::VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"date_trunc('second', timezone($zone, {column}))::TIMESTAMP_S"
    if kind.startswith("TIMESTAMP"):
        return f"date_trunc('second', {column})::TIMESTAMP_S"
    if kind in _PLAIN:
        return column
    if kind.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")):
        return f"{column}::VARCHAR"
    return f"sheet_text({column}::VARCHAR)"
