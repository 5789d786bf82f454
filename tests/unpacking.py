"""The page's way of unpacking columns, in Python, so that it can be tried with any numbers."""

from __future__ import annotations

import base64
import zlib
from typing import Any


def unpacked(document: dict[str, Any]) -> dict[str, list[int]]:
    columns = {}
    for name, planes in document["columns"].items():
        values = [0] * document["rows"]
        for at, plane in enumerate(planes):
            body = zlib.decompress(base64.b64decode(plane), -zlib.MAX_WBITS)
            assert len(body) == document["rows"]
            values = [value + byte * 256**at for value, byte in zip(values, body, strict=True)]
        columns[name] = values
    return columns
