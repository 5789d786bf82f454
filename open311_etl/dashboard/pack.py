"""Pack columns of whole numbers for a browser: planes of bytes, deflated, in base64.

A column of 200 services or 300 hours is split into planes of low and high bytes, of which the high
ones pack to nearly nothing. The page's ``unpack.js`` is the other half.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

_LEVEL = 9


def packed(columns: Mapping[str, pa.Array]) -> dict[str, list[str]]:
    """Give of each column of unsigned integers its planes.

    They go from the lowest byte to the highest that is not zero throughout; each is a raw deflate
    stream in base64.
    """
    return {name: _planes(column) for name, column in columns.items()}


def steps(column: pa.Array) -> pa.Array:
    """Give the steps from each number to the next, the first from 0, as unsigned integers.

    2n is n forwards, 2n - 1 is n backwards: where neighbours are near, all are small.
    """
    signed = column.cast(pa.int64())
    step = pc.fill_null(pc.pairwise_diff(signed), signed[0]) if len(signed) else signed
    twice = pc.multiply(step, 2)
    return pc.if_else(pc.less(step, 0), pc.subtract(-1, twice), twice).cast(pa.uint32())


def _planes(column: pa.Array) -> list[str]:
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
