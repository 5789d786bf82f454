"""GeoJSON (RFC 7946): one collection, a feature a line, written as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import pyarrow as pa

from open311_etl.export import columnar
from open311_etl.selection import Selection, quoted


def select(chosen: Selection) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give the expression that makes a feature of a row, and the columns that it leaves out.

    A row without a place is a feature with the geometry null (section 3.2); coordinates have seven
    digits, a centimetre (section 11.2); times are UTC.
    """
    lat, long = columnar.place_of(chosen)
    chosen.define("export/macros")
    properties = ", ".join(
        f"{quoted(name)}: {_value(name, kind)}"
        for name, kind in chosen.columns.items()
        if chosen.named or name not in (lat, long)
    )
    identity = "id: service_request_id, " if "service_request_id" in chosen.known else ""
    feature = (
        f"to_json({{type: 'Feature', {identity}geometry: CASE WHEN {lat} IS NOT NULL AND {long} IS "
        f"NOT NULL THEN {{type: 'Point', coordinates: [round({long}, 7), round({lat}, 7)]}} END, "
        f"properties: {{{properties}}}}})::VARCHAR"
    )
    return {"feature": feature}, chosen.left_out


def write(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> None:
    """Write the collection of the features that the batches hold as text."""
    out.write(b'{"type":"FeatureCollection","features":[')
    comma = b"\n"
    for batch in batches:
        if batch.num_rows:
            out.write(comma + ",\n".join(batch.column(0).to_pylist()).encode())
            comma = b",\n"
    out.write(b"\n]}\n")


def _value(name: str, kind: str) -> str:
    column = quoted(name)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"instant_text(timezone('UTC', {column}))"
    return column
