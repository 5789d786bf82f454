"""Parquet, and GeoParquet 1.1: points as WKB in longitude and latitude, and the box of all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import inf
from struct import Struct
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from open311_etl.errors import UsageError
from open311_etl.selection import Selection, quoted

GROUP_ROWS = 50_000
"""Rows of a row group: enough to be read quickly, few enough to be held."""

_PLACE = ("geometry long", "geometry lat")
"""Columns that a batch brings for the geometry alone; no column of ours has a blank in its name."""

_point = Struct("<BIdd").pack
"""A point of WKB: little endian, type 1, x, y."""


def select(chosen: Selection, *, located: bool) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give an expression for each column, two more for a geometry, and what is left out."""
    expressions = {name: _value(name, kind) for name, kind in chosen.columns.items()}
    if located:
        lat, long = place_of(chosen)
        expressions |= {_PLACE[0]: long, _PLACE[1]: lat}
    return expressions, chosen.left_out


def place_of(chosen: Selection) -> tuple[str, str]:
    """Give the names of the columns of latitude and longitude: of the request, else of its cell.

    Raises UsageError where rows have no coordinates.
    """
    for lat, long in (("lat", "long"), ("cell_lat", "cell_long")):
        if {lat, long} <= chosen.known.keys():
            return lat, long
    raise UsageError(f'"{chosen.name}" has no coordinates, so it cannot be put on a map')


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, out: IO[bytes]) -> None:
    """Write one file, compressed with zstd, and what it says of its geometry at the end."""
    located = _PLACE[0] in schema.names
    box = Box()
    if located:
        fields = [field for field in schema if field.name not in _PLACE]
        schema = pa.schema([*fields, pa.field("geometry", pa.binary())])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(box.locate(each) if located else each for each in batches):
            writer.write_table(pa.Table.from_batches(group), GROUP_ROWS)
        if located:
            writer.add_key_value_metadata({"geo": json.dumps(box.metadata())})


class Box:
    """The box around all points that were located so far."""

    def __init__(self) -> None:
        self._west, self._south, self._east, self._north = inf, inf, -inf, -inf

    def locate(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Put a column of points in the place of the two of coordinates; null where one is null."""
        longs, lats = (batch.column(name) for name in _PLACE)
        known = pc.and_(pc.is_valid(longs), pc.is_valid(lats))
        if pc.any(known).as_py():
            east_west, south_north = (pc.min_max(pc.filter(each, known)) for each in (longs, lats))
            self._west = min(self._west, east_west["min"].as_py())
            self._east = max(self._east, east_west["max"].as_py())
            self._south = min(self._south, south_north["min"].as_py())
            self._north = max(self._north, south_north["max"].as_py())
        points = [
            None if long is None or lat is None else _point(1, 1, long, lat)
            for long, lat in zip(longs.to_pylist(), lats.to_pylist(), strict=True)
        ]
        rest = batch.drop_columns(list(_PLACE))
        return rest.append_column("geometry", pa.array(points, pa.binary()))

    def metadata(self) -> dict[str, object]:
        """Give what GeoParquet 1.1 wants to be said; without ``crs`` it is OGC:CRS84."""
        column: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Point"]}
        if self._west <= self._east:
            column["bbox"] = [self._west, self._south, self._east, self._north]
        return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(each.num_rows for each in held) >= GROUP_ROWS:
            yield held
            held = []
    if held:
        yield held


def _value(name: str, kind: str) -> str:
    """Write JSON and whole numbers beyond 64 bits as text, which every reader knows."""
    column = quoted(name)
    return f"{column}::VARCHAR" if kind in ("JSON", "HUGEINT", "UHUGEINT") else column
