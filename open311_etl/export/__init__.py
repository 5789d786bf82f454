"""Requests or a mart as one file for another program: Parquet, GeoParquet, CSV or GeoJSON.

All is read part by part and written batch by batch, so that ten million rows take no more memory
than a hundred thousand. A file appears when it is whole; what stood there stays until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from open311_etl.config import Settings
from open311_etl.errors import UsageError, WarehouseError
from open311_etl.export import columnar, geojson, sheets
from open311_etl.export.files import Files
from open311_etl.published import opened
from open311_etl.selection import Selection, Wanted

__all__ = ["Export", "Form", "export", "form_of"]

_MEMORY = "150MB"
"""What DuckDB may take to read and sort a part; what needs more goes through the disk."""

Watch = Callable[[int, int], object]
"""Is told how many rows are written, and of how many; what it gives does not matter."""


class Form(StrEnum):
    """How an export is written; the value is the ending of the file's name."""

    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"
    CSV = "csv"
    GEOJSON = "geojson"


@dataclass(frozen=True, slots=True)
class Export:
    """What an export came to: its files in order, its rows, and the columns it left out."""

    files: tuple[Path, ...]
    rows: int
    left_out: tuple[str, ...]


def form_of(name: Path | None) -> Form:
    """Give the form that a file's name says; Parquet where it says none."""
    ending = name.suffix.lstrip(".").lower() if name else ""
    return Form(ending) if ending in list(Form) else Form.PARQUET


def export(
    settings: Settings,
    wanted: Wanted,
    form: Form,
    output: Path | IO[bytes],
    *,
    force: bool = False,
    watch: Watch | None = None,
) -> Export:
    """Write what is wanted of the published data to a file, or to a stream.

    A CSV that has more rows than a spreadsheet opens becomes several files, numbered; a stream gets
    it whole. Parquet cannot be written to a stream. Raises UsageError where a file is there already
    and not ``force``, and where the table has no coordinates for a form that needs them;
    WarehouseError where the place cannot be written.
    """
    if not isinstance(output, Path) and form in (Form.PARQUET, Form.GEOPARQUET):
        raise UsageError(f"{form} is written to a file, not to a stream: name one with -o FILE")
    try:
        with opened(settings, _MEMORY) as (con, _):
            chosen = Selection(con, settings, wanted)
            return _export(chosen, form, output, force, watch or max)
    except OSError as error:
        place = output if isinstance(output, Path) else "the stream"
        if isinstance(error, BrokenPipeError):
            raise
        raise WarehouseError(
            f"{place}: cannot be written: {error.strerror or error}; nothing of it is left behind"
        ) from None
    except duckdb.Error as error:
        raise WarehouseError(f"the published data: {str(error).splitlines()[0]}") from None
    except RuntimeError as error:
        if "interrupted" in str(error):  # how DuckDB passes Ctrl-C on
            raise KeyboardInterrupt from None
        raise


def _export(
    chosen: Selection, form: Form, output: Path | IO[bytes], force: bool, watch: Watch
) -> Export:
    if form is Form.CSV:
        select, left_out = sheets.select(chosen)
    elif form is Form.GEOJSON:
        select, left_out = geojson.select(chosen)
    else:
        select, left_out = columnar.select(chosen, located=form is Form.GEOPARQUET)
    schema = chosen.schema(select)
    batches = _batches(chosen, select, watch)
    if not isinstance(output, Path):
        _write(form, batches, schema, output)
        return Export((), chosen.rows, left_out)
    pieces = sheets.pieces(chosen.rows) if form is Form.CSV else 1
    with Files(output, pieces, force=force) as files:
        for file, some in zip(files, sheets.cut(batches, pieces), strict=True):
            _write(form, some, schema, file)
    return Export(files.names, chosen.rows, left_out)


def _write(
    form: Form, batches: Iterator[pa.RecordBatch], schema: pa.Schema, out: IO[bytes]
) -> None:
    if form is Form.CSV:
        sheets.write(batches, schema, out)
    elif form is Form.GEOJSON:
        geojson.write(batches, out)
    else:
        columnar.write(batches, schema, out)


def _batches(chosen: Selection, select: dict[str, str], watch: Watch) -> Iterator[pa.RecordBatch]:
    done = 0
    watch(done, chosen.rows)
    for part in chosen.parts:
        for batch in chosen.read(part, select):
            yield batch
            done += batch.num_rows
            watch(done, chosen.rows)
