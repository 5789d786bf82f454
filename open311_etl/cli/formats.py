"""An answer of SQL as a table, CSV, JSON or Parquet, written batch by batch."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from io import StringIO, TextIOWrapper
from math import isfinite
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from open311_etl.cli import screen
from open311_etl.query import Answer

SHOWN_ROWS = 100
"""Rows that a terminal is given; a pipe or a file is given all."""

NARROWEST = 8
"""Characters that a column of a table needs at least, to be worth reading."""

_NUMBERS = ("INTEGER", "UINTEGER", "DECIMAL", "DOUBLE", "FLOAT")
_encode = msgspec.json.Encoder(decimal_format="number").encode


def write_csv(answer: Answer, out: IO[bytes]) -> int:
    """Write a header and one line a row: nothing for null, times in ISO 8601, lists as JSON."""
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(answer.types)
    count = 0
    for batch in answer.batches:
        columns = [map(_plain, column) for column in _columns(batch, answer)]
        lines.writerows(zip(*columns, strict=True))
        count += batch.num_rows
    text.detach()
    return count


def write_json(answer: Answer, out: IO[bytes]) -> int:
    """Write one array with an object a line; columns of type JSON become what they hold."""
    count = 0
    out.write(b"[")
    for batch in answer.batches:
        for row in _rows(batch, answer, embed=True):
            out.write((b",\n" if count else b"\n") + _encode(row))
            count += 1
    out.write(b"\n]\n" if count else b"]\n")
    return count


def write_parquet(answer: Answer, out: IO[bytes]) -> int:
    """Write one Parquet file, compressed with zstd; it has no intervals, so these are text."""
    count = 0
    schema = pa.schema(
        [
            field.with_name(name) if kind != "INTERVAL" else pa.field(name, pa.string())
            for (name, kind), field in zip(answer.types.items(), answer.batches.schema, strict=True)
        ]
    )
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in answer.batches:
            columns = [
                column if kind != "INTERVAL" else pa.array(map(_length, column.to_pylist()))
                for column, kind in zip(batch.columns, answer.types.values(), strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            count += batch.num_rows
    return count


def write_table(answer: Answer, out: IO[bytes]) -> int:
    """Write all rows as a plain table of text."""
    rows = [row for batch in answer.batches for row in _rows(batch, answer)]
    console = Console(file=StringIO(), width=screen.PIPE_WIDTH, no_color=True, emoji=False)
    with console.capture() as captured:
        console.print(_table(rows, answer))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    out.write("\n".join([*lines, ""]).encode())
    return len(rows)


def show_table(answer: Answer) -> None:
    """Give the first rows on a terminal; where it is too narrow, each row as a block of lines."""
    console = screen.stdout()
    rows: list[dict[str, Any]] = []
    for batch in answer.batches:
        rows += _rows(batch, answer)
        if len(rows) > SHOWN_ROWS:
            break
    shown = rows[:SHOWN_ROWS]
    narrow = len(answer.types) * (NARROWEST + 2) > console.width
    screen.show(*(_blocks(shown, answer) if narrow else [_table(shown, answer)]))
    if len(shown) < len(rows):
        screen.say(f"the first {SHOWN_ROWS} rows; --format csv or json gives all")
    else:
        screen.say(screen.many(len(rows), "row"))


def _table(rows: list[dict[str, Any]], answer: Answer) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, kind in answer.types.items():
        right = kind.endswith("INT") or kind.partition("(")[0] in _NUMBERS
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def _blocks(rows: list[dict[str, Any]], answer: Answer) -> Iterator[Table | Text]:
    for number, row in enumerate(rows, 1):
        yield Text(f"row {number}", style="bold")
        block = Table(box=None, pad_edge=False, show_header=False)
        block.add_column(style="dim", no_wrap=True)
        block.add_column(overflow="fold")
        for name in answer.types:
            if row[name] is not None:
                block.add_row(name, _cell(row[name]))
        yield block


def _cell(value: Any) -> Text:
    return Text("null", style="dim") if value is None else Text(screen.clean(str(_plain(value))))


def _rows(
    batch: pa.RecordBatch, answer: Answer, *, embed: bool = False
) -> Iterator[dict[str, Any]]:
    columns = _columns(batch, answer, embed=embed)
    return (dict(zip(answer.types, values, strict=True)) for values in zip(*columns, strict=True))


def _columns(batch: pa.RecordBatch, answer: Answer, *, embed: bool = False) -> list[list[Any]]:
    """Give the columns of a batch as values that JSON has."""
    columns = []
    for column, kind in zip(batch.columns, answer.types.values(), strict=True):
        read = _embedded if kind == "JSON" and embed else _reader(column.type)
        nanoseconds = pa.types.is_timestamp(column.type) and column.type.unit == "ns"
        coarse = column.cast(pa.timestamp("us"), safe=False) if nanoseconds else column
        values = coarse.to_pylist()
        columns.append(values if read is _same else [_maybe(read, each) for each in values])
    return columns


Read = Callable[[Any], Any]


def _reader(kind: pa.DataType) -> Read:
    """Give what makes a value of an Arrow type one that JSON has."""
    if pa.types.is_map(kind):
        of = _reader(kind.item_type)
        return lambda pairs: {str(name): _maybe(of, each) for name, each in pairs}
    if pa.types.is_struct(kind):
        fields = {field.name: _reader(field.type) for field in kind}
        return lambda struct: {name: _maybe(fields[name], struct[name]) for name in fields}
    if pa.types.is_nested(kind):
        of = _reader(kind.value_type)
        return lambda listed: [_maybe(of, each) for each in listed]
    return next((read for fits, read in _LEAVES if fits(kind)), _same)


def _maybe(read: Read, value: Any) -> Any:
    return None if value is None else read(value)


def _same(value: Any) -> Any:
    return value


def _embedded(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _iso(value: date | time) -> str:
    return value.isoformat()


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _length(value: pa.MonthDayNano) -> str:
    """Write an interval as DuckDB reads it."""
    return f"{value.months} months {value.days} days {value.nanoseconds // 1_000} microseconds"


def _plain(value: Any) -> Any:
    """Give a value as a cell has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return _encode(value).decode()
    return value


_LEAVES: tuple[tuple[Callable[[pa.DataType], bool], Read], ...] = (
    (pa.types.is_timestamp, _instant),
    (pa.types.is_date, _iso),
    (pa.types.is_time, _iso),
    (pa.types.is_floating, _finite),
    (pa.types.is_binary, _base64),
    (pa.types.is_interval, _length),
)
