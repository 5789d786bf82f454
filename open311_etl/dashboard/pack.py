"""Pack columns of whole numbers for a browser: planes of bytes, deflated, in base64.

A column of 200 services or 300 hours is split into planes of low and high bytes, of which the high
ones pack to nearly nothing. A million rows of nine columns take about 4 MB so; the page's
``unpack.js`` is the other half.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pyarrow as pa

_LEVEL = 9


def packed(table: pa.Table) -> dict[str, Any]:
    """Give ``{"rows": n, "columns": {name: [plane, ...]}}`` of a table of unsigned integers.

    Planes go from the lowest byte to the highest that is not zero throughout; each is a raw deflate
    stream in base64.
    """
    columns = {
        name: _planes(column.combine_chunks())
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return {"rows": table.num_rows, "columns": columns}


def _planes(column: pa.Array) -> list[str]:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if not len(column):
        return []
    width = column.type.bit_width // 8
    start = column.offset * width
    data = bytes(column.buffers()[1])[start : start + len(column) * width]
    planes = [data[low::width] for low in range(width)]
    while len(planes) > 1 and not any(planes[-1]):
        planes.pop()
    return [base64.b64encode(_deflated(plane)).decode("ascii") for plane in planes]


def _deflated(plane: bytes) -> bytes:
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(plane) + deflater.flush()
